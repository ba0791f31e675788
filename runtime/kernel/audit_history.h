/* SPDX-License-Identifier: MIT */
/*
 * History of the audit: the records that processes may still read.
 *
 * Every record has a number, from 1 on without gaps. The last ones of each sender are kept, so no flood
 * of one pushes out what another caused. A reader is nothing but the number it has come to: readers cost no
 * memory and don't know of each other, and numbers that are no longer there tell what a slow one has lost.
 * The owner has a lock around every call.
 */
#pragma once

#include "audit_queue.h"

#define AUDIT_HISTORY_MAX 1024u /* records of all senders, when each gets more than AUDIT_KEPT_MIN */
#define AUDIT_KEPT_MIN    8u    /* records of one sender */

typedef struct AuditHistory {
        AuditEntry *entries; /* `share` of the first sender, of the second … */
        uint64_t *numbers;   /* of the entries; 0: none */
        uint32_t *next;      /* by sender: where its next one goes */
        uint32_t n_senders;
        uint32_t share;
        uint64_t last; /* number */
} AuditHistory;

int history_init(AuditHistory *h, uint32_t n_senders); /* 0, -ENOMEM */
void history_deinit(AuditHistory *h);
void history_put(AuditHistory *h, const AuditEntry *entry);
/* So many were lost before they came here. */
void history_skip(AuditHistory *h, uint64_t n);
/* The first one behind *place, which moves there; false: there is none. *ret_n_lost: those between. */
bool history_read(const AuditHistory *h, uint64_t *place, AuditEntry *ret_entry, uint64_t *ret_n_lost);
