/* SPDX-License-Identifier: MIT */
/*
 * Trace lines of messages, character for character.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <nk/transport.h>

#include "nk/trace.h"

typedef struct Message {
        struct nk_message base_;
        nk_uint8_t bytes[2 * TRACE_DUMP_MAX];
} Message;

static char line[TRACE_LINE_MAX + 1];

/* line := what trace_format() makes of it. */
static const char *format(
        unsigned what, int dump, const struct nk_message *msg, const struct nk_arena *arena, nk_err_t err) {
        size_t n = trace_format(line, what, dump, "demo_IStore", "store", "Put", msg, arena, err);

        assert_true(n > 0 && n < TRACE_LINE_MAX && line[n - 1] == '\n');
        line[n] = '\0';
        return line;
}

static void line_names_direction_method_ids_and_sizes(void **state) {
        struct nk_message m;
        NK_ARENA_AUTO(arena, 16);
        (void)state;

        nk_message_make_req(&m, 24);
        nkx_message_set_method_id(&m, 3, 4);
        nk_message_set_ncaps(&m, 2);
        assert_int_equal(nkx_arena_set_used(&arena, 12), NK_EOK);
        assert_string_equal(format(NKX_TRACE_CLIENT_REQ, 0, &m, &arena, NK_EOK),
                "nk: client > demo_IStore store.Put riid 3 mid 4 size 24 arena 12 handles 2\n");
        assert_string_equal(format(NKX_TRACE_SERVER_REQ, 0, &m, NULL, NK_EOK),
                "nk: server > demo_IStore store.Put riid 3 mid 4 size 24 arena 0 handles 2\n");
        nkx_message_make_err(&m, 24);
        assert_string_equal(format(NKX_TRACE_CLIENT_RES, 0, &m, NULL, NK_EOK),
                "nk: client < demo_IStore store.Put riid 0 mid 0 error size 24 arena 0 handles 0\n");
        assert_string_equal(format(NKX_TRACE_SERVER_RES, 0, &m, NULL, NK_EOK),
                "nk: server < demo_IStore store.Put riid 0 mid 0 error size 24 arena 0 handles 0\n");
}

static void method_without_endpoint_name_stands_alone(void **state) {
        struct nk_message m = {.size = 24};
        size_t n = trace_format(line, NKX_TRACE_CLIENT_REQ, 0, "echo_IPing", "", "Ping", &m, NULL, NK_EOK);
        (void)state;

        line[n] = '\0';
        assert_string_equal(line, "nk: client > echo_IPing Ping riid 0 mid 0 size 24 arena 0 handles 0\n");
}

static void failure_is_named_and_has_no_content(void **state) {
        static const struct {
                nk_err_t err;
                const char *text;
        } rows[] = {
                {NK_EPERM, "NK_EPERM"},
                {NK_ENOENT, "NK_ENOENT"},
                {NK_EAGAIN, "NK_EAGAIN"},
                {NK_ENOMEM, "NK_ENOMEM"},
                {NK_EINVAL, "NK_EINVAL"},
                {NK_ENOTEMPTY, "NK_ENOTEMPTY"},
                {NK_ENOMSG, "NK_ENOMSG"},
                {NK_EBADMSG, "NK_EBADMSG"},
                {NK_ENOTCONN, "NK_ENOTCONN"},
                {NK_ELOGIC_MAKE(7), "NK_ELOGIC_MAKE(7)"},
                {-5, "-5"},
                {1000, "1000"},
        };
        struct nk_message m = {.size = 24};
        (void)state;

        for (size_t i = 0; i < nk_array_size(rows); i++) {
                char expected[128];

                (void)snprintf(expected, sizeof(expected),
                        "nk: client < demo_IStore store.Put riid 0 mid 0 failed: %s\n", rows[i].text);
                assert_string_equal(format(NKX_TRACE_CLIENT_RES, 1, &m, NULL, rows[i].err), expected);
        }
}

static void dump_shows_both_parts(void **state) {
        static Message m;
        NK_ARENA_AUTO(arena, 4);
        nk_ptr_t ptr;
        (void)state;

        nk_message_make_req(&m.base_, 26);
        m.bytes[0] = 0xab;
        m.bytes[1] = 0x01;
        assert_int_equal(nk_arena_store(char, &arena, &ptr, "abc", 4), NK_EOK);
        assert_string_equal(format(NKX_TRACE_CLIENT_REQ, 1, &m.base_, &arena, NK_EOK),
                "nk: client > demo_IStore store.Put riid 0 mid 0 size 26 arena 4 handles 0 const "
                "1a0000000000000000000000000000000000000000000000ab01 arena 61626300\n");
        assert_null(strstr(format(NKX_TRACE_CLIENT_REQ, 1, &m.base_, NULL, NK_EOK), "arena 6"));
}

static void long_parts_are_cut(void **state) {
        static Message m;
        (void)state;

        nk_message_make_req(&m.base_, TRACE_DUMP_MAX);
        assert_null(strstr(format(NKX_TRACE_CLIENT_REQ, 1, &m.base_, NULL, NK_EOK), "more)"));
        nk_message_make_req(&m.base_, TRACE_DUMP_MAX - 1);
        assert_null(strstr(format(NKX_TRACE_CLIENT_REQ, 1, &m.base_, NULL, NK_EOK), "more)"));
        nk_message_make_req(&m.base_, TRACE_DUMP_MAX + 1);
        assert_non_null(strstr(format(NKX_TRACE_CLIENT_REQ, 1, &m.base_, NULL, NK_EOK), "... (1 more)\n"));
}

static void longest_line_ends_with_a_newline(void **state) {
        static Message m;
        static char name[1000], bytes[2 * TRACE_DUMP_MAX];
        struct nk_arena arena = {bytes, bytes + sizeof(bytes), bytes + sizeof(bytes)};
        size_t n;
        (void)state;

        memset(name, 'n', sizeof(name) - 1);
        nkx_message_make_err(&m.base_, sizeof(m));
        nkx_message_set_method_id(&m.base_, UINT16_MAX, UINT16_MAX);
        nk_message_set_ncaps(&m.base_, UINT32_MAX);
        n = trace_format(line, NKX_TRACE_CLIENT_REQ, 1, name, name, name, &m.base_, &arena, NK_EOK);
        assert_true(n < TRACE_LINE_MAX);
        assert_int_equal(line[n - 1], '\n');
        assert_non_null(strstr(line, "... (1024 more)\n"));
}

static void line_goes_to_standard_error_in_one_write(void **state) {
        struct nk_message m = {.size = 24};
        int saved = dup(STDERR_FILENO), ends[2];
        char got[512];
        ssize_t n;
        (void)state;

        assert_int_equal(pipe(ends), 0);
        assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
        errno = EDOM;
        nkx_trace_message(NKX_TRACE_SERVER_RES, 0, "demo_IStore", "store", "Put", &m, NULL, NK_EPERM);
        assert_int_equal(errno, EDOM);
        dup2(saved, STDERR_FILENO);
        n = read(ends[0], got, sizeof(got) - 1);
        assert_true(n > 0);
        got[n] = '\0';
        assert_string_equal(got, "nk: server < demo_IStore store.Put riid 0 mid 0 failed: NK_EPERM\n");
        close(saved);
        close(ends[0]);
        close(ends[1]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(line_names_direction_method_ids_and_sizes),
                cmocka_unit_test(method_without_endpoint_name_stands_alone),
                cmocka_unit_test(failure_is_named_and_has_no_content),
                cmocka_unit_test(dump_shows_both_parts),
                cmocka_unit_test(long_parts_are_cut),
                cmocka_unit_test(longest_line_ends_with_a_newline),
                cmocka_unit_test(line_goes_to_standard_error_in_one_write),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
