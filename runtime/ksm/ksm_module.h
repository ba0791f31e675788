/* SPDX-License-Identifier: MIT */
/*
 * The contract between the code that nkc writes for a policy and the security module library.
 *
 * Generated code is one C file that includes this header and defines `ksm_module`: constant tables
 * (ksm_tables.h) and one function for each different list of rules, which calls the rules and
 * expressions of ksm_rules.h on values of ksm_values.h and parts of the message (ksm_message.h). It
 * keeps no state and calls nothing else. It becomes either the shared object `ksm.module`, whose
 * undefined names the kernel process provides, or part of a program of policy tests.
 *
 * The way to a decision costs the same whatever the size of the policy: event kind and class of the
 * source give a row, the class of the destination a KsmMethods in it, RIID and MID a decision.
 *
 *     static void decide_3(KsmCall *c) {
 *             KsmHandle v1 = ksm_load_handle(c, ksm_message(c), 24);
 *             ksm_flow_init(c, 4, v1.sid);                   // files.init {sid : message.file.handle}
 *             KsmInt v2 = ksm_load(c, ksm_message(c), 40, KSM_U32);
 *             ksm_base_assert(c, 5, v2 != 7);                // assert (message.mode != 7)
 *     }
 */
#pragma once

#include "ksm_rules.h"
#include "ksm_tables.h"

#define KSM_MODULE_MAGIC   0x3130304d534bu /* "KSM001" */
#define KSM_MODULE_VERSION 2u              /* of this contract */
#define KSM_MODULE_SYMBOL  "ksm_module"

typedef struct KsmModule {
        uint64_t magic;
        uint32_t version;
        uint32_t n_classes; /* at most KSM_CLASSES_MAX */
        const char *name;   /* path of the top policy file, as given to the compiler */

        const KsmClass *classes;
        uint32_t kernel_class; /* index of kl.core.Core, or KSM_NONE */

        uint32_t n_objects; /* at most KSM_OBJECTS_MAX */
        const KsmObject *objects;

        uint32_t n_patterns; /* at most KSM_PATTERNS_MAX */
        const KsmPattern *patterns;

        uint32_t n_sites;
        const KsmSite *sites;

        uint32_t n_profiles; /* > 0: at least `empty` */
        const KsmProfile *profiles;
        uint32_t audit_level; /* initial */

        uint32_t n_decisions; /* > 0: number 0 has no rule */
        const KsmDecision *decisions;

        uint32_t n_methods; /* > 0: number 0 has no endpoint */
        const KsmMethods *methods;

        /* routes[kind][src][dst]: an index into methods. src and dst go from 0 to n_classes: the last one
         * stands for "no class", as dst does in a `security` event. Equal rows may be one. */
        const uint32_t *const *routes[KSM_N_EVENTS];
} KsmModule;

extern const KsmModule ksm_module;
