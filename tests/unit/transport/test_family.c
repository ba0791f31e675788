/* SPDX-License-Identifier: MIT */
/*
 * Families: channels that forked processes share, and what becomes of what they had when they are killed.
 *
 * The first member has the server in a thread; the tests fork the others. What they tell lies in memory that
 * all share.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <nk/types.h>
#include <rtl/retcode.h>

#include "transport/chan.h"
#include "transport/chan_mem.h"
#include "transport/client.h"
#include "transport/family.h"

#define HEAD ((uint32_t)sizeof(struct nk_message))

enum { ECHO = 1, HOLD = 2 }; /* methods; the answer to the second waits until the test lets it go */

typedef struct Told {
        _Atomic uint32_t n_held;  /* requests that the server has received and holds */
        _Atomic uint32_t n_calls; /* of children */
        _Atomic bool may_answer;  /* what is held */
        _Atomic bool may_post;    /* children that go on for long do so, */
        _Atomic bool is_enough;   /* and end */
        _Atomic uint32_t is_over; /* the server ends */
        _Atomic uint32_t n_gone;
        _Atomic uint32_t gone[NKX_FAMILY_MAX];
} Told;

static Told *told;
static Listener *listener;
static ChanClient *client;
static pthread_t server;
static int status_ro, ear;
static const ChanWait forever = {.timeout_ms = CHAN_FOREVER};
static const ChanWait soon = {.timeout_ms = 1};

/* --- the server --- */

static void reply(ChanRequest *request) {
        struct nk_message res = {.size = HEAD, .mid = ECHO};

        (void)listener_reply(listener, request, &(ChanOut){.msg = &res, .msg_size = HEAD}, rcOk);
}

static void *serve(void *arg) {
        ChanRequest held[CHAN_SLOTS], request;
        uint32_t n_held = 0;

        (void)arg;
        while (!atomic_load(&told->is_over)) {
                struct nk_message msg;
                ChanIn in = {.msg = &msg, .msg_max = HEAD};
                int r = listener_recv(listener, &in, &soon, &request);

                if (r == 0 && msg.mid == HOLD && !atomic_load(&told->may_answer)) {
                        held[n_held++] = request;
                        atomic_store(&told->n_held, n_held);
                } else if (r == 0) {
                        reply(&request);
                }
                while (atomic_load(&told->may_answer) && n_held > 0) {
                        reply(&held[--n_held]);
                        atomic_store(&told->n_held, n_held);
                }
        }
        return NULL;
}

static void note_gone(uint32_t member) {
        told->gone[atomic_fetch_add(&told->n_gone, 1)] = member;
}

/* --- all of it --- */

static int begin(void **state) {
        int fd;

        (void)state;
        assert_int_equal(family_create(&fd), 0);
        assert_int_equal(family_open(fd), 0);
        told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(told, MAP_FAILED);
        return 0;
}

static ChanClient *connect_to(int mem) {
        ChanClient *c;
        int bell;

        assert_int_equal(chan_bell_create(&bell), 0);
        assert_int_equal(chan_ear_add(ear, bell), 0);
        assert_int_equal(listener_add(listener, dup(mem), NULL), 0);
        assert_int_equal(chan_client_new(mem, bell, dup(status_ro), 0, NULL, 0, &c), 0);
        return c;
}

static int setup(void **state) {
        int status, mem;

        (void)state;
        memset(told, 0, sizeof *told);
        family_on_end(note_gone);
        assert_int_equal(chan_status_create(&status, &status_ro), 0);
        assert_int_equal(chan_ear_create(&ear), 0);
        assert_int_equal(listener_new(status, 0, ear, &listener), 0);
        (void)close(status);
        assert_int_equal(chan_mem_create(&mem), 0);
        client = connect_to(mem);
        assert_int_equal(pthread_create(&server, NULL, serve, NULL), 0);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        atomic_store(&told->may_answer, true);
        atomic_store(&told->is_over, 1);
        assert_int_equal(pthread_join(server, NULL), 0);
        chan_client_free(client);
        listener_free(listener);
        (void)close(status_ro);
        return 0;
}

/* --- the members --- */

static int call_on(ChanClient *c, uint16_t method, const ChanWait *wait) {
        struct nk_message req = {.size = HEAD, .mid = method}, res;
        ChanIn in = {.msg = &res, .msg_max = HEAD};
        int32_t status = -1;
        int r = chan_call(c, &(ChanOut){.msg = &req, .msg_size = HEAD}, &in, wait, &status);

        return r ? r : status;
}

static int call(uint16_t method, const ChanWait *wait) {
        return call_on(client, method, wait);
}

static pid_t fork_as(uint32_t member) {
        pid_t pid;

        (void)pthread_mutex_lock(chan_client_get_lock());
        chan_client_keep_all();
        pid = fork();
        (void)pthread_mutex_unlock(chan_client_get_lock());
        if (pid == 0 && !family_become(member))
                _exit(EXIT_FAILURE);
        if (pid > 0)
                (void)family_settle(member, pid);
        return pid;
}

/* A child that does this and ends. */
static pid_t start(uint32_t *ret_member, int (*what)(void)) {
        pid_t pid;

        assert_int_equal(family_reserve(ret_member), 0);
        pid = fork_as(*ret_member);
        assert_true(pid >= 0);
        if (pid == 0)
                _exit(what());
        return pid;
}

static int end_of(pid_t pid) {
        int status;

        assert_int_equal(waitpid(pid, &status, 0), pid);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void kill_child(pid_t pid) {
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(end_of(pid), -SIGKILL);
}

static void await_held(uint32_t n) {
        while (atomic_load(&told->n_held) < n)
                (void)sched_yield();
}

static void sweep(void) {
        (void)family_sweep();
        chan_client_sweep_all();
}

/* Every slot can be had: as many calls at once as there are slots, each taken back when its time is over. */
static void assert_all_free(void) {
        client_reclaim(client);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                assert_int_equal(atomic_load(&client->lanes[i].hold), HOLD_NONE);
        assert_int_equal(atomic_load(&client->busy), 0);
        assert_int_equal(atomic_load(&client->abandoned), 0);
        assert_int_equal(atomic_load(&client->unwaited), 0);
        assert_int_equal(call(ECHO, &forever), 0);
}

static int call_often(void) {
        for (uint32_t i = 0; i < 1000; i++)
                if (call(ECHO, &forever) != 0)
                        return 1;
        return 0;
}

static int call_for_ever(void) {
        for (;;) {
                if (call(ECHO, &forever) != 0)
                        return 1;
                atomic_fetch_add(&told->n_calls, 1);
        }
}

static int call_and_be_held(void) {
        return call(HOLD, &forever);
}

/* --- cases --- */

static void members_call_at_once(void **state) {
        pid_t pids[4];
        uint32_t member;

        (void)state;
        for (size_t i = 0; i < 4; i++)
                pids[i] = start(&member, call_often);
        assert_int_equal(call_often(), 0);
        for (size_t i = 0; i < 4; i++)
                assert_int_equal(end_of(pids[i]), 0);
        assert_all_free();
}

static void what_a_killed_member_was_served_comes_back_with_the_answer(void **state) {
        uint32_t members[CHAN_SLOTS];
        pid_t pids[CHAN_SLOTS];

        (void)state;
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                pids[i] = start(&members[i], call_and_be_held);
        await_held(CHAN_SLOTS);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                kill_child(pids[i]);
        sweep();
        assert_int_equal(atomic_load(&client->busy), CHAN_ALL_SLOTS);
        assert_int_equal(atomic_load(&client->abandoned), CHAN_ALL_SLOTS);
        assert_int_equal(call(ECHO, &soon), CHAN_E_TIMEOUT);
        atomic_store(&told->may_answer, true);
        assert_int_equal(call(ECHO, &forever), 0);
        while (atomic_load(&told->n_held) > 0)
                (void)sched_yield();
        assert_all_free();
}

/* All slots are a dead member's: a call sweeps itself. */
static void who_finds_no_slot_looks_who_has_ended(void **state) {
        uint32_t members[CHAN_SLOTS];
        pid_t pids[CHAN_SLOTS];

        (void)state;
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                pids[i] = start(&members[i], call_and_be_held);
        await_held(CHAN_SLOTS);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                kill_child(pids[i]);
        atomic_store(&told->may_answer, true);
        assert_int_equal(call(ECHO, &forever), 0);
        while (atomic_load(&told->n_held) > 0)
                (void)sched_yield();
        sweep();
        assert_all_free();
}

static int claim_and_wait(void) {
        Call mine = {.client = client, .deadline_ns = PLAT_NO_DEADLINE};

        if (client_claim(&mine) != 0)
                return 1;
        atomic_fetch_add(&told->n_calls, 1);
        for (;;)
                (void)pause();
}

static void a_slot_that_was_only_claimed_is_free_at_once(void **state) {
        uint32_t member;
        pid_t pid;

        (void)state;
        pid = start(&member, claim_and_wait);
        while (atomic_load(&told->n_calls) < 1)
                (void)sched_yield();
        assert_int_equal(atomic_load(&client->busy), 1);
        kill_child(pid);
        sweep();
        assert_all_free();
}

/* He was about to post it, and had said so: nobody will ever answer. */
static int be_about_to_post(void) {
        Call mine = {.client = client, .deadline_ns = PLAT_NO_DEADLINE};

        if (client_claim(&mine) != 0)
                return 1;
        client_choose_direct(&mine);
        mine.slot->flags = CHAN_TELLS;
        mine.slot->turn = 0;
        client->lanes[mine.index].slot = mine.slot;
        client->lanes[mine.index].is_judged = false;
        atomic_store(&mine.slot->state, CHAN_CALL);
        atomic_store(&client->lanes[mine.index].hold, HOLD_POSTED | family_self());
        return 0;
}

static void a_request_that_was_nearly_posted_is_seen_not_to_be(void **state) {
        uint32_t member;

        (void)state;
        assert_int_equal(end_of(start(&member, be_about_to_post)), 0);
        assert_int_equal(atomic_load(&client->busy), 1);
        sweep();
        assert_all_free();
}

static int win_and_end(void) {
        uint32_t hold = atomic_load(&client->lanes[0].hold);

        return atomic_compare_exchange_strong(&client->lanes[0].hold, &hold, HOLD_CLAIMED | family_self())
                       ? 0
                       : 1;
}

static void who_takes_a_slot_back_may_end_with_it(void **state) {
        uint32_t member;

        (void)state;
        do /* until the server was fast enough to have it */
                assert_int_equal(call(HOLD, &soon), CHAN_E_TIMEOUT);
        while (atomic_load(&client->abandoned) != 1);
        atomic_store(&told->may_answer, true);
        while (atomic_load(&told->n_held) > 0)
                (void)sched_yield();
        assert_int_equal(end_of(start(&member, win_and_end)), 0);
        sweep();
        assert_all_free();
}

static int post_and_end(void) {
        struct nk_message req = {.size = HEAD, .mid = ECHO};
        ChanTicket ticket;

        return chan_post(client, &(ChanOut){.msg = &req, .msg_size = HEAD}, &ticket);
}

static void what_ended_members_did_not_wait_for_takes_no_slots(void **state) {
        uint32_t member;

        (void)state;
        for (uint32_t i = 0; i < 2 * CHAN_POSTS_MAX; i++) {
                assert_int_equal(end_of(start(&member, post_and_end)), 0);
                sweep();
        }
        while (atomic_load(&client->abandoned)) {
                client_reclaim(client);
                (void)sched_yield();
        }
        assert_all_free();
}

static int post_call_take(void) {
        struct nk_message req = {.size = HEAD, .mid = ECHO}, res;
        ChanIn in = {.msg = &res, .msg_max = HEAD};
        ChanTicket mine;
        int32_t status;

        if (chan_post(client, &(ChanOut){.msg = &req, .msg_size = HEAD}, &mine) != 0)
                return 0; /* not this time */
        return call(ECHO, &forever) == 0 ? chan_post_take(client, &mine, &in, &forever, &status) : 1;
}

static int post_until_enough(void) {
        int r = 0;

        while (r == 0 && !atomic_load(&told->is_enough)) {
                if (atomic_load(&told->may_post))
                        r = post_call_take();
                else
                        (void)sched_yield();
        }
        return r;
}

/* Who takes over what a dead member posted is done with it before the slot is another's. */
static void tickets_of_the_living_outlast_a_sweep(void **state) {
        uint32_t member, n_failed = 0;
        pid_t pids[3];

        (void)state;
        for (size_t i = 0; i < 3; i++)
                pids[i] = start(&member, post_until_enough);
        for (uint32_t i = 0; i < 300; i++) {
                (void)end_of(start(&member, post_and_end)); /* a slow server leaves it no slot */
                atomic_store(&told->may_post, true);
                sweep();
                atomic_store(&told->may_post, false);
        }
        atomic_store(&told->is_enough, true);
        for (size_t i = 0; i < 3; i++)
                n_failed += end_of(pids[i]) != 0;
        assert_int_equal(n_failed, 0);
        sweep();
        while (atomic_load(&client->abandoned)) {
                client_reclaim(client);
                (void)sched_yield();
        }
        assert_all_free();
}

static ChanTicket ticket;

static int take_parents_answer(void) {
        struct nk_message res;
        ChanIn in = {.msg = &res, .msg_max = HEAD};
        int32_t status;

        return chan_post_take(client, &ticket, &in, &forever, &status);
}

static void a_ticket_is_not_inherited(void **state) {
        struct nk_message req = {.size = HEAD, .mid = ECHO}, res;
        ChanIn in = {.msg = &res, .msg_max = HEAD};
        uint32_t member;
        int32_t status;

        (void)state;
        assert_int_equal(chan_post(client, &(ChanOut){.msg = &req, .msg_size = HEAD}, &ticket), 0);
        assert_int_equal(end_of(start(&member, take_parents_answer)), CHAN_E_STATE);
        assert_int_equal(chan_post_take(client, &ticket, &in, &forever, &status), 0);
        assert_all_free();
}

/* Killed wherever they are: in posting, waiting, taking, between. */
static void members_killed_anywhere_leave_nothing(void **state) {
        (void)state;
        for (uint32_t i = 0; i < 300; i++) {
                uint32_t member, n_calls = atomic_load(&told->n_calls);
                pid_t pid = start(&member, call_for_ever);

                while (atomic_load(&told->n_calls) - n_calls < 1 + i % 7)
                        (void)sched_yield();
                kill_child(pid);
                assert_int_equal(call(ECHO, &forever), 0);
                sweep();
        }
        while (atomic_load(&client->abandoned)) {
                client_reclaim(client);
                (void)sched_yield();
        }
        assert_all_free();
}

static int end_at_once(void) {
        return 0;
}

static void an_end_is_told_once_before_anybody_has_waited(void **state) {
        siginfo_t info;
        uint32_t member;
        pid_t pid;

        (void)state;
        pid = start(&member, end_at_once);
        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
        assert_false(family_has_ended(member));
        assert_true(family_sweep());
        assert_false(family_sweep());
        assert_true(family_has_ended(member));
        assert_int_equal(told->n_gone, 1);
        assert_int_equal(told->gone[0], member);
        assert_int_equal(end_of(pid), 0);
}

static int reserve_and_end(void) {
        uint32_t member;

        return family_reserve(&member);
}

static void who_reserves_and_ends_leaves_an_end_to_tell(void **state) {
        uint32_t member;

        (void)state;
        assert_int_equal(end_of(start(&member, reserve_and_end)), 0);
        sweep();
        assert_int_equal(told->n_gone, 2);
        assert_int_equal(told->gone[0], member);
}

static void what_is_given_back_is_not_told(void **state) {
        uint32_t member;

        (void)state;
        assert_int_equal(family_reserve(&member), 0);
        family_unreserve(member);
        sweep();
        assert_int_equal(told->n_gone, 0);
        assert_true(family_has_ended(member));
}

static void there_are_so_many_places(void **state) {
        uint32_t members[NKX_FAMILY_MAX], more;

        (void)state;
        for (uint32_t i = 1; i < NKX_FAMILY_MAX; i++) {
                assert_int_equal(family_reserve(&members[i]), 0);
                for (uint32_t j = 1; j < i; j++)
                        assert_int_not_equal(NKX_FAMILY_PLACE(members[i]), NKX_FAMILY_PLACE(members[j]));
        }
        assert_int_equal(family_reserve(&more), -EAGAIN);
        family_unreserve(members[7]);
        assert_int_equal(family_reserve(&more), 0);
        assert_int_not_equal(more, members[7]);
        assert_int_equal(NKX_FAMILY_PLACE(more), NKX_FAMILY_PLACE(members[7]));
        members[7] = more;
        for (uint32_t i = 1; i < NKX_FAMILY_MAX; i++)
                family_unreserve(members[i]);
}

static int open_one(void) {
        ChanClient *mine;

        return chan_client_ended(&mine) == 0 ? 1 : 0;
}

static void a_child_opens_no_channel(void **state) {
        uint32_t member;

        (void)state;
        assert_int_equal(end_of(start(&member, open_one)), 0);
}

static int free_and_end(void) {
        chan_client_close(client);
        chan_client_free(client);
        return 0;
}

static void what_was_open_at_a_fork_no_member_closes(void **state) {
        uint32_t member;

        (void)state;
        assert_int_equal(end_of(start(&member, free_and_end)), 0);
        assert_all_free();
}

static void before_a_fork_ends_are_freed_and_used_again(void **state) {
        const ChanClient *first = client;

        assert_int_equal(teardown(state), 0);
        assert_int_equal(setup(state), 0);
        assert_ptr_equal(client, first);
        assert_int_equal(call(ECHO, &forever), 0);
}

/* Of the first member, who alone has it. */
static void what_came_after_a_fork_is_closed_and_used_again(void **state) {
        ChanClient *later[2];
        ChanHeader *leg;
        uint32_t member;

        (void)state;
        assert_int_equal(end_of(start(&member, end_at_once)), 0);
        for (int i = 0; i < 2; i++) {
                int mem;

                assert_int_equal(chan_mem_create(&mem), 0);
                assert_int_equal(chan_mem_map(mem, &leg), 0);
                later[i] = connect_to(mem);
                assert_int_equal(call_on(later[i], ECHO, &forever), 0);
                sweep();
                chan_client_free(later[i]);
                assert_int_equal(atomic_load(&leg->closed), CHAN_CLIENT_GONE);
                chan_mem_unmap(leg);
        }
        assert_ptr_equal(later[0], later[1]);
        assert_all_free();
}

static void memory_is_given_out_until_there_is_no_more(void **state) {
        char *a = family_alloc(100), *b = family_alloc(1);

        (void)state;
        assert_true(b >= a + 100);
        assert_int_equal((uintptr_t)b % 64, 0);
        assert_int_equal(a[99], 0);
        assert_null(family_alloc(FAMILY_SIZE));
        assert_null(family_alloc(FAMILY_SIZE + 1));
        assert_null(family_alloc(SIZE_MAX));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(before_a_fork_ends_are_freed_and_used_again), /* first: the others fork */
                CASE(members_call_at_once),
                CASE(what_a_killed_member_was_served_comes_back_with_the_answer),
                CASE(who_finds_no_slot_looks_who_has_ended),
                CASE(a_slot_that_was_only_claimed_is_free_at_once),
                CASE(a_request_that_was_nearly_posted_is_seen_not_to_be),
                CASE(who_takes_a_slot_back_may_end_with_it),
                CASE(what_ended_members_did_not_wait_for_takes_no_slots),
                CASE(tickets_of_the_living_outlast_a_sweep),
                CASE(a_ticket_is_not_inherited),
                CASE(members_killed_anywhere_leave_nothing),
                CASE(an_end_is_told_once_before_anybody_has_waited),
                CASE(who_reserves_and_ends_leaves_an_end_to_tell),
                CASE(what_is_given_back_is_not_told),
                CASE(there_are_so_many_places),
                CASE(a_child_opens_no_channel),
                CASE(what_was_open_at_a_fork_no_member_closes),
                CASE(what_came_after_a_fork_is_closed_and_used_again),
                CASE(memory_is_given_out_until_there_is_no_more),
        };

        return cmocka_run_group_tests(tests, begin, NULL);
}
