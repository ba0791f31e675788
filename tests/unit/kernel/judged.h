/* SPDX-License-Identifier: MIT */
/*
 * A judged solution for tests: two clients and a target of tests/unit/kernel/idl, the policy judged.psl,
 * nothing started.
 */
#pragma once

#include "kernel/audit.h"
#include "kernel/judge.h"
#include "kernel/load.h"

enum { JUDGED_A, JUDGED_B, JUDGED_TARGET, JUDGED_N };
enum { PUT, FREE, FAILS, GIVE, ONCE, TOLD, CLOSED, SECRET, N_METHODS };

typedef struct Judged {
        char folder[64];
        char audit_file[96];
        char init[96];
        Load load;
        Ksm *ksm;
        Audit *audit;
        Judge *judge;
} Judged;

/* limit: of the audit file. The thread of the audit is not started. */
Judged *judged_new(const char *idl, const JudgeOptions *options, uint64_t limit);
void judged_free(Judged *t);
void judged_start(Judged *t);       /* all starts, granted */
char *judged_read(const Judged *t); /* the audit file, after audit_stop(); to be freed */

/* A request or response with one number behind the header. */
bool judged_request(Judged *t, uint32_t client, uint16_t mid, uint32_t number);
bool judged_response(Judged *t, uint32_t client, uint16_t mid, bool is_error, uint32_t number);
