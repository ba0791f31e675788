/* SPDX-License-Identifier: MIT */
/*
 * One event under decision: what generated code is handed, and how an expression fails.
 *
 * Part of ksm_module.h. Generated code reads src_sid and dst_sid and passes the rest on; every other
 * field belongs to the library. Nothing here outlives the decision.
 *
 * Evaluation. Rules run in the order of the text, all of them, whatever the earlier ones gave. The
 * operands of a rule are evaluated into variables first, in the order of the text and without
 * short-circuit; then the rule function is called. An expression that cannot be evaluated calls
 * ksm_fail() and yields a neutral value (0, false, an empty text): from there to the end of the rule
 * nothing is evaluated for real any more, the rule is recorded as failed and the event is denied.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t KsmSid;
#define KSM_SID_NONE   0u /* no SID: `()` where a SID is optional, and any operand that failed */
#define KSM_SID_KERNEL 1u
#define KSM_SID_LAST   (UINT32_MAX - 1)

typedef enum KsmEventKind {
        KSM_EXECUTE,  /* riid and mid are 0 */
        KSM_REQUEST,  /* riid and mid in the class of the destination */
        KSM_RESPONSE, /* riid and mid in the class of the source */
        KSM_ERROR,    /* as RESPONSE */
        KSM_SECURITY, /* riid and mid in the security interfaces of the source; there is no destination */
        KSM_N_EVENTS
} KsmEventKind;

/* Result of a rule or expression, as recorded. */
typedef enum KsmOutcome {
        KSM_GRANTED, /* a rule: granted; an expression: it has a value */
        KSM_DENIED,  /* a rule: denied */
        KSM_FAILED   /* an expression without value; a rule one of whose operands failed */
} KsmOutcome;

/* Why a rule denied or an expression failed. ksm_why_text() has the words. */
typedef enum KsmWhy {
        KSM_WHY_NONE,
        KSM_WHY_FALSE,       /* the condition is false */
        KSM_WHY_DENY,        /* the rule `deny` */
        KSM_WHY_OVERFLOW,    /* arithmetic left -2^63 .. 2^64 - 1 */
        KSM_WHY_TYPE,        /* a value outside its type */
        KSM_WHY_INDEX,       /* an element that does not exist */
        KSM_WHY_MEMBER,      /* the union holds another member */
        KSM_WHY_ZERO,        /* a text with a zero inside: two readings */
        KSM_WHY_MESSAGE,     /* a part outside the message or its arena */
        KSM_WHY_SID,         /* not the SID of anything alive */
        KSM_WHY_HAS_CONTEXT, /* the SID has a context of this object already */
        KSM_WHY_NO_CONTEXT,  /* the SID has no context of this object */
        KSM_WHY_POOL,        /* no free table */
        KSM_WHY_FULL,        /* the table has no room */
        KSM_WHY_KEY,         /* no such key */
        KSM_WHY_TRANSITION,  /* no such transition */
        KSM_WHY_STATE,       /* the state is not one of the set */
        KSM_WHY_LEVEL,       /* the integrity levels forbid it */
        KSM_WHY_NO_LEVEL,    /* something has no level */
        KSM_WHY_HAS_LEVEL,   /* the target has a level already */
        KSM_WHY_BRANCH,      /* no branch of the choice has that label */
        KSM_WHY_LIMIT,       /* more calls or effects in one event than there is room for */
        KSM_N_WHYS
} KsmWhy;

typedef struct Ksm Ksm;
typedef struct KsmRecord KsmRecord;

typedef struct KsmCall {
        KsmSid src_sid;
        KsmSid dst_sid;         /* KSM_SID_NONE for `security` */
        const uint8_t *message; /* constant part, header included: private, its structure verified */
        const uint8_t *arena;
        uint32_t message_size;
        uint32_t arena_size;
        bool is_broken; /* an operand of the rule at hand failed */
        bool is_denied; /* a rule denied or something failed */
        uint8_t why;    /* KsmWhy of the first failure, while is_broken */
        uint32_t n_rules;
        Ksm *ksm;
        KsmRecord *record;
} KsmCall;

/* The operand at hand has no value. */
static inline void ksm_fail(KsmCall *c, KsmWhy why) {
        if (c->is_broken)
                return; /* a consequence of the first failure */
        c->is_broken = true;
        c->is_denied = true;
        c->why = (uint8_t)why;
}
