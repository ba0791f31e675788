/* SPDX-License-Identifier: MIT */
/*
 * Making and ending one channel's server end: see chan_end.h.
 */
#include "chan_end.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nk/verify.h"

ChanEnd *chan_end_free(ChanEnd *end) {
        chan_mem_unmap(end->mem);
        chan_mem_unmap(end->judged);
        free(end->peer);
        free(end);
        return NULL;
}

static bool is_leg_gone(ChanHeader *leg) {
        return leg && (atomic_load(&leg->closed) & CHAN_CLIENT_GONE);
}

bool chan_end_is_gone(ChanEnd *end) {
        return is_leg_gone(end->mem) || is_leg_gone(end->judged);
}

int chan_end_new(const ChanEndPlan *plan, ChanEnd **ret_end) {
        ChanEnd *end = calloc(1, sizeof *end);
        int r = 0;

        if (!end)
                return -ENOMEM;
        end->kernel = plan->kernel;
        end->verdicts = plan->verdicts;
        end->shape = plan->shape;
        end->held = plan->held ? *plan->held : HELD_NULL;
        end->seat = plan->seat;
        end->msg_max = UINT32_MAX;
        end->arena_max = UINT32_MAX;
        if (plan->shape)
                verify_request_max(plan->shape, &end->msg_max, &end->arena_max);
        if (plan->mem_fd >= 0)
                r = chan_mem_map(plan->mem_fd, &end->mem);
        if (r == 0 && plan->judged_fd >= 0)
                r = chan_mem_map(plan->judged_fd, &end->judged);
        if (r == 0 && plan->peer) {
                end->peer = strdup(plan->peer);
                r = end->peer ? 0 : -ENOMEM;
        }
        if (r < 0)
                chan_end_free(end);
        else
                *ret_end = end;
        return r;
}

void chan_end_close(ChanEnd *end) {
        if (end->mem)
                chan_mem_close(end->mem, CHAN_SERVER_GONE, -1);
        if (end->judged) {
                chan_mem_close(end->judged, CHAN_SERVER_GONE, -1);
                chan_post_judged(end->judged, CHAN_LEFT, end->kernel);
        }
}
