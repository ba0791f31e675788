/* SPDX-License-Identifier: MIT */
/*
 * The lines of an audit that people see at once: denials, each sender's at a bounded rate.
 *
 * Of a sender AUDIT_SHOWN_BURST lines come through, then one a second; the others are counted, and the
 * count comes with the next line. In a permissive run each different thing that was permitted is shown
 * once, and how often it happened at the end. Lines wait in a small ring until the loop takes them. The
 * owner has a lock around every call.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ksm/ksm.h"

#define AUDIT_SHOWN_BURST 20u
#define AUDIT_SHOWN_MS    1000u /* from line to line after that */
#define AUDIT_SHOWN_LINES 512u  /* waiting */
#define AUDIT_PERMITS_MAX 256u  /* different things permitted; what comes on top is one number */
#define AUDIT_LINE_SIZE   KSM_LINE_MIN

typedef struct AuditLine {
        char text[AUDIT_LINE_SIZE];
} AuditLine;

/* Something that the rules deny and a permissive run does. */
typedef struct AuditPermit {
        KsmEventKind kind;
        uint32_t src_class, dst_class;
        uint32_t site; /* first rule that didn't grant; KSM_NONE: none is bound */
        uint16_t riid, mid;
        uint64_t n;
        AuditLine line;
} AuditPermit;

typedef struct AuditPace {
        uint32_t n_left;  /* of the burst */
        uint64_t next_ms; /* when the burst is over */
        uint64_t n_hidden;
} AuditPace;

typedef struct AuditShow {
        const Ksm *ksm;
        AuditPace *paces; /* of each sender */
        uint32_t n_senders;
        AuditLine *lines; /* a ring of AUDIT_SHOWN_LINES */
        uint32_t first, n_used;
        AuditPermit *permits; /* NULL: nothing is ever permitted */
        uint32_t n_permits;
        uint64_t n_other_permits; /* without a place in the table */
} AuditShow;

int show_init(AuditShow *s, const Ksm *ksm, uint32_t n_senders, bool is_permissive); /* 0, -ENOMEM */
void show_deinit(AuditShow *s);
/* True: there is a new line. */
bool show_denied(AuditShow *s, uint32_t sender, const KsmRecord *record, uint64_t now_ms);
bool show_permitted(AuditShow *s, const KsmRecord *record);
/* A line that isn't about an event; lost when the ring is full. */
void show_say(AuditShow *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool show_take(AuditShow *s, AuditLine *ret_line); /* False: none is waiting */
uint64_t show_take_hidden(AuditShow *s, uint32_t sender);
