/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jsonout.h"
#include "unittest.h"

static char *printed_array(const char *const *texts, size_t n)
{
    struct jsonout j = {.out = NULL};
    char *buf = NULL;
    size_t size;

    j.out = open_memstream(&buf, &size);
    ck_assert_ptr_nonnull(j.out);
    jsonout_array(&j, NULL);
    for (size_t i = 0; i < n; i++)
        jsonout_text(&j, NULL, texts[i]);
    jsonout_end(&j);
    fclose(j.out); /* which may move the text */
    return buf;
}

START_TEST(bytes_that_are_no_utf8_are_replaced)
{
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"", "\"\""},
        {"say \"a\\b\"", "\"say \\\"a\\\\b\\\"\""},
        {"\b\f\n\r\t\x01\x1f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\""},
        {"a/b", "\"a/b\""},
        {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80", "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\""},
        {"\xff", "\"\xef\xbf\xbd\""},
        {"\x80z", "\"\xef\xbf\xbdz\""},
        {"\xc3", "\"\xef\xbf\xbd\""},                                             /* cut short */
        {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                             /* cut short */
        {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                             /* overlong */
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},             /* a surrogate */
        {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* behind the last character */
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_free_ char *got = printed_array(&cases[i].text, 1);
        char wanted[128];

        snprintf(wanted, sizeof(wanted), "[\n  %s\n]\n", cases[i].printed);
        ck_assert_str_eq(got, wanted);
    }
}
END_TEST

START_TEST(numbers_keep_their_sign_and_all_their_digits)
{
    struct jsonout j = {.out = NULL};
    _cleanup_free_ char *buf = NULL;
    size_t size;

    j.out = open_memstream(&buf, &size);
    ck_assert_ptr_nonnull(j.out);
    jsonout_object(&j, NULL);
    jsonout_u64(&j, "u", UINT64_MAX);
    jsonout_i64(&j, "i", INT64_MIN);
    jsonout_bool(&j, "b", true);
    jsonout_text(&j, "nothing", NULL);
    jsonout_end(&j);
    fclose(j.out);
    ck_assert_str_eq(buf, "{\n  \"u\": 18446744073709551615,\n  \"i\": -9223372036854775808,\n  \"b\": true,\n"
                          "  \"nothing\": null\n}\n");
}
END_TEST

UNITTEST_MAIN("jsonout", bytes_that_are_no_utf8_are_replaced, numbers_keep_their_sign_and_all_their_digits)
