/* SPDX-License-Identifier: MIT */
/*
 * Orders: each once, and a descriptor that is ready as long as there are any.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/orders.h"

#define TASKS 3

static Orders orders;

static int setup(void **state) {
        (void)state;
        return orders_init(&orders, TASKS);
}

static int teardown(void **state) {
        (void)state;
        orders_deinit(&orders);
        return 0;
}

static bool is_ready(void) {
        struct pollfd p = {.fd = orders.fd, .events = POLLIN};

        return poll(&p, 1, 0) == 1;
}

static void expect(uint8_t order, uint32_t task) {
        uint32_t taken = TASKS;

        assert_int_equal(orders_take(&orders, &taken), order);
        assert_int_equal(taken, order ? task : TASKS);
}

static void orders_are_taken_once(void **state) {
        (void)state;
        assert_false(is_ready());
        orders_put(&orders, 2, ORDER_START);
        orders_put(&orders, 0, ORDER_END);
        orders_put(&orders, 0, ORDER_END);
        assert_true(is_ready());
        expect(ORDER_END, 0);
        expect(ORDER_START, 2);
        expect(0, 0);
        assert_false(is_ready());
}

static void orders_for_one_task_come_together(void **state) {
        (void)state;
        orders_put(&orders, 1, ORDER_START);
        orders_put(&orders, 1, ORDER_END);
        expect(ORDER_START | ORDER_END, 1);
        expect(0, 0);
}

static void order_that_comes_while_others_are_followed_is_seen(void **state) {
        (void)state;
        orders_put(&orders, 1, ORDER_START);
        expect(ORDER_START, 1);
        orders_put(&orders, 1, ORDER_END);
        expect(ORDER_END, 1);
        expect(0, 0);
        orders_put(&orders, 1, ORDER_END);
        assert_true(is_ready());
}

static void orders_for_the_dead_are_forgotten(void **state) {
        (void)state;
        orders_put(&orders, 1, ORDER_END);
        orders_forget(&orders, 1);
        orders_forget(&orders, 2);
        expect(0, 0);
        assert_int_equal(orders.n_wanted, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(orders_are_taken_once),
                CASE(orders_for_one_task_come_together),
                CASE(order_that_comes_while_others_are_followed_is_seen),
                CASE(orders_for_the_dead_are_forgotten),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
