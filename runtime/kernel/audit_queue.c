/* SPDX-License-Identifier: MIT */
/*
 * Queue of audit records: a ring.
 */
#include "audit_queue.h"

#include <errno.h>
#include <stdlib.h>

int queue_init(AuditQueue *q, uint32_t n_senders) {
        uint32_t share = AUDIT_QUEUE_MAX / n_senders;

        *q = (AuditQueue){.n_senders = n_senders};
        q->share = share < AUDIT_SHARE_MIN   ? AUDIT_SHARE_MIN
                   : share > AUDIT_SHARE_MAX ? AUDIT_SHARE_MAX
                                             : share;
        q->room = q->share * n_senders;
        q->ring = calloc(q->room, sizeof *q->ring);
        q->senders = calloc(n_senders, sizeof *q->senders);
        if (q->ring && q->senders)
                return 0;
        queue_deinit(q);
        return -ENOMEM;
}

void queue_deinit(AuditQueue *q) {
        free(q->ring);
        free(q->senders);
        *q = (AuditQueue){.n_senders = 0};
}

static bool is_worth_it(const KsmRecord *record, const KsmResult *result, bool is_crowded) {
        if (is_crowded)
                return record->is_granted ? result->is_audited : result->outcome != KSM_GRANTED;
        return result->is_audited || !record->is_granted;
}

static uint32_t copy_results(AuditEntry *entry, const KsmRecord *record, bool is_crowded) {
        uint32_t n_left_out = 0;

        entry->record.n_results = 0;
        for (uint32_t i = 0; i < record->n_results; i++) {
                if (!is_worth_it(record, &record->results[i], is_crowded))
                        n_left_out += !record->is_granted;
                else if (entry->record.n_results == AUDIT_RESULTS_MAX)
                        n_left_out++;
                else
                        entry->results[entry->record.n_results++] = record->results[i];
        }
        return n_left_out;
}

static void copy_record(AuditEntry *entry, const KsmRecord *record) {
        entry->record = *record;
        entry->record.room = AUDIT_RESULTS_MAX;
        entry->record.n_left_out = copy_results(entry, record, false);
        if (entry->record.n_left_out > 0)
                entry->record.n_left_out = copy_results(entry, record, true);
}

bool queue_put(AuditQueue *q, uint32_t sender, const KsmRecord *record, bool is_permitted) {
        AuditEntry *entry = &q->ring[(q->first + q->n_used) % q->room];

        if (q->senders[sender].n_waiting == q->share) {
                q->senders[sender].n_dropped++;
                return false;
        }
        q->senders[sender].n_waiting++;
        q->n_used++;
        copy_record(entry, record);
        entry->sender = sender;
        entry->is_permitted = is_permitted;
        return true;
}

bool queue_take(AuditQueue *q, AuditEntry *ret_entry) {
        if (q->n_used == 0)
                return false;
        *ret_entry = q->ring[q->first];
        ret_entry->record.results = ret_entry->results;
        q->first = (q->first + 1) % q->room;
        q->n_used--;
        q->senders[ret_entry->sender].n_waiting--;
        return true;
}

uint64_t queue_take_dropped(AuditQueue *q, uint32_t sender) {
        uint64_t n = q->senders[sender].n_dropped;

        q->senders[sender].n_dropped = 0;
        return n;
}
