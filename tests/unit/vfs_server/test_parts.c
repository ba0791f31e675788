/* SPDX-License-Identifier: MIT */
/*
 * Small parts of the VFS server: limits of processes, pipes, bells, lists of access rights.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aclform.h"
#include "bell.h"
#include "crew.h"
#include "peer.h"
#include "pipe.h"

/* --- peers --- */

static void sessions_of_a_process_are_counted(void **state) {
        Peer *peers[PEER_SESSIONS_MAX], *one_more, *other;

        (void)state;
        for (uint32_t i = 0; i < PEER_SESSIONS_MAX; i++) {
                assert_int_equal(peer_enter("a", &peers[i]), 0);
                assert_ptr_equal(peers[i], peers[0]);
        }
        assert_int_equal(peer_enter("a", &one_more), -EMFILE);
        assert_int_equal(peer_enter("b", &other), 0);
        assert_ptr_not_equal(other, peers[0]);
        peer_leave(other);
        assert_int_equal(peer_enter_again(peers[0]), -EMFILE);
        peer_leave(peers[0]);
        assert_int_equal(peer_enter_again(peers[0]), 0);
        assert_int_equal(peer_enter("a", &one_more), -EMFILE);
        peer_leave(peers[0]);
        assert_int_equal(peer_enter("a", &one_more), 0);
        for (uint32_t i = 0; i < PEER_SESSIONS_MAX; i++)
                peer_leave(peers[0]);
}

static void files_of_a_process_are_counted(void **state) {
        Peer *first, *second;

        (void)state;
        assert_int_equal(peer_enter("a", &first), 0);
        assert_int_equal(peer_enter("a", &second), 0);
        for (uint32_t i = 0; i < PEER_FILES_MAX; i++)
                assert_int_equal(peer_take_file(i % 2 ? first : second), 0);
        assert_int_equal(peer_take_file(first), -EMFILE);
        peer_give_file(second);
        assert_int_equal(peer_take_file(first), 0);
        assert_int_equal(peer_take_file(second), -EMFILE);
        for (uint32_t i = 0; i < PEER_FILES_MAX; i++)
                peer_give_file(first);
        peer_leave(first);
        peer_leave(second);
}

typedef struct Greedy {
        Peer *peer;
        uint32_t n_files;
} Greedy;

/* As many processes as it takes, each with all that it may have. */
static uint32_t be_greedy(Greedy *greedy) {
        uint32_t n = 0;
        char name[16];
        int r = 0;

        for (; r != -ENFILE; n++) {
                (void)snprintf(name, sizeof name, "greedy%u", n);
                assert_int_equal(peer_enter(name, &greedy[n].peer), 0);
                for (greedy[n].n_files = 0; (r = peer_take_file(greedy[n].peer)) == 0;)
                        greedy[n].n_files++;
        }
        return n;
}

static void be_modest(const Greedy *greedy, uint32_t n) {
        for (uint32_t i = 0; i < n; i++) {
                for (uint32_t j = 0; j < greedy[i].n_files; j++)
                        peer_give_file(greedy[i].peer);
                peer_leave(greedy[i].peer);
        }
}

/* Its share, and not one more. */
static void take_share(Peer *p) {
        for (uint32_t i = 1; i < PEER_SHARE; i++)
                assert_int_equal(peer_take_file(p), 0);
        assert_int_equal(peer_take_file(p), -ENFILE);
        for (uint32_t i = 1; i < PEER_SHARE; i++)
                peer_give_file(p);
}

static void few_processes_leave_each_other_one_its_share(void **state) {
        Peer *peers[PEERS_MAX], *again;
        Greedy greedy[PEERS_MAX];
        uint32_t n = be_greedy(greedy);
        char name[16];

        (void)state;
        assert_true(n < 6);
        assert_int_equal(peer_enter("greedy0", &again), -ENFILE); /* nor sessions */
        for (uint32_t i = n; i < PEERS_MAX; i++) {
                (void)snprintf(name, sizeof name, "p%u", i);
                assert_int_equal(peer_enter(name, &peers[i]), 0);
        }
        for (uint32_t i = n; i < PEERS_MAX; i++)
                take_share(peers[i]);
        for (uint32_t i = n; i < PEERS_MAX; i++)
                peer_leave(peers[i]);
        be_modest(greedy, n);
        assert_int_equal(be_greedy(greedy), n); /* nothing of all that is still counted */
        be_modest(greedy, n);
}

static void what_is_given_back_is_for_whoever_comes(void **state) {
        Greedy greedy[PEERS_MAX];
        uint32_t n = be_greedy(greedy);
        Peer *other;

        (void)state;
        assert_int_equal(peer_enter("a", &other), 0);
        for (uint32_t i = 1; i < PEER_SHARE; i++)
                assert_int_equal(peer_take_file(other), 0);
        peer_give_file(greedy[0].peer);
        assert_int_equal(peer_take_file(other), 0);
        assert_int_equal(peer_take_file(other), -ENFILE);
        assert_int_equal(peer_take_file(greedy[0].peer), -ENFILE);
        peer_give_file(other);
        assert_int_equal(peer_take_file(greedy[0].peer), 0);
        for (uint32_t i = 1; i < PEER_SHARE; i++)
                peer_give_file(other);
        peer_leave(other);
        be_modest(greedy, n);
}

static void processes_are_limited(void **state) {
        Peer *peers[PEERS_MAX], *one_more;
        char name[16];

        (void)state;
        for (uint32_t i = 0; i < PEERS_MAX; i++) {
                (void)snprintf(name, sizeof name, "p%u", i);
                assert_int_equal(peer_enter(name, &peers[i]), 0);
        }
        assert_int_equal(peer_enter("q", &one_more), -ENFILE);
        peer_leave(peers[7]);
        assert_int_equal(peer_enter("q", &peers[7]), 0);
        for (uint32_t i = 0; i < PEERS_MAX; i++)
                peer_leave(peers[i]);
}

static void waiting_calls_of_a_process_are_counted(void **state) {
        Peer *first, *second, *other;

        (void)state;
        assert_int_equal(peer_enter("a", &first), 0);
        assert_int_equal(peer_enter("a", &second), 0);
        assert_int_equal(peer_enter("b", &other), 0);
        assert_true(peer_take_wait(first, 3));
        assert_true(peer_take_wait(second, 3));
        assert_true(peer_take_wait(first, 3));
        assert_false(peer_take_wait(second, 3)); /* another session is no way around it */
        assert_true(peer_take_wait(other, 3));
        peer_give_wait(first);
        assert_true(peer_take_wait(second, 3));
        for (uint32_t i = 0; i < 3; i++)
                peer_give_wait(first);
        peer_give_wait(other);
        peer_leave(first);
        peer_leave(second);
        peer_leave(other);
}

/* However many processes there are, threads are left for calls that don't wait. */
static void waiting_calls_of_all_are_limited(void **state) {
        Peer *peers[PEERS_WAITS_MAX], *one_more;
        char name[16];

        (void)state;
        for (uint32_t i = 0; i < PEERS_WAITS_MAX; i++) {
                (void)snprintf(name, sizeof name, "p%u", i);
                assert_int_equal(peer_enter(name, &peers[i]), 0);
                assert_true(peer_take_wait(peers[i], 1));
        }
        assert_int_equal(peer_enter("q", &one_more), 0);
        assert_false(peer_take_wait(one_more, 1));
        peer_give_wait(peers[0]);
        assert_true(peer_take_wait(one_more, 1));
        assert_false(peer_take_wait(peers[0], 1));
        peer_give_wait(one_more);
        peer_leave(one_more);
        peer_leave(peers[0]);
        for (uint32_t i = 1; i < PEERS_WAITS_MAX; i++) {
                peer_give_wait(peers[i]);
                peer_leave(peers[i]);
        }
}

static void some_waits_are_kept_for_processes_that_have_none(void **state) {
        const uint32_t most = PEERS_WAITS_MAX - PEERS_WAITS_FIRST;
        Peer *greedy, *peers[PEERS_WAITS_FIRST];
        char name[16];

        (void)state;
        assert_int_equal(peer_enter("greedy", &greedy), 0);
        for (uint32_t i = 0; i < most; i++)
                assert_true(peer_take_wait(greedy, UINT32_MAX));
        assert_false(peer_take_wait(greedy, UINT32_MAX));
        for (uint32_t i = 0; i < PEERS_WAITS_FIRST; i++) {
                (void)snprintf(name, sizeof name, "p%u", i);
                assert_int_equal(peer_enter(name, &peers[i]), 0);
                assert_true(peer_take_wait(peers[i], 3));
                assert_false(peer_take_wait(peers[i], 3));
        }
        for (uint32_t i = 0; i < PEERS_WAITS_FIRST; i++) {
                peer_give_wait(peers[i]);
                peer_leave(peers[i]);
        }
        assert_false(peer_take_wait(greedy, UINT32_MAX));
        peer_give_wait(greedy);
        assert_true(peer_take_wait(greedy, UINT32_MAX));
        for (uint32_t i = 0; i < most; i++)
                peer_give_wait(greedy);
        peer_leave(greedy);
}

/* --- pipes --- */

static void a_pipe_is_a_ring(void **state) {
        static char sent[PIPE_SIZE], got[PIPE_SIZE];
        Stream *reader, *writer;
        size_t n;
        Bell bell;

        (void)state;
        assert_int_equal(bell_init(&bell), 0);
        assert_int_equal(pipe_new(&bell, O_NONBLOCK, &reader, &writer), 0);
        assert_int_equal(atomic_load(&reader->flags), O_RDONLY | O_NONBLOCK);
        assert_int_equal(writer->ops->write(writer, NULL, 0, &n), 0);
        assert_int_equal(reader->ops->read(reader, NULL, 0, &n), 0);
        for (uint32_t turn = 0; turn < 40; turn++) {
                uint32_t size = 3000 + turn * 1500;

                for (uint32_t i = 0; i < size; i++)
                        sent[i] = (char)(turn + i);
                assert_int_equal(writer->ops->write(writer, sent, size, &n), 0);
                assert_int_equal(n, size);
                assert_int_equal(reader->ops->read(reader, got, sizeof got, &n), 0);
                assert_int_equal(n, size);
                assert_memory_equal(got, sent, size);
        }
        stream_unref(reader);
        assert_int_equal(writer->ops->poll(writer) & POLLERR, POLLERR);
        stream_unref(writer);
        bell_deinit(&bell);
}

static void a_pipe_tells_no_address(void **state) {
        Stream *reader, *writer, *other, *other_writer;
        struct stat st, same, another;
        Bell bell;

        (void)state;
        assert_int_equal(bell_init(&bell), 0);
        assert_int_equal(pipe_new(&bell, 0, &reader, &writer), 0);
        assert_int_equal(pipe_new(&bell, 0, &other, &other_writer), 0);
        reader->ops->stat(reader, &st);
        writer->ops->stat(writer, &same);
        other->ops->stat(other, &another);
        assert_true(st.st_ino == same.st_ino && st.st_ino != another.st_ino);
        assert_true(st.st_ino > 0 && st.st_ino < 1000);
        stream_unref(reader);
        stream_unref(writer);
        stream_unref(other);
        stream_unref(other_writer);
        bell_deinit(&bell);
}

static void a_pipe_has_room_for_so_much(void **state) {
        static char data[PIPE_SIZE];
        Stream *reader, *writer;
        size_t n;
        Bell bell;

        (void)state;
        assert_int_equal(bell_init(&bell), 0);
        assert_int_equal(pipe_new(&bell, 0, &reader, &writer), 0);
        assert_int_equal(writer->ops->write(writer, data, PIPE_SIZE - PIPE_WHOLE + 1, &n), 0);
        assert_int_equal(writer->ops->poll(writer), 0);
        assert_int_equal(writer->ops->write(writer, data, PIPE_WHOLE, &n), -EAGAIN);
        assert_int_equal(n, 0);
        assert_int_equal(writer->ops->write(writer, data, PIPE_WHOLE + 1, &n), 0); /* as much as fits */
        assert_int_equal(n, PIPE_WHOLE - 1);
        assert_int_equal(writer->ops->write(writer, data, PIPE_WHOLE + 1, &n), -EAGAIN);
        assert_int_equal(reader->ops->read(reader, data, 0, &n), 0);
        stream_unref(writer);
        assert_int_equal(reader->ops->poll(reader), POLLIN | POLLHUP);
        stream_unref(reader);
        bell_deinit(&bell);
}

/* --- bells --- */

static Bell shared_bell;

static void *ring_it(void *arg) {
        bell_ring(&shared_bell);
        return arg;
}

static void a_ring_that_came_before_the_wait_counts(void **state) {
        struct timespec until, past = {.tv_sec = 1};
        pthread_t thread;
        uint64_t heard;

        (void)state;
        assert_int_equal(bell_init(&shared_bell), 0);
        heard = bell_listen(&shared_bell);
        bell_wait(&shared_bell, heard, &past); /* the time is over */
        bell_ring(&shared_bell);
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += 100;
        bell_wait(&shared_bell, heard, &until);
        heard = bell_listen(&shared_bell);
        assert_int_equal(pthread_create(&thread, NULL, ring_it, NULL), 0);
        bell_wait(&shared_bell, heard, &until);
        assert_int_equal(pthread_join(thread, NULL), 0);
        (void)clock_gettime(CLOCK_MONOTONIC, &past);
        assert_true(past.tv_sec < until.tv_sec); /* it was the bell that ended the waits */
        bell_deinit(&shared_bell);
}

/* --- lists --- */

typedef struct Item {
        uint16_t tag, permissions;
        uint32_t id;
} Item;

static size_t make_list(void *list, uint32_t version, const Item *items, size_t n) {
        memcpy(list, &version, 4);
        memcpy((char *)list + 4, items, n * sizeof *items);
        return 4 + n * sizeof *items;
}

static bool is_valid(uint32_t version, const Item *items, size_t n) {
        char list[256];

        return aclform_is_valid(list, make_list(list, version, items, n));
}

static void a_list_is_checked(void **state) {
        static const Item good[] = {
                {1, 6, 0}, {2, 4, 7}, {2, 4, 8}, {4, 4, 0}, {8, 1, 3}, {16, 5, 0}, {32, 0, 0}};
        Item bad[7];

        (void)state;
        assert_true(is_valid(2, good, 7));
        assert_false(is_valid(1, good, 7));
        assert_false(is_valid(2, good, 6));     /* no others */
        assert_false(is_valid(2, good + 1, 6)); /* no owner */
        memcpy(bad, good, sizeof bad);
        bad[2].id = 7; /* twice */
        assert_false(is_valid(2, bad, 7));
        memcpy(bad, good, sizeof bad);
        bad[0].permissions = 8;
        assert_false(is_valid(2, bad, 7));
        memcpy(bad, good, sizeof bad);
        bad[5].tag = 8; /* a mask is needed */
        assert_false(is_valid(2, bad, 7));
        memcpy(bad, good, sizeof bad);
        bad[3].tag = 3;
        assert_false(is_valid(2, bad, 7));
        assert_false(aclform_is_valid("", 0));
}

static void a_list_and_a_mode_say_the_same(void **state) {
        static const Item items[] = {{1, 6, 0}, {2, 4, 7}, {4, 4, 0}, {16, 5, 0}, {32, 1, 0}};
        char list[256], minimal[ACLFORM_SIZE_MINIMAL];
        size_t size = make_list(list, 2, items, 5);

        (void)state;
        assert_int_equal(aclform_mode(list, size), 0651); /* the mask stands for the group */
        aclform_apply_mode(list, size, 0712);
        assert_true(aclform_is_valid(list, size));
        assert_int_equal(aclform_mode(list, size), 0712);
        aclform_of_mode(0754, minimal);
        assert_true(aclform_is_valid(minimal, sizeof minimal));
        assert_int_equal(aclform_mode(minimal, sizeof minimal), 0754);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sessions_of_a_process_are_counted),
                cmocka_unit_test(files_of_a_process_are_counted),
                cmocka_unit_test(few_processes_leave_each_other_one_its_share),
                cmocka_unit_test(what_is_given_back_is_for_whoever_comes),
                cmocka_unit_test(processes_are_limited),
                cmocka_unit_test(waiting_calls_of_a_process_are_counted),
                cmocka_unit_test(waiting_calls_of_all_are_limited),
                cmocka_unit_test(some_waits_are_kept_for_processes_that_have_none),
                cmocka_unit_test(a_pipe_is_a_ring),
                cmocka_unit_test(a_pipe_tells_no_address),
                cmocka_unit_test(a_pipe_has_room_for_so_much),
                cmocka_unit_test(a_ring_that_came_before_the_wait_counts),
                cmocka_unit_test(a_list_is_checked),
                cmocka_unit_test(a_list_and_a_mode_say_the_same),
        };

        return cmocka_run_group_tests_name("vfs_server parts", tests, NULL, NULL);
}
