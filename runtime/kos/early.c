/* SPDX-License-Identifier: MIT */
/*
 * Early ends: see early.h.
 */
#include "early.h"

#include <stddef.h>

static bool is_before(const EarlyEnd *end, const EarlyEnd *other) {
        return !other || end->age < other->age;
}

/* A free one, or the oldest. */
static EarlyEnd *choose(Early *e) {
        EarlyEnd *oldest = NULL;

        for (uint32_t i = 0; i < e->n_used; i++) {
                EarlyEnd *end = &e->list[i];

                if (end->fds.n == 0)
                        return end;
                if (is_before(end, oldest))
                        oldest = end;
        }
        return e->n_used < EARLY_MAX ? &e->list[e->n_used++] : oldest;
}

void early_put(Early *e, const MailLetter *letter, const MailFds *fds, MailFds *ret_lost) {
        EarlyEnd *end = choose(e);

        *ret_lost = end->fds;
        *end = (EarlyEnd){.letter = *letter, .fds = *fds, .age = e->n_ever++};
}

bool early_take(Early *e, uint32_t tag, EarlyEnd *ret_end) {
        EarlyEnd *first = NULL;

        for (uint32_t i = 0; i < e->n_used; i++) {
                EarlyEnd *end = &e->list[i];

                if (end->fds.n > 0 && (uint32_t)end->letter.id == tag && is_before(end, first))
                        first = end;
        }
        if (!first)
                return false;
        *ret_end = *first;
        first->fds.n = 0;
        return true;
}
