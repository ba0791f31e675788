/* SPDX-License-Identifier: MIT */
/*
 * Boot blocks for tests: see boot_builder.h.
 */
#include "boot_builder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOM 65536u /* largest block a test builds */

void t_boot_begin(BootBuilder *b, const char *task, const char *class_name) {
        *b = (BootBuilder){.size = sizeof(BootBlock)};
        b->bytes = calloc(1, ROOM);
        assert_non_null(b->bytes);
        *t_boot_block(b) = (BootBlock){
                .magic = BOOT_MAGIC,
                .version = BOOT_VERSION,
                .task_off = t_boot_text(b, task),
                .class_off = t_boot_text(b, class_name),
                .kernel_fd = -1,
                .kernel_bell_fd = -1,
                .kernel_status_fd = -1,
                .security_fd = -1,
                .mail_fd = -1,
                .held_fd = -1,
                .console_fd = -1,
                .family_fd = -1,
                .status_fd = -1,
        };
}

BootBlock *t_boot_block(BootBuilder *b) {
        return (BootBlock *)(void *)b->bytes;
}

uint32_t t_boot_add(BootBuilder *b, const void *bytes, uint32_t size) {
        uint32_t off = (b->size + 7) & ~7u;

        assert_true(size <= ROOM - off);
        if (size > 0)
                memcpy(b->bytes + off, bytes, size);
        b->size = off + size;
        return off;
}

uint32_t t_boot_text(BootBuilder *b, const char *text) {
        return t_boot_add(b, text, (uint32_t)strlen(text) + 1);
}

void t_boot_listener(BootBuilder *b, const char *name, uint32_t status, int ear_fd) {
        assert_true(b->n_listeners < T_BOOT_ENTRIES);
        b->listeners[b->n_listeners++] =
                (BootListener){.name_off = t_boot_text(b, name), .status = status, .ear_fd = ear_fd};
}

void t_boot_channel(BootBuilder *b, const BootChannel *channel) {
        assert_true(b->n_channels < T_BOOT_ENTRIES);
        b->channels[b->n_channels++] = *channel;
}

static void finish(BootBuilder *b) {
        uint32_t listeners = t_boot_add(b, b->listeners, b->n_listeners * (uint32_t)sizeof(BootListener));
        uint32_t channels = t_boot_add(b, b->channels, b->n_channels * (uint32_t)sizeof(BootChannel));
        BootBlock *block = t_boot_block(b);

        block->n_listeners = b->n_listeners;
        block->listeners_off = listeners;
        block->n_channels = b->n_channels;
        block->channels_off = channels;
        block->size = b->size;
}

/* As what comes through it has. */
static void give_shape(const BootBuilder *b, uint32_t i, BootListener *listener) {
        for (uint32_t c = 0; c < b->n_channels; c++) {
                if (b->channels[c].role != BOOT_SERVER || b->channels[c].listener != i)
                        continue;
                listener->shape_off = b->channels[c].shape_off;
                listener->shape_size = b->channels[c].shape_size;
        }
}

void t_boot_finish(BootBuilder *b) {
        for (uint32_t i = 0; i < b->n_listeners; i++)
                give_shape(b, i, &b->listeners[i]);
        finish(b);
}

int t_boot_seal(BootBuilder *b, int seals) {
        int fd = memfd_create("boot", MFD_ALLOW_SEALING);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, b->bytes, b->size), b->size);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
        free(b->bytes);
        b->bytes = NULL;
        return t_inherited(fd);
}

int t_boot_end(BootBuilder *b) {
        t_boot_finish(b);
        return t_boot_seal(b, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW);
}

void t_boot_reserve(void) {
        int fd = open("/dev/null", O_RDONLY);

        assert_true(fd >= 0);
        if (fcntl(BOOT_FD, F_GETFD) < 0)
                assert_int_equal(dup2(fd, BOOT_FD), BOOT_FD);
        if (fd != BOOT_FD)
                (void)close(fd);
}

void t_boot_install(int fd) {
        assert_int_equal(dup2(fd, BOOT_FD), BOOT_FD);
        (void)close(fd);
}

int t_inherited(int fd) {
        int copy = fcntl(fd, F_DUPFD, 10);

        assert_true(copy >= 0);
        (void)close(fd);
        return copy;
}
