/* SPDX-License-Identifier: MIT */
/* Several threads at once: on files of their own, on one file, and in one directory. */
#include "suite.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_THREADS 4
#define ROUNDS    100

typedef struct Worker {
        int number;
        int fd;
        bool is_right;
} Worker;

/* All workers did what they should. */
static bool together(void *(*work)(void *), int fd) {
        Worker workers[N_THREADS];
        pthread_t threads[N_THREADS];
        bool all = true;

        for (int i = 0; i < N_THREADS; i++) {
                workers[i] = (Worker){.number = i, .fd = fd};
                if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
                        return false;
        }
        for (int i = 0; i < N_THREADS; i++) {
                pthread_join(threads[i], NULL);
                all = all && workers[i].is_right;
        }
        return all;
}

static void *make_and_remove(void *arg) {
        Worker *w = arg;
        char name[32], got[16];
        bool right = true;

        for (int i = 0; right && i < ROUNDS; i++) {
                int fd;

                snprintf(name, sizeof(name), "file-%d-%d", w->number, i);
                fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
                right = fd >= 0 && write(fd, name, 8) == 8 && pread(fd, got, 8, 0) == 8 &&
                        memcmp(got, name, 8) == 0 && close(fd) == 0 && unlink(name) == 0;
        }
        w->is_right = right;
        return NULL;
}

static void threads_make_and_remove_files_in_one_directory(void) {
        CHECK(together(make_and_remove, -1));
        SUCCEEDS(mkdir("d", 0700));
        CHECK(rmdir("d") == 0);
}

static void *append(void *arg) {
        Worker *w = arg;
        char record[8];
        bool right = true;

        memset(record, 'a' + w->number, sizeof(record));
        for (int i = 0; right && i < ROUNDS; i++)
                right = write(w->fd, record, sizeof(record)) == (ssize_t)sizeof(record);
        w->is_right = right;
        return NULL;
}

static void records_that_threads_append_stay_whole(void) {
        int fd = open("f", O_RDWR | O_CREAT | O_APPEND, 0600);
        int count[N_THREADS] = {0};
        char record[8];

        SUCCEEDS(fd);
        CHECK(together(append, fd) && suite_size("f") == N_THREADS * ROUNDS * 8);
        for (int i = 0; i < N_THREADS * ROUNDS; i++) {
                CHECK(pread(fd, record, 8, i * 8) == 8);
                for (int k = 1; k < 8; k++)
                        CHECK(record[k] == record[0]);
                count[record[0] - 'a']++;
        }
        for (int i = 0; i < N_THREADS; i++)
                CHECK(count[i] == ROUNDS);
}

static void *write_own_part(void *arg) {
        Worker *w = arg;
        char data[64];
        bool right = true;

        memset(data, 'A' + w->number, sizeof(data));
        for (int i = 0; right && i < ROUNDS; i++) {
                off_t at = (off_t)(i * N_THREADS + w->number) * 64;
                char got[64];

                right = pwrite(w->fd, data, 64, at) == 64 && pread(w->fd, got, 64, at) == 64 &&
                        memcmp(data, got, 64) == 0;
        }
        w->is_right = right;
        return NULL;
}

static void threads_write_parts_of_one_file(void) {
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        CHECK(together(write_own_part, fd) && suite_size("f") == N_THREADS * ROUNDS * 64);
}

static const SuiteCase cases[] = {CASE(threads_make_and_remove_files_in_one_directory),
        CASE(records_that_threads_append_stay_whole), CASE(threads_write_parts_of_one_file)};
const SuiteGroup suite_threads = GROUP("threads", cases, NULL);
