/* SPDX-License-Identifier: MIT */
/*
 * The lock of a file system: whoever wants it gets it, though others never stop asking. Where it is not so,
 * these cases do not end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>

#include "fslock.h"

#define HOGS    6
#define ROUNDS  50
#define PATIENT 1000 /* times that somebody who may not come in is given the processor */

typedef struct Crowd {
        FsLock lock;
        bool alone; /* what the crowd wants */
        char bytes[65536];
        _Atomic uint32_t n_in;
        atomic_bool ends;
} Crowd;

static void hold(Crowd *c, bool alone) {
        char copy[sizeof c->bytes];

        if (alone)
                fslock_take(&c->lock);
        else
                fslock_share(&c->lock);
        memcpy(copy, c->bytes, sizeof copy);
        if (alone)
                memcpy(c->bytes, copy, sizeof copy);
        fslock_give(&c->lock);
}

static void *crowd_in(void *arg) {
        Crowd *c = arg;

        while (!atomic_load(&c->ends)) {
                hold(c, c->alone);
                atomic_fetch_add(&c->n_in, 1);
        }
        return NULL;
}

/* One who wants the other thing comes in, again and again, while the crowd never stops. */
static void come_in(bool crowd_alone) {
        static Crowd c;
        pthread_t hogs[HOGS];

        c.alone = crowd_alone;
        atomic_init(&c.n_in, 0);
        atomic_init(&c.ends, false);
        fslock_init(&c.lock);
        for (int i = 0; i < HOGS; i++)
                assert_int_equal(pthread_create(&hogs[i], NULL, crowd_in, &c), 0);
        for (int i = 0; i < ROUNDS; i++) {
                uint32_t before = atomic_load(&c.n_in);

                while (atomic_load(&c.n_in) < before + HOGS)
                        (void)sched_yield();
                hold(&c, !crowd_alone);
        }
        atomic_store(&c.ends, true);
        for (int i = 0; i < HOGS; i++)
                assert_int_equal(pthread_join(hogs[i], NULL), 0);
        fslock_deinit(&c.lock);
}

static void who_writes_comes_in_among_readers(void **state) {
        (void)state;
        come_in(false);
}

static void who_reads_comes_in_among_writers(void **state) {
        (void)state;
        come_in(true);
}

/* --- the order --- */

typedef struct Line {
        FsLock lock;
        atomic_bool is_written, reader_begins;
        bool reader_saw_it;
} Line;

static void *write_once(void *arg) {
        Line *l = arg;

        fslock_take(&l->lock);
        atomic_store(&l->is_written, true);
        fslock_give(&l->lock);
        return NULL;
}

static void *read_once(void *arg) {
        Line *l = arg;

        atomic_store(&l->reader_begins, true);
        fslock_share(&l->lock);
        l->reader_saw_it = atomic_load(&l->is_written);
        fslock_give(&l->lock);
        return NULL;
}

static bool is_door_shut(FsLock *l) {
        if (pthread_mutex_trylock(&l->door) == EBUSY)
                return true;
        (void)pthread_mutex_unlock(&l->door);
        return false;
}

static void who_shares_does_not_overtake_who_waits(void **state) {
        Line l = {.reader_saw_it = false};
        pthread_t writer, reader;

        (void)state;
        fslock_init(&l.lock);
        fslock_share(&l.lock);
        assert_int_equal(pthread_create(&writer, NULL, write_once, &l), 0);
        while (!is_door_shut(&l.lock))
                (void)sched_yield();
        assert_int_equal(pthread_create(&reader, NULL, read_once, &l), 0);
        while (!atomic_load(&l.reader_begins))
                (void)sched_yield();
        for (int i = 0; i < PATIENT; i++)
                (void)sched_yield();
        assert_false(atomic_load(&l.is_written));
        fslock_give(&l.lock);
        assert_int_equal(pthread_join(writer, NULL), 0);
        assert_int_equal(pthread_join(reader, NULL), 0);
        assert_true(l.reader_saw_it);
        fslock_deinit(&l.lock);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(who_writes_comes_in_among_readers),
                cmocka_unit_test(who_reads_comes_in_among_writers),
                cmocka_unit_test(who_shares_does_not_overtake_who_waits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
