/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bootenv.h"

#include "cmdline.h"
#include "fd.h"
#include "text.h"

bool bootenv_is_container(void)
{
    static const char *const marks[] = {"/run/host/container-manager", "/run/systemd/container",
                                        "/run/.containerenv", "/.dockerenv"};
    const char *said = getenv("container");

    if (said && *said)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
        if (access(marks[i], F_OK) == 0)
            return true;
    return false;
}

static const char *word_target(const struct cmdline_word *w)
{
    static const struct {
        const char *word, *target;
    } words[] = {
        {"single", "rescue.target"}, {"s", "rescue.target"},      {"S", "rescue.target"},
        {"1", "rescue.target"},      {"rescue", "rescue.target"}, {"emergency", "emergency.target"},
        {"-b", "emergency.target"},  {"2", "multi-user.target"},  {"3", "multi-user.target"},
        {"4", "multi-user.target"},  {"5", "graphical.target"},
    };

    if (w->value)
        return cmdline_key_eq(w->key, "systemd.unit") || cmdline_key_eq(w->key, "pintle.unit") ? w->value
                                                                                               : NULL;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (streq(w->key, words[i].word))
            return words[i].target;
    return NULL;
}

int bootenv_target(const struct bootenv *e, char *ret_name)
{
    _cleanup_cmdline_ struct cmdline line = {0};
    const char *found = NULL;
    int r;

    if (e->container && !e->cmdline_path)
        return 0; /* the command line is the host's */
    r = cmdline_read(e->cmdline_path, &line);
    if (r < 0)
        return r;
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(&line, NULL, w));) {
        const char *target = word_target(w);

        if (target)
            found = target;
    }
    if (!found)
        return 0;
    return text_copy(ret_name, UNITNAME_MAX + 1, found) && unitname_is_valid(ret_name) ? 1 : -EINVAL;
}

static void add_getty(struct compiler *c, const char *tty)
{
    char instance[UNITNAME_MAX + 1], name[UNITNAME_MAX + 1];

    if (unitname_escape(tty, instance, sizeof(instance)) == 0 &&
        unitname_instantiate("serial-getty@.service", instance, strlen(instance), name) == 0)
        compile_want(c, "getty.target", name);
}

static bool is_virtual_terminal(const char *tty)
{
    const char *number = text_after(tty, "tty");

    return streq(tty, "console") || (number && *number >= '0' && *number <= '9');
}

void bootenv_add_gettys(const struct bootenv *e, struct compiler *c)
{
    /* Not in the list of the console driver, but there when such a machine has them. */
    static const char *const hypervisor[] = {"hvc0", "xvc0", "hvsi0", "sclp_line0", "ttysclp0"};
    const char *path = e->consoles_path ? e->consoles_path : "/sys/class/tty/console/active";
    char line[1024], tty[64];
    size_t n;

    if (e->container) {
        compile_want(c, "getty.target", "console-getty.service");
        return;
    }
    if (fd_read_line(AT_FDCWD, path, line, sizeof(line)) < 0)
        *line = '\0';
    for (const char *pos = line, *w; (w = text_next_word(&pos, " \t\n", &n));) {
        snprintf(tty, sizeof(tty), "%.*s", (int)n, w);
        if (!is_virtual_terminal(tty))
            add_getty(c, tty);
    }
    for (size_t i = 0; !e->consoles_path && i < ARRAY_SIZE(hypervisor); i++) {
        snprintf(line, sizeof(line), "/sys/class/tty/%s", hypervisor[i]);
        if (access(line, F_OK) == 0)
            add_getty(c, hypervisor[i]);
    }
}
