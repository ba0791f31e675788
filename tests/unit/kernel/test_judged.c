/* SPDX-License-Identifier: MIT */
/*
 * Channels under a policy: which legs there are, who gets them, and who shares memory with whom.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot/boot_block.h"
#include "connected.h"
#include "kernel/boot_write.h"
#include "support/keeper.h"

static const char text[] = "entities:\n"
                           "- {name: Client, task: One, connections: [ {target: Server, id: a} ]}\n"
                           "- {name: Client, task: Two, connections: [ {target: Server, id: a} ]}\n"
                           "- {name: Server}\n";

enum { ONE, TWO, SERVER, N_TASKS };

typedef struct Case {
        Reading *reading;
        NkcClass class;
        ChanWay ways[2]; /* of Put, and of the other methods, for One; for Two everything is direct */
        Channels channels;
        BootPlan plans[N_TASKS];
} Case;

static Case self;

static ChanWay way_of(void *arg, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        const Case *c = arg;

        assert_int_equal(server, SERVER);
        if (client == TWO)
                return CHAN_WAY_DIRECT;
        return c->ways[riid == KEEPER_STORE_IID && mid == KEEPER_PUT_MID ? 0 : 1];
}

static Case *begin(ChanWay put, ChanWay others) {
        ChannelsPolicy policy = {.way = way_of, .has_rules = true, .arg = &self};
        Case *c = &self;

        c->ways[0] = put;
        c->ways[1] = others;
        c->reading = connected_new(text);
        c->class = connected_server;
        c->class.shape = keeper_shape();
        c->class.shape_size = keeper_shape()->size;
        c->reading->sol.tasks[SERVER].class = &c->class;
        assert_int_equal(channels_init(&c->channels, &c->reading->sol, &policy), 0);
        for (uint32_t i = 0; i < N_TASKS; i++)
                assert_int_equal(boot_plan_init(&c->plans[i], &c->channels, i, 0, NULL, -1, -1), 0);
        return c;
}

static int end(void **state) {
        (void)state;
        for (uint32_t i = 0; i < N_TASKS; i++)
                boot_plan_deinit(&self.plans[i]);
        channels_deinit(&self.channels);
        reading_free(self.reading);
        return 0;
}

/* --- who shares what --- */

typedef struct Shared {
        uint32_t n_writable, n_read_only;
} Shared;

static bool is_memory(int fd) {
        return fcntl(fd, F_GET_SEALS) >= 0;
}

static bool is_same(int a, int b) {
        struct stat x, y;

        assert_int_equal(fstat(a, &x), 0);
        assert_int_equal(fstat(b, &y), 0);
        return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool is_read_only(int fd) {
        return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

/* Memory that both processes get, and that both can write or one can only read. */
static Shared shared_by(const Case *c, uint32_t one, uint32_t other) {
        Shared shared = {.n_writable = 0};

        for (uint32_t i = 0; i < c->plans[one].n_fds; i++) {
                for (uint32_t j = 0; j < c->plans[other].n_fds; j++) {
                        int a = c->plans[one].fds[i], b = c->plans[other].fds[j];

                        if (!is_memory(a) || !is_memory(b) || !is_same(a, b))
                                continue;
                        if (is_read_only(a) || is_read_only(b))
                                shared.n_read_only++;
                        else
                                shared.n_writable++;
                }
        }
        return shared;
}

static const BootBlock *map_block(const Case *c, uint32_t task) {
        struct stat st;
        const void *block;

        assert_int_equal(fstat(c->plans[task].block_fd, &st), 0);
        block = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, c->plans[task].block_fd, 0);
        assert_true(block != MAP_FAILED);
        return block;
}

static const BootChannel *channel(const BootBlock *b, uint32_t i) {
        return (const BootChannel *)(const void *)((const char *)b + b->channels_off) + i;
}

/* --- cases --- */

static void without_a_direct_method_two_processes_share_no_memory(void **state) {
        Case *c = begin(CHAN_WAY_JUDGED, CHAN_WAY_STRAIGHT);
        const BootBlock *one = map_block(c, ONE), *server = map_block(c, SERVER);

        (void)state;
        assert_int_equal(shared_by(c, ONE, SERVER).n_writable, 0);
        assert_int_equal(shared_by(c, ONE, SERVER).n_read_only, 1); /* the kernel process's page, by both */
        assert_int_equal(channel(one, 0)->mem_fd, -1);
        assert_int_equal(channel(one, 0)->bell_fd, -1);
        assert_int_equal(channel(one, 0)->status_fd, -1);
        assert_int_equal(channel(server, 0)->mem_fd, -1);
        assert_true(channel(one, 0)->judged_fd > BOOT_FD);
        assert_true(channel(server, 0)->judged_fd > BOOT_FD);
        assert_true(channel(one, 0)->verdicts_off > 0);
        (void)munmap((void *)(uintptr_t)one, one->size);
        (void)munmap((void *)(uintptr_t)server, server->size);
}

static void two_clients_share_nothing_they_can_write(void **state) {
        Case *c = begin(CHAN_WAY_JUDGED, CHAN_WAY_DIRECT);

        (void)state;
        assert_int_equal(shared_by(c, ONE, TWO).n_writable, 0);
}

static void with_a_direct_method_they_share_the_direct_leg_alone(void **state) {
        Case *c = begin(CHAN_WAY_JUDGED, CHAN_WAY_DIRECT);
        const Channel *channel = &c->channels.list[0];

        (void)state;
        assert_int_equal(shared_by(c, ONE, SERVER).n_writable, 1);
        assert_true(channel->has_direct && channel->has_judged);
        assert_false(is_same(channel->mem_fd, channel->client_fd));
        assert_false(is_same(channel->mem_fd, channel->server_fd));
        assert_false(is_same(channel->client_fd, channel->server_fd));
}

static void who_has_only_direct_methods_gets_nothing_of_the_kernel_process(void **state) {
        Case *c = begin(CHAN_WAY_JUDGED, CHAN_WAY_DIRECT);
        const BootBlock *two = map_block(c, TWO);

        (void)state;
        assert_int_equal(two->kernel_bell_fd, -1);
        assert_int_equal(two->kernel_status_fd, -1);
        assert_int_equal(channel(two, 0)->judged_fd, -1);
        assert_true(channel(two, 0)->verdicts_off > 0);
        assert_int_equal(two->has_policy, 1);
        (void)munmap((void *)(uintptr_t)two, two->size);
}

static void nobody_can_write_the_kernel_processs_page(void **state) {
        Case *c = begin(CHAN_WAY_JUDGED, CHAN_WAY_DIRECT);

        (void)state;
        assert_true(is_read_only(c->channels.kernel.status_ro_fd));
        for (uint32_t task = 0; task < N_TASKS; task++)
                for (uint32_t i = 0; i < c->plans[task].n_fds; i++)
                        assert_int_not_equal(c->plans[task].fds[i], c->channels.kernel.status_fd);
}

static void no_two_processes_have_one_bell(void **state) {
        Case *c = begin(CHAN_WAY_JUDGED, CHAN_WAY_DIRECT);

        (void)state;
        assert_int_not_equal(c->channels.kernel.bell_fds[ONE], c->channels.kernel.bell_fds[SERVER]);
        for (uint32_t i = 0; i < c->plans[SERVER].n_fds; i++) {
                assert_int_not_equal(c->plans[SERVER].fds[i], c->channels.servers[SERVER].news_fds[0]);
                assert_int_not_equal(c->plans[SERVER].fds[i], c->channels.kernel.bell_fds[ONE]);
        }
}

static size_t count_fds(void) {
        size_t n = 0;

        for (int fd = 0; fd < 4096; fd++)
                n += fcntl(fd, F_GETFD) >= 0;
        return n;
}

static void descriptors_stay_below_the_number_foretold(void **state) {
        size_t n_before = count_fds(), n_plans = N_TASKS;
        Case *c = begin(CHAN_WAY_JUDGED, CHAN_WAY_DIRECT);

        (void)state;
        for (uint32_t i = 0; i < N_TASKS; i++)
                n_plans += c->plans[i].n_own;
        assert_in_range(count_fds() - n_plans - n_before, 1, channels_count_fds(&c->reading->sol));
        channels_deinit(&c->channels);
        assert_int_equal(count_fds() - n_plans, n_before);
}

#define with_end(name) cmocka_unit_test_teardown(name, end)

/* --- handles of channels that come later --- */

static ChanWay use_put(void *arg, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        bool *is_used = arg;

        (void)client;
        (void)server;
        return *is_used && riid == KEEPER_STORE_IID && mid == KEEPER_PUT_MID ? CHAN_WAY_USE : CHAN_WAY_DIRECT;
}

static bool ask_all_but_the_last(void *arg, uint32_t task) {
        (void)arg;
        return task < 2;
}

/* Who can't be asked for a channel needs none, and who is never called with handles. */
static void table_of_handles_is_for_who_may_be_called_with_some_later(void **state) {
        static const char unconnected[] = "entities:\n- {name: Client}\n- {name: Server}\n"
                                          "- {name: Server, task: Other}\n";
        ShapeTable *taking = malloc(keeper_shape()->size); /* Put has a handle */
        NkcClass class = connected_server;
        bool is_used = false;
        ChannelsPolicy policy = {.way = use_put, .asks_kernel = ask_all_but_the_last, .arg = &is_used};

        (void)state;
        assert_non_null(taking);
        memcpy(taking, keeper_shape(), keeper_shape()->size);
        ((ShapeMethod *)(void *)((char *)taking + taking->methods_off))->req.n_handles = 1;
        class.shape = taking;
        class.shape_size = taking->size;
        for (int round = 0; round < 2; round++, is_used = true) {
                Reading *r = connected_new(unconnected);
                Channels c;

                for (uint32_t i = 0; i < 3; i++)
                        r->sol.tasks[i].class = &class;
                assert_int_equal(channels_init(&c, &r->sol, &policy), 0);
                assert_int_equal(c.servers[0].held.entries != NULL, is_used);
                assert_int_equal(c.servers[1].held.entries != NULL, is_used);
                assert_null(c.servers[2].held.entries);
                channels_deinit(&c);
                reading_free(r);
        }
        free(taking);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                with_end(without_a_direct_method_two_processes_share_no_memory),
                with_end(two_clients_share_nothing_they_can_write),
                with_end(with_a_direct_method_they_share_the_direct_leg_alone),
                with_end(who_has_only_direct_methods_gets_nothing_of_the_kernel_process),
                with_end(nobody_can_write_the_kernel_processs_page),
                with_end(no_two_processes_have_one_bell),
                with_end(descriptors_stay_below_the_number_foretold),
                cmocka_unit_test(table_of_handles_is_for_who_may_be_called_with_some_later),
        };

        return cmocka_run_group_tests_name("judged channels", tests, NULL, NULL);
}
