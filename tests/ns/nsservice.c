/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsservice - the service of the namespace tests: does one thing that a service may do.
 *
 *   pause                      wait for a signal
 *   log FILE WORD              append WORD and a newline, then pause; on SIGTERM append "stop WORD" and end
 *   say FILE WORD...           append the words as a line and end with 0
 *   exit N                     end with that status
 *   kill-self SIGNAL           end by that signal
 *   stubborn FILE              ignore SIGTERM; append "term" for each
 *   burst N FIFO FILE          leave N processes behind that end all at once when FIFO is opened for writing and closed;
 *                              append "ready" when they wait, then pause
 *   crash FILE WORD CALM       append WORD; end with 3 after some 400 ms; when there is a file CALM append WORD there, pause
 *   chatter FILE WORD CALM     READY=1 and a new STATUS= every 50 ms until there is a file CALM; append WORD and the last, pause
 *   orphans N                  leave N processes behind that end at once, then pause
 *   tree FILE                  a child that ignores SIGTERM and a grandchild in a session of its own, then pause
 *   notify TEXT...             send each TEXT to NOTIFY_SOCKET ("\n" in it is a newline, "%sleep" waits 100 ms), then pause
 *   notify-junk [READY]        send what no notify message is, then with READY also READY=1, then pause
 *   no-clone3 PROGRAM WORDS... become PROGRAM, for which and for whose children the kernel has no clone3
 *   context FILE               write who, where and with what it runs, then pause
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void append(const char *path, const char *line)
{
    char text[4096];
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    int n = snprintf(text, sizeof(text), "%s\n", line);

    if (fd < 0 || write(fd, text, (size_t)n) != n)
        exit(70);
    close(fd);
}

static _Noreturn void pause_for_ever(void)
{
    for (;;)
        pause();
}

static const char *log_path, *log_word;

static void on_term_log(int signo)
{
    char line[300];

    (void)signo;
    snprintf(line, sizeof(line), "stop %s", log_word);
    append(log_path, line);
    _exit(0);
}

static void on_term_count(int signo)
{
    (void)signo;
    append(log_path, "term");
}

static int do_log(char *argv[])
{
    log_path = argv[0];
    log_word = argv[1];
    signal(SIGTERM, on_term_log);
    append(log_path, log_word);
    pause_for_ever();
}

static int do_say(char *argv[])
{
    char line[4000] = "";

    for (char **w = argv + 1; *w; w++)
        snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s", w > argv + 1 ? " " : "", *w);
    append(argv[0], line);
    return 0;
}

static int do_stubborn(char *argv[])
{
    log_path = argv[0];
    signal(SIGTERM, on_term_count);
    append(log_path, "ready");
    pause_for_ever();
}

static int do_orphans(char *argv[])
{
    int n = atoi(argv[0]), pipes[2];
    char byte;

    if (pipe(pipes) < 0)
        return 70;
    for (int i = 0; i < n; i++) {
        pid_t child = fork();

        if (child < 0)
            return 71;
        if (child == 0) {
            if (fork() == 0)
                _exit(i & 127); /* the grandchild: its parent is gone or going, PID 1 has to reap it */
            _exit(0);
        }
        if (i % 64 == 63)
            while (waitpid(-1, NULL, WNOHANG) > 0) {
            }
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
    /* The last grandchild closes the pipe's end. */
    close(pipes[1]);
    if (read(pipes[0], &byte, 1) < 0)
        return 72;
    if (argv[1])
        append(argv[1], "done");
    pause_for_ever();
}

static int do_burst(char *argv[])
{
    int n = atoi(argv[0]), ready[2];
    char byte;

    if (pipe(ready) < 0)
        return 70;
    if (fork() == 0) { /* ends when all are made: they become PID 1's */
        for (int i = 0; i < n; i++)
            if (fork() == 0) {
                int fd;

                if (write(ready[1], "x", 1) < 0)
                    _exit(71);
                fd = open(argv[1], O_RDONLY);
                _exit(read(fd, &byte, 1) < 0);
            }
        _exit(0);
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
    for (int i = 0; i < n; i++)
        if (read(ready[0], &byte, 1) != 1)
            return 72;
    append(argv[2], "ready");
    pause_for_ever();
}

static int do_tree(char *argv[])
{
    int ready[2];
    char byte;

    if (pipe(ready) < 0)
        return 70;
    if (fork() == 0) {
        signal(SIGTERM, SIG_IGN);
        if (fork() == 0) {
            setsid();
            if (write(ready[1], "x", 1) < 0)
                _exit(71);
            pause_for_ever();
        }
        pause_for_ever();
    }
    if (read(ready[0], &byte, 1) != 1)
        return 72;
    append(argv[0], "ready");
    pause_for_ever();
}

static void notify_raw(const void *data, size_t size, const int *fds, int n_fds)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    char control[CMSG_SPACE(sizeof(int) * 253)];
    struct iovec iov = {.iov_base = (void *)data, .iov_len = size};
    struct msghdr msg = {.msg_name = &addr, .msg_namelen = sizeof(addr), .msg_iov = &iov, .msg_iovlen = 1};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (!path || fd < 0)
        exit(73);
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    if (n_fds > 0) {
        struct cmsghdr *c;

        memset(control, 0, sizeof(control));
        msg.msg_control = control;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)n_fds);
        c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)n_fds);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * (size_t)n_fds);
    }
    if (sendmsg(fd, &msg, 0) < 0 && errno != EMSGSIZE)
        exit(74);
    close(fd);
}

static int do_notify(char *argv[])
{
    for (char **w = argv; *w; w++) {
        char text[2048];
        size_t n = 0;

        if (strcmp(*w, "%sleep") == 0) {
            nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
            continue;
        }
        for (const char *s = *w; *s && n + 1 < sizeof(text); s++)
            if (s[0] == '\\' && s[1] == 'n') {
                text[n++] = '\n';
                s++;
            } else
                text[n++] = *s;
        notify_raw(text, n, NULL, 0);
    }
    pause_for_ever();
}

static int do_notify_junk(bool ready)
{
    static char big[65536];
    int fds[253];

    memset(big, 'A', sizeof(big));
    memcpy(big, "READY=1\n", 8);
    notify_raw("", 0, NULL, 0);
    notify_raw(big, sizeof(big), NULL, 0);
    notify_raw("READY=1\0STATUS=x", 16, NULL, 0);
    notify_raw("READY=yes\nREADY=11\n=\n\n\nMAINPID=1\nMAINPID=-1\nMAINPID=99999999999999999999", 71, NULL, 0);
    for (int i = 0; i < 253; i++)
        fds[i] = STDIN_FILENO;
    notify_raw("STATUS=with descriptors", 23, fds, 253);
    notify_raw("STATUS=still here", 17, NULL, 0);
    if (ready)
        notify_raw("READY=1", 7, NULL, 0);
    pause_for_ever();
}

/* One life of many: how long it lasts goes by its pid. */
static int do_crash(char *argv[])
{
    unsigned ms = 100 + (unsigned)getpid() * 7919u % 600;

    append(argv[0], argv[1]);
    if (access(argv[2], F_OK) == 0) {
        append(argv[2], argv[1]);
        pause_for_ever();
    }
    nanosleep(&(struct timespec){.tv_nsec = (long)ms * 1000000}, NULL);
    return 3;
}

static int do_chatter(char *argv[])
{
    char text[64], line[300];
    unsigned n = 0;

    notify_raw("READY=1", 7, NULL, 0);
    while (access(argv[2], F_OK) < 0) {
        snprintf(text, sizeof(text), "STATUS=%u", ++n);
        notify_raw(text, strlen(text), NULL, 0);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    snprintf(line, sizeof(line), "%s %u", argv[1], n);
    append(argv[0], line);
    pause_for_ever();
}

static void put_limit(FILE *f, const char *name, __rlimit_resource_t resource)
{
    struct rlimit l;

    getrlimit(resource, &l);
    fprintf(f, "%s=%llu:%llu\n", name, (unsigned long long)l.rlim_cur, (unsigned long long)l.rlim_max);
}

static int do_context(int argc, char *argv[])
{
    char cwd[1024] = "", temp[1200], link[256];
    gid_t groups[64];
    int n = getgroups(64, groups);
    FILE *f;
    mode_t mask = umask(0);
    sigset_t set;

    umask(mask);
    snprintf(temp, sizeof(temp), "%s.new", argv[0]);
    f = fopen(temp, "we");
    if (!f || !getcwd(cwd, sizeof(cwd)))
        return 70;
    fprintf(f, "uid=%d\ngid=%d\ncwd=%s\numask=%03o\nppid=%d\nsid=%d\n", getuid(), getgid(), cwd, mask, getppid(),
            getsid(0) == getpid());
    fprintf(f, "groups=");
    for (int i = 0; i < n; i++)
        fprintf(f, "%s%d", i > 0 ? "," : "", groups[i]);
    fprintf(f, "\nnice=%d\n", getpriority(PRIO_PROCESS, 0));
    put_limit(f, "nofile", RLIMIT_NOFILE);
    put_limit(f, "core", RLIMIT_CORE);
    sigprocmask(SIG_SETMASK, NULL, &set);
    fprintf(f, "blocked=%d\nsigpipe=%s\n", sigismember(&set, SIGTERM) || sigismember(&set, SIGCHLD),
            signal(SIGPIPE, SIG_DFL) == SIG_IGN ? "ignored" : "default");
    for (int fd = 0; fd < 256; fd++) {
        char path[64];
        ssize_t size;

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        size = readlink(path, link, sizeof(link) - 1);
        if (size < 0 || fd == fileno(f))
            continue;
        link[size] = '\0';
        fprintf(f, "fd%d=%s\n", fd, link);
    }
    for (int i = 1; i < argc; i++)
        fprintf(f, "arg%d=%s\n", i, argv[i]);
    for (char **e = environ; *e; e++)
        fprintf(f, "env:%s\n", *e);
    fclose(f);
    if (rename(temp, argv[0]) < 0)
        return 71;
    pause_for_ever();
}

static int do_no_clone3(char *argv[])
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
        return 77;
    execv(argv[0], argv);
    return 70;
}

int main(int argc, char *argv[])
{
    const char *verb = argc > 1 ? argv[1] : "pause";

    if (strcmp(verb, "log") == 0 && argc == 4)
        return do_log(argv + 2);
    if (strcmp(verb, "say") == 0 && argc >= 4)
        return do_say(argv + 2);
    if (strcmp(verb, "exit") == 0 && argc == 3)
        return atoi(argv[2]);
    if (strcmp(verb, "kill-self") == 0 && argc == 3)
        return raise(atoi(argv[2]));
    if (strcmp(verb, "stubborn") == 0 && argc == 3)
        return do_stubborn(argv + 2);
    if (strcmp(verb, "crash") == 0 && argc == 5)
        return do_crash(argv + 2);
    if (strcmp(verb, "chatter") == 0 && argc == 5)
        return do_chatter(argv + 2);
    if (strcmp(verb, "orphans") == 0 && argc >= 3)
        return do_orphans(argv + 2);
    if (strcmp(verb, "burst") == 0 && argc == 5)
        return do_burst(argv + 2);
    if (strcmp(verb, "tree") == 0 && argc == 3)
        return do_tree(argv + 2);
    if (strcmp(verb, "notify") == 0 && argc >= 3)
        return do_notify(argv + 2);
    if (strcmp(verb, "notify-junk") == 0)
        return do_notify_junk(argc > 2);
    if (strcmp(verb, "no-clone3") == 0 && argc >= 3)
        return do_no_clone3(argv + 2);
    if (strcmp(verb, "context") == 0 && argc >= 3)
        return do_context(argc - 2, argv + 2);
    if (strcmp(verb, "pause") == 0)
        pause_for_ever();
    fprintf(stderr, "nsservice: unknown: %s\n", verb);
    return 64;
}
