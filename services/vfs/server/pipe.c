/* SPDX-License-Identifier: MIT */
/*
 * A ring of bytes with two ends; it goes with the second of them.
 */
#include "pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Ring Ring;

typedef struct End {
        Stream stream;
        Ring *ring;
} End;

struct Ring {
        pthread_mutex_t lock; /* of all below */
        Bell *bell;
        End reader, writer;
        bool is_read, is_written; /* is the end still there? */
        time_t made;
        uint64_t number; /* never of two pipes; an address is nothing to tell a client */
        uint32_t at, used;
        char bytes[PIPE_SIZE];
};

static Ring *ring_of(Stream *s) {
        return ((End *)s)->ring;
}

static uint32_t min(size_t a, uint32_t b) {
        return a < b ? (uint32_t)a : b;
}

/* Up to the end of the array, then from its start. */
static void take(Ring *ring, char *to, uint32_t size) {
        uint32_t first = min(size, PIPE_SIZE - ring->at);

        memcpy(to, ring->bytes + ring->at, first);
        memcpy(to + first, ring->bytes, size - first);
        ring->at = (ring->at + size) % PIPE_SIZE;
        ring->used -= size;
}

static void put(Ring *ring, const char *from, uint32_t size) {
        uint32_t to = (ring->at + ring->used) % PIPE_SIZE, first = min(size, PIPE_SIZE - to);

        memcpy(ring->bytes + to, from, first);
        memcpy(ring->bytes, from + first, size - first);
        ring->used += size;
}

static int pipe_read(Stream *s, void *buffer, size_t size, size_t *ret_got) {
        Ring *ring = ring_of(s);
        uint32_t n;
        int r;

        (void)pthread_mutex_lock(&ring->lock);
        n = min(size, ring->used);
        r = n == 0 && size > 0 && ring->is_written ? -EAGAIN : 0;
        if (n > 0) /* of nothing there may be no address, either */
                take(ring, buffer, n);
        (void)pthread_mutex_unlock(&ring->lock);
        if (n > 0)
                bell_ring(ring->bell);
        *ret_got = n;
        return r;
}

static int pipe_write(Stream *s, const void *data, size_t size, size_t *ret_put) {
        Ring *ring = ring_of(s);
        uint32_t n = 0;
        int r = 0;

        (void)pthread_mutex_lock(&ring->lock);
        if (!ring->is_read)
                r = -EPIPE;
        else
                n = min(size, PIPE_SIZE - ring->used);
        if (r == 0 && size > 0 && (n == 0 || (n < size && size <= PIPE_WHOLE)))
                r = -EAGAIN;
        if (r == 0 && n > 0)
                put(ring, data, n);
        (void)pthread_mutex_unlock(&ring->lock);
        if (r == 0)
                bell_ring(ring->bell);
        *ret_put = r == 0 ? n : 0;
        return r;
}

static unsigned reader_poll(Stream *s) {
        Ring *ring = ring_of(s);
        unsigned events;

        (void)pthread_mutex_lock(&ring->lock);
        events = (ring->used > 0 ? POLLIN : 0u) | (ring->is_written ? 0u : POLLHUP);
        (void)pthread_mutex_unlock(&ring->lock);
        return events;
}

static unsigned writer_poll(Stream *s) {
        Ring *ring = ring_of(s);
        unsigned events;

        (void)pthread_mutex_lock(&ring->lock);
        events = (PIPE_SIZE - ring->used >= PIPE_WHOLE ? POLLOUT : 0u) | (ring->is_read ? 0u : POLLERR);
        (void)pthread_mutex_unlock(&ring->lock);
        return events;
}

static void pipe_stat(Stream *s, struct stat *ret) {
        Ring *ring = ring_of(s);

        *ret = (struct stat){.st_mode = S_IFIFO | 0600,
                .st_nlink = 1,
                .st_blksize = PIPE_WHOLE,
                .st_ino = ring->number,
                .st_atim.tv_sec = ring->made,
                .st_mtim.tv_sec = ring->made,
                .st_ctim.tv_sec = ring->made};
}

static void pipe_end(Stream *s) {
        Ring *ring = ring_of(s);
        bool is_last;

        (void)pthread_mutex_lock(&ring->lock);
        if (s == &ring->reader.stream)
                ring->is_read = false;
        else
                ring->is_written = false;
        is_last = !ring->is_read && !ring->is_written;
        (void)pthread_mutex_unlock(&ring->lock);
        if (!is_last) {
                bell_ring(ring->bell);
                return;
        }
        (void)pthread_mutex_destroy(&ring->lock);
        free(ring);
}

static const StreamOps reader_ops = {
        .read = pipe_read, .poll = reader_poll, .stat = pipe_stat, .end = pipe_end};
static const StreamOps writer_ops = {
        .write = pipe_write, .poll = writer_poll, .stat = pipe_stat, .end = pipe_end};

static void end_init(End *end, Ring *ring, const StreamOps *ops, int flags) {
        end->ring = ring;
        end->stream.ops = ops;
        end->stream.rings = true;
        atomic_init(&end->stream.n_refs, 1);
        atomic_init(&end->stream.flags, flags);
}

int pipe_new(Bell *bell, int flags, Stream **ret_reader, Stream **ret_writer) {
        static _Atomic uint64_t last_number;
        Ring *ring = malloc(sizeof *ring);

        if (!ring)
                return -ENOMEM;
        if (pthread_mutex_init(&ring->lock, NULL) != 0) {
                free(ring);
                return -ENOMEM;
        }
        ring->bell = bell;
        ring->is_read = ring->is_written = true;
        ring->made = time(NULL);
        ring->number = atomic_fetch_add(&last_number, 1) + 1;
        ring->at = ring->used = 0;
        end_init(&ring->reader, ring, &reader_ops, O_RDONLY | flags);
        end_init(&ring->writer, ring, &writer_ops, O_WRONLY | flags);
        *ret_reader = &ring->reader.stream;
        *ret_writer = &ring->writer.stream;
        return 0;
}
