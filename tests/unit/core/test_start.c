/* SPDX-License-Identifier: MIT */
/*
 * The kernel's endpoint task.Task, called by its proxy straight through the dispatcher. The host of this test
 * has one program, in place 1, which the process in place 0 may start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <kl/core/Task.idl.h>

#include <coresrv/task/task_api.h>
#include <handle/handletype.h>
#include <services/rtl/nk_msg.h>

#include "core/state.h"

#define TASK_RIID (kl_core_Core_task_iidOffset + kl_core_CTask_Task_iid)
#define TASKS     2
#define STARTER   0
#define CHILD     1
#define NOW_MS    1000

static Core *core;
static CoreTask *tasks[TASKS];
static CoreTask *caller;

static struct {
        uint32_t n_taken, n_dropped, n_started, n_ended;
        bool is_taken;
} host;

static struct {
        uint32_t n;
        CoreTicket ticket;
        union {
                kl_core_Task_Create_res create;
                kl_core_Task_Resume_res resume;
                kl_core_Task_Wait_res wait;
                kl_core_Task_Give_res give;
                kl_core_Task_Lookup_res lookup;
                kl_core_Task_Terminate_res terminate;
        } res;
} last; /* answer */

/* The host ------------------------------------------------------------------------------------------------
 */

static Retcode take_place(void *arg, uint32_t starter, const CoreProgram *program, uint32_t *ret_place) {
        (void)arg;
        if (strcmp(program->name, "Child") != 0)
                return rcResourceNotFound;
        if (starter != STARTER)
                return rcSecurityDisallow;
        if (host.is_taken)
                return rcAlreadyExists;
        host.is_taken = true;
        host.n_taken++;
        *ret_place = CHILD;
        return rcOk;
}

static void drop(void *arg, uint32_t place) {
        (void)arg;
        assert_int_equal(place, CHILD);
        assert_true(host.is_taken);
        host.is_taken = false;
        host.n_dropped++;
}

static void start(void *arg, uint32_t place) {
        (void)arg;
        assert_int_equal(place, CHILD);
        host.n_started++;
}

static void end(void *arg, uint32_t place) {
        (void)arg;
        assert_int_equal(place, CHILD);
        host.n_ended++;
}

static CoreTask *at(void *arg, uint32_t place) {
        (void)arg;
        return tasks[place];
}

static void take_answer(void *arg, const CoreAnswer *answer) {
        (void)arg;
        assert_in_range(answer->message_size, sizeof(struct nk_message), sizeof(last.res));
        last.n++;
        last.ticket = answer->ticket;
        memcpy(&last.res, answer->message, answer->message_size);
}

static int setup(void **state) {
        static const CoreTasks programs = {
                .create = take_place, .drop = drop, .start = start, .end = end, .at = at};
        static const char *const names[TASKS] = {"Starter", "Child"};

        (void)state;
        memset(&host, 0, sizeof(host));
        memset(&last, 0, sizeof(last));
        if (core_new(&(CoreHost){.answer = take_answer, .tasks = &programs}, &core) != 0)
                return -1;
        for (uint32_t i = 0; i < TASKS; i++)
                if (core_task_new(core, i, names[i], &tasks[i]) != 0)
                        return -1;
        return 0;
}

static int teardown(void **state) {
        bool is_empty;

        (void)state;
        for (int i = 0; i < TASKS; i++)
                tasks[i] = core_task_free(tasks[i]);
        is_empty = core_count_handles(core).n_handles == 0 && core_count_waiting(core) == 0;
        core = core_free(core);
        return is_empty ? 0 : -1;
}

/* Calls; the answer, if there is one at once, is in `last`
 * --------------------------------------------------- */

static CoreTicket next_ticket;

static nk_err_t call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        (void)self;
        (void)res;
        (void)res_arena;
        core_call(caller, next_ticket, req, req_arena ? req_arena->start : NULL,
                req_arena ? (uint32_t)nkx_arena_used(req_arena) : 0, NOW_MS);
        return NK_EAGAIN; /* results are looked at in `last` */
}

static kl_core_Task_proxy proxy_of(int who, CoreTicket ticket) {
        static const struct nk_transport_ops ops = {.call = call};
        static struct nk_transport transport = {.ops = &ops};
        kl_core_Task_proxy proxy;

        caller = tasks[who];
        next_ticket = ticket;
        kl_core_Task_proxy_init(&proxy, &transport, TASK_RIID);
        return proxy;
}

static Retcode create(int who, const char *name, uint32_t *ret_child) {
        kl_core_Task_proxy proxy = proxy_of(who, 1);
        kl_core_Task_Create_req req = {.flags = 0};
        kl_core_Task_Create_res res;
        NK_ARENA_AUTO(arena, kl_core_Task_Create_req_arena_size);

        assert_int_equal(NkKosCopyStringToArena(&arena, &req.name, name), NK_EOK);
        assert_int_equal(NkKosCopyStringToArena(&arena, &req.eiid, ""), NK_EOK);
        assert_int_equal(NkKosCopyStringToArena(&arena, &req.path, ""), NK_EOK);
        (void)kl_core_Task_Create(&proxy.base, &req, &arena, &res, NULL);
        *ret_child = last.res.create.child.handle;
        return last.res.create.rc;
}

static Retcode give(uint32_t child, const char *name, uint32_t handle) {
        kl_core_Task_proxy proxy = proxy_of(STARTER, 1);
        kl_core_Task_Give_req req = {
                .child.handle = child, .handle.handle = handle, .rights = NKX_RIGHTS_ALL};
        kl_core_Task_Give_res res;
        NK_ARENA_AUTO(arena, kl_core_Task_Give_req_arena_size);

        assert_int_equal(NkKosCopyStringToArena(&arena, &req.name, name), NK_EOK);
        (void)kl_core_Task_Give(&proxy.base, &req, &arena, &res, NULL);
        return last.res.give.rc;
}

static Retcode lookup(const char *name, uint32_t *ret_handle) {
        kl_core_Task_proxy proxy = proxy_of(CHILD, 1);
        kl_core_Task_Lookup_req req;
        kl_core_Task_Lookup_res res;
        NK_ARENA_AUTO(arena, kl_core_Task_Lookup_req_arena_size);

        assert_int_equal(NkKosCopyStringToArena(&arena, &req.name, name), NK_EOK);
        (void)kl_core_Task_Lookup(&proxy.base, &req, &arena, &res, NULL);
        *ret_handle = last.res.lookup.handle.handle;
        return last.res.lookup.rc;
}

/* Answers there are afterwards. */
static uint32_t resume(uint32_t child, CoreTicket ticket) {
        kl_core_Task_proxy proxy = proxy_of(STARTER, ticket);
        kl_core_Task_Resume_req req = {.child.handle = child};
        kl_core_Task_Resume_res res;
        uint32_t n = last.n;

        (void)kl_core_Task_Resume(&proxy.base, &req, NULL, &res, NULL);
        return last.n - n;
}

static uint32_t wait_for(uint32_t child, CoreTicket ticket, uint32_t msecs) {
        kl_core_Task_proxy proxy = proxy_of(STARTER, ticket);
        kl_core_Task_Wait_req req = {.child.handle = child, .msecs = msecs};
        kl_core_Task_Wait_res res;
        uint32_t n = last.n;

        (void)kl_core_Task_Wait(&proxy.base, &req, NULL, &res, NULL);
        return last.n - n;
}

static uint32_t user_object(void) {
        CoreObjectSpec spec = {.kind = &core_user_kind, .rights = OCAP_HANDLE_TRANSFER};
        CoreObject *object;
        uint32_t number;

        assert_int_equal(core_object_new(tasks[STARTER], &spec, &object, &number), rcOk);
        return number;
}

/* Cases ---------------------------------------------------------------------------------------------------
 */

static void host_says_what_may_be_created(void **state) {
        uint32_t child, again;

        (void)state;
        assert_int_equal(create(STARTER, "Nobody", &child), rcResourceNotFound);
        assert_int_equal(child, INVALID_HANDLE);
        assert_int_equal(create(CHILD, "Child", &child), rcSecurityDisallow);
        assert_int_equal(create(STARTER, "", &child), rcInvalidArgument);
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(create(STARTER, "Child", &again), rcAlreadyExists);
}

static void start_is_answered_when_the_host_has_done_it(void **state) {
        uint32_t child;

        (void)state;
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(resume(child, 7), 0);
        assert_int_equal(host.n_started, 1);
        core_child_started(core, CHILD, rcFail);
        assert_true(last.ticket == 7 && last.res.resume.rc == rcFail);
        assert_int_equal(last.res.resume.base_.mid, kl_core_Task_Resume_mid);
        assert_int_equal(resume(child, 8), 0);
        core_child_started(core, CHILD, rcOk);
        assert_true(last.ticket == 8 && last.res.resume.rc == rcOk);
        assert_int_equal(resume(child, 9), 1);
        assert_int_equal(last.res.resume.rc, rcInvalidOperation);
        assert_int_equal(host.n_started, 2);
}

static void end_is_heard_by_who_waits(void **state) {
        uint32_t child;

        (void)state;
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(wait_for(child, 5, 0), 1);
        assert_int_equal(last.res.wait.rc, rcTimeout);
        assert_int_equal(wait_for(child, 6, 50), 0);
        assert_int_equal(core_expire(core, NOW_MS), NOW_MS + 50);
        (void)core_expire(core, NOW_MS + 50);
        assert_true(last.ticket == 6 && last.res.wait.rc == rcTimeout);
        assert_int_equal(wait_for(child, 7, UINT32_MAX), 0);
        assert_int_equal(resume(child, 8), 0);
        core_child_started(core, CHILD, rcOk);
        core_child_ended(core, CHILD, true, 9);
        assert_true(last.ticket == 7 && last.res.wait.rc == rcOk);
        assert_int_equal(last.res.wait.base_.mid, kl_core_Task_Wait_mid);
        assert_true(last.res.wait.reason == NKX_TASK_KILLED && last.res.wait.status == 9);
        assert_int_equal(wait_for(child, 9, 0), 1);
        assert_int_equal(last.res.wait.rc, rcOk);
}

static void what_was_given_is_found_by_name(void **state) {
        uint32_t child, found, again;

        (void)state;
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(give(child, "gift", user_object()), rcOk);
        assert_int_equal(give(child, "gift", user_object()), rcAlreadyExists);
        assert_int_equal(give(child, "more", INVALID_HANDLE), rcInvalidArgument);
        assert_int_equal(lookup("gift", &found), rcOk);
        assert_int_equal(lookup("gift", &again), rcOk);
        assert_int_equal(found, again);
        assert_int_equal(lookup("other", &again), rcResourceNotFound);
        assert_int_equal(again, INVALID_HANDLE);
        assert_int_equal(htree_close(core_space(tasks[CHILD]), found), 0);
        assert_int_equal(lookup("gift", &again), rcInvalidArgument);
}

static void child_that_never_ran_goes_with_its_last_handle(void **state) {
        uint32_t child, found;

        (void)state;
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(give(child, "gift", user_object()), rcOk);
        assert_int_equal(htree_space_count(core_space(tasks[CHILD])), 1);
        assert_int_equal(htree_close(core_space(tasks[STARTER]), child), 0);
        assert_int_equal(host.n_dropped, 1);
        assert_int_equal(htree_space_count(core_space(tasks[CHILD])), 0);
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(lookup("gift", &found), rcResourceNotFound);
}

static void child_that_never_ran_goes_with_its_starter(void **state) {
        uint32_t child;

        (void)state;
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(give(child, "gift", user_object()), rcOk);
        assert_int_equal(wait_for(child, 7, UINT32_MAX), 0);
        tasks[STARTER] = core_task_free(tasks[STARTER]);
        assert_int_equal(host.n_dropped, 1);
        assert_int_equal(htree_space_count(core_space(tasks[CHILD])), 0);
}

static void child_that_runs_outlives_its_handles(void **state) {
        uint32_t child, n;

        (void)state;
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(resume(child, 7), 0);
        core_child_started(core, CHILD, rcOk);
        assert_int_equal(htree_close(core_space(tasks[STARTER]), child), 0);
        assert_int_equal(host.n_dropped, 0);
        n = last.n;
        core_child_ended(core, CHILD, false, 0); /* nobody hears of it */
        assert_int_equal(last.n, n);
}

static void start_that_fails_without_a_handle_frees_the_place(void **state) {
        uint32_t child;

        (void)state;
        assert_int_equal(create(STARTER, "Child", &child), rcOk);
        assert_int_equal(give(child, "gift", user_object()), rcOk);
        assert_int_equal(resume(child, 7), 0);
        assert_int_equal(htree_close(core_space(tasks[STARTER]), child), 0);
        assert_true(last.ticket == 7 && last.res.resume.rc == rcAbort);
        assert_int_equal(host.n_dropped, 0);
        core_child_started(core, CHILD, rcFail);
        assert_int_equal(host.n_dropped, 1);
        assert_int_equal(htree_space_count(core_space(tasks[CHILD])), 0);
}

static void full_table_of_handles_leaves_the_place_free(void **state) {
        uint32_t child;

        (void)state;
        for (uint32_t i = 0; i < HTREE_HANDLES_MAX; i++)
                (void)user_object();
        assert_int_equal(create(STARTER, "Child", &child), rcQuotaExceeded);
        assert_true(host.n_taken == 1 && host.n_dropped == 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(host_says_what_may_be_created),
                CASE(start_is_answered_when_the_host_has_done_it),
                CASE(end_is_heard_by_who_waits),
                CASE(what_was_given_is_found_by_name),
                CASE(child_that_never_ran_goes_with_its_last_handle),
                CASE(child_that_never_ran_goes_with_its_starter),
                CASE(child_that_runs_outlives_its_handles),
                CASE(start_that_fails_without_a_handle_frees_the_place),
                CASE(full_table_of_handles_leaves_the_place_free),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
