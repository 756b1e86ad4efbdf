/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "execlimits.h"
#include "execunit.h"
#include "fd.h"

enum unit_kind { COUNT, BYTES, SECONDS, USECONDS, NICENESS };

static const struct {
    const char *key;
    int resource;
    enum unit_kind kind;
} limits[] = {
    {"LimitCPU", RLIMIT_CPU, SECONDS},         {"LimitFSIZE", RLIMIT_FSIZE, BYTES},
    {"LimitDATA", RLIMIT_DATA, BYTES},         {"LimitSTACK", RLIMIT_STACK, BYTES},
    {"LimitCORE", RLIMIT_CORE, BYTES},         {"LimitRSS", RLIMIT_RSS, BYTES},
    {"LimitNOFILE", RLIMIT_NOFILE, COUNT},     {"LimitAS", RLIMIT_AS, BYTES},
    {"LimitNPROC", RLIMIT_NPROC, COUNT},       {"LimitMEMLOCK", RLIMIT_MEMLOCK, BYTES},
    {"LimitLOCKS", RLIMIT_LOCKS, COUNT},       {"LimitSIGPENDING", RLIMIT_SIGPENDING, COUNT},
    {"LimitMSGQUEUE", RLIMIT_MSGQUEUE, BYTES}, {"LimitNICE", RLIMIT_NICE, NICENESS},
    {"LimitRTPRIO", RLIMIT_RTPRIO, COUNT},     {"LimitRTTIME", RLIMIT_RTTIME, USECONDS},
};

static int parse_bytes(const char *s, uint64_t *ret)
{
    static const char suffixes[] = "KMGTPE";
    char digits[32];
    size_t n = strspn(s, "0123456789");
    const char *suffix = s[n] ? strchr(suffixes, s[n]) : NULL;
    uint64_t value;
    unsigned shift = suffix ? 10 * (unsigned)(suffix - suffixes + 1) : 0;

    if (n == 0 || n >= sizeof(digits) || (s[n] && !suffix && s[n] != 'B') || (s[n] && s[n + 1]))
        return -EINVAL;
    memcpy(digits, s, n);
    digits[n] = '\0';
    if (text_parse_u64(digits, 10, &value) < 0 || (value << shift) >> shift != value)
        return -ERANGE;
    *ret = value << shift;
    return 0;
}

static int parse_one(const char *s, enum unit_kind kind, rlim_t *ret)
{
    uint64_t value = 0;
    int r = 0;

    if (streq(s, "infinity")) {
        *ret = RLIM_INFINITY;
        return 0;
    }
    switch (kind) {
    case COUNT:
        r = text_parse_u64(s, 10, &value);
        break;
    case BYTES:
        r = parse_bytes(s, &value);
        break;
    case SECONDS:
        r = text_parse_usec(s, USEC_PER_SEC, &value);
        value = (value + USEC_PER_SEC - 1) / USEC_PER_SEC; /* rounded up, as systemd.exec(5) has it */
        break;
    case USECONDS:
        r = text_parse_usec(s, 1, &value);
        break;
    case NICENESS:
        if (*s == '+' || *s == '-') {
            r = text_parse_u64(s + 1, 10, &value);
            if (r == 0 && value > (*s == '+' ? 19U : 20U))
                r = -ERANGE;
            value = *s == '+' ? 20 - value : 20 + value;
        } else
            r = text_parse_u64(s, 10, &value);
        break;
    }
    *ret = value;
    return r;
}

int execlimits_parse(const char *value, size_t limit, struct rlimit *ret)
{
    const char *colon = strchr(value, ':');
    char soft[64];
    struct rlimit l;
    int r;

    if (!colon) {
        r = parse_one(value, limits[limit].kind, &l.rlim_cur);
        l.rlim_max = l.rlim_cur;
    } else if ((size_t)(colon - value) >= sizeof(soft))
        return -EINVAL;
    else {
        memcpy(soft, value, (size_t)(colon - value));
        soft[colon - value] = '\0';
        r = parse_one(soft, limits[limit].kind, &l.rlim_cur);
        if (r == 0)
            r = parse_one(colon + 1, limits[limit].kind, &l.rlim_max);
        if (r == 0 && l.rlim_cur > l.rlim_max)
            r = -EINVAL;
    }
    if (r == 0)
        *ret = l;
    return r;
}

size_t execlimits_find(const char *key)
{
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
        if (streq(limits[i].key, key))
            return i;
    return SIZE_MAX;
}

static void set_rlimits(struct execunit *x)
{
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        const char *value = execunit_prop(x, limits[i].key);
        struct rlimit l, now;
        int r;

        if (!value)
            continue;
        r = execlimits_parse(value, i, &l);
        if (r < 0)
            execfail(EXEC_STEP_LIMITS, r, "%s=%s is no limit", limits[i].key, value);
        if (setrlimit((__rlimit_resource_t)limits[i].resource, &l) == 0)
            continue;
        /* In a container the hard limit cannot be raised: as much as is allowed, as systemd does. */
        if (errno != EPERM || getrlimit((__rlimit_resource_t)limits[i].resource, &now) < 0)
            execfail(EXEC_STEP_LIMITS, -errno, "cannot set %s=%s", limits[i].key, value);
        l.rlim_max = MIN(l.rlim_max, now.rlim_max);
        l.rlim_cur = MIN(l.rlim_cur, l.rlim_max);
        if (setrlimit((__rlimit_resource_t)limits[i].resource, &l) < 0)
            execfail(EXEC_STEP_LIMITS, -errno, "cannot set %s=%s", limits[i].key, value);
    }
}

static bool parse_signed(const char *s, int low, int high, int *ret)
{
    bool minus = *s == '-';
    uint32_t n;

    if (text_parse_u32(s + (minus || *s == '+'), 10, &n) < 0 || n > 1000)
        return false;
    *ret = minus ? -(int)n : (int)n;
    return *ret >= low && *ret <= high;
}

static void set_nice(struct execunit *x)
{
    const char *value = execunit_prop(x, "Nice");
    int nice;

    if (!value)
        return;
    if (!parse_signed(value, -20, 19, &nice))
        execfail(EXEC_STEP_NICE, 0, "Nice=%s is not between -20 and 19", value);
    if (setpriority(PRIO_PROCESS, 0, nice) < 0)
        execfail(EXEC_STEP_NICE, -errno, "cannot set Nice=%s", value);
}

static void set_oom_score(struct execunit *x)
{
    const char *value = execunit_prop(x, "OOMScoreAdjust");
    int score, r;

    if (!value)
        return;
    if (!parse_signed(value, -1000, 1000, &score))
        execfail(EXEC_STEP_OOM_ADJUST, 0, "OOMScoreAdjust=%s is not between -1000 and 1000", value);
    r = fd_write_file(AT_FDCWD, "/proc/self/oom_score_adj", value);
    if (r < 0 && r != -EACCES && r != -EPERM) /* a container may not: the service runs without, as under systemd */
        execfail(EXEC_STEP_OOM_ADJUST, r, "cannot set OOMScoreAdjust=%s", value);
}

void execlimits_set(struct execunit *x)
{
    const char *mask = execunit_prop(x, "UMask");
    uint32_t mode = 022;

    set_rlimits(x);
    set_nice(x);
    set_oom_score(x);
    if (mask && (text_parse_u32(mask, 8, &mode) < 0 || mode > 0777))
        execfail(EXEC_STEP_LIMITS, 0, "UMask=%s is no octal mode", mask);
    umask((mode_t)mode);
    if (!execunit_bool(x, "IgnoreSIGPIPE", true))
        signal(SIGPIPE, SIG_DFL);
}
