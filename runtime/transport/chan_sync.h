/* SPDX-License-Identifier: MIT */
/*
 * Sync object: lets one thread interrupt the waiting calls of its own process.
 * Level-triggered: stays set until cleared. A caller sleeps on the word, a receiver on the eventfd.
 */
#pragma once

#include "chan.h"

struct ChanSync {
        _Atomic uint32_t set;
        int fd; /* eventfd, readable while set */
};

static inline bool chan_sync_is_set(const ChanSync *s) {
        return s && atomic_load(&s->set) != 0;
}
