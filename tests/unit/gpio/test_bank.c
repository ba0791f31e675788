/* SPDX-License-Identifier: MIT */
/*
 * Bank and its simulated ports: owners, modes, levels, events, onlookers, and each limit at its edge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codes.h"
#include "sim.h"

#define A 1u /* owners */
#define B 2u

static Bank *bank;
static Sim *sim;
static uint32_t port; /* "p" with 8 pins */
static uint64_t rung; /* owner that was rung last; 0: nobody */
static unsigned n_shown;

static void ring(void *arg, uint64_t owner, uint32_t at) {
        (void)arg;
        assert_int_equal(at, port);
        rung = owner;
}

static void show(void *arg) {
        (void)arg;
        n_shown++;
}

static int setup(void **state) {
        const BankHost host = {.ring = ring, .show = show};

        (void)state;
        rung = n_shown = 0;
        bank = bank_new(&host);
        sim = sim_new(bank);
        bank_lock(bank);
        if (sim_add_port(sim, "p", 8) || bank_find_port(bank, "p", &port))
                return -1;
        return bank_begin(bank, A, "a") || bank_begin(bank, B, "b") || bank_open(bank, A, "p", &port) ||
                               bank_open(bank, B, "p", &port)
                       ? -1
                       : 0;
}

static int teardown(void **state) {
        (void)state;
        bank_unlock(bank);
        bank = bank_free(bank);
        sim = sim_free(sim);
        return 0;
}

static uint32_t level(uint64_t owner, uint32_t pin) {
        uint32_t value = 9;

        assert_int_equal(bank_in(bank, owner, port, pin, &value), 0);
        return value;
}

/* The events of an owner, as pin and type. */
static void expect_events(uint64_t owner, const uint32_t (*wanted)[2], uint32_t n) {
        PinEvent events[16];
        uint64_t n_lost;
        uint32_t got;

        assert_int_equal(bank_take(bank, owner, port, 16, events, &got, &n_lost), 0);
        assert_int_equal(got, n);
        assert_int_equal(n_lost, 0);
        for (uint32_t i = 0; i < n; i++) {
                assert_int_equal(events[i].pin, wanted[i][0]);
                assert_int_equal(events[i].type, wanted[i][1]);
        }
}

static void a_pin_belongs_to_who_gave_it_a_mode(void **state) {
        uint32_t value;

        (void)state;
        assert_int_equal(bank_out(bank, A, port, 1, 1), BANK_E_NOT_SET);
        assert_int_equal(bank_set_mode(bank, A, port, 1, MODE_OUT), 0);
        assert_int_equal(bank_set_mode(bank, B, port, 1, MODE_OUT), BANK_E_BUSY);
        assert_int_equal(bank_in(bank, B, port, 1, &value), BANK_E_BUSY);
        assert_int_equal(bank_release_mode(bank, B, port, 1), BANK_E_BUSY);
        assert_int_equal(bank_out(bank, A, port, 1, 1), 0);
        assert_int_equal(bank_release_mode(bank, A, port, 1), 0);
        assert_int_equal(bank_set_mode(bank, B, port, 1, MODE_IN), 0);
        assert_int_equal(level(B, 1), 0);
        assert_int_equal(bank_out(bank, B, port, 1, 1), BANK_E_DIRECTION);
}

static void who_ends_gives_everything_back(void **state) {
        (void)state;
        assert_int_equal(bank_set_mode(bank, A, port, 0, MODE_OUT), 0);
        assert_int_equal(bank_out(bank, A, port, 0, 1), 0);
        assert_int_equal(bank_set_mode(bank, A, port, 7, MODE_IN | MODE_RISE), 0);
        bank_end(bank, A);
        bank_end(bank, A); /* nobody */
        assert_int_equal(bank_look(bank, port, 0).owner, 0);
        assert_int_equal(bank_look(bank, port, 0).level, 0);
        assert_int_equal(bank_set_mode(bank, B, port, 7, MODE_OUT), 0);
        assert_int_equal(bank_out(bank, A, port, 0, 1), BANK_E_NOT_OPEN);
        assert_int_equal(bank_begin(bank, A, "a"), 0);
        assert_int_equal(bank_out(bank, A, port, 0, 1), BANK_E_NOT_OPEN);
}

static void ports_are_opened_once(void **state) {
        uint32_t at;

        (void)state;
        assert_int_equal(bank_open(bank, A, "p", &at), BANK_E_IS_OPEN);
        assert_int_equal(bank_open(bank, A, "q", &at), BANK_E_PORT);
        assert_int_equal(bank_open(bank, 99, "p", &at), BANK_E_NOT_OPEN);
        assert_int_equal(bank_open(bank, 0, "p", &at), BANK_E_NOT_OPEN);
        assert_int_equal(bank_close(bank, A, port), 0);
        assert_int_equal(bank_close(bank, A, port), BANK_E_NOT_OPEN);
        assert_int_equal(bank_close(bank, A, UINT32_MAX), BANK_E_NOT_OPEN);
        assert_int_equal(bank_set_mode(bank, A, UINT32_MAX, 0, MODE_IN), BANK_E_NOT_OPEN);
}

static void each_mode_is_looked_at(void **state) {
        static const uint32_t good[] = {
                MODE_IN, MODE_OUT, MODE_RISE, MODE_FALL | MODE_IN, MODE_IN | MODE_EVENTS};
        static const uint32_t bad[] = {
                0, MODE_IN | MODE_OUT, MODE_OUT | MODE_RISE, 4, 8, MODE_IN | 0x100, UINT32_MAX};

        (void)state;
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
                assert_int_equal(bank_set_mode(bank, A, port, 0, good[i]), 0);
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(bank_set_mode(bank, A, port, 0, bad[i]), BANK_E_MODE);
        assert_int_equal(bank_set_mode(bank, A, port, 7, MODE_IN), 0);
        assert_int_equal(bank_set_mode(bank, A, port, 8, MODE_IN), BANK_E_PIN);
        assert_int_equal(bank_set_mode(bank, A, port, UINT32_MAX, MODE_IN), BANK_E_PIN);
}

static void a_wire_carries_levels_and_edges(void **state) {
        static const uint32_t wanted[][2] = {{1, PIN_RISES}, {1, PIN_FALLS}};
        SimPlace from = {port, 0}, to = {port, 1};

        (void)state;
        assert_int_equal(sim_wire(sim, from, to), 0);
        assert_int_equal(bank_set_mode(bank, A, port, 0, MODE_OUT), 0);
        assert_int_equal(bank_set_mode(bank, B, port, 1, MODE_IN | MODE_RISE | MODE_FALL), 0);
        assert_int_equal(bank_out(bank, A, port, 0, 1), 0);
        assert_int_equal(rung, B);
        assert_int_equal(level(B, 1), 1);
        assert_int_equal(bank_out(bank, A, port, 0, 1), 0); /* nothing changes */
        assert_int_equal(bank_release_mode(bank, A, port, 0), 0);
        expect_events(B, wanted, 2);
}

static void the_strongest_drives_a_pin(void **state) {
        SimPlace from = {port, 0}, to = {port, 1};

        (void)state;
        assert_int_equal(sim_wire(sim, from, to), 0);
        assert_int_equal(bank_set_mode(bank, B, port, 1, MODE_IN), 0);
        assert_int_equal(sim_pull(sim, to, 1), 0);
        assert_int_equal(level(B, 1), 1);
        assert_int_equal(sim_set(sim, to, 0), 0);
        assert_int_equal(level(B, 1), 0);
        assert_int_equal(bank_set_mode(bank, A, port, 0, MODE_OUT), 0);
        assert_int_equal(bank_out(bank, A, port, 0, 1), 0);
        assert_int_equal(level(B, 1), 1);
        assert_int_equal(bank_set_mode(bank, B, port, 1, MODE_OUT), 0);
        assert_int_equal(level(B, 1), 0);
        assert_int_equal(bank_set_mode(bank, B, port, 1, MODE_IN), 0);
        assert_int_equal(bank_release_mode(bank, A, port, 0), 0);
        assert_int_equal(level(B, 1), 0);
        assert_int_equal(sim_set(sim, to, SIM_NOTHING), 0);
        assert_int_equal(level(B, 1), 1);
}

static void levels_are_reported_at_once(void **state) {
        static const uint32_t wanted[][2] = {{2, PIN_IS_LOW}, {2, PIN_IS_HIGH}};
        SimPlace place = {port, 2};

        (void)state;
        assert_int_equal(bank_set_mode(bank, A, port, 2, MODE_LOW | MODE_HIGH), 0);
        assert_int_equal(sim_set(sim, place, 1), 0);
        expect_events(A, wanted, 2);
}

/* Getting a mode is no event, even if the level changes by it. */
static void a_new_mode_reports_only_what_comes_then(void **state) {
        SimPlace place = {port, 2};

        (void)state;
        assert_int_equal(sim_set(sim, place, 1), 0);
        assert_int_equal(bank_set_mode(bank, A, port, 2, MODE_FALL | MODE_RISE), 0);
        assert_int_equal(bank_set_mode(bank, A, port, 2, MODE_OUT), 0);
        assert_int_equal(bank_set_mode(bank, A, port, 2, MODE_FALL | MODE_RISE), 0);
        expect_events(A, NULL, 0);
}

static void a_bell_rings_once_for_who_found_nothing(void **state) {
        SimPlace place = {port, 2};
        PinEvent event;
        uint64_t n_lost;
        uint32_t n;

        (void)state;
        assert_int_equal(bank_set_mode(bank, A, port, 2, MODE_FALL | MODE_RISE), 0);
        (void)sim_set(sim, place, 1);
        assert_int_equal(rung, A);
        rung = 0;
        (void)sim_set(sim, place, 0);
        assert_int_equal(rung, 0); /* nobody has looked since */
        assert_int_equal(bank_take(bank, A, port, 1, &event, &n, &n_lost), 0);
        (void)sim_set(sim, place, 1);
        assert_int_equal(rung, 0); /* he has not come to the end */
        for (int i = 0; i < 2; i++)
                assert_int_equal(bank_take(bank, A, port, 1, &event, &n, &n_lost), 0);
        (void)sim_set(sim, place, 0);
        assert_int_equal(rung, A);
}

static void a_queue_is_bounded(void **state) {
        static PinEvent events[BANK_EVENTS_MAX + 1];
        SimPlace place = {port, 2};
        uint64_t n_lost;
        uint32_t n;

        (void)state;
        assert_int_equal(bank_set_mode(bank, A, port, 2, MODE_FALL | MODE_RISE), 0);
        for (uint32_t extra = 0; extra < 2; extra++) {
                for (uint32_t i = 0; i < BANK_EVENTS_MAX + extra; i++)
                        (void)sim_set(sim, place, bank_look(bank, port, 2).level ^ 1u);
                assert_int_equal(bank_take(bank, A, port, BANK_EVENTS_MAX + 1, events, &n, &n_lost), 0);
                assert_int_equal(n, BANK_EVENTS_MAX);
                assert_int_equal(n_lost, extra);
        }
}

static void there_are_so_many_owners_and_no_more(void **state) {
        (void)state;
        for (uint64_t id = 3; id <= BANK_OWNERS_MAX; id++)
                assert_int_equal(bank_begin(bank, id, "x"), 0);
        assert_int_equal(bank_begin(bank, 1000, "x"), BANK_E_OWNERS);
        assert_int_equal(bank_begin(bank, A, "x"), BANK_E_OWNERS); /* that one is there */
        assert_int_equal(bank_begin(bank, 0, "x"), BANK_E_OWNERS);
        bank_end(bank, 3);
        assert_int_equal(bank_begin(bank, 1000, "x"), 0);
}

static void there_are_so_many_ports_and_no_more(void **state) {
        (void)state;
        for (uint32_t i = 1; i < BANK_PORTS_MAX; i++) {
                char name[8];

                (void)snprintf(name, sizeof name, "q%u", i);
                assert_int_equal(sim_add_port(sim, name, BANK_PINS_MAX), 0);
        }
        assert_int_equal(sim_add_port(sim, "r", 1), BANK_E_PORT);
}

static void wires_have_limits(void **state) {
        SimPlace from = {port, 0}, to = {1, 0}, none = {1, BANK_PINS_MAX}, nowhere = {BANK_PORTS_MAX, 0};

        (void)state;
        assert_int_equal(sim_add_port(sim, "q", BANK_PINS_MAX), 0);
        assert_int_equal(sim_wire(sim, from, from), BANK_E_UNSUPPORTED);
        assert_int_equal(sim_wire(sim, from, none), BANK_E_PIN);
        assert_int_equal(sim_wire(sim, nowhere, to), BANK_E_PORT);
        assert_int_equal(sim_set(sim, nowhere, 1), BANK_E_PORT);
        assert_int_equal(sim_set(sim, to, 3), BANK_E_VALUE);
        assert_int_equal(sim_pull(sim, to, 2), BANK_E_VALUE);
        for (uint32_t i = 0; i < SIM_WIRES_MAX; i++) {
                to.pin = i;
                assert_int_equal(sim_wire(sim, from, to), 0);
        }
        assert_int_equal(sim_wire(sim, from, (SimPlace){port, 1}), BANK_E_UNSUPPORTED);
}

static void a_pin_has_one_wire(void **state) {
        (void)state;
        assert_int_equal(sim_wire(sim, (SimPlace){port, 0}, (SimPlace){port, 1}), 0);
        assert_int_equal(sim_wire(sim, (SimPlace){port, 2}, (SimPlace){port, 1}), BANK_E_BUSY);
}

static void onlookers_see_every_change(void **state) {
        PinChange changes[4];
        uint64_t n_lost;
        uint32_t tap;

        (void)state;
        assert_int_equal(bank_tap_begin(bank, &tap), 0);
        assert_int_equal(bank_set_mode(bank, A, port, 3, MODE_OUT), 0);
        assert_int_equal(n_shown, 1);
        assert_int_equal(bank_out(bank, A, port, 3, 1), 0);
        assert_int_equal(n_shown, 1);
        assert_int_equal(bank_tap_take(bank, tap, 4, changes, &n_lost), 2);
        assert_true(changes[0].mode == MODE_OUT && changes[0].level == 0 && changes[0].owner == A);
        assert_true(changes[1].level == 1 && changes[1].pin == 3 && changes[1].time >= changes[0].time);
        assert_int_equal(bank_release_mode(bank, A, port, 3), 0);
        assert_int_equal(n_shown, 2);
        bank_tap_end(bank, tap);
}

static void there_are_so_many_onlookers_and_no_more(void **state) {
        uint32_t tap;

        (void)state;
        for (uint32_t i = 0; i < BANK_TAPS_MAX; i++)
                assert_int_equal(bank_tap_begin(bank, &tap), 0);
        assert_int_equal(bank_tap_begin(bank, &tap), BANK_E_TAPS);
        bank_tap_end(bank, 0);
        assert_int_equal(bank_tap_begin(bank, &tap), 0);
}

static void names_of_owners_are_cut(void **state) {
        static const char name[] = "0123456789012345678901234567890123456789";

        (void)state;
        assert_int_equal(bank_begin(bank, 5, name), 0);
        assert_int_equal(strlen(bank_name_owner(bank, 5)), BANK_NAME_MAX);
        assert_string_equal(bank_name_owner(bank, 6), "-");
        assert_string_equal(bank_name_owner(bank, 0), "-");
}

static void every_error_has_its_code(void **state) {
        (void)state;
        assert_int_equal(codes_retcode(0), rcOk);
        for (int i = 1; i < BANK_E_MAX; i++)
                assert_int_not_equal(codes_retcode(i), rcOk);
        assert_int_equal(codes_retcode(BANK_E_MAX), rcInternalError);
        assert_int_equal(codes_retcode(-1), rcInternalError);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_pin_belongs_to_who_gave_it_a_mode),
                CASE(who_ends_gives_everything_back),
                CASE(ports_are_opened_once),
                CASE(each_mode_is_looked_at),
                CASE(a_wire_carries_levels_and_edges),
                CASE(the_strongest_drives_a_pin),
                CASE(levels_are_reported_at_once),
                CASE(a_new_mode_reports_only_what_comes_then),
                CASE(a_bell_rings_once_for_who_found_nothing),
                CASE(a_queue_is_bounded),
                CASE(there_are_so_many_owners_and_no_more),
                CASE(there_are_so_many_ports_and_no_more),
                CASE(wires_have_limits),
                CASE(a_pin_has_one_wire),
                CASE(onlookers_see_every_change),
                CASE(there_are_so_many_onlookers_and_no_more),
                CASE(names_of_owners_are_cut),
                CASE(every_error_has_its_code),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
