/* SPDX-License-Identifier: MIT */
/*
 * Threads in one ext file system: each in a folder of its own, all at one file, and one that synchronises.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ext_image.h"
#include "host_tree.h"
#include "mounts.h"

#define THREADS 4u
#define ROUNDS  150u

static TWorld w;

/* What goes wrong is counted: cmocka's assertions are for its own thread. */
typedef struct Worker {
        pthread_t thread;
        unsigned number, n_faults;
} Worker;

static void use_file(Worker *me, const char *path, uint32_t round) {
        char data[5000], back[5000];
        VfsFile *f = NULL;
        size_t n = 0;

        memset(data, (int)(me->number * 64 + round % 64), sizeof data);
        me->n_faults += vfs_open(&w.client, NULL, path, O_RDWR | O_CREAT | O_TRUNC, 0644, &f) != 0;
        if (!f)
                return;
        me->n_faults += vfs_pwrite(f, data, sizeof data, round * 100, &n) != 0 || n != sizeof data;
        me->n_faults += vfs_pread(f, back, sizeof back, round * 100, &n) != 0 || n != sizeof back;
        me->n_faults += memcmp(data, back, sizeof back) != 0;
        if (round % 2) /* the last reference frees it */
                me->n_faults += vfs_unlink(&w.client, NULL, path) != 0;
        vfs_close(f);
}

static void *work(void *arg) {
        Worker *me = arg;
        char folder[32], path[64], other[64];

        (void)snprintf(folder, sizeof folder, "/d%u", me->number);
        me->n_faults += vfs_mkdir(&w.client, NULL, folder, 0755) != 0;
        for (uint32_t i = 0; i < ROUNDS; i++) {
                struct stat st;
                VfsFile *f = NULL;

                (void)snprintf(path, sizeof path, "%s/f%u", folder, i);
                (void)snprintf(other, sizeof other, "/d%u/f%u", (me->number + 1) % THREADS, i);
                use_file(me, path, i);
                (void)vfs_stat(&w.client, NULL, other, false, &st); /* it may be there or not */
                if (vfs_open(&w.client, NULL, "/shared", O_WRONLY | O_CREAT | O_APPEND, 0644, &f) == 0) {
                        size_t n;

                        me->n_faults += vfs_write(f, "0123456789", 10, &n) != 0 || n != 10;
                        vfs_close(f);
                }
                if (i % 16 == me->number)
                        me->n_faults += mounts_sync(&w.mounts) != 0;
        }
        return NULL;
}

static void threads_share_a_file_system(void **state) {
        Worker workers[THREADS];
        struct stat st;
        TImage image;
        Fs *fs;

        (void)state;
        t_image_make(&image, 16u << 20, "-t ext4 -b 1024 -J size=1", NULL);
        assert_int_equal(t_image_mount(&image, 0, &fs), 0);
        t_world_init(&w, fs, 0);
        for (unsigned i = 0; i < THREADS; i++) {
                workers[i] = (Worker){.number = i};
                assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
        }
        for (unsigned i = 0; i < THREADS; i++) {
                assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
                assert_int_equal(workers[i].n_faults, 0);
        }
        assert_int_equal(vfs_stat(&w.client, NULL, "/shared", false, &st), 0);
        assert_int_equal(st.st_size, THREADS * ROUNDS * 10);
        t_world_deinit(&w);
        t_image_check(&image, "after threads");
        t_image_free(&image);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(threads_share_a_file_system)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
