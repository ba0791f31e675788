/* SPDX-License-Identifier: MIT */
/*
 * Openings: a short list, of which the oldest goes first.
 */
#include "openings.h"

#include <unistd.h>

#include "transport/chan.h"

static void drop(Opening *opening) {
        if (opening->fd >= 0)
                (void)close(opening->fd);
        *opening = (Opening){.of = -1, .fd = -1};
}

void openings_init(Openings *o) {
        o->n = 0;
        for (uint32_t i = 0; i < OPENINGS_MAX; i++)
                o->list[i] = (Opening){.of = -1, .fd = -1};
}

void openings_deinit(Openings *o) {
        for (uint32_t i = 0; i < OPENINGS_MAX; i++)
                drop(&o->list[i]);
}

int openings_get(Openings *o, int of, uint32_t task, int *ret_fd) {
        Opening *place = &o->list[o->n % OPENINGS_MAX];
        int fd, r;

        for (uint32_t i = 0; i < OPENINGS_MAX; i++) {
                if (o->list[i].of != of || o->list[i].task != task)
                        continue;
                *ret_fd = o->list[i].fd;
                return 0;
        }
        r = chan_status_reopen(of, &fd);
        if (r < 0)
                return r;
        drop(place);
        *place = (Opening){.of = of, .task = task, .fd = fd};
        o->n++;
        *ret_fd = fd;
        return 0;
}

void openings_forget(Openings *o, int of) {
        for (uint32_t i = 0; i < OPENINGS_MAX; i++)
                if (o->list[i].of == of)
                        drop(&o->list[i]);
}

void openings_drop_task(Openings *o, uint32_t task) {
        for (uint32_t i = 0; i < OPENINGS_MAX; i++)
                if (o->list[i].task == task)
                        drop(&o->list[i]);
}
