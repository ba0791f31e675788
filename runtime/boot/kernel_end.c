/* SPDX-License-Identifier: MIT */
/*
 * This process's end towards the kernel process: one bell and one status page for all its channels, and one
 * table of what others hold of its handles.
 */
#include "boot.h"

#include <pthread.h>
#include <stdbool.h>

#include "transport/chan.h"

static struct {
        pthread_once_t once;
        bool is_open;
        ChanKernel kernel;
} end = {.once = PTHREAD_ONCE_INIT};

static void open_end(void) {
        const Boot *boot = boot_get();

        end.is_open = boot && boot->block->kernel_bell_fd != -1 &&
                      chan_kernel_open(
                              &end.kernel, boot->block->kernel_bell_fd, boot->block->kernel_status_fd) == 0;
}

const ChanKernel *boot_kernel(void) {
        (void)pthread_once(&end.once, open_end);
        return end.is_open ? &end.kernel : NULL;
}

static struct {
        pthread_once_t once;
        HeldTable table;
} told = {.once = PTHREAD_ONCE_INIT};

static void open_held(void) {
        const Boot *boot = boot_get();

        if (boot && boot->block->held_fd != -1)
                (void)chan_held_map(boot->block->held_fd, &told.table);
}

const struct HeldTable *boot_held(void) {
        (void)pthread_once(&told.once, open_held);
        return told.table.entries ? &told.table : NULL;
}
