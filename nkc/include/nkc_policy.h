/* SPDX-License-Identifier: MIT */
/*
 * libnkc for policies: a security.psl in, answers out. The same rules as in nkc.h hold: messages go
 * to the sink of the session, everything returned lives as long as the session.
 */
#pragma once

#include "nkc.h"

typedef struct PolPolicy NkcPolicy;

typedef struct NkcPolicyOptions {
        bool lenient_classes;       /* a class that is not included is a warning; what names it is left out */
        const char *const *defines; /* "NAME=VALUE" for the preprocessor */
        size_t n_defines;
        bool preprocess; /* {% if … %} is understood */
} NkcPolicyOptions;

/* Reads the policy with everything it includes and checks it. NULL after an error. */
const NkcPolicy *nkc_policy_compile(NkcSession *s, const char *path, const NkcPolicyOptions *options);

typedef enum NkcEvent {
        NKC_EXECUTE,
        NKC_REQUEST,
        NKC_RESPONSE,
        NKC_ERROR_RESPONSE,
        NKC_SECURITY,
        NKC_N_EVENTS
} NkcEvent;

typedef enum NkcVerdict {
        NKC_NEVER,  /* denied whatever happens: refused at the sender */
        NKC_ALWAYS, /* granted whatever happens: direct */
        NKC_DEPENDS /* mediated */
} NkcVerdict;

/* A rule that takes part in a decision. */
typedef struct NkcRule {
        const char *file;
        unsigned line;
        unsigned column;
        const char *text;
} NkcRule;

typedef struct NkcDecision {
        NkcVerdict verdict;
        const char *reason;
        size_t n_rules;
        const NkcRule *rules; /* in the order in which they run */
} NkcDecision;

/* One question: names as in the policy. endpoint and method are NULL for execute; endpoint is the path of
 * the component with the security interface for security ("" for that of the class). */
typedef struct NkcQuestion {
        NkcEvent event;
        const char *src;
        const char *dst; /* NULL for security */
        const char *endpoint;
        const char *method;
} NkcQuestion;

/* False when it names something unknown; *problem gets the text then. */
bool nkc_policy_decide(NkcSession *s, const NkcPolicy *policy, const NkcQuestion *question, NkcDecision *out,
        const char **problem);

/* The same by numbers, for who has them already; src and dst: nkc_policy_class(). */
uint32_t nkc_policy_class(const NkcPolicy *policy, const char *name); /* UINT32_MAX: not in the policy */
NkcVerdict nkc_policy_verdict(
        const NkcPolicy *policy, NkcEvent event, uint32_t src, uint32_t dst, uint16_t riid, uint16_t mid);
