/* SPDX-License-Identifier: MIT */
/*
 * Visit: see visit.h for when and why.
 */
#include "visit.h"

#include "platform/linux/cpu.h"

void visit_note(Visit *v, const void *host) {
        if (v->host != host || v->n_calls >= VISIT_CALLS) {
                visit_end(v);
                v->host = host;
        }
        v->n_calls++;
}

static bool has_just_moved(const Visit *v) {
        return visit_is_on(v) && v->n_calls - v->moved_at < VISIT_AGAIN;
}

void visit_follow(Visit *v, uint32_t cpu) {
        if (v->n_calls > VISIT_AFTER && !has_just_moved(v) && cpu != plat_cpu() &&
                plat_stay_on(&v->stay, cpu))
                v->moved_at = v->n_calls;
}

void visit_end(Visit *v) {
        plat_roam(&v->stay);
        v->n_calls = 0;
}
