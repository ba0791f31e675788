/* SPDX-License-Identifier: MIT */
/*
 * Turns: see turns.h.
 */
#include "turns.h"

#include "platform/linux/slice.h"

void turns_begin(Turns *t) {
        *t = (Turns){.usual_ns = plat_slice_get(), .gap = TURNS_LATE};
}

static uint64_t base_ns(const Turns *t) {
        return t->is_half ? t->usual_ns / 2 : t->usual_ns;
}

/* Back to the slice of every day. */
static void settle(Turns *t) {
        plat_slice_set(t->is_half ? base_ns(t) : 0);
        t->is_moving = false;
}

/* A different part of a slice each time, so that some move hits the right place. */
static void move(Turns *t) {
        uint64_t part = 3 + 5 * (uint64_t)t->n_moves++ % 11; /* elevenths */

        plat_slice_set(base_ns(t) + base_ns(t) * part / 11);
        t->is_moving = true;
        t->n_late = 0;
        if (t->gap < TURNS_GAP_MAX)
                t->gap *= 2;
}

void turns_waited(Turns *t, uint32_t n_yields) {
        if (t->usual_ns == 0 || n_yields == 0)
                return;
        if (t->is_moving)
                settle(t);
        if (n_yields > 1) {
                t->n_steady = 0;
                if (++t->n_late >= t->gap)
                        move(t);
                return;
        }
        t->n_late = 0;
        if (++t->n_steady >= TURNS_STEADY)
                t->gap = TURNS_LATE;
}

void turns_handed_on(Turns *t, bool is_answer) {
        bool is_half;

        t->n_answers += is_answer;
        if (t->usual_ns == 0 || ++t->n_messages < TURNS_MIX)
                return;
        is_half = t->n_answers > TURNS_MIX / 4;
        t->n_messages = t->n_answers = 0;
        if (is_half == t->is_half)
                return;
        t->is_half = is_half;
        settle(t);
}
