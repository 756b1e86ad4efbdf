/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mountstatus.h"

#include <stdarg.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "text.h"

void mountstatus_say(const char *format, ...)
{
    _cleanup_close_ int fd = -EBADF;
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    char message[512] = "STATUS=";
    socklen_t size;
    va_list ap;

    if (!path || (*path != '/' && *path != '@') || !text_copy(addr.sun_path, sizeof(addr.sun_path), path))
        return;
    size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (*path == '@')
        addr.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    va_start(ap, format);
    vsnprintf(message + 7, sizeof(message) - 7, format, ap);
    va_end(ap);
    /* A status that does not get through is no reason for anything. */
    if (sendto(fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&addr, size) < 0) {
    }
}
