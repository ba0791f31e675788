/* SPDX-License-Identifier: MIT */
/*
 * Queues: slots, order, limits, waiting, and many producers and consumers at once.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <coresrv/time/time_api.h>
#include <kos/queue.h>

#include "support/no_memory.h"
#include "support/runner.h"

#define N_SLOTS     8u
#define N_PRODUCERS 4u
#define N_CONSUMERS 4u
#define N_ITEMS     5000u /* of each producer */

typedef struct Item {
        uint32_t producer, number;
        uint32_t echo; /* number again: a torn item shows */
} Item;

static KosQueueHandle new_queue(unsigned n) {
        KosQueueHandle q = KosQueueCreate(n, sizeof(Item), _Alignof(Item), RTL_NULL);

        assert_non_null(q);
        return q;
}

static void push_number(KosQueueHandle q, uint32_t number) {
        Item *item = KosQueueAlloc(q);

        assert_non_null(item);
        *item = (Item){.number = number, .echo = number};
        KosQueuePush(q, item);
}

static void expect_number(KosQueueHandle q, uint32_t number) {
        Item *item = KosQueuePop(q, 0);

        assert_non_null(item);
        assert_int_equal(item->number, number);
        KosQueueFree(q, item);
}

static void first_in_is_first_out(void **state) {
        KosQueueHandle q = new_queue(N_SLOTS);

        (void)state;
        for (uint32_t round = 0; round < 5; round++) {
                for (uint32_t i = 0; i < N_SLOTS - round; i++)
                        push_number(q, round * 100 + i);
                for (uint32_t i = 0; i < N_SLOTS - round; i++)
                        expect_number(q, round * 100 + i);
        }
        KosQueueDestroy(q);
}

static void slots_are_used_up_and_come_back(void **state) {
        KosQueueHandle q = new_queue(N_SLOTS);
        void *slots[N_SLOTS];

        (void)state;
        for (uint32_t i = 0; i < N_SLOTS; i++) {
                slots[i] = KosQueueAlloc(q);
                assert_non_null(slots[i]);
                memset(slots[i], 0xaa, sizeof(Item));
        }
        assert_null(KosQueueAlloc(q));
        KosQueueFree(q, slots[3]);
        assert_ptr_equal(KosQueueAlloc(q), slots[3]);
        assert_null(KosQueueAlloc(q));
        KosQueuePush(q, slots[0]);
        assert_null(KosQueueAlloc(q));
        assert_ptr_equal(KosQueuePop(q, 0), slots[0]);
        KosQueueFree(q, slots[0]);
        assert_ptr_equal(KosQueueAlloc(q), slots[0]);
        KosQueueDestroy(q);
}

static void popped_object_may_be_pushed_again(void **state) {
        KosQueueHandle q = new_queue(2);
        void *obj;

        (void)state;
        push_number(q, 1);
        push_number(q, 2);
        for (uint32_t i = 0; i < 10; i++) {
                obj = KosQueuePop(q, 0);
                assert_int_equal(((Item *)obj)->number, 1 + i % 2);
                KosQueuePush(q, obj);
        }
        KosQueueDestroy(q);
}

static void wrong_objects_have_no_effect(void **state) {
        KosQueueHandle q = new_queue(2), other = new_queue(2);
        char *obj = KosQueueAlloc(q);
        Item stranger;

        (void)state;
        KosQueuePush(q, RTL_NULL);
        KosQueuePush(q, &stranger);
        KosQueuePush(q, obj + 1);
        KosQueuePush(q, obj - sizeof(Item));
        KosQueuePush(q, obj + 2 * sizeof(Item));
        KosQueuePush(q, KosQueueAlloc(other));
        assert_null(KosQueuePop(q, 0));
        KosQueueFree(q, obj);
        KosQueueFree(q, obj);
        KosQueuePush(q, obj);
        assert_null(KosQueuePop(q, 0));
        assert_non_null(KosQueueAlloc(q));
        assert_non_null(KosQueueAlloc(q));
        assert_null(KosQueueAlloc(q));
        KosQueuePush(q, obj);
        KosQueuePush(q, obj);
        KosQueueFree(q, obj);
        assert_ptr_equal(KosQueuePop(q, 0), obj);
        assert_null(KosQueuePop(q, 0));
        KosQueueDestroy(other);
        KosQueueDestroy(q);
}

static void flush_frees_what_is_queued(void **state) {
        KosQueueHandle q = new_queue(N_SLOTS);
        void *held = KosQueueAlloc(q);

        (void)state;
        KosQueueFlush(q);
        for (uint32_t i = 0; i < N_SLOTS - 1; i++)
                push_number(q, i);
        KosQueueFlush(q);
        assert_null(KosQueuePop(q, 0));
        for (uint32_t i = 0; i < N_SLOTS - 1; i++)
                push_number(q, i);
        assert_null(KosQueueAlloc(q));
        expect_number(q, 0);
        KosQueuePush(q, held);
        KosQueueDestroy(q);
}

/* --- making --- */

static void sizes_are_rounded_and_objects_aligned(void **state) {
        static const unsigned aligns[] = {1, 2, 8, 64, 4096};

        (void)state;
        for (size_t i = 0; i < sizeof aligns / sizeof *aligns; i++) {
                KosQueueHandle q = KosQueueCreate(3, 5, aligns[i], RTL_NULL);
                uintptr_t slots[3];

                assert_non_null(q);
                for (int k = 0; k < 3; k++) {
                        slots[k] = (uintptr_t)KosQueueAlloc(q);
                        assert_int_equal(slots[k] % aligns[i], 0);
                        memset((void *)slots[k], k, 5);
                }
                assert_int_equal(slots[1] - slots[0], rtl_align_up(5u, aligns[i]));
                assert_int_equal(*(char *)slots[0], 0);
                KosQueueDestroy(q);
        }
}

static void buffer_of_the_caller_is_used(void **state) {
        static _Alignas(16) char buffer[4 * 16 + 1];
        KosQueueHandle q = KosQueueCreate(4, 10, 16, buffer);

        (void)state;
        assert_non_null(q);
        buffer[64] = 'x';
        for (int i = 0; i < 4; i++) {
                char *obj = KosQueueAlloc(q);

                assert_ptr_equal(obj, buffer + 16 * i);
                memset(obj, 0, 10);
        }
        KosQueueDestroy(q);
        assert_int_equal(buffer[64], 'x');
        assert_null(KosQueueCreate(3, 10, 16, buffer + 8));
        assert_null(KosQueueCreate(3, 10, 16, buffer + 1));
        q = KosQueueCreate(3, 10, 8, buffer + 8);
        assert_non_null(q);
        KosQueueDestroy(q);
}

static void numbers_out_of_range_are_refused(void **state) {
        KosQueueHandle q;

        (void)state;
        assert_null(KosQueueCreate(0, 8, 8, RTL_NULL));
        assert_null(KosQueueCreate(4, 0, 8, RTL_NULL));
        assert_null(KosQueueCreate(4, 8, 0, RTL_NULL));
        assert_null(KosQueueCreate(4, 8, 12, RTL_NULL));
        assert_null(KosQueueCreate(KOS_QUEUE_OBJECTS_MAX + 1, 1, 1, RTL_NULL));
        assert_null(KosQueueCreate(UINT32_MAX, 1, 1, RTL_NULL));
        KosQueueDestroy(RTL_NULL);
        for (unsigned n = KOS_QUEUE_OBJECTS_MAX - 1; n <= KOS_QUEUE_OBJECTS_MAX; n++) {
                q = KosQueueCreate(n, 1, 1, RTL_NULL);
                assert_non_null(q);
                for (unsigned i = 0; i < n; i++)
                        KosQueuePush(q, KosQueueAlloc(q));
                assert_null(KosQueueAlloc(q));
                KosQueueDestroy(q);
        }
}

static void more_memory_than_there_is_is_refused(void **state) {
        (void)state;
        assert_null(KosQueueCreate(KOS_QUEUE_OBJECTS_MAX, UINT32_MAX, 1, RTL_NULL));
}

/* --- waiting --- */

typedef struct Popper {
        KosQueueHandle queue;
        rtl_uint32_t msec;
        Item *got;
        Runner thread;
} Popper;

static void pop_one(void *arg) {
        Popper *p = arg;

        p->got = KosQueuePop(p->queue, p->msec);
}

static void pop_of_nothing_returns_in_time(void **state) {
        KosQueueHandle q = new_queue(1);
        rtl_size_t before = KnGetMSecSinceStart();

        (void)state;
        assert_null(KosQueuePop(q, 0));
        assert_null(KosQueuePop(q, 20));
        assert_true(KnGetMSecSinceStart() - before >= 19);
        KosQueueDestroy(q);
}

static void begin(Popper *p, KosQueueHandle q, rtl_uint32_t msec) {
        *p = (Popper){.queue = q, .msec = msec};
        t_start(&p->thread, pop_one, p);
        t_wait_blocked(&p->thread);
}

static void push_wakes_who_waits(void **state) {
        static const rtl_uint32_t limits[] = {100000, INFINITE_TIMEOUT};
        KosQueueHandle q = new_queue(2);
        Popper popper;

        (void)state;
        for (uint32_t i = 0; i < 2; i++) {
                begin(&popper, q, limits[i]);
                push_number(q, i);
                t_join(&popper.thread);
                assert_non_null(popper.got);
                assert_int_equal(popper.got->number, i);
                KosQueueFree(q, popper.got);
        }
        KosQueueDestroy(q);
}

static void each_push_wakes_one_more(void **state) {
        KosQueueHandle q = new_queue(N_SLOTS);
        Popper poppers[N_SLOTS];
        uint32_t sum = 0;

        (void)state;
        for (uint32_t i = 0; i < N_SLOTS; i++)
                begin(&poppers[i], q, INFINITE_TIMEOUT);
        for (uint32_t i = 0; i < N_SLOTS; i++)
                push_number(q, i);
        for (uint32_t i = 0; i < N_SLOTS; i++) {
                t_join(&poppers[i].thread);
                assert_non_null(poppers[i].got);
                sum += poppers[i].got->number;
        }
        assert_int_equal(sum, N_SLOTS * (N_SLOTS - 1) / 2);
        KosQueueDestroy(q);
}

/* --- many at once --- */

static KosQueueHandle shared;
static _Atomic uint32_t n_left; /* items to be consumed */
static _Atomic uint32_t n_wrong;
static _Atomic uint32_t n_seen[N_PRODUCERS];

static void produce(uint32_t producer) {
        for (uint32_t i = 0; i < N_ITEMS;) {
                Item *item = KosQueueAlloc(shared);

                if (!item) {
                        (void)sched_yield();
                        continue;
                }
                *item = (Item){.producer = producer, .number = i, .echo = i};
                KosQueuePush(shared, item);
                i++;
        }
}

/* Each consumer sees the items of one producer in their order; all consumers together see all of them. */
static void consume(void) {
        int64_t last[N_PRODUCERS];

        for (uint32_t i = 0; i < N_PRODUCERS; i++)
                last[i] = -1;
        while (n_left > 0) {
                Item *item = KosQueuePop(shared, 5);

                if (!item)
                        continue;
                n_wrong += item->echo != item->number || (int64_t)item->number <= last[item->producer];
                last[item->producer] = item->number;
                n_seen[item->producer]++;
                n_left--;
                KosQueueFree(shared, item);
        }
}

static void play(void *arg) {
        uint32_t number = *(uint32_t *)arg;

        if (number < N_PRODUCERS)
                produce(number);
        else
                consume();
}

static void all_producers_reach_all_consumers_in_order(void **state) {
        static const unsigned sizes[] = {1, 2, 16, 1024};
        uint32_t numbers[N_PRODUCERS + N_CONSUMERS];

        (void)state;
        for (uint32_t i = 0; i < N_PRODUCERS + N_CONSUMERS; i++)
                numbers[i] = i;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                shared = new_queue(sizes[i]);
                n_left = N_PRODUCERS * N_ITEMS;
                t_run_all(N_PRODUCERS + N_CONSUMERS, play, numbers, sizeof numbers[0]);
                assert_int_equal(n_wrong, 0);
                for (uint32_t k = 0; k < N_PRODUCERS; k++)
                        assert_int_equal(atomic_exchange(&n_seen[k], 0), N_ITEMS);
                assert_null(KosQueuePop(shared, 0));
                for (unsigned k = 0; k < sizes[i]; k++)
                        assert_non_null(KosQueueAlloc(shared));
                assert_null(KosQueueAlloc(shared));
                KosQueueDestroy(shared);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(first_in_is_first_out),
                cmocka_unit_test(slots_are_used_up_and_come_back),
                cmocka_unit_test(popped_object_may_be_pushed_again),
                cmocka_unit_test(wrong_objects_have_no_effect),
                cmocka_unit_test(flush_frees_what_is_queued),
                cmocka_unit_test(sizes_are_rounded_and_objects_aligned),
                cmocka_unit_test(buffer_of_the_caller_is_used),
                cmocka_unit_test(numbers_out_of_range_are_refused),
                cmocka_unit_test(more_memory_than_there_is_is_refused),
                cmocka_unit_test(pop_of_nothing_returns_in_time),
                cmocka_unit_test(push_wakes_who_waits),
                cmocka_unit_test(each_push_wakes_one_more),
                cmocka_unit_test(all_producers_reach_all_consumers_in_order),
        };

        return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
