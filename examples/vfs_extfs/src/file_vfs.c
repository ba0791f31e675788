/* SPDX-License-Identifier: MIT */
/*
 * FileVfs: a VFS program of one's own. What it does with files before it serves others, it does with ordinary
 * calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define _VFS_SERVER_INTERFACE
#include <vfs/basic.h>

static _vfs_server_thread_routine_t routine;
static void *routine_arg;

/* Called by the library before main(). */
void _vfs_server_set_main_thread_routine(_vfs_server_thread_routine_t func, void *arg) {
        routine = func;
        routine_arg = arg;
}

int main(void) {
        static const char *const folders[] = {"/mnt0", "/mnt1", "/mnt2"};

        for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
                if (mkdir(folders[i], 0755) != 0) {
                        perror(folders[i]);
                        return EXIT_FAILURE;
                }
        fprintf(stderr, "the places to mount are there\n");
        routine(routine_arg);
        return EXIT_FAILURE;
}
