/* SPDX-License-Identifier: MIT */
/*
 * Who waits for whom: calls are written into the channels' memory as a client writes them, the
 * callers are real threads that sleep, and the clock is the test's.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "connected.h"
#include "kernel/waits.h"
#include "transport/chan_mem.h"

static const char text[] =
        "entities:\n"
        "- {name: Server, task: A, connections: [ {target: B, id: ab} ]}\n"
        "- {name: Server, task: B, connections: [ {target: A, id: ba}, {target: C, id: bc} ]}\n"
        "- {name: Server, task: C, connections: [ {target: A, id: ca} ]}\n";

enum { AB, BA, BC, CA, N_CHANNELS };

typedef struct Case {
        Reading *reading;
        Channels channels;
        Procs procs;
        Waits waits;
        int hold[2];                       /* the processes sleep until its write end is closed */
        LinkCall late[WAITS_LATE_MAX + 1]; /* over channels made at run time */
        uint32_t n_late;
        char said[4096];
} Case;

static uint32_t late_calls(void *arg, LinkCall *ret_calls, uint32_t n_max) {
        const Case *c = arg;
        uint32_t n = c->n_late < n_max ? c->n_late : n_max;

        memcpy(ret_calls, c->late, n * sizeof *ret_calls);
        return n;
}

/* One that reads and has one thread, also where a sanitizer gives each process of ours another. */
static _Noreturn void become_reader(int hold) {
        (void)dup2(hold, STDIN_FILENO);
        (void)execlp("cat", "cat", (char *)NULL);
        _exit(EXIT_FAILURE);
}

static void *sleep_on(void *hold) {
        char byte;

        return read(*(int *)hold, &byte, 1) < 0 ? hold : NULL;
}

static _Noreturn void read_in_threads(Case *c, int n_threads, int ready) {
        pthread_t thread;

        for (int i = 1; i < n_threads; i++)
                if (pthread_create(&thread, NULL, sleep_on, &c->hold[0]) == 0)
                        (void)pthread_detach(thread);
        (void)close(ready);
        (void)sleep_on(&c->hold[0]);
        _exit(0);
}

/* A process that sleeps in each of its threads. */
static pid_t start_sleeper(Case *c, int n_threads) {
        int ready[2];
        char byte;
        pid_t pid;

        assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                (void)close(c->hold[1]);
                if (n_threads == 1)
                        become_reader(c->hold[0]);
                read_in_threads(c, n_threads, ready[1]);
        }
        (void)close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 0); /* it has become one, or has its threads */
        (void)close(ready[0]);
        return pid;
}

static void wait_until_asleep(pid_t pid) {
        char path[64], stat[256];

        (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
        do {
                FILE *file = fopen(path, "r");

                assert_non_null(file);
                assert_non_null(fgets(stat, sizeof stat, file));
                (void)fclose(file);
                (void)sched_yield();
        } while (!strstr(stat, ") S "));
}

static void start(Case *c, int n_threads) {
        assert_int_equal(pipe(c->hold), 0);
        c->reading = connected_new(text);
        assert_int_equal(channels_init(&c->channels, &c->reading->sol, NULL), 0);
        assert_int_equal(channels_all_started(&c->channels), 0);
        assert_int_equal(procs_init(&c->procs, &c->reading->sol, 0), 0);
        assert_int_equal(waits_init(&c->waits, &c->channels, &c->procs, late_calls, c), 0);
        c->n_late = 0;
        for (uint32_t i = 0; i < c->reading->sol.n_tasks; i++) {
                c->procs.list[i].pid = start_sleeper(c, n_threads);
                wait_until_asleep(c->procs.list[i].pid);
        }
        c->said[0] = '\0';
}

static void stop(Case *c) {
        (void)close(c->hold[1]);
        for (uint32_t i = 0; i < c->reading->sol.n_tasks; i++)
                assert_true(waitpid(c->procs.list[i].pid, NULL, 0) > 0);
        (void)close(c->hold[0]);
        waits_deinit(&c->waits);
        procs_deinit(&c->procs);
        channels_deinit(&c->channels);
        reading_free(c->reading);
}

typedef enum Progress { POSTED, SERVED } Progress;

static void set_call(Case *c, uint32_t channel, Progress progress) {
        ChanSlot *slot = chan_slot(c->channels.list[channel].mem, 0);

        slot->thread = (uint32_t)c->procs.list[c->channels.list[channel].sol->client].pid;
        atomic_store(&slot->pending, progress == POSTED ? 1u : 0u);
        atomic_store(&slot->state, CHAN_CALL | CHAN_SLEEPS);
}

static void say(void *userdata, const char *line) {
        Case *c = userdata;
        size_t used = strlen(c->said);

        (void)snprintf(c->said + used, sizeof c->said - used, "%s\n", line);
}

static WaitsVerdict look(Case *c, uint64_t now_ms) {
        c->said[0] = '\0';
        waits_sample(&c->waits, now_ms);
        return waits_find_deadlock(&c->waits, now_ms, say, c);
}

static void a_circle_is_reported_once_it_is_held_for_long(void **state) {
        Case c;

        (void)state;
        start(&c, 1);
        set_call(&c, AB, SERVED);
        set_call(&c, BA, POSTED);
        assert_int_equal(look(&c, 0), WAITS_FINE);   /* first seen */
        assert_int_equal(look(&c, 500), WAITS_FINE); /* the thread has not run since */
        assert_int_equal(look(&c, 500 + WAITS_DEADLOCK_MS - 1), WAITS_FINE);
        assert_int_equal(look(&c, 500 + WAITS_DEADLOCK_MS), WAITS_DEADLOCK);
        assert_string_equal(c.said, "deadlock: A waits for B (channel ab), B waits for A (channel ba)\n");
        assert_int_equal(look(&c, 5000), WAITS_FINE);
        assert_string_equal(c.said, "");
        stop(&c);
}

static void a_circle_of_three_is_found(void **state) {
        Case c;

        (void)state;
        start(&c, 1);
        set_call(&c, AB, SERVED);
        set_call(&c, BC, SERVED);
        set_call(&c, CA, POSTED);
        (void)look(&c, 0);
        (void)look(&c, 500);
        assert_int_equal(look(&c, 2000), WAITS_DEADLOCK);
        assert_string_equal(c.said, "deadlock: A waits for B (channel ab), B waits for C (channel bc), "
                                    "C waits for A (channel ca)\n");
        stop(&c);
}

static void a_chain_is_no_circle(void **state) {
        Case c;

        (void)state;
        start(&c, 1);
        set_call(&c, AB, SERVED);
        set_call(&c, BC, SERVED);
        for (uint64_t now = 0; now < 5000; now += 500)
                assert_int_equal(look(&c, now), WAITS_FINE);
        stop(&c);
}

static void a_process_with_another_thread_might_still_answer(void **state) {
        Case c;

        (void)state;
        start(&c, 2);
        set_call(&c, AB, SERVED);
        set_call(&c, BA, POSTED);
        (void)look(&c, 0);
        (void)look(&c, 500);
        assert_int_equal(look(&c, 2000), WAITS_POSSIBLE);
        assert_non_null(strstr(c.said, "possible deadlock: A waits for B"));
        stop(&c);
}

static void calls_that_change_are_no_deadlock(void **state) {
        Case c;

        (void)state;
        start(&c, 1);
        set_call(&c, AB, SERVED);
        set_call(&c, BA, POSTED);
        for (uint64_t now = 0; now < 5000; now += 500) {
                /* Another thread's call in the same slot: this one has just begun. */
                chan_slot(c.channels.list[AB].mem, 0)->thread++;
                assert_int_equal(look(&c, now), WAITS_FINE);
        }
        stop(&c);
}

static void a_death_ends_the_circle(void **state) {
        Case c;

        (void)state;
        start(&c, 1);
        set_call(&c, AB, SERVED);
        set_call(&c, BA, POSTED);
        (void)look(&c, 0);
        (void)look(&c, 500);
        (void)channels_task_died(&c.channels, 1);
        assert_int_equal(look(&c, 2000), WAITS_FINE);
        assert_int_equal(c.waits.n_calls, 0);
        stop(&c);
}

static void the_table_shows_who_waits_for_whom_and_how_long(void **state) {
        char wanted[512];
        Case c;

        (void)state;
        start(&c, 1);
        waits_sample(&c.waits, 0);
        waits_print(&c.waits, 0, say, &c);
        assert_string_equal(c.said, "no call waits for an answer\n");
        set_call(&c, AB, SERVED);
        set_call(&c, CA, POSTED);
        (void)look(&c, 0);
        (void)look(&c, 500);
        (void)look(&c, 3750);
        waits_print(&c.waits, 3750, say, &c);
        (void)snprintf(wanted, sizeof wanted,
                "calls that wait for an answer:\n"
                "  A (thread %ld) waits for B on channel ab, for 3.2 s, being served\n"
                "  C (thread %ld) waits for A on channel ca, for 3.2 s, not received yet\n",
                (long)c.procs.list[0].pid, (long)c.procs.list[2].pid);
        assert_string_equal(c.said, wanted);
        stop(&c);
}

static void set_late(Case *c, uint32_t client, uint32_t server, Progress progress) {
        uint32_t n = c->n_late++;

        c->late[n] = (LinkCall){.link = n + 1,
                .client = client,
                .server = server,
                .thread = (uint32_t)c->procs.list[client].pid,
                .phase = progress == SERVED ? CHAN_PHASE_SERVED : CHAN_PHASE_POSTED};
}

static void circle_over_a_channel_made_at_run_time_is_found(void **state) {
        static Case c;

        (void)state;
        start(&c, 1);
        set_call(&c, AB, SERVED);
        set_late(&c, 1, 0, POSTED);
        assert_int_equal(look(&c, 0), WAITS_FINE);
        assert_int_equal(look(&c, 500), WAITS_FINE);
        assert_int_equal(look(&c, 500 + WAITS_DEADLOCK_MS), WAITS_DEADLOCK);
        assert_string_equal(
                c.said, "deadlock: A waits for B (channel ab), B waits for A (a channel made at run time)\n");
        assert_int_equal(look(&c, 5000), WAITS_FINE);
        stop(&c);
}

/* Another channel, or another slot of it, is another call. */
static void call_over_another_late_channel_is_another(void **state) {
        static Case c;

        (void)state;
        start(&c, 1);
        set_call(&c, AB, SERVED);
        set_late(&c, 1, 0, POSTED);
        for (uint64_t now = 0; now < 5000; now += 500) {
                c.late[0].link += now % 1000 ? 1 : 0;
                c.late[0].slot ^= now % 1000 ? 0 : 1;
                assert_int_equal(look(&c, now), WAITS_FINE);
        }
        c.n_late = 0;
        (void)look(&c, 6000);
        assert_int_equal(c.waits.n_calls, 1);
        stop(&c);
}

static void late_calls_are_in_the_table(void **state) {
        char wanted[256];
        static Case c;

        (void)state;
        start(&c, 1);
        set_late(&c, 2, 1, SERVED);
        (void)look(&c, 0);
        (void)look(&c, 500);
        (void)look(&c, 1700);
        waits_print(&c.waits, 1700, say, &c);
        (void)snprintf(wanted, sizeof wanted,
                "calls that wait for an answer:\n"
                "  C (thread %ld) waits for B on a channel made at run time, for 1.2 s, being served\n",
                (long)c.procs.list[2].pid);
        assert_string_equal(c.said, wanted);
        stop(&c);
}

static void no_more_late_calls_are_followed_than_there_is_room_for(void **state) {
        static Case c;

        (void)state;
        start(&c, 1);
        for (uint32_t i = 0; i < WAITS_LATE_MAX - 1; i++)
                set_late(&c, 2, 1, SERVED);
        for (uint32_t n = WAITS_LATE_MAX - 1; n <= WAITS_LATE_MAX + 1; n++, set_late(&c, 2, 1, SERVED)) {
                waits_sample(&c.waits, 0);
                assert_int_equal(c.waits.n_calls, n < WAITS_LATE_MAX ? n : WAITS_LATE_MAX);
                if (n == WAITS_LATE_MAX + 1)
                        break;
        }
        stop(&c);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_circle_is_reported_once_it_is_held_for_long),
                cmocka_unit_test(a_circle_of_three_is_found),
                cmocka_unit_test(a_chain_is_no_circle),
                cmocka_unit_test(a_process_with_another_thread_might_still_answer),
                cmocka_unit_test(calls_that_change_are_no_deadlock),
                cmocka_unit_test(a_death_ends_the_circle),
                cmocka_unit_test(the_table_shows_who_waits_for_whom_and_how_long),
                cmocka_unit_test(circle_over_a_channel_made_at_run_time_is_found),
                cmocka_unit_test(call_over_another_late_channel_is_another),
                cmocka_unit_test(late_calls_are_in_the_table),
                cmocka_unit_test(no_more_late_calls_are_followed_than_there_is_room_for),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
