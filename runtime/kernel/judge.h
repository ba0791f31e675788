/* SPDX-License-Identifier: MIT */
/*
 * Judge: the security module of a running solution, asked by tasks, endpoints and methods.
 *
 * It knows which SID each task has and in what form the policy knows its class, puts messages into
 * the form that the rules read, and makes an audit record of every denial and of what the profiles
 * ask for. The kernel process plays two parts towards the policy: kl.core.Core, and Einit, which
 * starts the processes. Nothing here waits for anything but its own short lock, and nothing is
 * allocated on a decision.
 *
 * Threads: any function may be called from any thread, but for judge_new and judge_free. A judge that
 * is NULL stands for no policy: everything is direct and granted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ksm/ksm.h"
#include "solution.h"

struct Audit;
struct nk_message;

#define JUDGE_KERNEL (UINT32_MAX - 1) /* in place of a task: kl.core.Core */

typedef struct Judge Judge;

typedef struct JudgeOptions {
        bool is_permissive;                    /* grants what the rules deny, and says so in the audit */
        bool is_never_direct;                  /* `mediation: always` */
        const struct ShapeTable *kernel_shape; /* of kl.core.Core, borrowed; NULL: nobody calls it */
} JudgeOptions;

typedef struct JudgeMessage { /* private memory of the kernel process, structure already verified */
        uint16_t riid, mid;
        const void *message; /* header and constant part */
        const void *arena;
        uint32_t message_size;
        uint32_t arena_size;
        const char *malformed; /* not NULL: why the structure is wrong; denied without asking a rule */
        const KsmSid *sids; /* of its handles, in the order of the description; NULL: the sender has none */
} JudgeMessage;

typedef enum JudgePath {
        JUDGE_DIRECT,   /* always granted, both ways, and nobody wants to know */
        JUDGE_USE,      /* the same, and its request has handles: direct with those that the server gave */
        JUDGE_STRAIGHT, /* the request is judged, the reply may go straight back */
        JUDGE_BOTH
} JudgePath;

/* What happened to a start, for a message to people. */
typedef struct JudgeText {
        char text[KSM_LINE_SIZE];
} JudgeText;

/* Borrows everything. Every class of the solution must be one of the policy (policy_load.h). 0, -ENOMEM,
 * KSM_E_SIDS. */
int judge_new(const Solution *sol, Ksm *ksm, struct Audit *audit, const JudgeOptions *options, Judge **ret);
Judge *judge_free(Judge *j); /* NULL is fine; returns NULL */

/* What the policy says about a method of a channel, whatever the messages hold; it never changes. */
JudgePath judge_path(const Judge *j, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid);

/* Is there a request to kl.core.Core that the policy may let pass? */
bool judge_asks_kernel(const Judge *j, uint32_t task);

/* Starts: first the kernel and Einit, then each task once before its process exists. From then on the
 * task has a SID. False: must not start; *ret_why names the rule, its file and line. */
bool judge_boot(Judge *j, JudgeText *ret_why);
bool judge_execute(Judge *j, uint32_t task, JudgeText *ret_why);
/* The same when a task starts another one. */
bool judge_execute_by(Judge *j, uint32_t starter, uint32_t task);
void judge_task_died(Judge *j, uint32_t task);
/* It died, and does not live again so far. What was not started yet is not dead. */
bool judge_is_dead(Judge *j, uint32_t task);

/* Messages. False: rcSecurityDisallow to whoever waits. */
bool judge_request(Judge *j, uint32_t client, uint32_t server, const JudgeMessage *m);
bool judge_response(Judge *j, uint32_t server, uint32_t client, bool is_error, const JudgeMessage *m);
bool judge_security(Judge *j, uint32_t task, const JudgeMessage *m);

/* Where its records go. NULL: no judge. */
struct Audit *judge_get_audit(const Judge *j);

/* SIDs of what handles name, for as long as there are handles. 0, KSM_E_SIDS, -ENOMEM. */
int judge_resource_new(Judge *j, KsmSid *ret_sid);
void judge_resource_dies(Judge *j, KsmSid sid);

/* A server's runtime refused a request that came directly and must not: audit. */
void judge_forbidden_direct(Judge *j, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid);

/* For a summary: the methods of all channels by path, and those that no request ever passes. */
typedef struct JudgeCounts {
        uint32_t n_direct, n_use, n_straight, n_both, n_denied;
} JudgeCounts;
JudgeCounts judge_count_paths(const Judge *j);
