/* SPDX-License-Identifier: MIT */
/*
 * Handle table: numbers, life of objects, limits, and use from several threads at once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "handle/handle_table.h"

/* An object that counts what is done to it. */
typedef struct Thing {
        _Atomic int n_closed;
        _Atomic int n_freed;
} Thing;

static void thing_close(void *object) {
        ((Thing *)object)->n_closed++;
}

static void thing_free(void *object) {
        ((Thing *)object)->n_freed++;
}

static const HndKind things = {.name = "thing", .close = thing_close, .free = thing_free};
static const HndKind others = {.name = "other", .close = thing_close, .free = thing_free};

static Handle open_thing(Thing *t) {
        Handle handle = INVALID_HANDLE;

        assert_int_equal(hnd_open(&things, t, NULL, &handle), 0);
        return handle;
}

static void open_handle_leads_to_its_object(void **state) {
        Thing t = {0};
        Handle handle = open_thing(&t);
        HndEntry *entry = hnd_get(handle, &things);

        (void)state;
        assert_non_null(entry);
        assert_ptr_equal(entry->object, &t);
        hnd_put(entry);
        assert_true(hnd_is_open(handle));
        assert_int_equal(hnd_close(handle), 0);
}

static void an_heir_takes_the_place_and_goes_with_the_handle(void **state) {
        Thing t = {0}, first = {0}, second = {0}, late = {0};
        Handle handle = open_thing(&t);
        HndEntry *entry;

        (void)state;
        assert_true(hnd_inherit(handle, open_thing(&first)));
        entry = hnd_get(handle, &things);
        assert_ptr_equal(entry->object, &first);
        assert_true(hnd_inherit(handle, open_thing(&second)));
        assert_int_equal(first.n_closed, 1);
        assert_int_equal(first.n_freed, 0); /* somebody is inside */
        hnd_put(entry);
        assert_int_equal(first.n_freed, 1);
        entry = hnd_get(handle, &things);
        assert_ptr_equal(entry->object, &second);
        hnd_put(entry);
        assert_int_equal(hnd_count_heirs(handle), 2);
        assert_int_equal(t.n_closed, 0);
        assert_int_equal(hnd_close(handle), 0);
        assert_true(t.n_freed == 1 && second.n_freed == 1);
        assert_false(hnd_inherit(handle, open_thing(&late)));
        assert_int_equal(late.n_freed, 1);
        assert_int_equal(hnd_count_heirs(handle), 0);
}

static void numbers_are_small_and_never_special(void **state) {
        Thing t = {0};
        Handle handle = open_thing(&t);

        (void)state;
        assert_true(handle > 0 && handle <= HANDLE_OPEN_MAX);
        assert_int_equal(hnd_close(handle), 0);
}

static void handle_of_another_kind_is_not_found(void **state) {
        Thing t = {0};
        Handle handle = open_thing(&t);

        (void)state;
        assert_null(hnd_get(handle, &others));
        assert_int_equal(hnd_close(handle), 0);
        assert_int_equal(t.n_freed, 1);
}

static void closing_frees_an_unused_object_at_once(void **state) {
        Thing t = {0};
        Handle handle = open_thing(&t);

        (void)state;
        assert_int_equal(hnd_close(handle), 0);
        assert_int_equal(t.n_closed, 1);
        assert_int_equal(t.n_freed, 1);
        assert_false(hnd_is_open(handle));
        assert_null(hnd_get(handle, &things));
}

static void object_in_use_is_freed_by_its_last_user(void **state) {
        Thing t = {0};
        Handle handle = open_thing(&t);
        HndEntry *first = hnd_get(handle, &things), *second = hnd_get(handle, &things);

        (void)state;
        assert_int_equal(hnd_close(handle), 0);
        assert_int_equal(t.n_closed, 1); /* at once: the users have to be woken */
        assert_null(hnd_get(handle, &things));
        hnd_put(first);
        assert_int_equal(t.n_freed, 0);
        hnd_put(second);
        assert_int_equal(t.n_freed, 1);
}

static void second_close_is_refused(void **state) {
        Thing t = {0};
        Handle handle = open_thing(&t);
        HndEntry *entry = hnd_get(handle, &things);

        (void)state;
        assert_int_equal(hnd_close(handle), 0);
        assert_int_equal(hnd_close(handle), HND_E_INVALID); /* still in use */
        hnd_put(entry);
        assert_int_equal(hnd_close(handle), HND_E_INVALID); /* free */
        assert_int_equal(t.n_closed, 1);
        assert_int_equal(t.n_freed, 1);
}

static void forged_numbers_are_not_found(void **state) {
        Thing t = {0};
        Handle handle = open_thing(&t);
        const Handle forged[] = {0, INVALID_HANDLE, HANDLE_OPEN_MAX, HANDLE_OPEN_MAX + 1, 0xffff,
                handle | 1u << 31, handle + (1u << HND_INDEX_BITS), 0x80000000u};

        (void)state;
        for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
                assert_null(hnd_get(forged[i], NULL));
                assert_false(hnd_is_open(forged[i]));
                assert_int_equal(hnd_close(forged[i]), HND_E_INVALID);
        }
        assert_true(hnd_is_open(handle));
        assert_int_equal(hnd_close(handle), 0);
}

static void closed_number_does_not_come_back_soon(void **state) {
        Thing t = {0};
        Handle closed = open_thing(&t);

        (void)state;
        assert_int_equal(hnd_close(closed), 0);
        for (uint32_t i = 0; i < 3 * HANDLE_OPEN_MAX; i++) {
                Handle handle = open_thing(&t);

                assert_int_not_equal(handle, closed);
                assert_null(hnd_get(closed, NULL));
                assert_int_equal(hnd_close(handle), 0);
        }
}

/* Fills the table but for `n_left` places. Returns how many handles were opened. */
static uint32_t fill(Handle *handles, uint32_t n_left, Thing *t) {
        for (uint32_t i = 0; i < HANDLE_OPEN_MAX - n_left; i++)
                handles[i] = open_thing(t);
        return HANDLE_OPEN_MAX - n_left;
}

static void table_holds_exactly_its_limit(void **state) {
        Handle *handles = calloc(HANDLE_OPEN_MAX, sizeof *handles), one_more;
        Thing t = {0};
        uint32_t n = fill(handles, 1, &t);

        (void)state;
        handles[n++] = open_thing(&t); /* one below the limit, so at it now */
        assert_int_equal(hnd_open(&things, &t, NULL, &one_more), HND_E_FULL);
        assert_int_equal(hnd_close(handles[7]), 0);
        handles[7] = open_thing(&t);
        assert_int_equal(hnd_open(&things, &t, NULL, &one_more), HND_E_FULL);
        for (uint32_t i = 0; i < n; i++)
                assert_int_equal(hnd_close(handles[i]), 0);
        assert_int_equal(t.n_freed, HANDLE_OPEN_MAX + 1);
        free(handles);
}

static void place_in_use_counts_until_it_is_left(void **state) {
        Handle *handles = calloc(HANDLE_OPEN_MAX, sizeof *handles), one_more;
        Thing t = {0};
        uint32_t n = fill(handles, 0, &t);
        HndEntry *entry = hnd_get(handles[0], &things);

        (void)state;
        assert_int_equal(hnd_close(handles[0]), 0);
        assert_int_equal(hnd_open(&things, &t, NULL, &one_more), HND_E_FULL);
        hnd_put(entry);
        handles[0] = open_thing(&t);
        for (uint32_t i = 0; i < n; i++)
                assert_int_equal(hnd_close(handles[i]), 0);
        free(handles);
}

/* --- threads --- */

enum { ROUNDS = 20000, LOOKERS = 3 };

typedef struct Shared {
        _Atomic Handle current;
        _Atomic int stop;
        _Atomic int n_wrong; /* objects met after they were freed */
} Shared;

static void *look_up(void *arg) {
        Shared *s = arg;

        while (!s->stop) {
                HndEntry *entry = hnd_get(s->current, &things);

                if (!entry)
                        continue;
                if (((Thing *)entry->object)->n_freed)
                        s->n_wrong++;
                hnd_put(entry);
        }
        return NULL;
}

/* Every object is freed exactly once, by whoever leaves last, and nobody inside sees it freed. */
static void closing_under_lookups_is_safe(void **state) {
        Thing *all = calloc(ROUNDS, sizeof *all);
        Shared s = {.current = INVALID_HANDLE};
        pthread_t threads[LOOKERS];

        (void)state;
        for (int i = 0; i < LOOKERS; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, look_up, &s), 0);
        for (int i = 0; i < ROUNDS; i++) {
                Handle handle = open_thing(&all[i]);

                s.current = handle;
                assert_int_equal(hnd_close(handle), 0);
        }
        s.stop = 1;
        for (int i = 0; i < LOOKERS; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(s.n_wrong, 0);
        for (int i = 0; i < ROUNDS; i++) {
                assert_int_equal(all[i].n_closed, 1);
                assert_int_equal(all[i].n_freed, 1);
        }
        free(all);
}

static void *close_it(void *arg) {
        Handle *handle = arg;

        return hnd_close(*handle) == 0 ? arg : NULL;
}

static void one_of_two_closers_wins(void **state) {
        (void)state;
        for (int i = 0; i < 200; i++) {
                Thing t = {0};
                Handle handle = open_thing(&t);
                pthread_t thread;
                void *other;
                int here;

                assert_int_equal(pthread_create(&thread, NULL, close_it, &handle), 0);
                here = hnd_close(handle) == 0;
                assert_int_equal(pthread_join(thread, &other), 0);
                assert_int_equal(here + (other != NULL), 1);
                assert_int_equal(t.n_freed, 1);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_heir_takes_the_place_and_goes_with_the_handle),
                cmocka_unit_test(numbers_are_small_and_never_special),
                cmocka_unit_test(open_handle_leads_to_its_object),
                cmocka_unit_test(handle_of_another_kind_is_not_found),
                cmocka_unit_test(closing_frees_an_unused_object_at_once),
                cmocka_unit_test(object_in_use_is_freed_by_its_last_user),
                cmocka_unit_test(second_close_is_refused),
                cmocka_unit_test(forged_numbers_are_not_found),
                cmocka_unit_test(closed_number_does_not_come_back_soon),
                cmocka_unit_test(table_holds_exactly_its_limit),
                cmocka_unit_test(place_in_use_counts_until_it_is_left),
                cmocka_unit_test(closing_under_lookups_is_safe),
                cmocka_unit_test(one_of_two_closers_wins),
        };

        return cmocka_run_group_tests_name("handle table", tests, NULL, NULL);
}
