/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "klog.h"

#include <fcntl.h>

#include "text.h"

#define LINES_MAX    4
#define LINE_MAX_    200
#define RECORDS_MAX  20000 /* of a log that is written faster than it is read */
#define LEVEL_WANTED 4     /* KERN_WARNING */

const char *klog_pick(char *record)
{
    unsigned priority;
    char *text = strchr(record, ';');

    if (!text || sscanf(record, "%u,", &priority) != 1)
        return NULL;
    if (priority > LEVEL_WANTED) /* a priority above 7 has a facility: not the kernel's */
        return NULL;
    text++;
    text[strcspn(text, "\n")] = '\0';
    return *text ? text : NULL;
}

int klog_open(void)
{
    _cleanup_close_ int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
        return -errno;
    return TAKE_FD(fd);
}

char *klog_last(int fd, unsigned lines, char *buf, size_t size)
{
    char last[LINES_MAX][LINE_MAX_], record[8192];
    size_t n = 0, used = 0;

    buf[0] = '\0';
    lines = MIN(lines, LINES_MAX);
    for (unsigned i = 0; fd >= 0 && i < RECORDS_MAX; i++) {
        ssize_t got = read(fd, record, sizeof(record) - 1);
        const char *text;

        if (got < 0 && errno == EPIPE) /* overwritten before it was read: the next read goes on behind that */
            continue;
        if (got <= 0)
            break;
        record[got] = '\0';
        text = klog_pick(record);
        if (text)
            text_printable(text, last[n++ % lines], LINE_MAX_);
    }
    for (size_t i = n > lines ? n - lines : 0; i < n && used < size; i++)
        used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? " | " : "", last[i % lines]);
    return buf;
}
