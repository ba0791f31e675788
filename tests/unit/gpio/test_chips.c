/* SPDX-License-Identifier: MIT */
/*
 * Ports on chips of the host: the driver's back end over a stand-in library.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chips.h"
#include "standin_gpiod.h"

#define OWNER 1u

/* Lives as long as the thread of its chip: all cases share it. */
static Bank *bank;
static uint32_t port;
static pthread_cond_t rung = PTHREAD_COND_INITIALIZER;
static bool is_rung;

static void ring(void *arg, uint64_t owner, uint32_t at) {
        (void)arg;
        (void)owner;
        (void)at;
        is_rung = true;
        (void)pthread_cond_broadcast(&rung);
}

static int prepare(void **state) {
        const BankHost host = {.ring = ring};
        char error[256];

        (void)state;
        bank = bank_new(&host);
        standin_plug("gpiochip0", STANDIN_LINES);
        return chips_add(bank, "host", "gpiochip0", error, sizeof error) || bank_begin(bank, OWNER, "a") ||
               bank_open(bank, OWNER, "host", &port);
}

static int setup(void **state) {
        (void)state;
        is_rung = false;
        bank_lock(bank);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        for (uint32_t i = 0; i < STANDIN_LINES; i++)
                (void)bank_release_mode(bank, OWNER, port, i);
        bank_unlock(bank);
        return 0;
}

static void a_chip_is_a_port(void **state) {
        (void)state;
        assert_int_equal(bank_count_pins(bank, port), STANDIN_LINES);
        assert_int_equal(standin_count_open(), 1);
}

static void outputs_are_set(void **state) {
        uint32_t value;

        (void)state;
        assert_int_equal(bank_set_mode(bank, OWNER, port, 0, MODE_OUT), 0);
        assert_int_equal(bank_out(bank, OWNER, port, 0, 1), 0);
        assert_int_equal(standin_level(0), 1);
        assert_true(bank_in(bank, OWNER, port, 0, &value) == 0 && value == 1);
        assert_int_equal(bank_look(bank, port, 0).level, 1);
        assert_int_equal(bank_release_mode(bank, OWNER, port, 0), 0);
        assert_false(standin_is_requested(0));
}

static void inputs_are_read(void **state) {
        uint32_t value;

        (void)state;
        assert_int_equal(bank_set_mode(bank, OWNER, port, 1, MODE_IN), 0);
        standin_drive(1, 1, 5);
        assert_true(bank_in(bank, OWNER, port, 1, &value) == 0 && value == 1);
        assert_int_equal(bank_look(bank, port, 1).level, 1);
        assert_int_equal(bank_set_mode(bank, OWNER, port, 1, MODE_OUT), 0); /* requested anew */
        assert_int_equal(standin_level(1), 0);
}

static void edges_are_heard(void **state) {
        PinEvent events[4];
        uint64_t n_lost;
        uint32_t n = 0, got;

        (void)state;
        assert_int_equal(bank_set_mode(bank, OWNER, port, 2, MODE_RISE | MODE_FALL), 0);
        assert_int_equal(bank_take(bank, OWNER, port, 4, events, &got, &n_lost), 0);
        standin_drive(2, 1, 1000000007);
        standin_drive(2, 0, 1000000008);
        while (n < 2) {
                assert_int_equal(bank_take(bank, OWNER, port, 4 - n, events + n, &got, &n_lost), 0);
                n += got;
                for (is_rung = false; n < 2 && !is_rung;)
                        bank_wait(bank, &rung);
        }
        assert_true(events[0].type == PIN_RISES && events[0].time == 1000000007 && events[0].pin == 2);
        assert_true(events[1].type == PIN_FALLS && events[1].time == 1000000008);
}

static void what_the_host_refuses_is_refused(void **state) {
        static const int rows[][2] = {{EBUSY, BANK_E_BUSY}, {ENOMEM, BANK_E_MEMORY},
                {ENXIO, BANK_E_UNSUPPORTED}, {EIO, BANK_E_DEVICE}, {EPERM, BANK_E_DEVICE}};

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                standin_fail_next(rows[i][0]);
                assert_int_equal(bank_set_mode(bank, OWNER, port, 3, MODE_RISE), rows[i][1]);
                assert_int_equal(bank_look(bank, port, 3).owner, 0);
        }
        assert_int_equal(bank_set_mode(bank, OWNER, port, 3, MODE_RISE), 0);
}

/* The line was let go of for the new mode, and nobody may use it after that. */
static void a_pin_that_is_refused_another_mode_is_nobodys(void **state) {
        uint32_t value;

        (void)state;
        assert_int_equal(bank_set_mode(bank, OWNER, port, 3, MODE_OUT), 0);
        standin_fail_next(ENXIO);
        assert_int_equal(bank_set_mode(bank, OWNER, port, 3, MODE_RISE), BANK_E_UNSUPPORTED);
        assert_false(standin_is_requested(3));
        assert_int_equal(bank_out(bank, OWNER, port, 3, 1), BANK_E_NOT_SET);
        assert_int_equal(bank_in(bank, OWNER, port, 3, &value), BANK_E_NOT_SET);
        assert_true(bank_look(bank, port, 3).owner == 0 && bank_look(bank, port, 3).mode == 0);
        assert_int_equal(bank_set_mode(bank, OWNER, port, 3, MODE_OUT), 0);
        assert_int_equal(bank_out(bank, OWNER, port, 3, 1), 0);
}

static void a_wrong_chip_is_explained(void **state) {
        char error[256];

        (void)state;
        assert_int_equal(chips_add(bank, "x", "gpiochip7", error, sizeof error), -1);
        assert_non_null(strstr(error, "gpiochip7"));
        assert_non_null(strstr(error, "device: /dev/gpiochip7"));
        assert_int_equal(standin_count_open(), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_chip_is_a_port),
                CASE(outputs_are_set),
                CASE(inputs_are_read),
                CASE(edges_are_heard),
                CASE(what_the_host_refuses_is_refused),
                CASE(a_pin_that_is_refused_another_mode_is_nobodys),
                CASE(a_wrong_chip_is_explained),
        };

        return cmocka_run_group_tests(tests, prepare, NULL);
}
