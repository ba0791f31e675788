/* SPDX-License-Identifier: MIT */
/*
 * The endpoint hal.HAL, called by its proxy over a transport that goes straight to the dispatcher.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <kl/core/HAL.idl.h>

#include "core/state.h"

#define HAL_RIID (kl_core_Core_hal_iidOffset + kl_core_CHAL_HAL_iid)

typedef struct Line {
        nk_transport base;
        Core *core;
        CoreTask *task;
        kl_core_HAL_proxy hal;
} Line;

static Line line;
static struct nk_message *out;
static struct nk_arena *out_arena;
static bool is_answered;

static void take_answer(void *arg, const CoreAnswer *answer) {
        (void)arg;
        is_answered = answer->message;
        if (!answer->message)
                return;
        memcpy(out, answer->message, answer->message_size);
        if (answer->arena_size == 0)
                return;
        assert_int_equal(nkx_arena_set_used(out_arena, answer->arena_size), NK_EOK);
        memcpy(out_arena->start, answer->arena, answer->arena_size);
}

static nk_err_t call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        (void)self;
        out = res;
        out_arena = res_arena;
        core_call(line.task, 0, req, req_arena ? req_arena->start : NULL,
                req_arena ? (uint32_t)nkx_arena_used(req_arena) : 0, 1000);
        return is_answered ? NK_EOK : NK_ENOENT;
}

static int setup(void **state) {
        static const struct nk_transport_ops ops = {.call = call};
        const CoreHost host = {.answer = take_answer, .board = "bench_one"};

        (void)state;
        line.base.ops = &ops;
        kl_core_HAL_proxy_init(&line.hal, &line.base, HAL_RIID);
        return core_new(&host, &line.core) == 0 && core_task_new(line.core, 0, "One", &line.task) == 0 ? 0
                                                                                                       : -1;
}

static int teardown(void **state) {
        (void)state;
        line.task = core_task_free(line.task);
        line.core = core_free(line.core);
        return 0;
}

static Retcode get(const char *name, char *value, size_t size) {
        kl_core_HAL_GetEnv_req req;
        kl_core_HAL_GetEnv_res res;
        NK_ARENA_AUTO(arena, kl_core_HAL_GetEnv_req_arena_size);
        NK_ARENA_AUTO(answer, kl_core_HAL_GetEnv_res_arena_size);
        nk_size_t n = 0;
        const char *text;

        assert_int_equal(nk_arena_store(char, &arena, &req.name, name, (nk_size_t)strlen(name) + 1), NK_EOK);
        assert_int_equal(kl_core_HAL_GetEnv(&line.hal.base, &req, &arena, &res, &answer), NK_EOK);
        text = nk_arena_get(char, &answer, &res.value, &n);
        assert_true(n < size);
        memcpy(value, text ? text : "", text ? n : 1);
        return res.rc;
}

static void the_board_has_a_name(void **state) {
        char value[64];

        (void)state;
        assert_int_equal(get("board", value, sizeof value), rcOk);
        assert_string_equal(value, "bench_one");
}

static void there_is_no_other_variable(void **state) {
        char value[64];

        (void)state;
        assert_int_equal(get("boards", value, sizeof value), rcResourceNotFound);
        assert_int_equal(get("PATH", value, sizeof value), rcResourceNotFound);
        assert_string_equal(value, "");
}

/* A method that is not served has no answer. */
static void registers_are_not_served(void **state) {
        kl_core_HAL_GetPrivReg_req req;
        kl_core_HAL_GetPrivReg_res res;
        NK_ARENA_AUTO(arena, kl_core_HAL_GetPrivReg_req_arena_size);

        (void)state;
        assert_int_equal(nk_arena_store(char, &arena, &req.name, "cr0", 4), NK_EOK);
        assert_int_equal(kl_core_HAL_GetPrivReg(&line.hal.base, &req, &arena, &res, NULL), NK_ENOENT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(the_board_has_a_name, setup, teardown),
                cmocka_unit_test_setup_teardown(there_is_no_other_variable, setup, teardown),
                cmocka_unit_test_setup_teardown(registers_are_not_served, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
