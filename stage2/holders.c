/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "holders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fd.h"
#include "log.h"
#include "text.h"

static bool link_is_on(int pidfd, const char *name, dev_t dev)
{
    struct stat st;

    return fstatat(pidfd, name, &st, 0) == 0 && st.st_dev == dev;
}

static bool any_fd_on(int pidfd, dev_t dev)
{
    int fd = openat(pidfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *e;

    while (dir && (e = readdir(dir)))
        if (e->d_name[0] != '.' && link_is_on(fd, e->d_name, dev))
            return true;
    return false;
}

/* A line of maps: "START-END PERM OFFSET MAJ:MIN INODE PATH", the device in hex. By hand: sscanf is 90 kB of program. */
static bool is_of_device(const char *line, dev_t dev)
{
    unsigned long major_no, minor_no;
    char *end;

    for (int i = 0; i < 3 && line; i++) {
        line = strchr(line, ' ');
        line = line ? line + 1 : NULL;
    }
    if (!line)
        return false;
    major_no = strtoul(line, &end, 16);
    if (*end != ':')
        return false;
    minor_no = strtoul(end + 1, &end, 16);
    return makedev((unsigned)major_no, (unsigned)minor_no) == dev && strtoul(end, NULL, 10) != 0;
}

static bool any_map_on(int pidfd, dev_t dev)
{
    int fd = openat(pidfd, "maps", O_RDONLY | O_CLOEXEC);
    _cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "re");
    char line[512];

    while (f && fgets(line, sizeof(line), f))
        if (is_of_device(line, dev))
            return true;
    return false;
}

static const char *what_holds(int pidfd, dev_t dev)
{
    if (link_is_on(pidfd, "root", dev))
        return "its root";
    if (link_is_on(pidfd, "cwd", dev))
        return "its working directory";
    if (link_is_on(pidfd, "exe", dev))
        return "its program";
    if (any_fd_on(pidfd, dev))
        return "an open file";
    return any_map_on(pidfd, dev) ? "a mapping" : NULL;
}

unsigned holders_report(dev_t dev)
{
    _cleanup_closedir_ DIR *dir = opendir("/proc");
    const struct dirent *e;
    char comm[64], printable[128];
    unsigned n = 0;
    uint32_t pid;

    while (dir && (e = readdir(dir))) {
        _cleanup_close_ int fd = -EBADF;
        const char *what;

        if (text_parse_u32(e->d_name, 10, &pid) < 0 || pid == (uint32_t)getpid())
            continue;
        fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        what = fd < 0 ? NULL : what_holds(fd, dev);
        if (!what)
            continue;
        if (fd_read_line(fd, "comm", comm, sizeof(comm)) < 0)
            comm[0] = '\0';
        (void)log_warning(0, "the old root is still held by pid %u '%s': %s", pid,
                          text_printable(comm, printable, sizeof(printable)), what);
        n++;
    }
    return n;
}
