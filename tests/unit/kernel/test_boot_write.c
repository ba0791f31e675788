/* SPDX-License-Identifier: MIT */
/*
 * Boot block, the writing side: what each end finds in it, and under which descriptors.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot/boot_block.h"
#include "connected.h"
#include "kernel/boot_write.h"
#include "transport/family.h"

static const char text[] = "entities:\n"
                           "- {name: Client, task: One, connections: [ {target: Server, id: a}, {target: "
                           "Server, id: b, deadline: 70} ]}\n"
                           "- {name: Client, task: Two, connections: [ {target: Server, id: a} ]}\n"
                           "- {name: Server, connections: [ {target: Other, id: c} ]}\n"
                           "- {name: Server, task: Other}\n";

enum { ONE, TWO, SERVER, OTHER };

typedef struct Case {
        Reading *reading;
        Channels channels;
        BootPlan plan;
        const BootBlock *block;
        size_t size;
} Case;

static void open_block(Case *c, uint32_t task) {
        struct stat st;

        assert_int_equal(boot_plan_init(&c->plan, &c->channels, task, 0, NULL, -1, -1), 0);
        assert_int_equal(fstat(c->plan.block_fd, &st), 0);
        c->size = (size_t)st.st_size;
        c->block = mmap(NULL, c->size, PROT_READ, MAP_PRIVATE, c->plan.block_fd, 0);
        assert_true(c->block != MAP_FAILED);
}

static void close_block(Case *c) {
        (void)munmap((void *)(uintptr_t)c->block, c->size);
        boot_plan_deinit(&c->plan);
}

static int setup(void **state) {
        static Case c;

        c.reading = connected_new(text);
        *state = &c;
        return channels_init(&c.channels, &c.reading->sol, NULL);
}

static int teardown(void **state) {
        Case *c = *state;

        channels_deinit(&c->channels);
        reading_free(c->reading);
        return 0;
}

static const char *at(const Case *c, uint32_t off) {
        assert_true(off < c->size);
        return (const char *)c->block + off;
}

static const BootChannel *channel(const Case *c, uint32_t i) {
        assert_true(i < c->block->n_channels);
        return (const BootChannel *)(const void *)at(c, c->block->channels_off) + i;
}

static const BootListener *listener(const Case *c, uint32_t i) {
        assert_true(i < c->block->n_listeners);
        return (const BootListener *)(const void *)at(c, c->block->listeners_off) + i;
}

/* Descriptor `number` of the process is this one of ours. */
static void expect_fd(const Case *c, int32_t number, int fd) {
        assert_in_range(number, BOOT_FD + 1, BOOT_FD + c->plan.n_fds);
        assert_int_equal(c->plan.fds[number - BOOT_FD - 1], fd);
}

/* The same page, to be read only, and opened once more: two processes share no offset. */
static void expect_page(const Case *c, int32_t number, int fd) {
        int got = c->plan.fds[number - BOOT_FD - 1];
        struct stat own, page;

        assert_int_not_equal(got, fd);
        assert_int_equal(fstat(got, &own), 0);
        assert_int_equal(fstat(fd, &page), 0);
        assert_int_equal(own.st_ino, page.st_ino);
        assert_int_equal(fcntl(got, F_GETFL) & O_ACCMODE, O_RDONLY);
        assert_int_equal(lseek(got, 8, SEEK_SET), 8);
        assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
}

static void the_header_names_the_process(void **state) {
        Case *c = *state;

        open_block(c, ONE);
        assert_true(c->block->magic == BOOT_MAGIC);
        assert_int_equal(c->block->version, BOOT_VERSION);
        assert_int_equal(c->block->size, c->size);
        assert_string_equal(at(c, c->block->task_off), "One");
        assert_string_equal(at(c, c->block->class_off), "Client");
        assert_int_equal(c->block->kernel_fd, -1);
        close_block(c);
}

static void a_client_gets_its_channels_in_the_order_of_the_file(void **state) {
        Case *c = *state;

        open_block(c, ONE);
        assert_int_equal(c->block->n_channels, 2);
        assert_int_equal(c->block->n_listeners, 0);
        assert_int_equal(c->block->status_fd, -1);
        for (uint32_t i = 0; i < 2; i++) {
                const BootChannel *got = channel(c, i);

                assert_int_equal(got->role, BOOT_CLIENT);
                assert_string_equal(at(c, got->name_off), i == 0 ? "a" : "b");
                assert_string_equal(at(c, got->peer_off), "Server");
                expect_fd(c, got->mem_fd, c->channels.list[i].mem_fd);
                expect_fd(c, got->bell_fd, c->channels.list[i].bell_fd);
                expect_page(c, got->status_fd, c->channels.servers[SERVER].status_ro_fd);
                assert_int_equal(got->status, i);
                assert_int_equal(got->deadline_ms, i == 0 ? 0 : 70);
        }
        assert_int_equal(c->plan.n_fds, 6);
        close_block(c);
}

static void a_server_gets_one_listener_a_name(void **state) {
        Case *c = *state;

        open_block(c, SERVER);
        assert_int_equal(c->block->n_listeners, 2);
        assert_string_equal(at(c, listener(c, 0)->name_off), "a");
        assert_string_equal(at(c, listener(c, 1)->name_off), "b");
        assert_int_equal(listener(c, 0)->status, 0);
        assert_int_equal(listener(c, 1)->status, 1);
        expect_fd(c, listener(c, 0)->ear_fd, c->channels.servers[SERVER].ear_fds[0]);
        expect_fd(c, listener(c, 1)->ear_fd, c->channels.servers[SERVER].ear_fds[1]);
        expect_fd(c, c->block->status_fd, c->channels.servers[SERVER].status_fd);
        close_block(c);
}

static void a_server_gets_client_ends_first_then_server_ends(void **state) {
        static const struct {
                uint32_t role, listener;
                const char *name, *peer;
        } rows[] = {
                {BOOT_CLIENT, 0, "c", "Other"},
                {BOOT_SERVER, 0, "a", "One"},
                {BOOT_SERVER, 1, "b", "One"},
                {BOOT_SERVER, 0, "a", "Two"},
        };
        Case *c = *state;

        open_block(c, SERVER);
        assert_int_equal(c->block->n_channels, 4);
        for (uint32_t i = 0; i < 4; i++) {
                const BootChannel *got = channel(c, i);

                assert_int_equal(got->role, rows[i].role);
                assert_string_equal(at(c, got->name_off), rows[i].name);
                assert_string_equal(at(c, got->peer_off), rows[i].peer);
                if (got->role == BOOT_SERVER)
                        assert_int_equal(got->listener, rows[i].listener);
        }
        assert_int_equal(c->plan.n_fds, 1 + 2 + 3 + 3);
        close_block(c);
}

static void descriptors_are_numbered_without_a_gap(void **state) {
        Case *c = *state;
        int32_t next = BOOT_FD + 1;

        open_block(c, SERVER);
        assert_int_equal(c->block->status_fd, next++);
        for (uint32_t i = 0; i < c->block->n_listeners; i++)
                assert_int_equal(listener(c, i)->ear_fd, next++);
        for (uint32_t i = 0; i < c->block->n_channels; i++) {
                assert_int_equal(channel(c, i)->mem_fd, next++);
                if (channel(c, i)->role == BOOT_SERVER)
                        continue;
                assert_int_equal(channel(c, i)->bell_fd, next++);
                assert_int_equal(channel(c, i)->status_fd, next++);
        }
        assert_int_equal(next, BOOT_FD + 1 + (int32_t)c->plan.n_fds);
        close_block(c);
}

static void channels_to_one_class_share_an_aligned_shape_table(void **state) {
        Case *c = *state;

        open_block(c, SERVER);
        for (uint32_t i = 0; i < c->block->n_channels; i++) {
                assert_int_equal(channel(c, i)->shape_off % 8, 0);
                assert_int_equal(channel(c, i)->shape_off, channel(c, 0)->shape_off);
                assert_int_equal(channel(c, i)->shape_size, connected_server.shape_size);
                assert_memory_equal(
                        at(c, channel(c, i)->shape_off), connected_server.shape, connected_server.shape_size);
        }
        close_block(c);
}

static void a_process_without_channels_gets_a_block_too(void **state) {
        Reading *alone = connected_new("entities:\n- name: Client\n");
        Channels channels;
        BootPlan plan;

        (void)state;
        assert_int_equal(channels_init(&channels, &alone->sol, NULL), 0);
        assert_int_equal(boot_plan_init(&plan, &channels, 0, 0, NULL, -1, -1), 0);
        assert_true(plan.block_fd >= 0);
        assert_int_equal(plan.n_fds, 0);
        boot_plan_deinit(&plan);
        channels_deinit(&channels);
        reading_free(alone);
}

static void memory_of_a_family_comes_before_the_channels(void **state) {
        Case *c = *state;
        BootPlan plan;
        BootBlock head;
        int fd;

        assert_int_equal(family_create(&fd), 0);
        assert_int_equal(boot_plan_init(&plan, &c->channels, ONE, 0, NULL, -1, fd), 0);
        assert_int_equal(pread(plan.block_fd, &head, sizeof head, 0), sizeof head);
        assert_int_equal(
                head.family_fd, BOOT_FD + 1); /* this one has nothing else of those before its channels */
        assert_int_equal(plan.fds[0], fd);
        boot_plan_deinit(&plan);
        assert_int_equal(ftruncate(fd, FAMILY_SIZE + 1), -1);
        assert_int_equal(ftruncate(fd, FAMILY_SIZE - 1), -1);
        (void)close(fd);
}

static void nobody_can_change_a_block(void **state) {
        Case *c = *state;
        char byte = 0;

        open_block(c, OTHER);
        assert_int_equal(fcntl(c->plan.block_fd, F_GET_SEALS),
                F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
        assert_int_equal(pwrite(c->plan.block_fd, &byte, 1, 0), -1);
        assert_int_equal(ftruncate(c->plan.block_fd, 0), -1);
        assert_true(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, c->plan.block_fd, 0) == MAP_FAILED);
        close_block(c);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_header_names_the_process),
                cmocka_unit_test(a_client_gets_its_channels_in_the_order_of_the_file),
                cmocka_unit_test(a_server_gets_one_listener_a_name),
                cmocka_unit_test(a_server_gets_client_ends_first_then_server_ends),
                cmocka_unit_test(descriptors_are_numbered_without_a_gap),
                cmocka_unit_test(channels_to_one_class_share_an_aligned_shape_table),
                cmocka_unit_test(a_process_without_channels_gets_a_block_too),
                cmocka_unit_test(memory_of_a_family_comes_before_the_channels),
                cmocka_unit_test(nobody_can_change_a_block),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
