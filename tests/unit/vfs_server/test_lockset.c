/* SPDX-License-Identifier: MIT */
/*
 * The locks of a file: the same answers as a table of its bytes gives, and how many locks a question looks at
 * however many there are.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lockset.h"

#define BYTES  48u /* of the file whose table is kept */
#define OWNERS 4u
#define TURNS  60000u

static LockSet set;
static LockAccount accounts[OWNERS];
static int has[OWNERS][BYTES]; /* F_RDLCK, F_WRLCK, F_UNLCK */

static LockOwner owner_of(uint32_t i) {
        return (LockOwner){.who = &accounts[i], .account = &accounts[i]};
}

static int begin(void **state) {
        (void)state;
        memset(&set, 0, sizeof set);
        for (uint32_t i = 0; i < OWNERS; i++) {
                locks_account_init(&accounts[i]);
                for (uint32_t at = 0; at < BYTES; at++)
                        has[i][at] = F_UNLCK;
        }
        return 0;
}

/* --- against a table of bytes --- */

static bool is_forbidden(uint32_t who, const LockRange *range) {
        for (uint32_t i = 0; i < OWNERS; i++)
                for (uint64_t at = range->first; i != who && at <= range->last; at++)
                        if (has[i][at] == F_WRLCK || (has[i][at] == F_RDLCK && range->type == F_WRLCK))
                                return range->type != F_UNLCK;
        return false;
}

static uint32_t count_runs(uint32_t who) {
        uint32_t n = 0;

        for (uint32_t at = 0; at < BYTES; at++)
                n += has[who][at] != F_UNLCK && (at == 0 || has[who][at] != has[who][at - 1]);
        return n;
}

static LockRange any_range(void) {
        static const int types[] = {F_RDLCK, F_WRLCK, F_UNLCK};
        LockRange range = {.first = (uint64_t)rand() % BYTES, .type = types[rand() % 3]};

        range.last = range.first + (uint64_t)rand() % (BYTES - range.first);
        if (rand() % 4)
                range.last = range.first + (range.last - range.first) / 4;
        return range;
}

static void one_turn(void) {
        uint32_t who = (uint32_t)rand() % OWNERS;
        LockRange range = any_range();
        LockOwner owner = owner_of(who);
        const Lock *held = lockset_in_the_way(&set, owner.who, &range);

        assert_int_equal(held != NULL, is_forbidden(who, &range));
        if (held) {
                assert_true(held->owner.who != owner.who && held->range.first <= range.last &&
                            range.first <= held->range.last);
                return;
        }
        assert_int_equal(lockset_set(&set, &owner, &range), 0);
        for (uint64_t at = range.first; at <= range.last; at++)
                has[who][at] = range.type;
        assert_int_equal(accounts[who].n_locks, count_runs(who));
}

static void answers_are_those_of_a_table_of_bytes(void **state) {
        (void)state;
        srand(11);
        for (uint32_t turn = 0; turn < TURNS; turn++) {
                one_turn();
                if (turn % 997 == 0) { /* and somebody goes */
                        uint32_t gone = (uint32_t)rand() % OWNERS;
                        bool had = count_runs(gone) > 0;

                        assert_int_equal(lockset_drop_owner(&set, &accounts[gone]), had);
                        assert_int_equal(accounts[gone].n_locks, 0);
                        for (uint32_t at = 0; at < BYTES; at++)
                                has[gone][at] = F_UNLCK;
                }
        }
        for (uint32_t i = 0; i < OWNERS; i++)
                (void)lockset_drop_owner(&set, &accounts[i]);
        assert_true(lockset_is_empty(&set));
}

static void the_last_byte_is_a_byte(void **state) {
        LockOwner first = owner_of(0), second = owner_of(1);
        LockRange all = {.first = 0, .last = UINT64_MAX, .type = F_WRLCK};
        LockRange last = {.first = UINT64_MAX, .last = UINT64_MAX, .type = F_UNLCK};

        (void)state;
        assert_int_equal(lockset_set(&set, &first, &all), 0);
        assert_int_equal(lockset_set(&set, &first, &last), 0);
        last.type = F_WRLCK;
        assert_null(lockset_in_the_way(&set, second.who, &last));
        assert_int_equal(lockset_set(&set, &second, &last), 0);
        assert_ptr_equal(lockset_in_the_way(&set, first.who, &last)->owner.who, second.who);
        assert_int_equal(lockset_set(&set, &second, &all), 0); /* nobody asked before: it is the caller's */
        assert_int_equal(accounts[1].n_locks, 1);
        assert_true(lockset_drop_owner(&set, first.who) && lockset_drop_owner(&set, second.who));
        assert_false(lockset_drop_owner(&set, second.who));
        assert_true(lockset_is_empty(&set));
}

/* --- what questions cost --- */

#define CROWD    8u                        /* owners, each with as many as it may */
#define HELD     (CROWD * (LOCKS_MAX - 1)) /* some 65,000 */
#define LOOK_MAX 64u                       /* 4 log2(HELD) */

static LockAccount crowd[CROWD];

static LockRange byte(uint64_t at, int type) {
        return (LockRange){.first = at, .last = at, .type = type};
}

/* Every second byte, the owners in turn, so that none has a part of the file for itself. */
static void fill(int type) {
        for (uint32_t i = 0; i < HELD; i++) {
                LockOwner owner = {.who = &crowd[i % CROWD], .account = &crowd[i % CROWD]};
                LockRange range = byte(2 * (uint64_t)i, type);

                assert_int_equal(lockset_set(&set, &owner, &range), 0);
        }
}

static void drop_all(void) {
        for (uint32_t i = 0; i < CROWD; i++)
                assert_true(lockset_drop_owner(&set, &crowd[i]));
        assert_true(lockset_is_empty(&set));
}

static uint64_t cost_of_asking(const void *who, uint64_t first, uint64_t last, int type, bool is_held) {
        LockRange range = {.first = first, .last = last, .type = type};
        uint64_t before = set.n_looked;

        assert_int_equal(lockset_in_the_way(&set, who, &range) != NULL, is_held);
        return set.n_looked - before;
}

static void a_question_looks_at_few_of_many(void **state) {
        LockOwner owner = owner_of(0);
        uint64_t before;

        (void)state;
        fill(F_WRLCK);
        for (uint64_t at = 1; at < 2 * HELD; at += 4098) {
                LockRange range = byte(at, F_WRLCK);

                assert_true(cost_of_asking(owner.who, at, at, F_WRLCK, false) <= LOOK_MAX);
                assert_true(cost_of_asking(owner.who, at, at + 1, F_WRLCK, at + 1 < 2 * HELD) <= LOOK_MAX);
                before = set.n_looked;
                assert_int_equal(lockset_set(&set, &owner, &range), 0);
                range.type = F_UNLCK;
                assert_int_equal(lockset_set(&set, &owner, &range), 0);
                assert_true(set.n_looked - before <= LOOK_MAX);
        }
        drop_all();
}

/* All of the asker's own lie where it asks. */
static void own_locks_are_no_detour(void **state) {
        LockRange far = byte(4 * (uint64_t)HELD, F_RDLCK);
        LockOwner owner = {.who = &crowd[0], .account = &crowd[0]};

        (void)state;
        for (uint32_t i = 0; i + 2 < LOCKS_MAX; i++) {
                LockRange range = byte(2 * (uint64_t)i, i % 2 ? F_WRLCK : F_RDLCK);

                assert_int_equal(lockset_set(&set, &owner, &range), 0);
        }
        assert_true(cost_of_asking(owner.who, 0, UINT64_MAX, F_WRLCK, false) <= LOOK_MAX);
        owner = owner_of(1);
        assert_int_equal(lockset_set(&set, &owner, &far), 0);
        assert_true(cost_of_asking(&crowd[0], 0, UINT64_MAX, F_WRLCK, true) <= LOOK_MAX);
        assert_true(cost_of_asking(&crowd[0], 0, UINT64_MAX, F_RDLCK, false) <= LOOK_MAX);
        assert_true(lockset_drop_owner(&set, owner.who) && lockset_drop_owner(&set, &crowd[0]));
}

/* --- limits --- */

static void an_account_has_so_many(void **state) {
        LockOwner first = {.who = &crowd[0], .account = &crowd[0]};
        LockOwner second = {.who = &crowd[1], .account = &crowd[0], .is_file = true};
        LockRange all = {.first = 0, .last = UINT64_MAX, .type = F_UNLCK};

        (void)state;
        for (uint64_t i = 0; i + 1 < LOCKS_MAX; i++) {
                LockRange range = byte(2 * i, F_WRLCK);

                assert_int_equal(lockset_set(&set, i % 2 ? &first : &second, &range), 0);
        }
        assert_int_equal(lockset_set(&set, &first, &(LockRange){.first = 9999, .last = 9999}), -ENOLCK);
        assert_int_equal(crowd[0].n_locks, LOCKS_MAX - 1);
        assert_int_equal(lockset_set(&set, &first, &(LockRange){.first = 2, .last = 2, .type = F_UNLCK}), 0);
        assert_int_equal(crowd[0].n_locks, LOCKS_MAX - 2);
        assert_int_equal(lockset_set(&set, &first, &all), 0);
        assert_int_equal(lockset_set(&set, &second, &all), 0);
        assert_int_equal(crowd[0].n_locks, 0);
        assert_true(lockset_is_empty(&set));
}

static _Atomic bool is_over;

/* Another thread of the process, with locks on another file. */
static void *take_and_give_back(void *account) {
        LockAccount *a = account;

        while (!is_over) {
                atomic_fetch_sub(&a->n_locks, 2);
                atomic_fetch_add(&a->n_locks, 2);
        }
        return NULL;
}

static void what_was_set_at_the_limit_is_there(void **state) {
        LockOwner owner = {.who = &crowd[0], .account = &crowd[0]};
        const LockRange all = {.first = 0, .last = UINT64_MAX, .type = F_UNLCK}, one = byte(0, F_WRLCK);
        pthread_t thread;

        (void)state;
        atomic_store(&crowd[0].n_locks, LOCKS_MAX);
        is_over = false;
        assert_int_equal(pthread_create(&thread, NULL, take_and_give_back, &crowd[0]), 0);
        for (uint32_t i = 0; i < TURNS; i++) {
                bool is_set = lockset_set(&set, &owner, &one) == 0;

                assert_int_equal(lockset_in_the_way(&set, &crowd[1], &one) != NULL, is_set);
                assert_int_equal(lockset_set(&set, &owner, &all), 0);
        }
        is_over = true;
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(crowd[0].n_locks, LOCKS_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(answers_are_those_of_a_table_of_bytes, begin),
                cmocka_unit_test_setup(the_last_byte_is_a_byte, begin),
                cmocka_unit_test_setup(a_question_looks_at_few_of_many, begin),
                cmocka_unit_test_setup(own_locks_are_no_detour, begin),
                cmocka_unit_test_setup(an_account_has_so_many, begin),
                cmocka_unit_test_setup(what_was_set_at_the_limit_is_there, begin),
        };

        return cmocka_run_group_tests_name("vfs_server lockset", tests, NULL, NULL);
}
