/* SPDX-License-Identifier: MIT */
/*
 * The security module as its host sees it: SIDs come and go, events are decided, audit is made.
 *
 * The host is the kernel process, or a program of policy tests. It verifies the structure of a
 * message first and puts SIDs in place of handles; then ksm_decide() runs every rule that the policy
 * binds to the event. Granted means: at least one rule ran and none denied or failed. Effects on the
 * contexts stay only then. Nothing is allocated on a decision.
 *
 * Threads: every function may be called from any thread; one lock serialises them. A KsmRecord
 * belongs to one thread at a time.
 */
#pragma once

#include <stddef.h>

#include "ksm_module.h"

#define KSM_SIDS_MAX 1048575u /* alive at a time */

enum {
        KSM_E_MODULE = 1, /* the module's tables are not right; ksm_problem says where */
        KSM_E_CLASS,      /* no such class */
        KSM_E_SIDS,       /* too many SIDs alive */
};

#define KSM_PROBLEM_SIZE 160
typedef struct KsmProblem {
        char text[KSM_PROBLEM_SIZE]; /* one sentence, no newline */
} KsmProblem;

/* The module must stay until ksm_free(). The kernel's SID exists from the start.
 * 0, KSM_E_MODULE (*problem is set), -ENOMEM. */
int ksm_new(const KsmModule *module, KsmProblem *problem, Ksm **ret_ksm);
Ksm *ksm_free(Ksm *ksm);

/* Opens a shared object and finds `ksm_module` in it; it stays open for the life of the process. It is
 * code: only ever what the host's own tools made. 0, KSM_E_MODULE (*problem is set). */
int ksm_module_load(const char *path, KsmProblem *problem, const KsmModule **ret_module);

const KsmModule *ksm_get_module(const Ksm *ksm);
/* Index, or KSM_NONE. */
uint32_t ksm_class_find(const KsmModule *module, const char *name);

/* Without a policy, for its SIDs alone: nothing may be decided with it. 0, -ENOMEM. */
int ksm_new_without_policy(Ksm **ret_ksm);

/* SIDs ----------------------------------------------------------------------------------------------- */

/* A number comes again when all have been used, but only if it is dead and no object of the policy has it in
 * an entry or a value. */

/* A process of that class, before its `execute` event; class KSM_NONE: of none.
 * 0, KSM_E_CLASS, KSM_E_SIDS, -ENOMEM. */
int ksm_subject_new(Ksm *ksm, uint32_t class, KsmSid *ret_sid);
/* Anything else that handles name. 0, KSM_E_SIDS, -ENOMEM. */
int ksm_resource_new(Ksm *ksm, KsmSid *ret_sid);
/* The process has ended, the last handle is closed: all contexts of the SID are freed. Unknown SIDs and the
 * kernel's are ignored. */
void ksm_sid_dies(Ksm *ksm, KsmSid sid);
/* Class of a process, KSM_NONE for anything else. */
uint32_t ksm_sid_class(Ksm *ksm, KsmSid sid);

/* Decisions ------------------------------------------------------------------------------------------ */

typedef struct KsmEvent {
        KsmEventKind kind;
        KsmSid src;    /* direction of the message */
        KsmSid dst;    /* KSM_SID_NONE for `security` */
        uint16_t riid; /* 0 for `execute` */
        uint16_t mid;
        /* In private memory. handle of each nk_handle_desc_t holds a SID, KSM_SID_NONE for none. NULL for
         * `execute`. */
        const void *message;
        const void *arena;
        uint32_t message_size;
        uint32_t arena_size;
        const char *malformed; /* not NULL: the structure is wrong, this is why; no rule is called */
        uint64_t time_ns;      /* since 1970, for the audit */
} KsmEvent;

/* One rule or expression that ran. */
typedef struct KsmResult {
        uint32_t site;
        uint8_t outcome; /* KsmOutcome */
        uint8_t why;     /* KsmWhy */
        bool is_audited; /* the profile in force asks for it */
        bool is_rule;
} KsmResult;

struct KsmRecord {
        KsmEvent event; /* message and arena are NULL */
        uint32_t src_class;
        uint32_t dst_class;
        uint32_t decision; /* index into the module's decisions */
        bool is_granted;
        bool is_unbound; /* denied because no rule is bound */
        /* Malformed, unbound, or the profiles ask for a result. A host may audit more: every denial. */
        bool is_audited;
        uint32_t n_results;
        KsmResult *results;
        uint32_t room;
        uint32_t n_left_out; /* results that a host didn't keep in its copy; lines count them */
};

/* Room for the results of any event. One record serves many events. 0, -ENOMEM. */
int ksm_record_init(KsmRecord *record, const Ksm *ksm);
void ksm_record_deinit(KsmRecord *record);

/* Decides and fills the record. True: granted. */
bool ksm_decide(Ksm *ksm, const KsmEvent *event, KsmRecord *record);

/* What the tables say about an event without deciding it. src, dst: classes or KSM_NONE. */
const KsmDecision *ksm_find_decision(
        const KsmModule *module, KsmEventKind kind, uint32_t src, uint32_t dst, uint16_t riid, uint16_t mid);

/* Audit ------------------------------------------------------------------------------------------------ */

#define KSM_LINE_SIZE 4096 /* enough for ordinary lines; longer ones lose calls, and say how many */
#define KSM_LINE_MIN  1024

/* One line for people, or one JSON object; no newline. Holds every call that is audited, and in a denied
 * event every call. Long names are cut. The text ends with a zero and fits size >= KSM_LINE_MIN. Returns its
 * length without the zero. */
size_t ksm_record_text(const Ksm *ksm, const KsmRecord *record, char *buf, size_t size);
size_t ksm_record_json(const Ksm *ksm, const KsmRecord *record, char *buf, size_t size);

uint32_t ksm_audit_level(Ksm *ksm);
void ksm_set_audit_level(Ksm *ksm, uint32_t level);

const char *ksm_event_text(KsmEventKind kind);    /* "request" */
const char *ksm_model_text(KsmModel model);       /* "HashSet" */
const char *ksm_method_text(KsmMethod method);    /* "enter" */
const char *ksm_outcome_text(KsmOutcome outcome); /* "granted" */
const char *ksm_why_text(KsmWhy why);             /* "no such transition" */
const char *ksm_verdict_text(KsmVerdict verdict); /* "depends" */

/* For tests of policies ------------------------------------------------------------------------------- */

/* From here on everything is remembered: -ENOMEM denies. */
void ksm_mark(Ksm *ksm);
/* Back to the mark: contexts as they were, SIDs made since are gone, their numbers free again. The mark
 * stays. */
void ksm_return(Ksm *ksm);
