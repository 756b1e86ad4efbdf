/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conditions.h"

#include "execproto.h"
#include "log.h"
#include "text.h"

bool conditions_met(const struct udb *db, uint32_t unit, const char *family, conditions_test_fn test,
                    const char **ret_name, const char **ret_value)
{
    const struct udb_list *props = &udb_unit(db, unit)->props;
    bool any_trigger = false, trigger_met = false, met = true;

    for (uint32_t i = 0; i < props->count; i++) {
        const struct udb_prop *p = udb_prop(db, props, i);
        const char *full = udb_text(db, p->name), *name = text_after(full, family), *value = udb_text(db, p->value);
        bool trigger, negate, one;
        enum condtest_result r;

        if (!name)
            continue;
        if (!*value) { /* as if there had been none */
            any_trigger = trigger_met = false;
            met = true;
            continue;
        }
        trigger = *value == '|';
        value += trigger;
        negate = *value == '!';
        value += negate;
        r = test(name, value);
        one = r == CONDTEST_UNKNOWN || (r == CONDTEST_TRUE) != negate;
        any_trigger = any_trigger || trigger;
        trigger_met = trigger_met || (trigger && one);
        if (!one && (met || !trigger)) {
            *ret_name = full;
            *ret_value = udb_text(db, p->value);
        }
        met = met && (trigger || one);
    }
    return met && (!any_trigger || trigger_met);
}

static enum condtest_result test_and_warn(const char *name, const char *value)
{
    enum condtest_result r = condtest_run(name, value);

    if (r == CONDTEST_UNKNOWN)
        (void)log_warning(0, "the condition '%s=%s' is not known to this version and counts as met", name, value);
    return r;
}

int conditions_judge(const struct udb *db, uint32_t unit)
{
    const char *name = "", *value = "";

    if (!conditions_met(db, unit, "Condition", test_and_warn, &name, &value)) {
        log_info("%s: not started: %s=%s is not met", udb_name(db, unit), name, value);
        return EXECPROTO_SKIP;
    }
    if (!conditions_met(db, unit, "Assert", test_and_warn, &name, &value)) {
        (void)log_error(0, "%s: %s=%s is not met", udb_name(db, unit), name, value);
        return EXECPROTO_ASSERT_FAILED;
    }
    return EXECPROTO_MET;
}
