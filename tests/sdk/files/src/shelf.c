/* SPDX-License-Identifier: MIT */
/*
 * Shelf: a VFS program as solutions for 1.0 have it: it mounts the entries of its arguments itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define _VFS_SERVER_INTERFACE
#include <vfs/basic.h>

static _vfs_server_thread_routine_t routine;
static void *routine_arg;

void _vfs_server_set_main_thread_routine(_vfs_server_thread_routine_t func, void *arg) {
        routine = func;
        routine_arg = arg;
}

/* Four fields, the last of them a number. */
static int mount_entry(char *entry) {
        const char *field[4] = {NULL};
        char *rest = entry;

        for (int i = 0; i < 4; i++)
                field[i] = strtok_r(NULL, " ", &rest);
        if (field[3] == NULL) {
                errno = EINVAL;
                return -1;
        }
        if (mkdir(field[1], 0777) != 0 && errno != EEXIST)
                return -1;
        return mount(field[0], field[1], field[2], strtoul(field[3], NULL, 10), "");
}

int main(int argc, char **argv) {
        int option;

        while ((option = getopt(argc, argv, "l:")) != -1)
                if (option == 'l' && mount_entry(optarg) != 0)
                        fprintf(stderr, "[VFS] mount: %s\n", strerror(errno));
        routine(routine_arg);
        return EXIT_FAILURE;
}
