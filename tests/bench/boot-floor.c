/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-floor - the least that an /init can do for one known machine
 *
 * Loads /m/0, /m/1 ... in that order with finit_module, mounts one fixed partition, moves it to "/", execs
 * /sbin/init. It looks for nothing, asks nothing, explains nothing and frees nothing: what any initramfs
 * takes beyond it is the price of what it does more.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    char path[] = "/m/0";
    char *argv[] = {"/sbin/init", NULL};
    char *envp[] = {"HOME=/", "TERM=linux", NULL};

    mount("dev", "/dev", "devtmpfs", 0, NULL);
    for (; path[3] <= '9'; path[3]++) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            break;
        if (syscall(SYS_finit_module, fd, "", 0) < 0)
            perror(path);
        close(fd);
    }
    /* The partition table may still be being read; a bound, so that a wrong disk ends in words and not in a loop. */
    for (int tries = 0; mount("/dev/vda1", "/root", "ext4", MS_RDONLY, NULL) < 0; tries++) {
        if (tries == 100000) {
            perror("/dev/vda1");
            return 1;
        }
        sched_yield();
    }
    mount("/dev", "/root/dev", NULL, MS_MOVE, NULL);
    if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
        perror("root");
    execve(argv[0], argv, envp);
    perror(argv[0]);
    return 1;
}
