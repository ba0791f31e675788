/* SPDX-License-Identifier: MIT */
/*
 * Standard input, output and error: see stdstream.h.
 */
#include "stdstream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static unsigned number_of(Stream *s);

static unsigned in_poll(Stream *s) {
        struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

        (void)s;
        return poll(&p, 1, 0) > 0 ? (unsigned)p.revents : 0u;
}

static int in_read(Stream *s, void *buffer, size_t size, size_t *ret_got) {
        ssize_t n;

        *ret_got = 0;
        if (in_poll(s) == 0)
                return -EAGAIN;
        n = read(STDIN_FILENO, buffer, size);
        if (n < 0)
                return errno == EINTR ? -EAGAIN : -errno;
        *ret_got = (size_t)n;
        return 0;
}

static int out_write(Stream *s, const void *data, size_t size, size_t *ret_put) {
        ssize_t n;

        do
                n = write((int)number_of(s), data, size);
        while (n < 0 && errno == EINTR);
        *ret_put = n < 0 ? 0 : (size_t)n;
        return n < 0 ? -errno : 0;
}

static unsigned out_poll(Stream *s) {
        (void)s;
        return POLLOUT;
}

static void std_stat(Stream *s, struct stat *ret) {
        if (fstat((int)number_of(s), ret) != 0)
                *ret = (struct stat){.st_mode = S_IFCHR | 0600, .st_nlink = 1};
}

static void std_end(Stream *s) {
        (void)s; /* never: one reference is our own */
}

static const StreamOps in_ops = {.read = in_read, .poll = in_poll, .stat = std_stat, .end = std_end};
static const StreamOps out_ops = {.write = out_write, .poll = out_poll, .stat = std_stat, .end = std_end};

static Stream streams[3] = {
        {.ops = &in_ops, .n_refs = 1, .flags = O_RDONLY},
        {.ops = &out_ops, .n_refs = 1, .flags = O_WRONLY},
        {.ops = &out_ops, .n_refs = 1, .flags = O_WRONLY},
};

static unsigned number_of(Stream *s) {
        return (unsigned)(s - streams);
}

Stream *stdstream_get(unsigned number) {
        return stream_ref(&streams[number]);
}
