/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "specifier.h"
#include "unittest.h"

START_TEST(names_are_taken_apart)
{
    struct unitname u;

    ck_assert_int_eq(unitname_parse("ssh.service", &u), 0);
    ck_assert_uint_eq(u.prefix_len, 3);
    ck_assert_ptr_null(u.instance);
    ck_assert_uint_eq(u.type, UNITNAME_SERVICE);
    ck_assert_int_eq(unitname_parse("getty@tty1.service", &u), 0);
    ck_assert_uint_eq(u.prefix_len, 5);
    ck_assert_uint_eq(u.instance_len, 4);
    ck_assert_str_eq(u.suffix, "service");
    ck_assert_int_eq(unitname_parse("a@b.c@d.target", &u), 0); /* dots and a second @ in the instance */
    ck_assert_uint_eq(u.instance_len, 5);
    ck_assert_uint_eq(u.type, UNITNAME_TARGET);
}
END_TEST

START_TEST(what_is_no_name_is_refused)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "..",
                                      "ssh",
                                      "ssh.",
                                      ".service",
                                      "@.service",
                                      "@x.service",
                                      "a/b.service",
                                      "a b.service",
                                      "a.servic",
                                      "a.Service",
                                      "ä.service",
                                      "../etc/passwd.service",
                                      "a\n.service",
                                      "a%b.service"};
    char name[300];

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        ck_assert_msg(!unitname_is_valid(bad[i]), "%s", bad[i]);
    memset(name, 'a', sizeof(name));
    strcpy(name + 255 - 8, ".service");
    ck_assert_uint_eq(strlen(name), 255);
    ck_assert(unitname_is_valid(name));
    memset(name, 'a', sizeof(name));
    strcpy(name + 256 - 8, ".service");
    ck_assert(!unitname_is_valid(name));
}
END_TEST

START_TEST(templates_and_instances_lead_to_each_other)
{
    char buf[UNITNAME_MAX + 1], longest[UNITNAME_MAX + 1];

    ck_assert(unitname_is_template("getty@.service") && !unitname_is_template("getty@a.service"));
    ck_assert(unitname_is_instance("getty@a.service") && !unitname_is_instance("getty.service"));
    ck_assert_int_eq(unitname_template("getty@tty1.service", buf), 0);
    ck_assert_str_eq(buf, "getty@.service");
    ck_assert_int_eq(unitname_template("getty.service", buf), -EINVAL);
    ck_assert_int_eq(unitname_instantiate("getty@.service", "tty12", 4, buf), 0);
    ck_assert_str_eq(buf, "getty@tty1.service");
    ck_assert_int_eq(unitname_instantiate("getty@.service", "a/b", 3, buf), -EINVAL);
    memset(longest, 'x', sizeof(longest));
    ck_assert_int_eq(unitname_instantiate("getty@.service", longest, 255 - 14, buf), 0);
    ck_assert_int_eq(unitname_instantiate("getty@.service", longest, 255 - 13, buf), -ENAMETOOLONG);
}
END_TEST

START_TEST(escaping_and_back_is_the_same)
{
    char escaped[64], back[64];

    ck_assert_int_eq(unitname_escape("dev/disk/by-id/a b", escaped, sizeof(escaped)), 0);
    ck_assert_str_eq(escaped, "dev-disk-by\\x2did-a\\x20b");
    ck_assert_int_eq(unitname_unescape(escaped, strlen(escaped), back), 0);
    ck_assert_str_eq(back, "dev/disk/by-id/a b");
    ck_assert_int_eq(unitname_unescape("a\\x0", 4, back), -EINVAL);
    ck_assert_int_eq(unitname_unescape("a\\x00", 5, back), -EINVAL);
    ck_assert_int_eq(unitname_unescape("a\\n", 3, back), -EINVAL);
    ck_assert_int_eq(unitname_escape("aaaaaaaaaaaaaaaaa", escaped, 8), -ENAMETOOLONG);
}
END_TEST

static char *expand(const char *unit, const char *text, char *odd)
{
    struct specifier_host h;
    char *out = NULL;

    specifier_host_init(&h, "");
    if (specifier_expand(&h, unit, "/lib/systemd/system/x.service", text, &out, odd) < 0)
        out = NULL;
    specifier_host_done(&h);
    return out;
}

START_TEST(specifiers_give_the_parts_of_the_name)
{
    static const struct {
        const char *unit, *text, *wanted;
    } cases[] = {
        {"a-b@c\\x2dd-e.service", "%n|%N|%p|%i", "a-b@c\\x2dd-e.service|a-b@c\\x2dd-e|a-b|c\\x2dd-e"},
        {"a-b@c\\x2dd-e.service", "%P|%I|%j|%J|%f", "a/b|c-d/e|b|b|/c-d/e"},
        {"dev-sda.service", "%f|%i|%I|%j", "/dev/sda|||sda"},
        {"x.service", "100%% %t %S %C %L %E %T %V %u %U %h",
         "100% /run /var/lib /var/cache /var/log /etc /tmp /var/tmp root 0 /root"},
        {"x.service", "%y %Y", "/lib/systemd/system/x.service /lib/systemd/system"},
        {"x.service", "none", "none"},
        {"x.service", "end%", "end%"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_free_ char *out = expand(cases[i].unit, cases[i].text, NULL);

        ck_assert_str_eq(out, cases[i].wanted);
    }
}
END_TEST

START_TEST(unknown_specifiers_stay_and_those_without_a_value_fail)
{
    char odd = 0;
    _cleanup_free_ char *kept = expand("x.service", "%Q", &odd), *failed = NULL;

    ck_assert_str_eq(kept, "%Q");
    ck_assert_int_eq(odd, 'Q');
    failed = expand("x@\\x.service", "%I", &odd);
    ck_assert_ptr_null(failed);
    ck_assert_int_eq(odd, 'I');
}
END_TEST

UNITTEST_MAIN("unitname", names_are_taken_apart, what_is_no_name_is_refused,
              templates_and_instances_lead_to_each_other, escaping_and_back_is_the_same,
              specifiers_give_the_parts_of_the_name, unknown_specifiers_stay_and_those_without_a_value_fail)
