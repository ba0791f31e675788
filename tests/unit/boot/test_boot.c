/* SPDX-License-Identifier: MIT */
/*
 * Boot block: a good one is accepted whole, each way of being wrong is refused.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot/boot.h"
#include "support/boot_builder.h"
#include "support/keeper.h"
#include "transport/chan_layout.h"

#define ALL_SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)

/* A descriptor to be listed. */
static int some_fd(void) {
        return t_inherited(memfd_create("listed", 0));
}

static ChanWay straight(void *arg, uint16_t riid, uint16_t mid) {
        (void)arg;
        return riid == 0 && mid == 0 ? CHAN_WAY_DIRECT : CHAN_WAY_STRAIGHT;
}

static uint32_t add_verdicts(BootBuilder *b, uint32_t *ret_size) {
        size_t size = verdicts_size(keeper_shape());
        ChanVerdicts *v = calloc(1, size);
        uint32_t off;

        assert_non_null(v);
        assert_int_equal(verdicts_fill(v, keeper_shape(), straight, NULL), 1);
        off = t_boot_add(b, v, (uint32_t)size);
        free(v);
        *ret_size = (uint32_t)size;
        return off;
}

/* A process with one listener that serves one channel, and one channel as a client. */
static void build(BootBuilder *b) {
        uint32_t shape, verdicts, verdicts_bytes;

        t_boot_begin(b, "Middle", "demo.Middle");
        shape = t_boot_add(b, keeper_shape(), keeper_shape()->size);
        verdicts = add_verdicts(b, &verdicts_bytes);
        t_boot_block(b)->kernel_fd = some_fd();
        t_boot_block(b)->kernel_bell_fd = some_fd();
        t_boot_block(b)->kernel_status_fd = some_fd();
        t_boot_block(b)->status_fd = some_fd();
        t_boot_listener(b, "front", 5, some_fd());
        t_boot_channel(b, &(BootChannel){.role = BOOT_SERVER,
                                  .name_off = t_boot_text(b, "front"),
                                  .peer_off = t_boot_text(b, "Main"),
                                  .mem_fd = some_fd(),
                                  .bell_fd = -1,
                                  .status_fd = -1,
                                  .shape_off = shape,
                                  .shape_size = keeper_shape()->size,
                                  .verdicts_off = verdicts,
                                  .verdicts_size = verdicts_bytes,
                                  .judged_fd = some_fd()});
        t_boot_channel(b, &(BootChannel){.role = BOOT_CLIENT,
                                  .name_off = t_boot_text(b, "back"),
                                  .peer_off = t_boot_text(b, "Last"),
                                  .mem_fd = some_fd(),
                                  .bell_fd = some_fd(),
                                  .status_fd = some_fd(),
                                  .status = CHAN_LISTENERS_MAX - 1,
                                  .shape_off = shape,
                                  .shape_size = keeper_shape()->size,
                                  .deadline_ms = 250});
        t_boot_finish(b);
}

static BootChannel *channel(BootBuilder *b, uint32_t i) {
        return (BootChannel *)(void *)(b->bytes + t_boot_block(b)->channels_off) + i;
}

static BootListener *listener(BootBuilder *b) {
        return (BootListener *)(void *)(b->bytes + t_boot_block(b)->listeners_off);
}

static void close_listed(const BootBlock *b) {
        const char *bytes = (const char *)b;
        const BootListener *l = (const BootListener *)(const void *)(bytes + b->listeners_off);
        const BootChannel *c = (const BootChannel *)(const void *)(bytes + b->channels_off);

        (void)close(b->kernel_fd);
        (void)close(b->kernel_bell_fd);
        (void)close(b->kernel_status_fd);
        (void)close(b->status_fd);
        (void)close(c[0].judged_fd);
        (void)close(l->ear_fd);
        for (uint32_t i = 0; i < 2; i++) {
                (void)close(c[i].mem_fd);
                (void)close(c[i].bell_fd);
                (void)close(c[i].status_fd);
        }
}

static int is_cloexec(int fd) {
        return fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

static void good_block_is_loaded_whole(void **state) {
        BootBuilder b;
        Boot boot;
        int fd;

        (void)state;
        build(&b);
        fd = t_boot_seal(&b, ALL_SEALS);
        assert_int_equal(boot_load(fd, &boot), 0);
        assert_string_equal(boot.task_name, "Middle");
        assert_string_equal(boot.class_name, "demo.Middle");
        assert_int_equal(boot.block->n_listeners, 1);
        assert_string_equal(boot_text(&boot, boot.listeners[0].name_off), "front");
        assert_int_equal(boot.listeners[0].status, 5);
        assert_int_equal(boot.block->n_channels, 2);
        assert_string_equal(boot_text(&boot, boot.channels[1].peer_off), "Last");
        assert_int_equal(boot.channels[1].deadline_ms, 250);
        assert_int_equal(verdicts_way(boot_verdicts(&boot, &boot.channels[0]), 0, 0), CHAN_WAY_DIRECT);
        assert_null(boot_verdicts(&boot, &boot.channels[1]));
        assert_memory_equal(boot_shape(&boot, &boot.channels[0]), keeper_shape(), keeper_shape()->size);
        close_listed(boot.block);
        boot_unload(&boot);
}

static void loading_closes_the_block_and_marks_what_it_lists(void **state) {
        BootBuilder b;
        Boot boot;
        int fd;

        (void)state;
        build(&b);
        fd = t_boot_seal(&b, ALL_SEALS);
        assert_int_equal(boot_load(fd, &boot), 0);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
        assert_true(is_cloexec(boot.block->kernel_fd));
        assert_true(is_cloexec(boot.block->kernel_bell_fd));
        assert_true(is_cloexec(boot.block->kernel_status_fd));
        assert_true(is_cloexec(boot.channels[0].judged_fd));
        assert_true(is_cloexec(boot.block->status_fd));
        assert_true(is_cloexec(boot.listeners[0].ear_fd));
        for (uint32_t i = 0; i < 2; i++)
                assert_true(is_cloexec(boot.channels[i].mem_fd));
        assert_true(is_cloexec(boot.channels[1].bell_fd));
        assert_true(is_cloexec(boot.channels[1].status_fd));
        close_listed(boot.block);
        boot_unload(&boot);
}

static void block_with_nothing_in_it_is_loaded(void **state) {
        BootBuilder b;
        Boot boot;

        (void)state;
        t_boot_begin(&b, "Alone", "demo.Alone");
        assert_int_equal(boot_load(t_boot_end(&b), &boot), 0);
        assert_int_equal(boot.block->n_channels, 0);
        boot_unload(&boot);
}

/* --- no boot block --- */

static void closed_descriptor_is_no_block(void **state) {
        Boot boot;

        (void)state;
        assert_int_equal(boot_load(-1, &boot), BOOT_E_ABSENT);
}

/* Programs started by hand may well have something else at descriptor 3. */
static void foreign_descriptors_are_left_alone(void **state) {
        int null = open("/dev/null", O_RDONLY);
        int empty = t_inherited(memfd_create("empty", MFD_ALLOW_SEALING));
        int text = t_inherited(memfd_create("text", MFD_ALLOW_SEALING));
        char page[4096] = "not a boot block";
        const int fds[] = {null, empty, text};
        Boot boot;

        (void)state;
        assert_int_equal(write(text, page, sizeof page), sizeof page);
        assert_int_equal(fcntl(text, F_ADD_SEALS, ALL_SEALS), 0);
        for (int i = 0; i < 3; i++) {
                assert_int_equal(boot_load(fds[i], &boot), BOOT_E_ABSENT);
                assert_int_equal(fcntl(fds[i], F_GETFD), 0);
                (void)close(fds[i]);
        }
}

static void process_without_a_block_has_none(void **state) {
        (void)state;
        assert_null(boot_get());
        assert_null(boot_get());
}

/* --- spoilt blocks --- */

/* Builds a good block, spoils it, and loads it. */
static void refuse(const char *what, void (*spoil)(BootBuilder *b), int seals, int want) {
        BootBuilder b;
        BootBlock *copy;
        Boot boot;
        int fd, r;

        build(&b);
        copy = malloc(b.size);
        memcpy(copy, b.bytes, b.size);
        if (spoil)
                spoil(&b);
        fd = t_boot_seal(&b, seals);
        r = boot_load(fd, &boot);
        if (r != want)
                fail_msg("%s: got %d, want %d", what, r, want);
        assert_true(fcntl(fd, F_GETFD) >= 0); /* not taken over */
        (void)close(fd);
        close_listed(copy);
        free(copy);
}

static void block_that_could_change_is_refused(void **state) {
        (void)state;
        refuse("writable", NULL, F_SEAL_SHRINK | F_SEAL_GROW, BOOT_E_UNSEALED);
        refuse("shrinkable", NULL, F_SEAL_WRITE | F_SEAL_GROW, BOOT_E_UNSEALED);
        refuse("growable", NULL, F_SEAL_WRITE | F_SEAL_SHRINK, BOOT_E_UNSEALED);
}

static void newer_version(BootBuilder *b) {
        t_boot_block(b)->version = BOOT_VERSION + 1;
}

static void block_of_another_version_is_refused(void **state) {
        (void)state;
        refuse("version", newer_version, ALL_SEALS, BOOT_E_VERSION);
}

static void size_above(BootBuilder *b) {
        t_boot_block(b)->size++;
}

static void size_below(BootBuilder *b) {
        t_boot_block(b)->size--;
}

static void task_outside(BootBuilder *b) {
        t_boot_block(b)->task_off = b->size;
}

static void class_far_outside(BootBuilder *b) {
        t_boot_block(b)->class_off = UINT32_MAX;
}

/* The last text of the block is moved to its very end, without a NUL. */
static void task_without_end(BootBuilder *b) {
        b->bytes[b->size - 1] = 'x';
        t_boot_block(b)->task_off = b->size - 1;
}

static void listeners_outside(BootBuilder *b) {
        t_boot_block(b)->listeners_off = b->size;
}

static void listeners_unaligned(BootBuilder *b) {
        t_boot_block(b)->listeners_off += 2;
}

static void too_many_listeners(BootBuilder *b) {
        t_boot_block(b)->n_listeners = UINT32_MAX;
}

static void too_many_channels(BootBuilder *b) {
        t_boot_block(b)->n_channels = 3;
}

/* n * sizeof wraps to a small number in 32 bits. */
static void channels_that_wrap(BootBuilder *b) {
        t_boot_block(b)->n_channels = 0x10000000u;
}

static void channels_outside(BootBuilder *b) {
        t_boot_block(b)->channels_off = 0xfffffff8u;
}

static void listener_name_outside(BootBuilder *b) {
        listener(b)->name_off = b->size;
}

static void listener_status_above(BootBuilder *b) {
        listener(b)->status = CHAN_LISTENERS_MAX;
}

static void role_unknown(BootBuilder *b) {
        channel(b, 0)->role = 3;
}

static void name_outside(BootBuilder *b) {
        channel(b, 1)->name_off = b->size;
}

static void peer_outside(BootBuilder *b) {
        channel(b, 1)->peer_off = b->size;
}

static void listener_index_above(BootBuilder *b) {
        channel(b, 0)->listener = 1;
}

static void status_index_above(BootBuilder *b) {
        channel(b, 1)->status = CHAN_LISTENERS_MAX;
}

static void shape_outside(BootBuilder *b) {
        channel(b, 1)->shape_off = (b->size + 7) & ~7u;
}

static void shape_unaligned(BootBuilder *b) {
        channel(b, 1)->shape_off += 4;
}

static void shape_too_long(BootBuilder *b) {
        channel(b, 1)->shape_size = b->size;
}

static void shape_empty(BootBuilder *b) {
        channel(b, 1)->shape_size = 0;
}

static void shape_lies(BootBuilder *b) {
        ShapeTable *t = (ShapeTable *)(void *)(b->bytes + channel(b, 0)->shape_off);

        t->n_endpoints = 1000000;
}

static ChanVerdicts *verdicts(BootBuilder *b) {
        return (ChanVerdicts *)(void *)(b->bytes + channel(b, 0)->verdicts_off);
}

static void verdicts_outside(BootBuilder *b) {
        channel(b, 0)->verdicts_off = b->size;
}

static void verdicts_lie(BootBuilder *b) {
        verdicts(b)->first[verdicts(b)->n_endpoints]++;
}

static void verdict_is_none(BootBuilder *b) {
        ((uint8_t *)verdicts(b))[verdicts(b)->size - 1] = CHAN_WAYS;
}

static void judged_without_bell(BootBuilder *b) {
        t_boot_block(b)->kernel_bell_fd = -1;
}

static void everything_outside_the_block_is_refused(void **state) {
        static const struct {
                const char *what;
                void (*spoil)(BootBuilder *b);
        } rows[] = {
                {"size above", size_above},
                {"size below", size_below},
                {"task outside", task_outside},
                {"class far outside", class_far_outside},
                {"task without end", task_without_end},
                {"listeners outside", listeners_outside},
                {"listeners unaligned", listeners_unaligned},
                {"too many listeners", too_many_listeners},
                {"too many channels", too_many_channels},
                {"channels that wrap", channels_that_wrap},
                {"channels outside", channels_outside},
                {"listener's name outside", listener_name_outside},
                {"listener's status above", listener_status_above},
                {"role unknown", role_unknown},
                {"name outside", name_outside},
                {"peer outside", peer_outside},
                {"listener index above", listener_index_above},
                {"status index above", status_index_above},
                {"shape outside", shape_outside},
                {"shape unaligned", shape_unaligned},
                {"shape too long", shape_too_long},
                {"shape empty", shape_empty},
                {"shape lies", shape_lies},
                {"verdicts outside", verdicts_outside},
                {"verdicts lie", verdicts_lie},
                {"verdict that is none", verdict_is_none},
                {"judged leg without a bell", judged_without_bell},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
                refuse(rows[i].what, rows[i].spoil, ALL_SEALS, BOOT_E_MALFORMED);
}

static void status_of_kernel_missing(BootBuilder *b) {
        t_boot_block(b)->kernel_status_fd = -1;
}

/* Verdicts, and neither leg. */
static void both_legs_missing(BootBuilder *b) {
        channel(b, 0)->mem_fd = -1;
        channel(b, 0)->judged_fd = -1;
}

static void judged_fd_closed(BootBuilder *b) {
        channel(b, 0)->judged_fd = 1000000;
}

static void kernel_fd_closed(BootBuilder *b) {
        t_boot_block(b)->kernel_fd = 1000000;
}

static void held_fd_closed(BootBuilder *b) {
        t_boot_block(b)->held_fd = 1000000;
}

static void family_fd_closed(BootBuilder *b) {
        t_boot_block(b)->family_fd = 1000000;
}

static void family_fd_listed_twice(BootBuilder *b) {
        t_boot_block(b)->family_fd = t_boot_block(b)->kernel_fd;
}

static void mail_fd_closed(BootBuilder *b) {
        t_boot_block(b)->mail_fd = 1000000;
}

/* Whoever may call nothing gets no letters. */
static void mail_fd_without_kernel_fd(BootBuilder *b) {
        t_boot_block(b)->mail_fd = t_boot_block(b)->kernel_fd;
        t_boot_block(b)->kernel_fd = -1;
}

static void status_fd_missing(BootBuilder *b) {
        t_boot_block(b)->status_fd = -1;
}

static void mem_fd_missing(BootBuilder *b) {
        channel(b, 1)->mem_fd = -1;
}

static void ear_fd_missing(BootBuilder *b) {
        listener(b)->ear_fd = -1;
}

static void bell_fd_missing(BootBuilder *b) {
        channel(b, 1)->bell_fd = -1;
}

static void mem_fd_listed_twice(BootBuilder *b) {
        channel(b, 1)->mem_fd = channel(b, 0)->mem_fd;
}

static void client_status_fd_missing(BootBuilder *b) {
        channel(b, 1)->status_fd = -1;
}

static void bad_descriptors_are_refused(void **state) {
        (void)state;
        refuse("kernel fd closed", kernel_fd_closed, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("held fd closed", held_fd_closed, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("family fd closed", family_fd_closed, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("family fd twice", family_fd_listed_twice, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("mail fd closed", mail_fd_closed, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("mail fd without kernel fd", mail_fd_without_kernel_fd, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("kernel's status fd missing", status_of_kernel_missing, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("both legs missing", both_legs_missing, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("judged fd closed", judged_fd_closed, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("status fd missing", status_fd_missing, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("mem fd missing", mem_fd_missing, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("ear fd missing", ear_fd_missing, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("bell fd missing", bell_fd_missing, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("mem fd twice", mem_fd_listed_twice, ALL_SEALS, BOOT_E_DESCRIPTOR);
        refuse("client's status fd missing", client_status_fd_missing, ALL_SEALS, BOOT_E_DESCRIPTOR);
}

static void block_that_lists_itself_is_refused(void **state) {
        BootBuilder b;
        Boot boot;
        int next, fd;

        (void)state;
        next = some_fd(); /* the lowest free number: what the block's own descriptor will get */
        (void)close(next);
        t_boot_begin(&b, "Odd", "demo.Odd");
        t_boot_block(&b)->kernel_fd = next;
        fd = t_boot_end(&b);
        assert_int_equal(fd, next);
        assert_int_equal(boot_load(fd, &boot), BOOT_E_DESCRIPTOR);
        (void)close(fd);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(good_block_is_loaded_whole),
                cmocka_unit_test(loading_closes_the_block_and_marks_what_it_lists),
                cmocka_unit_test(block_with_nothing_in_it_is_loaded),
                cmocka_unit_test(closed_descriptor_is_no_block),
                cmocka_unit_test(foreign_descriptors_are_left_alone),
                cmocka_unit_test(process_without_a_block_has_none),
                cmocka_unit_test(block_that_could_change_is_refused),
                cmocka_unit_test(block_of_another_version_is_refused),
                cmocka_unit_test(everything_outside_the_block_is_refused),
                cmocka_unit_test(bad_descriptors_are_refused),
                cmocka_unit_test(block_that_lists_itself_is_refused),
        };

        return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
