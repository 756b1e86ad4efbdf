/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's command line, and what stage one takes out of it: root=, rootflags=, switches. */
#include "cmdline.h"
#include "fuzz.h"
#include "mntopt.h"
#include "rootspec.h"

static void use_root(const char *value)
{
    _cleanup_rootspec_ struct rootspec spec = {0};
    const struct blkinfo *none[1] = {0};
    char why[256];

    if (rootspec_parse(value, &spec, why, sizeof(why)) < 0) {
        FUZZ_MUST(memchr(why, '\0', sizeof(why)));
        return;
    }
    FUZZ_MUST(spec.n >= 1 && spec.n <= ROOTSPEC_CANDIDATES_MAX);
    (void)rootspec_needs(&spec);
    for (size_t i = 0; i < spec.n; i++) {
        fuzz_use_text(spec.v[i].text);
        fuzz_use_text(spec.v[i].value);
        fuzz_use_text(rootspec_kind_name(spec.v[i].kind));
        (void)rootspec_supported(&spec.v[i], why, sizeof(why));
    }
    (void)rootspec_find(&spec, none, 0, &(size_t){0});
    (void)rootspec_nearest(&spec, none, 0, why, sizeof(why));
}

static void use_options(const char *value)
{
    struct mntopt m = {0};
    char why[256];

    if (mntopt_add(&m, value, why, sizeof(why)) == 0 && mntopt_add(&m, value, NULL, 0) == 0)
        FUZZ_MUST(memchr(m.data, '\0', sizeof(m.data)) && (m.set & m.clear) == 0);
}

static void use(const struct cmdline *c)
{
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(c, NULL, w));) {
        fuzz_use_text(w->key);
        fuzz_use_text(w->value);
        if (w->value && !w->for_init)
            FUZZ_MUST(cmdline_get(c, w->key));
    }
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(c, "root", w));)
        if (w->value)
            use_root(w->value);
    if (cmdline_get(c, "rootflags"))
        use_options(cmdline_get(c, "rootflags"));
    (void)cmdline_has(c, "rootwait");
    (void)cmdline_last_of(c, "ro", "rw");
    (void)cmdline_bool(c, "rd.debug", false);
}

/* Two lines, apart at the first byte 1: the second is what a person typed on the recovery console. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = size > 0 ? memchr(data, 1, size) : NULL;
    size_t first = cut ? (size_t)(cut - data) : size;
    _cleanup_free_ char *text = fuzz_copy(data, first, false), *more = NULL;
    _cleanup_cmdline_ struct cmdline c = {0};

    if (cmdline_parse(text, first, &c) < 0)
        return 0;
    use(&c);
    if (!cut)
        return 0;
    more = fuzz_copy(cut + 1, size - first - 1, false);
    if (cmdline_append(&c, more, size - first - 1) == 0)
        use(&c);
    return 0;
}
