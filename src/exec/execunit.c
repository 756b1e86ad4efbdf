/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "execunit.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "execproto.h"
#include "words.h"

void execunit_map(struct execunit *x, const char *unit)
{
    struct stat st;
    const char *why = NULL;
    void *at;
    int r;

    if (fstat(EXECPROTO_FD_DB, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
        execfail(EXEC_STEP_EXEC, 0, "no unit database is at descriptor %d", EXECPROTO_FD_DB);
    at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, EXECPROTO_FD_DB, 0);
    if (at == MAP_FAILED)
        execfail(EXEC_STEP_MEMORY, -errno, "cannot map the unit database");
    r = udb_open(at, (size_t)st.st_size, &x->db, &why);
    if (r < 0)
        execfail(EXEC_STEP_EXEC, 0, "the unit database is refused: %s", why ?: "unreadable");
    if (text_parse_u32(unit, 10, &x->unit) < 0 || x->unit >= udb_count(&x->db))
        execfail(EXEC_STEP_EXEC, 0, "'%s' is no unit of the database", unit);
    x->service = udb_service(&x->db, x->unit);
    x->uid = (uid_t)-1;
    x->gid = (gid_t)-1;
}

void execunit_choose(struct execunit *x, const char *kind, const char *line)
{
    uint32_t k, l;

    if (!x->service || text_parse_u32(kind, 10, &k) < 0 || k >= UDB_EXEC_COUNT || text_parse_u32(line, 10, &l) < 0 ||
        l >= x->service->exec[k].count)
        execfail(EXEC_STEP_EXEC, 0, "'%s' has no command %s %s", udb_name(&x->db, x->unit), kind, line);
    x->kind = (enum udb_exec)k;
    x->command = udb_command(&x->db, x->service->exec[k].first + l);
    x->privileged = x->command->flags & (UDB_CMD_FULL_PRIVILEGE | UDB_CMD_AMBIENT);
}

const char *execunit_prop(const struct execunit *x, const char *name)
{
    const char *value = udb_prop_last(&x->db, x->unit, name);

    return value && *value ? value : NULL;
}

bool execunit_bool(const struct execunit *x, const char *name, bool fallback)
{
    const char *value = execunit_prop(x, name);
    bool b;

    return value && text_parse_bool(value, &b) == 0 ? b : fallback;
}

void execunit_list(const struct execunit *x, const char *name, struct strv *ret)
{
    const struct udb_list *props = &udb_unit(&x->db, x->unit)->props;

    for (uint32_t i = 0; i < props->count; i++) {
        const struct udb_prop *p = udb_prop(&x->db, props, i);
        const char *value = udb_text(&x->db, p->value);

        if (!streq(udb_text(&x->db, p->name), name))
            continue;
        if (!*value)
            strv_clear(ret);
        else if (strv_add(ret, value) < 0)
            execfail_memory();
    }
}

void execunit_words(const struct execunit *x, const char *name, struct strv *ret)
{
    _cleanup_strv_ struct strv lines = {0};
    char *word;

    execunit_list(x, name, &lines);
    for (size_t i = 0; i < lines.n; i++) {
        const char *pos = lines.v[i];

        while (words_next(&pos, WORDS_UNQUOTE, &word, NULL) > 0)
            if (strv_take(ret, word) < 0)
                execfail_memory();
    }
}

void execunit_setenv(struct execunit *x, const char *assignment)
{
    size_t n = strcspn(assignment, "=") + 1;

    for (size_t i = 0; i < x->env.n; i++)
        if (strncmp(x->env.v[i], assignment, n) == 0) {
            x->env.v[i] = strdup(assignment); /* the earlier one is left to the exec */
            if (!x->env.v[i])
                execfail_memory();
            return;
        }
    if (strv_add(&x->env, assignment) < 0)
        execfail_memory();
}

const char *execunit_getenv(const struct execunit *x, const char *name, size_t length)
{
    for (size_t i = 0; i < x->env.n; i++)
        if (strncmp(x->env.v[i], name, length) == 0 && x->env.v[i][length] == '=')
            return x->env.v[i] + length + 1;
    return NULL;
}
