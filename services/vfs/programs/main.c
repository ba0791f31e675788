/* SPDX-License-Identifier: MIT */
/*
 * VfsRamFs, VfsSdCardFs, VfsNet, VfsEntity: VFS programs that solutions take ready. They differ in their
 * class, and so in what init.yaml gives them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define _VFS_SERVER_INTERFACE
#include <vfs/basic.h>

#include "startup.h"

static _vfs_server_thread_routine_t routine;
static void *routine_arg;

void _vfs_server_set_main_thread_routine(_vfs_server_thread_routine_t func, void *arg) {
        routine = func;
        routine_arg = arg;
}

int main(int argc, char **argv) {
        const char *fault;
        int r = startup_root();

        if (r < 0) {
                (void)fprintf(stderr, "vfs: no file system at all: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        if (!startup_arguments(argc, argv, &fault)) {
                (void)fprintf(stderr, "vfs: %s (`args` in init.yaml)\n", fault);
                return EXIT_FAILURE;
        }
        (void)routine(routine_arg);
        return EXIT_FAILURE;
}
