/* SPDX-License-Identifier: MIT */
/*
 * What the passes over a policy share: the policy being built, the names in it, and scopes, which say
 * which events a piece of text is about. After a message the thing it was found in is NULL or of the
 * type BAD, and what follows from it stays silent.
 */
#pragma once

#include "base/map.h"
#include "layout/layout.h"
#include "psl/load.h"
#include "psl/models.h"
#include "psl/policy.h"

#define POL_EMPTY_PROFILE "empty"
#define POL_KERNEL_CLASS  "kl.core.Core"
#define POL_EXECUTE       "kl.core.Execute"
#define POL_MAIN          "main"

/* Growing array of pointers. */
typedef struct PolList {
        const void **items;
        uint32_t n;
        uint32_t capacity;
} PolList;

/* Which events a section is about. Names are interned; NULL or POL_NONE: any. */
typedef struct PolScope {
        PslEvent event;
        bool is_empty; /* nothing can fit; was reported */
        uint32_t src;
        uint32_t dst;
        const char *names[PSL_N_SELECTORS]; /* as written, all kinds */
        Span spans[PSL_N_SELECTORS];
        bool is_message_known; /* the next three were worked out */
        bool is_ambiguous;
        const LayMethod *method;       /* the only one that fits */
        const LayMethod *other_method; /* ambiguous: another one */
} PolScope;

/* Statements before it is known which sections inside of choices fit. */
typedef struct PolNode PolNode;
typedef struct PolChunk PolChunk;
typedef struct PolNodeList {
        PolNode *first;
        PolNode *last;
} PolNodeList;

struct PolNode {
        PolNode *next;
        PolStatement *statement; /* NULL: a section inside of a choice, with marker and body */
        PolNodeList *bodies;     /* CHOICE: one for each branch */
        const PolChunk *marker;
        PolNodeList body;
        bool has_marker; /* somewhere below */
};

/* A run of statements with the same scope. A marker has none: it says that a section inside of a choice
 * fits. */
struct PolChunk {
        uint32_t index; /* in the order of the text, over the whole policy */
        PolScope *scope;
        PolNodeList nodes;
        PolChunk *next; /* of the bucket it is in */
};

typedef struct PolBuild {
        const Ctx *ctx;
        Layout *layout;
        const PslUnit *unit;
        PolPolicy *policy;
        bool lenient_classes;
        Map classes;  /* PolClass by name */
        Map objects;  /* PolObject by name */
        Map profiles; /* PolProfile by name */
        Map patterns; /* index + 1 as a pointer, by text */
        PolList object_list;
        PolList profile_list;
        PolList pattern_list;
        PolList sites;
        PolList chunks[PSL_N_EVENTS];
        uint32_t n_chunks;
} PolBuild;

void pol_append(const PolBuild *b, PolList *list, const void *item);

/* check_classes.c */
void pol_check_classes(PolBuild *b);

/* check_objects.c, check_config.c */
void pol_check_objects(PolBuild *b);
void pol_check_config(PolBuild *b, PolObject *object, const PslDecl *d);
const PolObject *pol_find_object(PolBuild *b, const AstName *name); /* NULL after a message */
bool pol_has_key_twice(PolBuild *b, const PslExpr *dict);           /* true after a message */
uint32_t pol_flow_state(
        PolBuild *b, const PolObject *object, const PslExpr *e); /* POL_NONE after a message */
uint64_t *pol_flow_states(PolBuild *b, const PolObject *object, const PslExpr *e); /* NULL after one */
bool pol_mic_level(PolBuild *b, const PolObject *object, const PslExpr *e, PolLevel *out);
const char *pol_key_bytes(PolBuild *b, const PslExpr *e); /* NULL: no constant key */

/* check_profiles.c */
void pol_check_profiles(PolBuild *b);
const PolProfile *pol_find_profile(PolBuild *b, const AstName *name);

/* check_scope.c */
PolScope *pol_scope_new(PolBuild *b, PslEvent event);
PolScope *pol_scope_narrow(PolBuild *b, const PolScope *outer, const PslSelectorList *selectors);
bool pol_scope_fits(const PolScope *s, const PolClass *server, const PolEndpoint *e, const LayMethod *m);
const LayMethod *pol_scope_method(PolBuild *b, PolScope *s); /* NULL: none, or more than one */
uint32_t pol_scope_server(const PolScope *s);                /* POL_NONE: any */
const PolEndpointList *pol_class_endpoints(const PolClass *c, PslEvent event);

/* check_expr.c, check_call.c */
typedef struct PolContext {
        PolBuild *b;
        PolScope *scope; /* NULL: configuration, only constants */
        const PolProfile *profile;
} PolContext;

const PolExpr *pol_check_expr(const PolContext *c, const PslExpr *e);
const PolExpr *pol_check_call_expr(const PolContext *c, const PslExpr *e);
const PolCall *pol_check_rule(const PolContext *c, const PslExpr *e);           /* NULL after a message */
const PolCall *pol_check_selector(const PolContext *c, const PslExpr *e);       /* of a choice */
const PolExpr *pol_want(const PolContext *c, const PolExpr *e, PolType wanted); /* BAD after a message */
const PolExpr *pol_field(const PolContext *c, const PolExpr *e, const AstName *name);
const PolExpr *pol_bad_expr(const PolBuild *b, Span span);
uint32_t pol_pattern(PolBuild *b, const PslExpr *e); /* POL_NONE after a message */
/* The text on one line, at most POL_TEXT_SHOWN bytes and "…". Interned. */
const char *pol_one_line(const PolBuild *b, Span span);
const PslExpr *pol_inner(const PslExpr *e); /* without parentheses around */

/* regex_check.c: NULL: well formed. Otherwise what is wrong, and where. */
typedef struct PolRegexProblem {
        const char *text;
        size_t at;
} PolRegexProblem;
bool pol_regex_check(const char *text, size_t size, bool is_block, PolRegexProblem *problem);

/* check_body.c */
void pol_check_bindings(PolBuild *b);

/* resolve.c, resolve_tests.c, verdict.c */
void pol_resolve(PolBuild *b);
void pol_resolve_tests(PolBuild *b);
void pol_judge(PolBuild *b, PolDecision *d);
void pol_warn_unreachable(PolBuild *b);
