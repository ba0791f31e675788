/* SPDX-License-Identifier: MIT */
/*
 * Channels of a solution: what is made, what a death closes, and that nothing stays behind.
 */
#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "connected.h"
#include "kernel/channels.h"

#define CYCLES 10000

static const char text[] =
        "entities:\n"
        "- {name: Client, connections: [ {target: Server, id: a}, {target: Other, id: b} ]}\n"
        "- {name: Server}\n"
        "- {name: Server, task: Other}\n";

static size_t count_fds(void) {
        DIR *dir = opendir("/proc/self/fd");
        size_t n = 0;

        assert_non_null(dir);
        while (readdir(dir))
                n++;
        (void)closedir(dir);
        return n;
}

/* Channels that this process has mapped. */
static size_t count_mapped(void) {
        FILE *file = fopen("/proc/self/maps", "r");
        char line[512];
        size_t n = 0;

        assert_non_null(file);
        while (fgets(line, sizeof line, file))
                n += strstr(line, "memfd:") != NULL;
        (void)fclose(file);
        return n;
}

static void each_channel_has_memory_and_a_bell(void **state) {
        Reading *r = connected_new(text);
        size_t n_before = count_fds();
        Channels c;

        (void)state;
        assert_int_equal(channels_init(&c, &r->sol, NULL), 0);
        assert_int_equal(c.n_channels, 2);
        for (uint32_t i = 0; i < 2; i++) {
                assert_null(c.list[i].mem);
                assert_true(c.list[i].mem_fd >= 0);
                assert_true(c.list[i].bell_fd >= 0);
        }
        assert_int_equal(c.servers[0].status_fd, -1);
        for (uint32_t i = 1; i < 3; i++) {
                assert_true(c.servers[i].status_fd >= 0 && c.servers[i].status_ro_fd >= 0);
                assert_true(c.servers[i].ear_fds[0] >= 0);
        }
        assert_in_range(count_fds() - n_before, 1, channels_count_fds(&r->sol));
        channels_deinit(&c);
        assert_int_equal(count_fds(), n_before);
        reading_free(r);
}

static void after_the_start_ears_pages_and_bells_of_servers_stay_open(void **state) {
        Reading *r = connected_new(text);
        size_t n_before = count_fds();
        Channels c;

        (void)state;
        assert_int_equal(channels_init(&c, &r->sol, NULL), 0);
        assert_int_equal(channels_all_started(&c), 0);
        assert_int_equal(count_fds() - n_before, 2 * 4);
        for (uint32_t i = 0; i < 2; i++)
                assert_int_equal(c.list[i].mem->closed, 0);
        channels_deinit(&c);
        reading_free(r);
}

static const char late_text[] =
        "entities:\n"
        "- {name: Client, connections: [ {target: Server, id: a}, {target: Other, id: b} ]}\n"
        "- {name: Server, starter: Client}\n"
        "- {name: Server, task: Other}\n"
        "- {name: Client, task: Late, starter: Client, connections: [ {target: Other, id: b} ]}\n";

/* What is open after the start without late ones: two of each server for later, an ear and our bell. */
#define FOR_SERVERS (2 * 4)

static void what_starts_later_keeps_what_it_needs(void **state) {
        Reading *r = connected_new(late_text);
        size_t n_before = count_fds();
        Channels c;

        (void)state;
        assert_int_equal(channels_init(&c, &r->sol, NULL), 0);
        assert_int_equal(channels_all_started(&c), 0);
        assert_int_equal(c.n_waiting, 2);
        assert_true(c.list[0].mem_fd >= 0 && c.list[0].bell_fd == -1); /* its client runs */
        assert_true(c.list[1].mem_fd == -1 && c.list[1].bell_fd == -1);
        assert_true(c.list[2].mem_fd >= 0 && c.list[2].bell_fd >= 0);
        channels_started(&c, 1);
        assert_true(c.list[0].mem_fd == -1);
        assert_true(c.list[2].mem_fd >= 0 && c.list[2].bell_fd >= 0);
        channels_started(&c, 1); /* told again, nothing happens */
        channels_started(&c, 3);
        assert_true(c.list[2].mem_fd == -1 && c.list[2].bell_fd == -1);
        assert_int_equal(c.n_waiting, 0);
        assert_int_equal(count_fds() - n_before, FOR_SERVERS);
        channels_deinit(&c);
        assert_int_equal(count_fds(), n_before);
        reading_free(r);
}

static void channel_to_the_dead_is_none_for_who_starts_later(void **state) {
        Reading *r = connected_new(late_text);
        size_t n_before = count_fds();
        Channels c;

        (void)state;
        assert_int_equal(channels_init(&c, &r->sol, NULL), 0);
        assert_int_equal(channels_all_started(&c), 0);
        assert_int_equal(channels_task_died(&c, 2), 2);
        assert_int_equal(c.list[2].gone, CHAN_SERVER_GONE);
        assert_true(c.list[2].mem_fd == -1 && c.list[2].bell_fd == -1);
        channels_started(&c, 3);
        channels_deinit(&c); /* the other one has never started */
        assert_int_equal(count_fds(), n_before);
        reading_free(r);
}

static void a_death_closes_the_channels_of_the_dead_alone(void **state) {
        Reading *r = connected_new(text);
        ChanHeader *seen; /* by the client */
        Channels c;

        (void)state;
        assert_int_equal(channels_init(&c, &r->sol, NULL), 0);
        assert_int_equal(chan_mem_map(c.list[0].mem_fd, &seen), 0);
        assert_int_equal(channels_all_started(&c), 0);
        assert_int_equal(channels_task_died(&c, 1), 1);
        assert_int_equal(atomic_load(&seen->closed), CHAN_SERVER_GONE);
        assert_int_equal(atomic_load(&c.list[1].mem->closed), 0);
        chan_mem_unmap(seen);
        channels_deinit(&c);
        reading_free(r);
}

/* A server that sleeps in its ear must look again. */
static void a_clients_death_is_heard_by_its_servers(void **state) {
        Reading *r = connected_new(text);
        struct pollfd ears[2];
        Channels c;

        (void)state;
        assert_int_equal(channels_init(&c, &r->sol, NULL), 0);
        for (uint32_t i = 0; i < 2; i++)
                ears[i] = (struct pollfd){.fd = dup(c.servers[i + 1].ear_fds[0]), .events = POLLIN};
        assert_int_equal(channels_all_started(&c), 0);
        assert_int_equal(poll(ears, 2, 0), 0);
        assert_int_equal(channels_task_died(&c, 0), 2);
        assert_int_equal(poll(ears, 2, 0), 2);
        (void)close(ears[0].fd);
        (void)close(ears[1].fd);
        channels_deinit(&c);
        reading_free(r);
}

static void a_death_is_told_once_and_leaves_no_memory_behind(void **state) {
        Reading *r = connected_new(text);
        Channels c;

        (void)state;
        assert_int_equal(channels_init(&c, &r->sol, NULL), 0);
        assert_int_equal(channels_all_started(&c), 0);
        assert_int_equal(channels_task_died(&c, 0), 2);
        assert_null(c.list[0].mem);
        assert_null(c.list[1].mem);
        assert_int_equal(channels_task_died(&c, 0), 0);
        assert_int_equal(channels_task_died(&c, 1), 0); /* was ended by the client's death already */
        channels_deinit(&c);
        reading_free(r);
}

static void ten_thousand_starts_and_stops_leave_nothing_behind(void **state) {
        Reading *r = connected_new(text);
        size_t n_fds = count_fds(), n_mapped = count_mapped();
        Channels c;

        (void)state;
        for (int i = 0; i < CYCLES; i++) {
                assert_int_equal(channels_init(&c, &r->sol, NULL), 0);
                if (i % 4 > 0)
                        assert_int_equal(channels_all_started(&c), 0);
                if (i % 4 > 1)
                        (void)channels_task_died(&c, 0);
                if (i % 4 > 2)
                        (void)channels_task_died(&c, 1);
                channels_deinit(&c);
        }
        assert_int_equal(count_fds(), n_fds);
        assert_int_equal(count_mapped(), n_mapped);
        reading_free(r);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_channel_has_memory_and_a_bell),
                cmocka_unit_test(after_the_start_ears_pages_and_bells_of_servers_stay_open),
                cmocka_unit_test(what_starts_later_keeps_what_it_needs),
                cmocka_unit_test(channel_to_the_dead_is_none_for_who_starts_later),
                cmocka_unit_test(a_death_closes_the_channels_of_the_dead_alone),
                cmocka_unit_test(a_clients_death_is_heard_by_its_servers),
                cmocka_unit_test(a_death_is_told_once_and_leaves_no_memory_behind),
                cmocka_unit_test(ten_thousand_starts_and_stops_leave_nothing_behind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
