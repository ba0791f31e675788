/* SPDX-License-Identifier: MIT */
/*
 * Writes files, and leaves it to others to bring them to the disk.
 *
 *      writer leave      writes them, and ends
 *      writer stay       writes them, says so and waits; one more file has no name any more
 *      writer ask        writes them and keeps one open, says so, and opens and makes one each time it gets
 *                        SIGUSR1
 *      writer ask-there  the same, from inside of their folder
 *      writer storm      writes them, and opens one in many threads; with each SIGUSR1 it waits until all of
 *                        them can, and says so
 *      writer go-on      writes, renames and removes without end
 *      writer journal N  N records, each with fsync(); what that says stands in its output
 *
 * A record is a block whose words are its number, from 1. journal: a write that fails is made again until it
 * succeeds, as databases do that were told so.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "root.h"

#define BLOCK 4096
#define FILES 20

static uint32_t block[BLOCK / sizeof(uint32_t)];

static void fill(uint32_t number) {
        for (size_t i = 0; i < sizeof block / sizeof block[0]; i++)
                block[i] = number;
}

static void fail(const char *what) {
        (void)printf("%s: %s\n", what, strerrorname_np(errno));
        exit(1);
}

static void write_file(const char *name, uint32_t number) {
        int fd = open(name, O_CREAT | O_TRUNC | O_RDWR, 0644);

        if (fd < 0)
                fail("open");
        fill(number);
        for (unsigned i = 0; i < 8; i++)
                if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
                        fail("write");
        if (close(fd) < 0)
                fail("close");
}

static void write_files(void) {
        char name[64];

        if (mkdir("/kept", 0755) < 0)
                fail("mkdir");
        for (uint32_t i = 1; i <= FILES; i++) {
                (void)snprintf(name, sizeof name, "/kept/file%u.dat", i);
                write_file(name, i);
        }
}

static void leave_nameless(void) {
        write_file("/nameless", 99);
        if (open("/nameless", O_RDWR) < 0 || unlink("/nameless") < 0)
                fail("nameless");
}

static void go_on(void) {
        for (uint32_t i = 0;; i++) {
                char name[64];

                (void)snprintf(name, sizeof name, "/turn%u.dat", i % 7);
                write_file("/new.dat", i);
                if (rename("/new.dat", name) < 0)
                        fail("rename");
                if (i == 20)
                        (void)printf("busy\n");
                (void)snprintf(name, sizeof name, "/turn%u.dat", (i + 3) % 7);
                (void)unlink(name);
        }
}

static void do_nothing(int number) {
        (void)number;
}

static const char *outcome_of(bool is_done) {
        return is_done ? "there" : strerrorname_np(errno);
}

/* The file kept open, one that is opened, and one that is made: its mode, or the error. */
static void ask_once(int kept, unsigned number) {
        char byte, name[32];
        struct stat st;
        int fd;

        (void)printf("kept: %s\n", outcome_of(pread(kept, &byte, 1, 0) == 1));
        fd = open("/kept/file1.dat", O_RDONLY);
        (void)printf("asked: %s\n", outcome_of(fd >= 0));
        if (fd >= 0)
                (void)close(fd);
        (void)snprintf(name, sizeof name, "/kept/new%u", number);
        fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0666);
        if (fd >= 0 && fstat(fd, &st) == 0)
                (void)printf("made: %o\n", st.st_mode & 0777u);
        else
                (void)printf("made: %s\n", outcome_of(false));
        if (fd >= 0)
                (void)close(fd);
}

static void ask(const char *place) {
        const struct sigaction wakes = {.sa_handler = do_nothing};
        sigset_t before, blocked;
        int kept;

        (void)sigemptyset(&blocked);
        (void)sigaddset(&blocked, SIGUSR1);
        (void)sigprocmask(SIG_BLOCK, &blocked, &before);
        (void)sigaction(SIGUSR1, &wakes, NULL);
        (void)umask(027);
        if (place && chdir(place) < 0)
                fail("chdir");
        kept = open("/kept/file1.dat", O_RDONLY);
        if (kept < 0)
                fail("open");
        sync();
        (void)printf("written\n");
        for (unsigned number = 1;; number++) {
                (void)sigsuspend(&before);
                ask_once(kept, number);
        }
}

/* --- many at once --- */

#define N_OPENERS 4
#define N_MORE    20

static _Atomic uint32_t n_to_open[N_OPENERS]; /* until it is known that this one can */
static sem_t can_open;

static void count_down(_Atomic uint32_t *n) {
        if (atomic_load(n) > 0 && atomic_fetch_sub(n, 1) == 1)
                (void)sem_post(&can_open);
}

/* Goes on whatever the VFS does; nothing else than EIO may come of that. */
static void *open_for_ever(void *counter) {
        uint32_t word;

        for (;;) {
                int fd = open("/kept/file1.dat", O_RDONLY);

                if (fd < 0 && errno != EIO)
                        (void)printf("storm: open: %s\n", strerrorname_np(errno));
                if (fd < 0)
                        continue;
                if (read(fd, &word, sizeof word) == (ssize_t)sizeof word)
                        count_down(counter);
                else if (errno != EIO)
                        (void)printf("storm: read: %s\n", strerrorname_np(errno));
                (void)close(fd);
        }
        return NULL;
}

static void await_openers(void) {
        for (size_t i = 0; i < N_OPENERS; i++)
                atomic_store(&n_to_open[i], N_MORE);
        for (size_t i = 0; i < N_OPENERS; i++)
                while (sem_wait(&can_open) < 0)
                        continue;
}

static void storm(void) {
        sigset_t signals;
        pthread_t thread;
        int number;

        (void)sigemptyset(&signals);
        (void)sigaddset(&signals, SIGUSR1);
        (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
        (void)sem_init(&can_open, 0, 0);
        sync();
        for (size_t i = 0; i < N_OPENERS; i++)
                if (pthread_create(&thread, NULL, open_for_ever, &n_to_open[i]) != 0)
                        fail("pthread_create");
        (void)printf("written\n");
        for (;;) {
                (void)sigwait(&signals, &number);
                await_openers();
                (void)printf("all open\n");
        }
}

/* As often as it takes. */
static void record(int fd, uint32_t number) {
        bool is_safe = false;

        fill(number);
        while (!is_safe) {
                bool is_written = pwrite(fd, block, sizeof block, (off_t)(number - 1) * BLOCK) == BLOCK;

                is_safe = is_written && fsync(fd) == 0;
                if (!is_safe)
                        (void)printf("%s: %s\n", is_written ? "fsync" : "write", strerrorname_np(errno));
        }
        (void)printf("safe %u\n", number);
}

static void journal(uint32_t n) {
        int fd = open("/journal", O_CREAT | O_RDWR, 0644);

        if (fd < 0)
                fail("open");
        for (uint32_t i = 1; i <= n; i++)
                record(fd, i);
}

int main(int argc, char **argv) {
        const char *what = argc > 1 ? argv[1] : "";

        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        if (root_mount() < 0)
                fail("mount");
        if (strcmp(what, "go-on") == 0)
                go_on();
        if (strcmp(what, "journal") == 0 && argc == 3) {
                journal((uint32_t)strtoul(argv[2], NULL, 10));
                return 0;
        }
        write_files();
        if (strcmp(what, "ask") == 0)
                ask(NULL);
        if (strcmp(what, "ask-there") == 0)
                ask("/kept");
        if (strcmp(what, "storm") == 0)
                storm();
        if (strcmp(what, "stay") != 0)
                return 0;
        leave_nameless();
        (void)printf("written\n");
        for (;;)
                (void)pause();
}
