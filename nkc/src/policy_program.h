/* SPDX-License-Identifier: MIT */
/*
 * What a C compiler makes of a policy: the module of its decisions, or the program of its tests. It lies in a
 * private temporary folder as long as this object lives.
 */
#pragma once

#include "cc.h"
#include "psl/policy.h"

typedef struct PolicyProgram {
        Scratch scratch;
        Arena *arena;
        const char *path; /* of what was made */
} PolicyProgram;

#define POLICY_PROGRAM_NULL ((PolicyProgram){.path = NULL})

/* False after a message to stderr. */
bool policy_program_make(
        PolicyProgram *p, Arena *arena, const Sdk *sdk, const PolPolicy *policy, CcKind kind);
void policy_program_deinit(PolicyProgram *p);

/* Its bytes, in the arena; NULL after a message. */
const char *policy_program_read(const PolicyProgram *p, size_t *size);

/* Runs the tests with these options, which end with NULL. out: a file name for the output, in the temporary
 * folder; NULL: ours. Its exit status, as cc_run(). */
int policy_program_run(const PolicyProgram *p, const char *const *options, const char *out);
