/* SPDX-License-Identifier: MIT */
/*
 * A policy for tests of the security module: objects of every model, two classes, and one decision
 * whose rules are a script of the test.
 *
 * Every pair of classes, every event and method leads to that decision, except event `error`, to which no
 * rule is bound. A step of a script is one rule or expression with its operands.
 */
#pragma once

#include "ksm/ksm.h"

typedef enum TObject {
        T_BASE,
        T_BOOL,
        T_DOOR,    /* Flow: open, shut (initial), locked; open <-> shut -> locked -> shut, locked -> locked */
        T_GATE,    /* Flow, the same configuration */
        T_SET,     /* HashSet of UInt16: 3 entries, 2 tables */
        T_PAIRS,   /* HashSet of [SInt8, Boolean]: 2 entries, 1 table */
        T_MAP,     /* StaticMap of UInt32: low 0, high 4096; 2 tables */
        T_SMALL,   /* StaticMap of SInt8: "" -1; 1 table */
        T_MIC,     /* Mic: LOW, MEDIUM, HIGH */
        T_LATTICE, /* Mic: degrees low, high; categories net, log */
        T_RE,
        T_N_OBJECTS
} TObject;

enum { T_OPEN, T_SHUT, T_LOCKED };
enum { T_LOW, T_HIGH }; /* keys */

/* Patterns. */
enum { T_RED, T_DIGITS, T_ANY };

typedef struct TStep {
        TObject object;
        KsmMethod method;
        KsmSid sid;    /* Mic: source, or image of `execute` */
        KsmSid target; /* Mic */
        KsmSid container;
        KsmSid driver;
        uint32_t index; /* state, key, pattern */
        const uint64_t *states;
        KsmInt entry[2];
        KsmInt value;
        const KsmLevel *level;
        const KsmLevel *level_r;
        const char *text;
        bool condition;
        bool is_broken; /* an operand fails first: KSM_WHY_INDEX */
        KsmInt *ret;    /* value of an expression */
} TStep;

typedef struct TPolicy {
        KsmModule module;
        Ksm *ksm;
        KsmRecord record;
        KsmSid a; /* a process of class 0, "test.A" */
        KsmSid b; /* a process of class 1, "test.B" */
        KsmSid c; /* a resource */
} TPolicy;

#define T_PROFILE_EMPTY 0
#define T_PROFILE_WATCH 1
#define T_PROFILES      2

void t_policy_init(TPolicy *p);
void t_policy_deinit(TPolicy *p);

/* A request from a to b whose rules are the steps. True: granted. */
bool t_run(TPolicy *p, const TStep *steps, size_t n);
#define T_RUN(p, ...)                                                                                        \
        t_run((p), (const TStep[]){__VA_ARGS__}, sizeof((const TStep[]){__VA_ARGS__}) / sizeof(TStep))

/* The one step is granted; or it is denied for that reason. */
void t_grants(TPolicy *p, TStep step);
void t_denies(TPolicy *p, TStep step, KsmWhy why);
/* The one step, an expression, has that value; or it fails for that reason, and so does the rule around it.
 */
void t_yields(TPolicy *p, TStep step, KsmInt value);
void t_fails(TPolicy *p, TStep step, KsmWhy why);

/* Any event with these steps as its rules; `message` and the like as in *event. */
bool t_decide(TPolicy *p, const KsmEvent *event, const TStep *steps, size_t n);

/* Runs `body` as the rules of a request from a to b with that message. */
bool t_run_body(TPolicy *p, void (*body)(KsmCall *c), const void *message, uint32_t size, const void *arena,
        uint32_t arena_size);

/* From here on, until the next t_run(), the rules of every event are this function. */
void t_set_body(void (*body)(KsmCall *c));

/* Site of a method with the profile in force. */
uint32_t t_site(TObject object, KsmMethod method);
/* From here on the steps have this profile (T_PROFILE_*). */
void t_use_profile(unsigned profile);

/* xorshift; the seed comes from T_SEED in the environment, is printed, and has a default. */
uint64_t t_seed(uint64_t fallback);
uint32_t t_random(uint64_t *state, uint32_t below);
