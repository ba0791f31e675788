/* SPDX-License-Identifier: MIT */
/*
 * JSON: what is written can be read, and what is none is refused with its place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/json_read.h"

static Arena *arena;
static const char *problem;
static size_t at;

static int setup(void **state) {
        (void)state;
        arena = arena_new();
        return 0;
}

static int teardown(void **state) {
        (void)state;
        arena = arena_free(arena);
        return 0;
}

static const JsonValue *read_text(const char *text) {
        return json_read(arena, text, strlen(text), &problem, &at);
}

static void values_of_all_kinds_are_read(void **state) {
        const JsonValue *v =
                read_text(" {\"a\":[null,true,false],\"b\" : \"x\" ,\"n\":18446744073709551615,\r\n\t"
                          "\"e\":{},\"f\":-1.5e+3,\"g\":18446744073709551616} ");
        const JsonValue *list;

        (void)state;
        assert_non_null(v);
        list = json_get(v, "a");
        assert_int_equal(list->kind, JSON_ARRAY);
        assert_int_equal(list->first->kind, JSON_NULL);
        assert_int_equal(list->first->next->kind, JSON_TRUE);
        assert_int_equal(list->first->next->next->kind, JSON_FALSE);
        assert_string_equal(json_get_text(v, "b"), "x");
        assert_true(json_get_integer(v, "n", 0) == UINT64_MAX);
        assert_null(json_get(v, "e")->first);
        assert_int_equal(json_get(v, "f")->kind, JSON_NUMBER);
        assert_int_equal(json_get(v, "g")->kind, JSON_NUMBER);
}

static void what_is_not_there_or_of_another_kind_is_told(void **state) {
        const JsonValue *v = read_text("{\"a\":1,\"b\":\"x\",\"a\":2}");

        (void)state;
        assert_null(json_get(v, "c"));
        assert_null(json_get(NULL, "a"));
        assert_null(json_get(json_get(v, "b"), "a"));
        assert_null(json_get_text(v, "a"));
        assert_int_equal(json_get_integer(v, "b", 7), 7);
        assert_int_equal(json_get_integer(v, "a", 7), 1);
}

static void escapes_of_texts_are_resolved(void **state) {
        const JsonValue *v = read_text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"");

        (void)state;
        assert_string_equal(v->text, "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void a_mistake_is_told_with_its_place(void **state) {
        static const struct {
                const char *text;
                const char *problem;
                size_t at;
        } rows[] = {
                {"", "the text ends too early", 0},
                {"{\"a\":", "the text ends too early", 5},
                {"{\"a", "the text ends too early", 3},
                {"[1,]", "no value begins like this", 3},
                {"[1 2]", "',' or ']' must stand here", 3},
                {"{\"a\" 1}", "':' must stand here", 5},
                {"{a:1}", "a text must stand here", 1},
                {"{\"a\":1,}", "a text must stand here", 7},
                {"1 2", "more follows behind the value", 2},
                {"tru", "no value begins like this", 0},
                {"01", "more follows behind the value", 1},
                {"-", "a digit must stand here", 1},
                {"1.", "a digit must stand here", 2},
                {"1e+", "a digit must stand here", 3},
                {"\"\\x\"", "unknown escape in a text", 2},
                {"\"\\", "unknown escape in a text", 2},
                {"\"\\u12g4\"", "four hexadecimal digits must follow '\\u'", 5},
                {"\"\\u0000\"", "a text with a zero inside", 7},
                {"\"\\ud800\"", "half of a pair of '\\u'", 7},
                {"\"\\ud800\\u0041\"", "half of a pair of '\\u'", 13},
                {"\"\\udc00\"", "half of a pair of '\\u'", 7},
                {"\"a\nb\"", "a control byte in a text", 2},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                if (read_text(rows[i].text))
                        fail_msg("'%s' was read", rows[i].text);
                if (strcmp(problem, rows[i].problem) != 0 || at != rows[i].at)
                        fail_msg("'%s': %s at %zu", rows[i].text, problem, at);
        }
}

static void a_zero_byte_is_no_end(void **state) {
        (void)state;
        assert_null(json_read(arena, "1\0", 2, &problem, &at));
        assert_null(json_read(arena, "\"\0\"", 3, &problem, &at));
        assert_string_equal(problem, "a control byte in a text");
}

static void depth_is_limited(void **state) {
        char text[2 * JSON_DEPTH_MAX + 3];

        (void)state;
        for (unsigned depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
                memset(text, '[', depth);
                memset(text + depth, ']', depth);
                text[2 * depth] = '\0';
                if ((read_text(text) != NULL) != (depth <= JSON_DEPTH_MAX))
                        fail_msg("depth %u", depth);
        }
        assert_string_equal(problem, "too many objects and arrays inside of each other");
        assert_int_equal(at, JSON_DEPTH_MAX);
}

static void what_is_written_can_be_read(void **state) {
        Text out = TEXT_NULL;
        Json json = json_begin(&out);
        const JsonValue *v;

        (void)state;
        json_text(&json, "text", "a\"\\\n\x01\xc3\xa9");
        json_text(&json, "none", NULL);
        json_number(&json, "number", UINT64_MAX);
        json_open(&json, "empty", '[');
        json_close(&json, ']');
        json_open(&json, "line", '{');
        json.is_line = true;
        json_bool(&json, "yes", true);
        json_null(&json, "nothing");
        json_close(&json, '}');
        json.is_line = false;
        json_end(&json);
        assert_string_equal(text_str(&out), "{\n \"text\": \"a\\\"\\\\\\n\\u0001\xc3\xa9\",\n"
                                            " \"number\": 18446744073709551615,\n \"empty\": [],\n"
                                            " \"line\": {\"yes\": true, \"nothing\": null}\n}\n");
        v = read_text(text_str(&out));
        assert_string_equal(json_get_text(v, "text"), "a\"\\\n\x01\xc3\xa9");
        text_deinit(&out);
}

static void bytes_that_are_no_text_are_replaced(void **state) {
        Text out = TEXT_NULL;

        (void)state;
        json_string(&out, "a\xff\xc3");
        assert_string_equal(text_str(&out), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
        text_deinit(&out);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(values_of_all_kinds_are_read, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        what_is_not_there_or_of_another_kind_is_told, setup, teardown),
                cmocka_unit_test_setup_teardown(escapes_of_texts_are_resolved, setup, teardown),
                cmocka_unit_test_setup_teardown(a_mistake_is_told_with_its_place, setup, teardown),
                cmocka_unit_test_setup_teardown(a_zero_byte_is_no_end, setup, teardown),
                cmocka_unit_test_setup_teardown(depth_is_limited, setup, teardown),
                cmocka_unit_test_setup_teardown(what_is_written_can_be_read, setup, teardown),
                cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        };

        return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
