/* SPDX-License-Identifier: MIT */
/*
 * Sync object: see chan_sync.h for the two ways a thread waits on it.
 */
#include "chan_sync.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "chan_mem.h"
#include "platform/linux/futex.h"

int chan_sync_new(ChanSync **ret_sync) {
        ChanSync *s = malloc(sizeof *s);

        if (!s)
                return -ENOMEM;
        atomic_init(&s->set, 0);
        s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (s->fd < 0) {
                int r = -errno;

                free(s);
                return r;
        }
        *ret_sync = s;
        return 0;
}

ChanSync *chan_sync_free(ChanSync *s) {
        if (s) {
                (void)close(s->fd);
                free(s);
        }
        return NULL;
}

void chan_sync_set(ChanSync *s) {
        atomic_store(&s->set, 1);
        chan_ring(s->fd);
        plat_futex_wake(&s->set, INT_MAX);
}

void chan_sync_clear(ChanSync *s) {
        uint64_t n;
        ssize_t r;

        atomic_store(&s->set, 0);
        r = read(s->fd, &n, sizeof n);
        (void)r; /* EAGAIN: it was not set */
}
