/* SPDX-License-Identifier: MIT */
/*
 * Waiting: pipes, locks, and what others do meanwhile.
 */
#include "cases.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/thread/thread_api.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAITERS 3u /* VFS_CLIENT_MAX_THREADS of init.yaml */
#define TRIES   2000u
#define LONG_MS 60000u

typedef struct Waiter {
        Raw raw;
        Handle file;
        uint32_t ready;
        int error;
        pthread_t thread;
} Waiter;

static int make_pipe(Raw *raw, Handle reader, Handle writer) {
        kl_VfsFile_Pipe_req req = {.client = nk_handle_desc(raw->client),
                .reader = nk_handle_desc(reader),
                .writer = nk_handle_desc(writer)};
        kl_VfsFile_Pipe_res res;

        return kl_VfsFile_Pipe(&raw->file.base, &req, NULL, &res, NULL) == NK_EOK ? res.error : RAW_FAILED;
}

static void a_pipe_carries(Raw *raw, Handle reader, Handle writer) {
        static char buffer[65536 + 4096];
        uint32_t n = 0, nodata = 0, ready = 0;

        check(make_pipe(raw, reader, writer) == 0 && make_pipe(raw, reader, writer) == EBUSY,
                "a pipe is made once");
        check(raw_read(raw, reader, buffer, 9, &n, &nodata) == 0 && n == 0 && nodata == 1,
                "an empty one has no data yet");
        check(raw_poll(raw, reader, POLLIN, 0, &ready) == 0 && ready == 0, "and is not ready");
        check(raw_write(raw, reader, "x", 1, &n) == EBADF &&
                        raw_read(raw, writer, buffer, 1, &n, &nodata) == EBADF,
                "each end has its direction");
        check(raw_write(raw, writer, "pipe", 4, &n) == 0 && n == 4, "it is written");
        check(raw_poll(raw, reader, POLLIN, LONG_MS, &ready) == 0 && ready == POLLIN, "then it is ready");
        check(raw_read(raw, reader, buffer, 9, &n, &nodata) == 0 && n == 4 && memcmp(buffer, "pipe", 4) == 0,
                "and read");
        check(raw_write(raw, writer, buffer, sizeof buffer, &n) == 0 && n == 65536, "it holds 64 KiB");
        check(raw_write(raw, writer, "x", 1, &n) == EAGAIN, "and no more");
        check(raw_read(raw, reader, buffer, 4095, &n, &nodata) == 0 &&
                        raw_write(raw, writer, buffer, 4096, &n) == EAGAIN,
                "a small write is whole or not at all");
        (void)raw_read(raw, reader, buffer, sizeof buffer, &n, &nodata);
        check(n == 65536 - 4095, "all of it comes out");
}

static void *wait_for_pipe(void *arg) {
        Waiter *w = arg;

        do /* whoever looks how many wait may be one too many himself */
                w->error = raw_poll(&w->raw, w->file, POLLIN, LONG_MS, &w->ready);
        while (w->error == EAGAIN && KnSleep(1) == rcOk);
        return NULL;
}

/* As many calls wait as may, and the client goes on all the same. */
static void waiting_blocks_nobody(Raw *raw, Handle reader, Handle writer) {
        static Waiter waiters[WAITERS];
        struct kl_VfsTypes_Stat st;
        Handle file = raw_new_file(raw);
        uint32_t ready = 0, held = 0, n;
        int error = 0, woken = 1;

        for (uint32_t i = 0; i < WAITERS; i++) {
                raw_share(&waiters[i].raw, raw, CHANNEL);
                waiters[i].file = reader;
                (void)pthread_create(&waiters[i].thread, NULL, wait_for_pipe, &waiters[i]);
        }
        for (uint32_t i = 0; i < TRIES && error != EAGAIN; i++)
                error = raw_poll(raw, reader, POLLIN, 5, &ready);
        check(error == EAGAIN, "only so many calls of a client wait");
        check(raw_stat(raw, "/", &st) == 0, "others are served meanwhile");
        check(raw_open(raw, file, "/locks", O_RDWR | O_CREAT, 0600) == 0 &&
                        raw_lock(raw, file, F_SETLKW, F_WRLCK, 0, 1, &held) == 0 &&
                        raw_lock(raw, file, F_SETLKW, F_UNLCK, 0, 1, &held) == 0,
                "and what need not wait counts as no wait");
        (void)raw_close(raw, file);
        (void)raw_write(raw, writer, "x", 1, &n);
        for (uint32_t i = 0; i < WAITERS; i++) {
                (void)pthread_join(waiters[i].thread, NULL);
                woken &= waiters[i].error == 0 && waiters[i].ready == POLLIN;
        }
        check(woken, "all who wait are woken");
}

static void the_other_end_closes(Raw *raw, Handle reader, Handle writer) {
        uint32_t n = 0, nodata = 0, ready = 0;
        char buffer[4];

        (void)raw_close(raw, writer);
        check(raw_read(raw, reader, buffer, 4, &n, &nodata) == 0 && n == 1, "what is in a pipe stays in it");
        check(raw_read(raw, reader, buffer, 4, &n, &nodata) == 0 && n == 0 && nodata == 0, "then it ends");
        check(raw_poll(raw, reader, POLLIN, LONG_MS, &ready) == 0 && (ready & POLLHUP), "which is an event");
        (void)raw_close(raw, reader);
        check(make_pipe(raw, reader, writer) == 0, "the handles make another one");
        (void)raw_close(raw, reader);
        check(raw_write(raw, writer, "x", 1, &n) == EPIPE, "nobody reads what nobody can");
        check(KnHandleClose(writer) == rcOk && KnHandleClose(reader) == rcOk, "and both are gone");
}

static void records_are_locked(Raw *raw) {
        Handle file = raw_new_file(raw), same = raw_new_file(raw);
        uint32_t held = 0;

        (void)raw_open(raw, file, "/locks", O_RDWR | O_CREAT, 0600);
        (void)raw_open(raw, same, "/locks", O_RDWR, 0);
        check(raw_lock(raw, file, F_SETLK, F_WRLCK, 0, 100, &held) == 0, "a record is locked");
        check(raw_lock(raw, same, F_SETLK, F_WRLCK, 50, 1, &held) == 0, "by whoever has it already too");
        check(raw_lock(raw, same, F_OFD_SETLK, F_RDLCK, 99, 1, &held) == EAGAIN,
                "but not by another open file");
        check(raw_lock(raw, same, F_OFD_SETLK, F_RDLCK, 100, 0, &held) == 0, "which gets what is free");
        check(raw_lock(raw, same, F_OFD_GETLK, F_RDLCK, 0, 0, &held) == 0 && held == F_WRLCK,
                "and hears what is not");
        check(raw_lock(raw, file, F_SETLK, F_UNLCK, 10, 10, &held) == 0 &&
                        raw_lock(raw, same, F_OFD_SETLK, F_WRLCK, 10, 10, &held) == 0,
                "the middle of a record is given back");
        check(raw_lock(raw, file, F_SETLK, F_WRLCK, 10, 1, &held) == EAGAIN, "and taken by another");
        (void)raw_close(raw, same);
        check(raw_lock(raw, file, F_SETLK, F_WRLCK, 10, 1, &held) == 0, "until that closes");
        check(raw_lock(raw, file, F_SETLK, 77, 0, 1, &held) == EINVAL, "a lock of no type is none");
        check(raw_lock(raw, file, F_SETLK, F_WRLCK, -1, 1, &held) == EINVAL, "nor is one before the file");
        check(raw_lock(raw, file, F_SETLK, F_WRLCK, INT64_MIN, -1, &held) == EINVAL, "or far before it");
        check(raw_lock(raw, file, F_SETLK, F_WRLCK, 0, INT64_MIN, &held) == EINVAL, "or that ends there");
        (void)raw_close(raw, file);
}

static int wait_for_name(Raw *raw, const char *path) {
        struct kl_VfsTypes_Stat st;

        for (uint32_t i = 0; i < TRIES; i++) {
                if (raw_stat(raw, path, &st) == 0)
                        return 1;
                (void)KnSleep(5);
        }
        return 0;
}

/* The neighbour holds the lock, and dies when it sees the directory. */
static void the_dead_hold_no_locks(Raw *raw) {
        Handle file = raw_new_file(raw);
        uint32_t held = 0;
        int error;

        check(wait_for_name(raw, "/locked"), "a neighbour locks a file");
        (void)raw_open(raw, file, "/shared", O_RDWR, 0);
        check(raw_lock(raw, file, F_SETLK, F_RDLCK, 0, 0, &held) == EAGAIN, "nobody else does then");
        check(raw_lock(raw, file, F_SETLKW, F_RDLCK, 0, 0, &held) == EINTR, "a wait for it ends some time");
        (void)raw_mkdir(raw, "/die");
        do
                error = raw_lock(raw, file, F_SETLKW, F_RDLCK, 0, 0, &held);
        while (error == EINTR);
        check(error == 0, "it dies, and whoever waits for the lock has it");
        (void)raw_close(raw, file);
}

void waits_cases(Raw *raw) {
        Handle reader = raw_new_file(raw), writer = raw_new_file(raw);

        a_pipe_carries(raw, reader, writer);
        waiting_blocks_nobody(raw, reader, writer);
        the_other_end_closes(raw, reader, writer);
        records_are_locked(raw);
        the_dead_hold_no_locks(raw);
}
