/* SPDX-License-Identifier: MIT */
/*
 * What has come back when close() returns: space, locks, the file system's readiness to go, descriptors. Most
 * of it with files opened to read, which a client of a VFS closes without waiting.
 */
#include "suite.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS    50
#define MANY      40
#define N_THREADS 4

static char block[4096];

static bool may_mount(void) {
        return mkdir("m", 0700) == 0 && mount("nodev", "m", "ramfs", 0, "size=1m") == 0 && umount("m") == 0;
}

/* --- what a mount notices --- */

static void a_closed_file_keeps_no_file_system_mounted(void) {
        CHECK(mkdir("m", 0700) == 0);
        for (int i = 0; i < ROUNDS; i++) {
                int fd;

                SUCCEEDS(mount("nodev", "m", "ramfs", 0, ""));
                CHECK(close(suite_file("m/f", "text")) == 0);
                fd = open("m/f", O_RDONLY);
                SUCCEEDS(fd);
                if (i == 0)
                        FAILS(EBUSY, umount("m")); /* it waits for a while */
                SUCCEEDS(close(fd));
                SUCCEEDS(umount("m"));
        }
}

/* As much as there is room for. */
static bool fill(const char *path) {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        int n = 0;

        while (fd >= 0 && write(fd, block, sizeof(block)) == (ssize_t)sizeof(block))
                n++;
        return fd >= 0 && errno == ENOSPC && n > 100 && close(fd) == 0;
}

static void a_closed_file_without_a_name_takes_no_room(void) {
        CHECK(mkdir("m", 0700) == 0 && mount("nodev", "m", "ramfs", 0, "size=1m") == 0);
        for (int i = 0; i < ROUNDS; i++) {
                int fd;

                CHECK(fill("m/f"));
                fd = open("m/f", O_RDONLY);
                SUCCEEDS(fd);
                CHECK(unlink("m/f") == 0 && close(fd) == 0);
        }
        SUCCEEDS(umount("m"));
}

static const SuiteCase mount_cases[] = {
        CASE(a_closed_file_keeps_no_file_system_mounted), CASE(a_closed_file_without_a_name_takes_no_room)};
const SuiteGroup suite_mount_closing = GROUP("mount-closing", mount_cases, may_mount);

/* --- locks --- */

static void a_closed_file_is_locked_by_nobody(void) {
        int other = suite_file("f", "text");

        SUCCEEDS(other);
        for (int i = 0; i < ROUNDS; i++) {
                int fd = open("f", O_RDONLY);

                CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
                FAILS(EWOULDBLOCK, flock(other, LOCK_EX | LOCK_NB));
                SUCCEEDS(close(fd));
                CHECK(flock(other, LOCK_EX | LOCK_NB) == 0 && flock(other, LOCK_UN) == 0);
        }
}

static void closing_one_descriptor_ends_the_locks_of_the_process_and_no_others(void) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 4};
        struct flock own = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 4};
        int fd = suite_file("f", "text"), other = open("f", O_RDWR), reader = open("f", O_RDONLY);

        CHECK(fd >= 0 && other >= 0 && reader >= 0);
        SUCCEEDS(fcntl(fd, F_SETLK, &lock));
        FAILS(EAGAIN, fcntl(other, F_OFD_SETLK, &own));
        SUCCEEDS(close(reader));
        SUCCEEDS(fcntl(other, F_OFD_SETLK, &own));
        reader = open("f", O_RDONLY);
        CHECK(reader >= 0 && close(reader) == 0);
        FAILS(EAGAIN, fcntl(fd, F_SETLK, &lock));
        SUCCEEDS(close(other));
        SUCCEEDS(fcntl(fd, F_SETLK, &lock));
}

/* --- many --- */

static bool holds(int fd, int number) {
        char name = 0;

        return read(fd, &name, 1) == 1 && name == 'a' + number % 26;
}

static void closed_files_are_opened_again_as_others(void) {
        char name[] = "a";
        int fds[MANY];

        for (int i = 0; i < 26; i++) {
                name[0] = (char)('a' + i);
                CHECK(close(suite_file(name, name)) == 0);
        }
        for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < MANY; i++) {
                        name[0] = (char)('a' + (round + i) % 26);
                        fds[i] = open(name, O_RDONLY);
                        CHECK(fds[i] >= 0 && holds(fds[i], round + i));
                }
                for (int i = 0; i < MANY; i++)
                        SUCCEEDS(close(fds[i]));
        }
}

static void *open_and_close(void *arg) {
        char name[] = {*(char *)arg, '\0'};

        for (int i = 0; i < 10 * ROUNDS; i++) {
                int fd = open(name, O_RDONLY);
                char got = 0;

                if (fd < 0 || read(fd, &got, 1) != 1 || got != name[0] || close(fd) < 0)
                        return NULL;
        }
        return arg;
}

static void threads_open_and_close_each_its_own(void) {
        pthread_t threads[N_THREADS];
        char names[N_THREADS][2] = {"a", "b", "c", "d"};
        bool all = true;

        for (int i = 0; i < N_THREADS; i++)
                CHECK(close(suite_file(names[i], names[i])) == 0);
        for (int i = 0; i < N_THREADS; i++)
                CHECK(pthread_create(&threads[i], NULL, open_and_close, names[i]) == 0);
        for (int i = 0; i < N_THREADS; i++) {
                void *result = NULL;

                (void)pthread_join(threads[i], &result);
                all = all && result;
        }
        CHECK(all);
}

static const SuiteCase cases[] = {CASE(a_closed_file_is_locked_by_nobody),
        CASE(closed_files_are_opened_again_as_others), CASE(threads_open_and_close_each_its_own),
        CASE(closing_one_descriptor_ends_the_locks_of_the_process_and_no_others)};
const SuiteGroup suite_closing = GROUP("closing", cases, NULL);
