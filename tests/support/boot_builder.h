/* SPDX-License-Identifier: MIT */
/*
 * Builds boot blocks as the kernel process does, for processes of a test.
 *
 *      BootBuilder b;
 *      t_boot_begin(&b, "Main", "demo.Client");
 *      uint32_t shape = t_boot_add(&b, keeper_shape(), keeper_shape()->size);
 *      t_boot_channel(&b, &(BootChannel){.role = BOOT_CLIENT, .name_off = t_boot_text(&b, "keeper"), ...});
 *      int fd = t_boot_end(&b);
 *
 * Everything asserts: a test that can't build its block fails.
 */
#pragma once

#include "boot/boot_block.h"

#define T_BOOT_ENTRIES 128 /* listeners, channels: enough for a test or a benchmark */

typedef struct BootBuilder {
        unsigned char *bytes; /* the block; free with t_boot_end or t_boot_drop */
        uint32_t size;
        uint32_t n_listeners, n_channels;
        BootListener listeners[T_BOOT_ENTRIES];
        BootChannel channels[T_BOOT_ENTRIES];
} BootBuilder;

void t_boot_begin(BootBuilder *b, const char *task, const char *class_name);
/* The header, to set descriptors in or to spoil it. Valid until the next thing is added. */
BootBlock *t_boot_block(BootBuilder *b);
/* Both return the offset. */
uint32_t t_boot_text(BootBuilder *b, const char *text);
uint32_t t_boot_add(BootBuilder *b, const void *bytes, uint32_t size);
void t_boot_listener(BootBuilder *b, const char *name, uint32_t status, int ear_fd);
void t_boot_channel(BootBuilder *b, const BootChannel *channel);
/* Appends the tables, after which the block is complete and may be spoilt. */
void t_boot_finish(BootBuilder *b);
/* Puts it into a memfd, sealed with `seals`; frees the builder. The descriptor is not close-on-exec. */
int t_boot_seal(BootBuilder *b, int seals);
/* finish and seal as it must be. */
int t_boot_end(BootBuilder *b);

/* Keeps descriptor BOOT_FD from being given to anything else. To be called before descriptors are made. */
void t_boot_reserve(void);
/* Puts a finished block where this process looks for it. Closes fd. */
void t_boot_install(int fd);

/* A copy of a descriptor as it comes through exec: at 10 or above, not close-on-exec. Closes fd. */
int t_inherited(int fd);
