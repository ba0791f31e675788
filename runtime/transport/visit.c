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

void visit_follow(Visit *v, uint32_t cpu) {
        if (v->n_calls > VISIT_AFTER && cpu != plat_cpu())
                (void)plat_stay_on(&v->stay, cpu);
}

void visit_end(Visit *v) {
        plat_roam(&v->stay);
        v->n_calls = 0;
}
