/* SPDX-License-Identifier: MIT */
/*
 * History of the audit: a ring for each sender, and one row of numbers for all.
 */
#include "audit_history.h"

#include <errno.h>
#include <stdlib.h>

int history_init(AuditHistory *h, uint32_t n_senders) {
        uint32_t share = AUDIT_HISTORY_MAX / n_senders;
        size_t room;

        *h = (AuditHistory){.n_senders = n_senders, .share = share < AUDIT_KEPT_MIN ? AUDIT_KEPT_MIN : share};
        room = (size_t)h->share * n_senders;
        h->entries = calloc(room, sizeof *h->entries);
        h->numbers = calloc(room, sizeof *h->numbers);
        h->next = calloc(n_senders, sizeof *h->next);
        if (h->entries && h->numbers && h->next)
                return 0;
        history_deinit(h);
        return -ENOMEM;
}

void history_deinit(AuditHistory *h) {
        free(h->entries);
        free(h->numbers);
        free(h->next);
        *h = (AuditHistory){.n_senders = 0};
}

void history_put(AuditHistory *h, const AuditEntry *entry) {
        uint32_t *next = &h->next[entry->sender];
        size_t at = (size_t)entry->sender * h->share + *next;

        h->entries[at] = *entry;
        h->numbers[at] = ++h->last;
        *next = (*next + 1) % h->share;
}

void history_skip(AuditHistory *h, uint64_t n) {
        h->last += n;
}

bool history_read(const AuditHistory *h, uint64_t *place, AuditEntry *ret_entry, uint64_t *ret_n_lost) {
        size_t room = (size_t)h->share * h->n_senders, found = room;

        for (size_t i = 0; i < room; i++)
                if (h->numbers[i] > *place && (found == room || h->numbers[i] < h->numbers[found]))
                        found = i;
        if (found == room) {
                *ret_n_lost = h->last - *place;
                *place = h->last;
                return false;
        }
        *ret_n_lost = h->numbers[found] - *place - 1;
        *place = h->numbers[found];
        *ret_entry = h->entries[found];
        ret_entry->record.results = ret_entry->results;
        return true;
}
