/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "crypthash.h"
#include "fd.h"
#include "text.h"

enum menu_lock shell_lock(const struct cmdline *c, const char *hash, bool has_shell)
{
    const char *word = cmdline_get(c, "pintle.shell");

    if (!has_shell)
        return MENU_SHELL_MISSING;
    if (word && streq(word, "open"))
        return MENU_SHELL_OPEN;
    return *hash && !crypthash_is_locked(hash) ? MENU_SHELL_PASSWORD : MENU_SHELL_REFUSED;
}

/* What stty calls sane. */
static void make_sane(int fd)
{
    struct termios t;

    if (tcgetattr(fd, &t) < 0)
        return;
    t.c_iflag = ICRNL | IXON | (t.c_iflag & IUTF8);
    t.c_oflag = OPOST | ONLCR;
    t.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
    t.c_cflag |= CREAD | CLOCAL;
    t.c_cc[VINTR] = 3;
    t.c_cc[VQUIT] = 28;
    t.c_cc[VERASE] = 127;
    t.c_cc[VKILL] = 21;
    t.c_cc[VEOF] = 4;
    t.c_cc[VSUSP] = 26;
    (void)tcsetattr(fd, TCSANOW, &t);
}

/* A new session with the terminal as its own. Return: 0; -errno. */
static int take_terminal(const char *name)
{
    char path[64];
    int fd, flags;

    snprintf(path, sizeof(path), "/dev/%s", name);
    if (setsid() < 0)
        return -errno;
    fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK); /* a port without CLOCAL would wait for its modem */
    if (fd < 0)
        return -errno;
    flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
        return -errno;
    if (ioctl(fd, TIOCSCTTY, 1) < 0)
        return -errno;
    make_sane(fd);
    for (int i = 0; i <= 2; i++)
        if (dup2(fd, i) < 0)
            return -errno;
    if (fd > 2)
        close(fd);
    return 0;
}

static const char *terminal_kind(const char *name)
{
    return strncmp(name, "tty", 3) == 0 && name[3] >= '0' && name[3] <= '9' ? "TERM=linux" : "TERM=vt220";
}

static void say(const char *text)
{
    (void)fd_write_all(1, text, strlen(text));
}

static int run_shell(void *data, int out_fd)
{
    const struct shell *sh = data;
    char term[16];
    char *argv[] = {(char *)"sh", (char *)"-i", NULL};
    char *envp[] = {(char *)"HOME=/", (char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    (char *)"PS1=(pintle) # ", term, NULL};

    text_copy(term, sizeof(term), terminal_kind(sh->console->name));
    if (take_terminal(sh->console->name) < 0)
        return 126;
    say("A shell of the initramfs. Nothing of the disks is mounted, unless the page said so.\n"
        "The machine keeps looking for its root meanwhile. exit or ^D: back to the menu.\n");
    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL); /* what cannot be changed stays */
    if (chdir("/") < 0)
        say("(cannot change to the root directory)\n");
    execve(sh->path, argv, envp);
    say("cannot run the shell: ");
    say(strerrordesc_np(errno) ?: "unknown error");
    say("\n");
    return 127;
}

static void on_shell_exit(void *data, int status)
{
    struct shell *sh = data;

    sh->pid = 0;
    sh->ended(sh->data, status);
}

int shell_start(struct shell *sh, struct children *children)
{
    struct child_job job = {.what = "a shell", .run = run_shell, .exit = on_shell_exit, .data = sh};

    int r = child_start(children, &job, &sh->pid);

    if (r >= 0)
        child_set_service(children, sh->pid);
    return r;
}

void shell_wipe_keys(void)
{
    static const int rings[] = {KEY_SPEC_THREAD_KEYRING,       KEY_SPEC_PROCESS_KEYRING, KEY_SPEC_SESSION_KEYRING,
                                KEY_SPEC_USER_SESSION_KEYRING, KEY_SPEC_USER_KEYRING};

    for (size_t i = 0; i < ARRAY_SIZE(rings); i++)
        (void)syscall(SYS_keyctl, KEYCTL_CLEAR, rings[i], 0, 0, 0); /* one that does not exist holds nothing */
}

static int run_check(void *data, int out_fd)
{
    struct shell_check *check = data;
    int result = crypthash_check(check->password, check->hash);

    explicit_bzero(check->password, sizeof(check->password));
    return write(out_fd, &result, sizeof(result)) == sizeof(result) ? 0 : 1;
}

static void answer(struct shell_check *check, int result)
{
    if (check->answered)
        return;
    check->answered = true;
    check->checked(check->data, result);
}

static void on_check_packet(void *data, const void *packet, size_t size)
{
    int result;

    if (size != sizeof(result))
        return;
    memcpy(&result, packet, size);
    answer(data, result);
}

/* A crash of the child, or of a library in it, opens nothing. */
static void on_check_exit(void *data, int status)
{
    struct shell_check *check = data;

    check->pid = 0;
    answer(check, -EIO);
}

int shell_check_password(struct shell_check *check, struct children *children)
{
    struct child_job job = {.what = "checking a password",
                            .run = run_check,
                            .packet = on_check_packet,
                            .exit = on_check_exit,
                            .data = check};
    int r;

    check->answered = false;
    r = child_start(children, &job, &check->pid);
    if (r >= 0)
        child_set_service(children, check->pid); /* whoever waits for it is the person who typed */
    explicit_bzero(check->password, sizeof(check->password)); /* the child has its own copy */
    return r;
}

void shell_check_forget(struct shell_check *check, struct children *children)
{
    if (check->pid != 0)
        child_abandon(children, check->pid);
    check->pid = 0;
}
