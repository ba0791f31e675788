/* SPDX-License-Identifier: MIT */
/*
 * Queue of audit records: bounded, in order, with a share for each sender.
 *
 * The shares together are the room, so nobody can take another's. What a sender has too much of is
 * counted. The owner has a lock around every call.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ksm/ksm.h"

#define AUDIT_RESULTS_MAX 24u   /* rules of one record; what one line has room for */
#define AUDIT_QUEUE_MAX   4096u /* records of all senders, when each gets more than AUDIT_SHARE_MIN */
#define AUDIT_SHARE_MIN   8u    /* records of one sender that are waiting */
#define AUDIT_SHARE_MAX   1024u

typedef struct AuditEntry {
        KsmRecord record; /* its results are those behind */
        KsmResult results[AUDIT_RESULTS_MAX];
        uint32_t sender;
        bool is_permitted; /* denied by the rules, granted all the same */
} AuditEntry;

typedef struct AuditSender {
        uint32_t n_waiting;
        uint64_t n_dropped; /* since they were last taken */
} AuditSender;

typedef struct AuditQueue {
        AuditEntry *ring;
        AuditSender *senders;
        uint32_t n_senders;
        uint32_t share; /* of each sender */
        uint32_t room;
        uint32_t first, n_used;
} AuditQueue;

int queue_init(AuditQueue *q, uint32_t n_senders); /* 0, -ENOMEM */
void queue_deinit(AuditQueue *q);
/* Copies the record with the results that a line would show, those that denied first of all. False: no
 * room, and counted. */
bool queue_put(AuditQueue *q, uint32_t sender, const KsmRecord *record, bool is_permitted);
bool queue_take(AuditQueue *q, AuditEntry *ret_entry); /* False: nothing is waiting */
uint64_t queue_take_dropped(AuditQueue *q, uint32_t sender);
