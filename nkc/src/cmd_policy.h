/* SPDX-License-Identifier: MIT */
/*
 * What the actions of `nkc policy` have in common: the policy they are about and how it is read.
 */
#pragma once

#include "cmd.h"
#include "policy_input.h"
#include "sdk.h"
#include "session.h"

#define POLICY_DEFAULT "security.psl"

/* First rows of the option table of an action. */
enum {
        PCMD_INCLUDE,
        PCMD_POLICY,
        PCMD_LENIENT,
        PCMD_PREPROCESSOR,
        PCMD_N_OPTS = PCMD_PREPROCESSOR + POLICY_N_OPTS
};

#define PCMD_OPTS                                                                                            \
        [PCMD_INCLUDE] = {.letter = 'I',                                                                     \
                .word = "include",                                                                           \
                .value_name = "DIR",                                                                         \
                .help = "search folder, repeatable; the SDK's own comes last"},                              \
        [PCMD_POLICY] = {.word = "policy",                                                                   \
                .value_name = "FILE",                                                                        \
                .help = "the policy (default: " POLICY_DEFAULT ")"},                                         \
        [PCMD_LENIENT] = {.word = "lenient-classes", .help = "classes that are not included are left out"},  \
        POLICY_OPTS(PCMD_PREPROCESSOR)

typedef struct PolicyCmd {
        const Command *self;
        OptScan *scan;
        NkcSession *session; /* prints to stderr */
        Arena *arena;
        PolicyInput input;
        const char *path;   /* of the policy */
        const char **words; /* that are no options */
        size_t n_words;
        bool is_lenient;
        bool has_sdk;
        Sdk sdk;
        int last_opt;
} PolicyCmd;

void policy_cmd_init(PolicyCmd *c, const Command *self, OptScan *scan);
void policy_cmd_deinit(PolicyCmd *c);

/* The next option that is not one of PCMD_OPTS; OPT_END when there is none or one is wrong. */
int policy_cmd_next(PolicyCmd *c);
/* After the last option: CMD_OK, or an exit code after a message. The second one also takes a word as the
 * path of the policy. */
int policy_cmd_check(PolicyCmd *c);
int policy_cmd_check_path(PolicyCmd *c);

/* NULL after messages; then policy_cmd_exit_code() is not CMD_OK. */
const PolPolicy *policy_cmd_read(PolicyCmd *c);
int policy_cmd_exit_code(const PolicyCmd *c);

/* Brings a file to a content. False after a message. */
bool policy_cmd_write(PolicyCmd *c, const char *path, const void *data, size_t size);

/* The SDK, which what is compiled needs. False after a message. */
bool policy_cmd_need_sdk(const PolicyCmd *c);

extern const Command cmd_policy_compile;
extern const Command cmd_policy_coverage;
extern const Command cmd_policy_explain;
extern const Command cmd_policy_suggest;
extern const Command cmd_policy_test;
