/* SPDX-License-Identifier: MIT */
/*
 * Streams: open files that no file system has, a pipe's ends and the standard streams.
 *
 * Nothing here waits: who finds nothing to read, or no room, waits with its process's bell (bell.h).
 * All functions give 0 or a negative errno; any thread.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

typedef struct Stream Stream;

typedef struct StreamOps {
        /* -EAGAIN: nothing yet; 0 bytes: the end. NULL: not for reading. */
        int (*read)(Stream *s, void *buffer, size_t size, size_t *ret_got);
        /* -EAGAIN: no room now; -EPIPE. NULL: not for writing. */
        int (*write)(Stream *s, const void *data, size_t size, size_t *ret_put);
        unsigned (*poll)(Stream *s); /* POLL* bits that are true now */
        void (*stat)(Stream *s, struct stat *ret);
        void (*end)(Stream *s); /* nobody has it open any more */
} StreamOps;

struct Stream {
        const StreamOps *ops;
        _Atomic uint32_t n_refs;
        _Atomic int flags; /* O_ACCMODE part, O_NONBLOCK, O_APPEND */
        bool rings;        /* the process's bell rings when poll() may say something else */
};

static inline Stream *stream_ref(Stream *s) {
        atomic_fetch_add_explicit(&s->n_refs, 1, memory_order_relaxed);
        return s;
}

static inline void stream_unref(Stream *s) {
        if (s && atomic_fetch_sub_explicit(&s->n_refs, 1, memory_order_acq_rel) == 1)
                s->ops->end(s);
}
