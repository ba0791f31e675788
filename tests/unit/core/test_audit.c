/* SPDX-License-Identifier: MIT */
/*
 * The kernel's endpoint audit.Audit, called by its proxy straight through the dispatcher. The host of this
 * test has records by number, and loses the first ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <kl/core/Audit.idl.h>

#include <handle/handletype.h>

#include "core/state.h"

#define AUDIT_RIID (kl_core_Core_audit_iidOffset + kl_core_CAudit_Audit_iid)
#define TASKS      2

typedef struct Line {
        nk_transport base;
        CoreTask *task;
        kl_core_Audit_proxy audit;
} Line;

static Core *core;
static Line lines[TASKS];
static uint64_t n_records, n_gone; /* of the host; those that are not to be had any more */
static size_t record_size;         /* 0: as it comes */
static struct nk_message *out;
static struct nk_arena *out_arena;

/* The host ----------------------------------------------------------------------------------------------- */

static size_t next_record(void *arg, uint64_t *place, char *buf, uint64_t *ret_n_lost) {
        uint64_t next = *place < n_gone ? n_gone + 1 : *place + 1;

        (void)arg;
        *ret_n_lost = next - *place - 1;
        if (next > n_records)
                return 0;
        *place = next;
        memset(buf, 'r', CORE_RECORD_SIZE);
        return record_size ? record_size
                           : (size_t)snprintf(buf, CORE_RECORD_SIZE, "record %u", (unsigned)next);
}

static void take_answer(void *arg, const CoreAnswer *answer) {
        struct nk_arena *arena = out_arena;

        (void)arg;
        assert_non_null(answer->message);
        assert_in_range(answer->message_size, sizeof(struct nk_message), out->size);
        memcpy(out, answer->message, answer->message_size);
        if (!arena || answer->arena_size == 0)
                return;
        assert_int_equal(nkx_arena_set_used(arena, answer->arena_size), NK_EOK);
        memcpy(arena->start, answer->arena, answer->arena_size);
}

static nk_err_t call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        Line *line = (Line *)(void *)self;

        out = res;
        out_arena = res_arena;
        core_call(line->task, 0, req, req_arena ? req_arena->start : NULL,
                req_arena ? (uint32_t)nkx_arena_used(req_arena) : 0, 1000);
        return NK_EOK;
}

static int begin(const CoreHost *host) {
        static const struct nk_transport_ops ops = {.call = call};

        n_records = n_gone = 0;
        record_size = 0;
        if (core_new(host, &core) != 0)
                return -1;
        for (int i = 0; i < TASKS; i++) {
                lines[i].base.ops = &ops;
                if (core_task_new(core, (uint32_t)i, i ? "Other" : "One", &lines[i].task) != 0)
                        return -1;
                kl_core_Audit_proxy_init(&lines[i].audit, &lines[i].base, AUDIT_RIID);
        }
        return 0;
}

static int setup(void **state) {
        (void)state;
        return begin(&(CoreHost){.answer = take_answer, .audit_read = next_record});
}

static int setup_without_audit(void **state) {
        (void)state;
        return begin(&(CoreHost){.answer = take_answer});
}

static int teardown(void **state) {
        uint32_t n_left;

        (void)state;
        for (int i = 0; i < TASKS; i++)
                lines[i].task = core_task_free(lines[i].task);
        n_left = core_count_handles(core).n_handles;
        core = core_free(core);
        return n_left ? -1 : 0;
}

/* Calls -------------------------------------------------------------------------------------------------- */

static Retcode open_reader(int who, const char *name, nk_handle_desc_t *ret_reader) {
        kl_core_Audit_Open_req req;
        kl_core_Audit_Open_res res;
        NK_ARENA_AUTO(arena, kl_core_Audit_Open_req_arena_size);

        assert_int_equal(nk_arena_store(char, &arena, &req.name, name, strlen(name) + 1), NK_EOK);
        assert_int_equal(kl_core_Audit_Open(&lines[who].audit.base, &req, &arena, &res, NULL), NK_EOK);
        *ret_reader = res.handle;
        return res.rc;
}

static Retcode close_reader(int who, uint32_t number) {
        kl_core_Audit_Close_req req = {.handle.handle = number};
        kl_core_Audit_Close_res res;

        assert_int_equal(kl_core_Audit_Close(&lines[who].audit.base, &req, NULL, &res, NULL), NK_EOK);
        return res.rc;
}

static char text[CORE_RECORD_SIZE + 1];

static Retcode read_record(int who, uint32_t number, size_t *ret_size, uint32_t *ret_n_lost) {
        kl_core_Audit_Read_req req = {.handle.handle = number};
        kl_core_Audit_Read_res res;
        NK_ARENA_AUTO(arena, CORE_RECORD_SIZE);
        nk_size_t size = 0;
        const nk_uint8_t *got;

        assert_int_equal(kl_core_Audit_Read(&lines[who].audit.base, &req, NULL, &res, &arena), NK_EOK);
        got = nk_arena_get(nk_uint8_t, &arena, &res.msg, &size);
        assert_in_range(size, 0, CORE_RECORD_SIZE);
        if (size > 0)
                memcpy(text, got, size);
        text[size] = '\0';
        *ret_size = size;
        *ret_n_lost = res.outDropMsgs;
        return res.rc;
}

static void expect_record(uint32_t number, const char *record, uint32_t n_lost) {
        size_t size;
        uint32_t lost;

        assert_int_equal(read_record(0, number, &size, &lost), rcOk);
        assert_string_equal(text, record);
        assert_int_equal(lost, n_lost);
}

/* Cases -------------------------------------------------------------------------------------------------- */

static void records_come_one_by_one_and_then_none(void **state) {
        nk_handle_desc_t reader;

        (void)state;
        n_records = 2;
        assert_int_equal(open_reader(0, "kss", &reader), rcOk);
        expect_record(reader.handle, "record 1", 0);
        expect_record(reader.handle, "record 2", 0);
        expect_record(reader.handle, "", 0);
        n_records = 3;
        expect_record(reader.handle, "record 3", 0);
        assert_int_equal(close_reader(0, reader.handle), rcOk);
}

static void each_reader_has_its_place(void **state) {
        nk_handle_desc_t first, second;

        (void)state;
        n_records = 2;
        assert_int_equal(open_reader(0, "kss", &first), rcOk);
        expect_record(first.handle, "record 1", 0);
        assert_int_equal(open_reader(0, "kss", &second), rcOk);
        expect_record(second.handle, "record 1", 0);
        expect_record(first.handle, "record 2", 0);
}

static void a_slow_reader_learns_what_it_lost(void **state) {
        nk_handle_desc_t reader;

        (void)state;
        assert_int_equal(open_reader(0, "kss", &reader), rcOk);
        n_records = 9;
        n_gone = 7;
        expect_record(reader.handle, "record 8", 7);
        expect_record(reader.handle, "record 9", 0);
}

static void more_losses_than_can_be_told_are_the_most_that_can(void **state) {
        nk_handle_desc_t reader;

        (void)state;
        n_records = 3ull << 32;
        for (uint64_t n = UINT32_MAX - 1ull; n <= UINT32_MAX + 1ull; n++) {
                size_t size;
                uint32_t lost;

                n_gone = n;
                assert_int_equal(open_reader(0, "kss", &reader), rcOk);
                assert_int_equal(read_record(0, reader.handle, &size, &lost), rcOk);
                assert_int_equal(lost, n < UINT32_MAX ? n : UINT32_MAX);
        }
}

static void a_record_may_be_as_long_as_it_can(void **state) {
        nk_handle_desc_t reader;
        size_t size;
        uint32_t lost;

        (void)state;
        n_records = 2;
        assert_int_equal(open_reader(0, "kss", &reader), rcOk);
        for (record_size = CORE_RECORD_SIZE - 1; record_size <= CORE_RECORD_SIZE; record_size++) {
                assert_int_equal(read_record(0, reader.handle, &size, &lost), rcOk);
                assert_int_equal(size, record_size);
                assert_int_equal(text[size - 1], 'r');
        }
}

static void only_the_log_of_decisions_can_be_opened(void **state) {
        static const char *const others[] = {"", "ks", "kss2", "KSS"};
        nk_handle_desc_t reader;

        (void)state;
        assert_int_equal(open_reader(0, "core", &reader), rcUnimplemented);
        assert_int_equal(reader.handle, INVALID_HANDLE);
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                assert_int_equal(open_reader(0, others[i], &reader), rcInvalidArgument);
        assert_int_equal(core_count_handles(core).n_handles, 0);
}

static void without_an_audit_there_is_nothing_to_open(void **state) {
        nk_handle_desc_t reader;

        (void)state;
        assert_int_equal(open_reader(0, "kss", &reader), rcUnimplemented);
        assert_int_equal(reader.handle, INVALID_HANDLE);
}

static void a_reader_is_good_for_its_process_alone(void **state) {
        nk_handle_desc_t reader, received;
        size_t size;
        uint32_t lost;

        (void)state;
        assert_int_equal(open_reader(0, "kss", &reader), rcOk);
        assert_int_equal(nk_get_rights(&reader), 0);
        assert_int_equal(read_record(1, reader.handle, &size, &lost), rcInvalidArgument);
        assert_int_not_equal(
                htree_transfer(core_space(lines[0].task), core_space(lines[1].task), &reader, 1, &received),
                0);
}

static void what_is_closed_or_no_reader_is_refused(void **state) {
        nk_handle_desc_t reader;
        CoreObject *object;
        CoreObjectSpec spec = {.kind = &core_user_kind};
        uint32_t number, lost;
        size_t size;

        (void)state;
        assert_int_equal(core_object_new(lines[0].task, &spec, &object, &number), rcOk);
        assert_int_equal(read_record(0, number, &size, &lost), rcInvalidArgument);
        assert_int_equal(close_reader(0, number), rcInvalidArgument);
        assert_int_equal(open_reader(0, "kss", &reader), rcOk);
        assert_int_equal(close_reader(0, reader.handle), rcOk);
        assert_int_equal(close_reader(0, reader.handle), rcInvalidArgument);
        assert_int_equal(read_record(0, reader.handle, &size, &lost), rcInvalidArgument);
        assert_int_equal(read_record(0, INVALID_HANDLE, &size, &lost), rcInvalidArgument);
}

static void readers_end_with_the_quota_of_handles_and_with_the_process(void **state) {
        nk_handle_desc_t reader;

        (void)state;
        for (uint32_t i = 0; i < HTREE_HANDLES_MAX; i++)
                assert_int_equal(open_reader(0, "kss", &reader), rcOk);
        assert_int_equal(open_reader(0, "kss", &reader), rcQuotaExceeded);
        assert_int_equal(open_reader(1, "kss", &reader), rcOk);
        lines[0].task = core_task_free(lines[0].task);
        assert_int_equal(core_count_handles(core).n_handles, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(records_come_one_by_one_and_then_none),
                CASE(each_reader_has_its_place),
                CASE(a_slow_reader_learns_what_it_lost),
                CASE(more_losses_than_can_be_told_are_the_most_that_can),
                CASE(a_record_may_be_as_long_as_it_can),
                CASE(only_the_log_of_decisions_can_be_opened),
                cmocka_unit_test_setup_teardown(
                        without_an_audit_there_is_nothing_to_open, setup_without_audit, teardown),
                CASE(a_reader_is_good_for_its_process_alone),
                CASE(what_is_closed_or_no_reader_is_refused),
                CASE(readers_end_with_the_quota_of_handles_and_with_the_process),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
