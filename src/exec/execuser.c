/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>

#include "execunit.h"

/*
 * A name or a number. What looks like a number but is not a plain decimal one is refused: "0day" must not become
 * root (CVE-2017-1000082), nor "0x0" (CVE-2020-13776). (uid_t)-1 means "unchanged" to the kernel and 65535 to old ones.
 */
static bool is_number(const char *s, uint32_t *ret_id)
{
    if (s[0] == '0' && s[1])
        return false;
    return text_parse_u32(s, 10, ret_id) == 0 && *ret_id != UINT32_MAX && *ret_id != 65535;
}

static void take_passwd(struct execunit *x, const struct passwd *pw)
{
    x->user = strdup(pw->pw_name);
    x->home = strdup(pw->pw_dir);
    x->shell = strdup(pw->pw_shell && *pw->pw_shell ? pw->pw_shell : "/bin/sh");
    x->uid = pw->pw_uid;
    x->gid = pw->pw_gid;
    if (!x->user || !x->home || !x->shell)
        execfail_memory();
}

static void find_user(struct execunit *x, const char *name)
{
    struct passwd *pw;
    uint32_t id;

    errno = 0;
    if (is_number(name, &id)) {
        pw = getpwuid(id);
        if (!pw) { /* a number needs no entry */
            x->uid = id;
            x->gid = id;
            return;
        }
    } else if (name[0] >= '0' && name[0] <= '9')
        execfail(EXEC_STEP_USER, 0, "User=%s is neither a name nor a number", name);
    else
        pw = getpwnam(name);
    if (!pw)
        execfail(EXEC_STEP_USER, errno ? -errno : 0, "User=%s: there is no such user; make it (adduser --system %s)", name,
                 name);
    take_passwd(x, pw);
}

static gid_t find_group(const char *key, const char *name)
{
    const struct group *gr;
    uint32_t id;

    if (is_number(name, &id))
        return id;
    errno = 0;
    gr = name[0] >= '0' && name[0] <= '9' ? NULL : getgrnam(name);
    if (!gr)
        execfail(EXEC_STEP_GROUP, errno ? -errno : 0, "%s=%s: there is no such group", key, name);
    return gr->gr_gid;
}

void execuser_find(struct execunit *x)
{
    const char *user = execunit_prop(x, "User"), *group = execunit_prop(x, "Group");

    if (user)
        find_user(x, user);
    if (group)
        x->gid = find_group("Group", group);
}

static void set_groups(struct execunit *x)
{
    _cleanup_strv_ struct strv names = {0};
    gid_t groups[256];
    int n = (int)ARRAY_SIZE(groups) / 2;

    execunit_words(x, "SupplementaryGroups", &names);
    if (x->user) {
        if (getgrouplist(x->user, x->gid, groups, &n) < 0)
            execfail(EXEC_STEP_GROUP, 0, "user '%s' is in more than %zu groups", x->user, ARRAY_SIZE(groups) / 2);
    } else if (x->gid != (gid_t)-1 || names.n > 0) {
        n = 0;
        if (x->gid != (gid_t)-1)
            groups[n++] = x->gid;
    } else
        return;
    for (size_t i = 0; i < names.n; i++) {
        if (n == (int)ARRAY_SIZE(groups))
            execfail(EXEC_STEP_GROUP, 0, "more than %zu groups", ARRAY_SIZE(groups));
        groups[n++] = find_group("SupplementaryGroups", names.v[i]);
    }
    if (setgroups((size_t)n, groups) < 0)
        execfail(EXEC_STEP_GROUP, -errno, "cannot set the supplementary groups");
}

void execuser_become(struct execunit *x)
{
    if (!x->privileged) {
        set_groups(x);
        if (x->gid != (gid_t)-1 && setresgid(x->gid, x->gid, x->gid) < 0)
            execfail(EXEC_STEP_GROUP, -errno, "cannot become group %u", x->gid);
        if (x->uid != (uid_t)-1 && setresuid(x->uid, x->uid, x->uid) < 0)
            execfail(EXEC_STEP_USER, -errno, "cannot become user %u", x->uid);
    }
    if (execunit_bool(x, "NoNewPrivileges", false) && !(x->command->flags & UDB_CMD_FULL_PRIVILEGE) &&
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        execfail(EXEC_STEP_NO_NEW_PRIVILEGES, -errno, "cannot set NoNewPrivileges=");
}
