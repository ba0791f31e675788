/* SPDX-License-Identifier: MIT */
/*
 * Standard input, output and error: see stdstream.h.
 */
#include "stdstream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <caisson/console.h>

#include "peer.h"

typedef struct Standard {
        Stream stream; /* the first member */
        unsigned number;
        char client[PEER_NAME_MAX];
} Standard;

static Standard *standard_of(Stream *s) {
        return (Standard *)(void *)s;
}

/* --- input --- */

static unsigned in_poll(Stream *s) {
        struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

        (void)s;
        return poll(&p, 1, 0) > 0 ? (unsigned)p.revents : 0u;
}

/* Another client may take what there is between the look and the reading: that one alone would wait, and
 * nobody waits for it. */
static int in_read(Stream *s, void *buffer, size_t size, size_t *ret_got) {
        static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
        ssize_t n = -1;
        int error = EAGAIN;

        *ret_got = 0;
        if (pthread_mutex_trylock(&lock) != 0)
                return -EAGAIN;
        if (in_poll(s) != 0) {
                n = read(STDIN_FILENO, buffer, size);
                error = errno == EINTR ? EAGAIN : errno;
        }
        (void)pthread_mutex_unlock(&lock);
        if (n < 0)
                return -error;
        *ret_got = (size_t)n;
        return 0;
}

/* --- output --- */

/* This process's own takes PIPE_BUF at once, in one piece, when it is ready. */
static int write_own(unsigned number, const void *data, size_t size, size_t *ret_put) {
        struct pollfd p = {.fd = (int)number, .events = POLLOUT};
        ssize_t n;

        if (poll(&p, 1, 0) <= 0)
                return -EAGAIN;
        do
                n = write((int)number, data, size < PIPE_BUF ? size : PIPE_BUF);
        while (n < 0 && errno == EINTR);
        *ret_put = n < 0 ? 0 : (size_t)n;
        return n < 0 ? -errno : 0;
}

static int out_write(Stream *s, const void *data, size_t size, size_t *ret_put) {
        const Standard *to = standard_of(s);
        rtl_size_t taken = 0;
        Retcode rc = nkx_console_write(to->client, to->number, data, size, &taken);

        if (rc == rcUnimplemented || to->client[0] == '\0')
                return write_own(to->number, data, size, ret_put);
        *ret_put = taken;
        if (rc == rcBusy)
                return -EAGAIN;
        return rc == rcOk ? 0 : -EIO;
}

static unsigned out_poll(Stream *s) {
        (void)s;
        return nkx_console_has_room() ? POLLOUT : 0u;
}

/* --- both --- */

static void std_stat(Stream *s, struct stat *ret) {
        if (fstat((int)standard_of(s)->number, ret) != 0)
                *ret = (struct stat){.st_mode = S_IFCHR | 0600, .st_nlink = 1};
}

static void std_end(Stream *s) {
        free(standard_of(s));
}

static const StreamOps in_ops = {.read = in_read, .poll = in_poll, .stat = std_stat, .end = std_end};
static const StreamOps out_ops = {.write = out_write, .poll = out_poll, .stat = std_stat, .end = std_end};

int stdstream_new(unsigned number, const char *client, Stream **ret) {
        const size_t length = strnlen(client, PEER_NAME_MAX);
        Standard *made;

        if (length == PEER_NAME_MAX)
                return -ENAMETOOLONG;
        made = calloc(1, sizeof *made);
        if (!made)
                return -ENOMEM;
        made->stream.ops = number == STDIN_FILENO ? &in_ops : &out_ops;
        atomic_init(&made->stream.n_refs, 1);
        atomic_init(&made->stream.flags, number == STDIN_FILENO ? O_RDONLY : O_WRONLY);
        made->number = number;
        memcpy(made->client, client, length);
        *ret = &made->stream;
        return 0;
}
