/* SPDX-License-Identifier: MIT */
/*
 * A list of all partitions in use, each a device of its own before the other: see claim.h.
 */
#include "claim.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"

typedef struct Claim {
        Blk head;
        Blk *below;
        struct Claim *next;
        uint32_t index;
        char disk[DEVICES_NAME_MAX];
} Claim;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the list */
static Claim *claims;

static Blk *below_of(Blk *blk) {
        return ((Claim *)blk)->below;
}

static int claim_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        return blk_read(below_of(blk), buffer, size, at);
}

static int claim_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        return blk_write(below_of(blk), data, size, at);
}

static int claim_flush(Blk *blk) {
        return blk_flush(below_of(blk));
}

static void claim_close(Blk *blk) {
        Claim **link = &claims, *c = (Claim *)blk;

        (void)blk_close(c->below); /* what it still writes comes before anybody else's */
        (void)pthread_mutex_lock(&lock);
        while (*link != c)
                link = &(*link)->next;
        *link = c->next;
        (void)pthread_mutex_unlock(&lock);
        free(c);
}

static const BlkOps claim_ops = {
        .read = claim_read, .write = claim_write, .flush = claim_flush, .close = claim_close};

static bool is_taken(const Claim *by) {
        for (const Claim *c = claims; c; c = c->next)
                if (c->index == by->index && strcmp(c->disk, by->disk) == 0 &&
                        !(c->head.is_read_only && by->head.is_read_only))
                        return true;
        return false;
}

int claim_new(const char *disk, uint32_t index, Blk *below, Blk **ret) {
        Claim *c = calloc(1, sizeof *c);
        int r = 0;

        if (!c)
                return -ENOMEM;
        c->head = (Blk){.ops = &claim_ops,
                .size = below->size,
                .is_read_only = below->is_read_only || !below->ops->write};
        c->below = below;
        c->index = index;
        (void)strncpy(c->disk, disk, sizeof c->disk - 1);
        (void)pthread_mutex_lock(&lock);
        if (is_taken(c)) {
                r = -EBUSY;
        } else {
                c->next = claims;
                claims = c;
        }
        (void)pthread_mutex_unlock(&lock);
        if (r < 0)
                free(c);
        else
                *ret = &c->head;
        return r;
}
