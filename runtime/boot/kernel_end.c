/* SPDX-License-Identifier: MIT */
/*
 * This process's end towards the kernel process: one bell and one status page for all its channels.
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
