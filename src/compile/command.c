/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "text.h"
#include "words.h"

#define PRIVILEGES (UDB_CMD_FULL_PRIVILEGE | UDB_CMD_AMBIENT | UDB_CMD_AMBIENT2)

/* The prefixes, in any order, each once. Return: what is behind them. */
static const char *take_prefixes(const char *s, uint32_t *flags, bool *own_argv0)
{
    for (;; s++) {
        if (*s == '-' && !(*flags & UDB_CMD_IGNORE_FAILURE))
            *flags |= UDB_CMD_IGNORE_FAILURE;
        else if (*s == '@' && !*own_argv0)
            *own_argv0 = true;
        else if (*s == ':' && !(*flags & UDB_CMD_NO_EXPAND))
            *flags |= UDB_CMD_NO_EXPAND;
        else if (*s == '+' && !(*flags & PRIVILEGES))
            *flags |= UDB_CMD_FULL_PRIVILEGE;
        else if (*s == '!' && !(*flags & PRIVILEGES))
            *flags |= UDB_CMD_AMBIENT;
        else if (*s == '!' && (*flags & PRIVILEGES) == UDB_CMD_AMBIENT)
            *flags ^= UDB_CMD_AMBIENT | UDB_CMD_AMBIENT2;
        else
            return s;
    }
}

/* What may not be the path of a command. Return: why; NULL when it is fine. */
static const char *wrong_path(const char *path)
{
    if (!*path)
        return "the command is empty";
    if (text_has_suffix(path, "/"))
        return "the command is a directory";
    for (const char *s = path; *s; s++)
        if ((uint8_t)*s < ' ' || *s == 127)
            return "the command's name holds a control character";
    if (*path != '/' && strchr(path, '/'))
        return "the command is neither an absolute path nor a plain name";
    if (streq(path, ".") || streq(path, ".."))
        return "the command is no file";
    return strlen(path) >= 4096 ? "the command's path is too long" : NULL;
}

/* "//" and "/./" mean nothing. */
static void simplify(char *path)
{
    char *out = path;

    for (const char *s = path; *s; s++) {
        if (s[0] == '/' && s[1] == '/')
            continue;
        if (s[0] == '/' && s[1] == '.' && s[2] == '/') {
            s++;
            continue;
        }
        *out++ = *s;
    }
    *out = '\0';
}

struct line {
    struct draft *d;
    const struct assignment *a;
    const char *pos;
    uint32_t flags; /* of the command at hand */
    bool more;      /* a ";" follows */
};

/* A bad command makes the unit bad, unless its failure was to be ignored anyway. */
static bool bad_command(struct line *l, const char *why)
{
    if (l->flags & UDB_CMD_IGNORE_FAILURE)
        draft_note(l->d, l->a, UDB_NOTE_WARNING, "%s=: %s; the line is ignored", l->a->directive->name, why);
    else
        draft_refuse(l->d, l->a, "%s=: %s; the unit is not loaded", l->a->directive->name, why);
    return false;
}

/* Return: 1; 0 at the end; negative when it was bad, which has been noted. */
static int next_word(struct line *l, char **ret_word)
{
    bool odd = false;
    int r = words_next(&l->pos, WORDS_UNQUOTE | WORDS_UNESCAPE, ret_word, &odd);

    if (r == -ENOMEM)
        compile_fail(l->d->c, r);
    else if (r < 0)
        bad_command(l, "a quote is left open or an escape is bad");
    if (odd)
        draft_note(l->d, l->a, UDB_NOTE_WARNING, "%s=: unknown escape sequence, it stays as it is",
                   l->a->directive->name);
    return r;
}

static bool is_lone(const char *s, const char *token)
{
    const char *rest = text_after(s, token);

    return rest && (!*rest || strchr(" \t", *rest));
}

/* The arguments up to the end or a lone ";". */
static bool take_arguments(struct line *l, struct strv *argv)
{
    while (*l->pos) {
        _cleanup_free_ char *word = NULL;
        char *expanded;

        if (is_lone(l->pos, ";")) {
            l->pos += 1 + strspn(l->pos + 1, " \t");
            l->more = true;
            return true;
        }
        if (is_lone(l->pos, "\\;")) { /* the argument ";" */
            l->pos += 2 + strspn(l->pos + 2, " \t");
            expanded = strdup(";");
        } else {
            int r = next_word(l, &word);

            if (r <= 0)
                return r == 0;
            expanded = draft_expand(l->d, l->a, word);
        }
        if (!expanded)
            return bad_command(l, "an argument cannot be resolved");
        if (strv_take(argv, expanded) < 0) {
            compile_fail(l->d->c, -ENOMEM);
            return false;
        }
    }
    return true;
}

static bool add_command(struct line *l, enum udb_exec kind, char *path, struct strv *argv)
{
    struct draft *d = l->d;

    if (d->n_commands == d->room_commands) {
        size_t room = d->room_commands ? d->room_commands * 2 : 8;
        void *grown = realloc(d->commands, room * sizeof(*d->commands));

        if (!grown) {
            compile_fail(d->c, -ENOMEM);
            return false;
        }
        d->commands = grown;
        d->room_commands = room;
    }
    d->commands[d->n_commands++] = (struct draft_command){
        .kind = (uint8_t)kind,
        .flags = l->flags,
        .path = path,
        .argv = *argv,
    };
    *argv = (struct strv){0};
    return true;
}

static bool take_command(struct line *l, enum udb_exec kind, const char *first)
{
    _cleanup_strv_ struct strv argv = {0};
    _cleanup_free_ char *path = NULL;
    bool own_argv0 = false;
    const char *why;

    path = draft_expand(l->d, l->a, take_prefixes(first, &l->flags, &own_argv0));
    if (!path)
        return bad_command(l, "the command cannot be resolved");
    why = wrong_path(path);
    if (why)
        return bad_command(l, why);
    if (!own_argv0 && strv_add(&argv, path) < 0) {
        compile_fail(l->d->c, -ENOMEM);
        return false;
    }
    simplify(path);
    if (!take_arguments(l, &argv))
        return false;
    if (argv.n == 0)
        return bad_command(l, "'@' needs a name for the process behind the command");
    if (!add_command(l, kind, path, &argv))
        return false;
    path = NULL; /* the draft's now */
    return true;
}

bool command_parse(struct draft *d, const struct assignment *a, enum udb_exec kind)
{
    struct line l = {.d = d, .a = a, .pos = a->value};

    do {
        _cleanup_free_ char *first = NULL;
        int r;

        l.flags = 0;
        l.more = false;
        r = next_word(&l, &first);
        if (r <= 0)
            return r == 0;
        if (streq(first, ";")) {
            l.more = true;
            continue;
        }
        if (!take_command(&l, kind, first))
            return false;
    } while (l.more);
    return true;
}
