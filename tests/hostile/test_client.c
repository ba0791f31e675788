/* SPDX-License-Identifier: MIT */
/*
 * Hostile clients: one server, one neighbour that calls it without a pause, one attacker at a time.
 *
 * A case passes when the attacker got what it must get, the server lives, was given nothing that is
 * wrong, and the neighbour made NEIGHBOUR_CALLS calls meanwhile, all of which went well. How long they
 * took beside those next to a process that is just as busy and does no harm is printed, not judged: on
 * a busy machine it says more about the machine. The channels of earlier attackers stay as they left
 * them. Prints a line for each attempt.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "attack.h"
#include "platform/linux/clock.h"
#include "target.h"

#define SERVER_THREADS  2
#define NEIGHBOUR_CALLS 1000
#define DEATHS          25

static Site site;
static unsigned n_clients = 1; /* used up; the neighbour is 0 */
static double calm_ns;         /* one call of the neighbour beside a harmless process */
static pid_t attacker;         /* 0: none */

/* --- attackers --- */

static const Attack *attack_at_hand; /* inherited by the attacker's process */

static int attack(Site *s, unsigned i) {
        static Raw r;

        if (raw_open(&r, s, i) < 0)
                return 1;
        if (attack_at_hand->begin)
                attack_at_hand->begin(&r);
        for (; !s->score->stop_attack; r.round++) {
                attack_at_hand->round(&r);
                atomic_fetch_add(&s->score->n_rounds, 1);
        }
        return 0;
}

static void do_no_harm(Raw *r) {
        (void)r;
        (void)sched_yield();
}

static int end_attacker(void) {
        int status = 0;

        site.score->stop_attack = true;
        if (attacker)
                status = site_end_client(&site, n_clients++, attacker);
        attacker = 0;
        return status;
}

/* Nanoseconds a call of the neighbour takes meanwhile. */
static double run_attack(const Attack *a) {
        Score *score = site.score;
        uint64_t calls, since;
        double ns;

        assert_true(n_clients < SITE_CLIENTS);
        attack_at_hand = a;
        score->stop_attack = false;
        attacker = site_start_raw(&site, n_clients, attack);
        site_await(&site, &score->n_rounds, 1);
        calls = score->n_calls;
        since = plat_now_ns();
        site_await(&site, &score->n_rounds, a->n_rounds ? a->n_rounds : ATTACK_ROUNDS);
        site_await(&site, &score->n_calls, NEIGHBOUR_CALLS);
        ns = (double)(plat_now_ns() - since) / (double)(score->n_calls - calls);
        (void)end_attacker();
        site_await(&site, &score->n_calls, 10);
        return ns;
}

static void attempt(void **state) {
        const Attack *a = *state;
        double slowdown = run_attack(a) / calm_ns;

        print_message("# attempt %s: %s; the neighbour's calls took %.1f times as long\n", a->name,
                a->outcome, slowdown);
}

/* One that failed does not make the next one fail. */
static int attempt_teardown(void **state) {
        (void)state;
        (void)end_attacker();
        site.score->has_complaint = false;
        return 0;
}

/* --- deaths --- */

static int call_blindly(Site *s, unsigned i) {
        (void)i;
        return target_visit_blindly(s->score);
}

/* Clients that are killed at any point of a call. */
static void clients_that_are_killed_in_their_calls(void **state) {
        (void)state;
        for (unsigned i = 0; i < DEATHS; i++) {
                attacker = site_start_client(&site, n_clients, call_blindly);
                site_await(&site, &site.score->n_rounds, 1 + i);
                (void)usleep(i * 37);
                assert_int_equal(WTERMSIG(end_attacker()), SIGKILL);
        }
        site_await(&site, &site.score->n_calls, NEIGHBOUR_CALLS);
        print_message("# attempt clients_that_are_killed_in_their_calls: no effect; %d deaths\n", DEATHS);
}

/* --- all --- */

static int group_setup(void **state) {
        static const Attack harmless = {.name = "none", .round = do_no_harm};

        (void)state;
        site_open(&site, SERVER_THREADS);
        site_await(&site, &site.score->n_calls, NEIGHBOUR_CALLS);
        calm_ns = run_attack(&harmless);
        print_message("# the neighbour's calls take %.0f ns beside a process that does no harm\n", calm_ns);
        return 0;
}

static int group_teardown(void **state) {
        (void)state;
        print_message("# the neighbour made %llu calls, the server served %llu requests\n",
                (unsigned long long)site.score->n_calls, (unsigned long long)site.score->n_served);
        site_close(&site);
        return 0;
}

static size_t add_cases(struct CMUnitTest *tests, size_t n, const Attack *attacks) {
        for (; attacks->name; attacks++)
                tests[n++] = (struct CMUnitTest){
                        attacks->name, attempt, NULL, attempt_teardown, (void *)(uintptr_t)attacks};
        return n;
}

int main(void) {
        struct CMUnitTest tests[SITE_CLIENTS] = {
                cmocka_unit_test_teardown(clients_that_are_killed_in_their_calls, attempt_teardown)};
        size_t n = 1;

        n = add_cases(tests, n, message_attacks);
        n = add_cases(tests, n, protocol_attacks);
        return _cmocka_run_group_tests("hostile clients", tests, n, group_setup, group_teardown);
}
