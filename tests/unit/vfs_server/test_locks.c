/* SPDX-License-Identifier: MIT */
/*
 * Locks: who excludes whom, splitting and joining, circles, and what goes with a file and with a session.
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

#include "client_place.h"
#include "ramfs.h"
#include "session.h"

static Mounts mounts;
static Session a, b;
static VfsFile *file_a, *file_b;

static void make_session(Session *s, const char *process) {
        memset(s, 0, sizeof *s);
        assert_int_equal(peer_enter(process, &s->peer), 0);
        assert_int_equal(vfs_client_init(&s->client, &mounts, 0, 0), 0);
        (void)pthread_mutex_init(&s->lock, NULL);
}

static int set_up(void **state) {
        const Place nowhere = PLACE_NULL;
        MountPlan plan = {.device = "ramfs", .path = "/"};

        (void)state;
        assert_int_equal(ramfs_new(0, 0777, &plan.fs), 0);
        assert_int_equal(mounts_init(&mounts), 0);
        assert_int_equal(mounts_add(&mounts, &nowhere, &plan), 0);
        make_session(&a, "a");
        make_session(&b, "b");
        assert_int_equal(vfs_open(&a.client, NULL, "/f", O_RDWR | O_CREAT, 0600, &file_a), 0);
        assert_int_equal(vfs_open(&b.client, NULL, "/f", O_RDWR, 0, &file_b), 0);
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        locks_forget(&a);
        locks_forget(&b);
        assert_int_equal(peer_n_locks(a.peer), 0);
        assert_int_equal(peer_n_locks(b.peer), 0);
        (void)vfs_close(file_a);
        (void)vfs_close(file_b);
        vfs_client_deinit(&a.client);
        vfs_client_deinit(&b.client);
        peer_leave(a.peer);
        peer_leave(b.peer);
        mounts_deinit(&mounts);
        return 0;
}

static LockCall call_of(Session *s, int type, uint64_t first, uint64_t last) {
        return (LockCall){.session = s,
                .file = s == &a ? file_a : file_b,
                .range = {.first = first, .last = last, .type = type, .pid = s == &a ? 1 : 2}};
}

static int set(Session *s, int type, uint64_t first, uint64_t last) {
        LockCall call = call_of(s, type, first, last);

        return locks_set(&call);
}

static LockRange test(Session *s, int type, uint64_t first, uint64_t last) {
        LockCall call = call_of(s, type, first, last);
        LockRange held;

        locks_test(&call, &held);
        return held;
}

static void readers_share_and_writers_do_not(void **state) {
        (void)state;
        assert_int_equal(set(&a, F_RDLCK, 0, 9), 0);
        assert_int_equal(set(&b, F_RDLCK, 5, 20), 0);
        assert_int_equal(set(&a, F_WRLCK, 5, 9), -EAGAIN);
        assert_int_equal(set(&a, F_WRLCK, 0, 4), 0);
        assert_int_equal(set(&b, F_RDLCK, 4, 4), -EAGAIN);
        assert_int_equal(test(&b, F_RDLCK, 0, 100).pid, 1);
        assert_int_equal(test(&b, F_RDLCK, 5, 100).type, F_UNLCK);
}

static void ranges_are_cut_and_joined(void **state) {
        LockRange held;

        (void)state;
        assert_int_equal(set(&a, F_WRLCK, 0, UINT64_MAX), 0);
        assert_int_equal(peer_n_locks(a.peer), 1);
        assert_int_equal(set(&a, F_UNLCK, 10, 19), 0);
        assert_int_equal(peer_n_locks(a.peer), 2);
        assert_int_equal(set(&b, F_WRLCK, 10, 19), 0);
        held = test(&b, F_WRLCK, 20, 20);
        assert_true(held.first == 20 && held.last == UINT64_MAX);
        assert_int_equal(set(&b, F_UNLCK, 0, UINT64_MAX), 0);
        assert_int_equal(set(&a, F_RDLCK, 5, 14), 0); /* another type cuts, too */
        assert_int_equal(peer_n_locks(a.peer), 3);
        assert_int_equal(set(&a, F_WRLCK, 5, 19), 0); /* and all is one again */
        assert_int_equal(peer_n_locks(a.peer), 1);
        held = test(&b, F_WRLCK, 7, 7);
        assert_true(held.first == 0 && held.last == UINT64_MAX);
}

static void locks_are_limited(void **state) {
        (void)state;
        for (uint64_t i = 0; i + 1 < LOCKS_MAX; i++)
                assert_int_equal(set(&a, F_WRLCK, i * 2, i * 2), 0);
        assert_int_equal(set(&a, F_WRLCK, 1u << 20, 1u << 20), -ENOLCK);
        assert_int_equal(set(&b, F_WRLCK, 1u << 20, 1u << 20), 0);
        assert_int_equal(set(&a, F_UNLCK, 0, UINT64_MAX), 0);
        assert_int_equal(peer_n_locks(a.peer), 0);
}

static void closing_ends_record_locks_of_the_session(void **state) {
        VfsFile *again;

        (void)state;
        assert_int_equal(set(&a, F_WRLCK, 0, 9), 0);
        assert_int_equal(vfs_open(&a.client, NULL, "/f", O_RDONLY, 0, &again), 0);
        locks_close(&a, again);
        (void)vfs_close(again);
        assert_int_equal(set(&b, F_WRLCK, 0, 9), 0);
        locks_forget(&b);
        assert_int_equal(set(&a, F_WRLCK, 0, 9), 0);
}

static void locks_of_open_files_are_their_own(void **state) {
        LockCall mine = call_of(&a, F_WRLCK, 0, 9), again = mine;
        VfsFile *other;

        (void)state;
        assert_int_equal(vfs_open(&a.client, NULL, "/f", O_RDWR, 0, &other), 0);
        mine.is_of_file = again.is_of_file = true;
        again.file = other;
        assert_int_equal(locks_set(&mine), 0);
        assert_int_equal(locks_set(&again), -EAGAIN);
        again.is_flock = true; /* which knows nothing of records */
        assert_int_equal(locks_set(&again), 0);
        locks_close(&a, file_a);
        again.is_flock = false;
        assert_int_equal(locks_set(&again), 0);
        locks_close(&a, other);
        assert_int_equal(peer_n_locks(a.peer), 0);
        (void)vfs_close(other);
}

static void *wait_for_b(void *arg) {
        LockCall call = call_of(&a, F_WRLCK, 100, 100);
        int r;

        call.waits = true;
        do
                r = locks_set(&call);
        while (r == -EINTR);
        if (r == -EDEADLK)
                (void)set(&a, F_UNLCK, 0, 0);
        *(int *)arg = r;
        return NULL;
}

static void who_would_wait_in_a_circle_is_told(void **state) {
        LockCall call = call_of(&b, F_WRLCK, 0, 0);
        pthread_t thread;
        int r, waited = 1;

        (void)state;
        assert_int_equal(set(&a, F_WRLCK, 0, 0), 0);
        assert_int_equal(set(&b, F_WRLCK, 100, 100), 0);
        assert_int_equal(pthread_create(&thread, NULL, wait_for_b, &waited), 0);
        call.waits = true;
        do
                r = locks_set(&call);
        while (r == -EINTR);
        if (r == -EDEADLK)
                assert_int_equal(set(&b, F_UNLCK, 100, 100), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        /* whoever came second */
        assert_true((r == -EDEADLK && waited == 0) || (r == 0 && waited == -EDEADLK));
}

static void a_lock_that_is_free_needs_no_wait(void **state) {
        LockCall call = call_of(&a, F_WRLCK, 0, 9);

        (void)state;
        for (uint32_t i = 0; i < SESSION_WAITS_DEFAULT; i++)
                assert_int_equal(session_wait_begin(&a), 0);
        call.waits = true;
        assert_int_equal(locks_set(&call), 0);
        call.range.type = F_UNLCK;
        assert_int_equal(locks_set(&call), 0);
        assert_int_equal(set(&b, F_WRLCK, 5, 5), 0);
        call.range.type = F_RDLCK;
        assert_int_equal(locks_set(&call), -EAGAIN); /* at once: no place to wait is left */
        for (uint32_t i = 0; i < SESSION_WAITS_DEFAULT; i++)
                session_wait_end(&a);
}

/* Whose memory it was is somebody else's now. */
static void give_away(Session *s, const Session *to) {
        const void **words = (const void **)(void *)s;

        for (size_t i = 0; i < sizeof *s / sizeof words[0]; i++)
                words[i] = to;
}

/* Whoever waits at the file looks at what it waits for, as after each change there. */
static void let_b_look_again(void) {
        assert_int_equal(set(&a, F_UNLCK, 1000, 1000), 0);
}

/* Waits for byte 0, and gives everything back. It is to wait before its holder does: when it was too late,
 * the holder is made to look again. */
static void *wait_for_byte_0(void *arg) {
        LockCall call = call_of(&a, F_WRLCK, 0, 0);
        int r;

        call.waits = true;
        while ((r = locks_set(&call)) == -EINTR || r == -EDEADLK)
                if (r == -EDEADLK)
                        let_b_look_again();
        (void)set(&a, F_UNLCK, 0, UINT64_MAX);
        *(int *)arg = r;
        return NULL;
}

static int set_and_wait(Session *s, VfsFile *file, uint64_t at) {
        const LockCall call = {.session = s,
                .file = file,
                .waits = true,
                .range = {.first = at, .last = at, .type = F_WRLCK, .pid = 3}};
        int r;

        do
                r = locks_set(&call);
        while (r == -EINTR);
        return r;
}

static void who_gives_back_what_is_waited_for_may_wait(void **state) {
        pthread_t thread;
        int waited = 1;

        (void)state;
        assert_int_equal(set(&b, F_WRLCK, 0, 0), 0);
        assert_int_equal(set(&a, F_WRLCK, 100, 100), 0);
        assert_int_equal(pthread_create(&thread, NULL, wait_for_byte_0, &waited), 0);
        assert_int_equal(set_and_wait(&b, file_b, 100), -EDEADLK); /* so the other one waits by now */
        assert_int_equal(set(&b, F_UNLCK, 0, 0), 0);
        assert_int_equal(set_and_wait(&b, file_b, 100), 0); /* whether or not it has looked since */
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(waited, 0);
}

static void a_session_that_has_ended_is_not_looked_at(void **state) {
        Session *gone = malloc(sizeof *gone);
        pthread_t thread;
        int waited = 1;

        (void)state;
        assert_non_null(gone);
        make_session(gone, "gone");
        assert_int_equal(set_and_wait(gone, file_b, 0), 0);
        assert_int_equal(set(&a, F_WRLCK, 100, 100), 0);
        assert_int_equal(pthread_create(&thread, NULL, wait_for_byte_0, &waited), 0);
        assert_int_equal(set_and_wait(gone, file_b, 100), -EDEADLK);
        vfs_client_deinit(&gone->client);
        locks_forget(gone);
        peer_leave(gone->peer);
        give_away(gone, &b);
        assert_int_equal(set_and_wait(&b, file_b, 100), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(waited, 0);
        free(gone);
}

/* --- a file that is closed while a call locks it --- */

static void an_open_file_keeps_its_locks_while_somebody_holds_it(void **state) {
        LockCall of_file = call_of(&a, F_WRLCK, 0, 9), of_session = call_of(&a, F_WRLCK, 20, 29);

        (void)state;
        of_file.is_of_file = true;
        atomic_store(&file_a->n_holders, 2);
        assert_int_equal(locks_set(&of_file), 0);
        assert_int_equal(locks_set(&of_session), 0);
        atomic_store(&file_a->n_holders, 1);
        locks_close(&a, file_a);
        assert_int_equal(peer_n_locks(a.peer), 1);
        assert_int_equal(set(&b, F_WRLCK, 0, 0), -EAGAIN);
        assert_int_equal(set(&b, F_WRLCK, 20, 20), 0);
        locks_forget(&a);
        assert_int_equal(peer_n_locks(a.peer), 1);
        atomic_store(&file_a->n_holders, 0);
        locks_close(&a, file_a);
        assert_int_equal(peer_n_locks(a.peer), 0);
}

static void a_lock_on_a_closed_file_does_not_stay(void **state) {
        FileSlot slot = {.session = &a, .file = file_a};
        LockCall call = call_of(&a, F_WRLCK, 0, 9);

        (void)state;
        (void)pthread_mutex_init(&slot.lock, NULL);
        assert_int_equal(slot_lock(&slot, &call), 0);
        assert_int_equal(peer_n_locks(a.peer), 1);
        slot.file = NULL; /* as if another thread had closed it, and its locks, just before */
        locks_close(&a, file_a);
        assert_int_equal(slot_lock(&slot, &call), -EBADF);
        assert_int_equal(peer_n_locks(a.peer), 0);
        call.is_flock = call.is_of_file = true;
        assert_int_equal(slot_lock(&slot, &call), -EBADF);
        assert_int_equal(peer_n_locks(a.peer), 0);
        (void)pthread_mutex_destroy(&slot.lock);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(readers_share_and_writers_do_not, set_up, tear_down),
                cmocka_unit_test_setup_teardown(ranges_are_cut_and_joined, set_up, tear_down),
                cmocka_unit_test_setup_teardown(locks_are_limited, set_up, tear_down),
                cmocka_unit_test_setup_teardown(closing_ends_record_locks_of_the_session, set_up, tear_down),
                cmocka_unit_test_setup_teardown(locks_of_open_files_are_their_own, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_lock_that_is_free_needs_no_wait, set_up, tear_down),
                cmocka_unit_test_setup_teardown(who_would_wait_in_a_circle_is_told, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        who_gives_back_what_is_waited_for_may_wait, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_session_that_has_ended_is_not_looked_at, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        an_open_file_keeps_its_locks_while_somebody_holds_it, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_lock_on_a_closed_file_does_not_stay, set_up, tear_down),
        };

        return cmocka_run_group_tests_name("vfs_server locks", tests, NULL, NULL);
}
