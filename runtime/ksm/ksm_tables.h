/* SPDX-License-Identifier: MIT */
/*
 * Tables of a policy: what generated code says about objects, places, audit and routes as constant
 * data. Part of ksm_module.h. All names and texts are UTF-8 and live as long as the module.
 */
#pragma once

#include "ksm_values.h"

#define KSM_CLASSES_MAX        4096 /* process classes of a policy */
#define KSM_OBJECTS_MAX        1024
#define KSM_CALLS_MAX          4096      /* rules and expressions that one event can run */
#define KSM_FLOW_STATES_MAX    1024      /* of one object */
#define KSM_SET_FIELDS_MAX     32        /* flattened fields of an entry */
#define KSM_SET_SIZE_MAX       1048576   /* entries of one table */
#define KSM_POOL_SIZE_MAX      65536     /* tables of one object */
#define KSM_POOL_BYTES_MAX     268435456 /* of all tables of one object */
#define KSM_MAP_KEYS_MAX       4096
#define KSM_MIC_DEGREES_MAX    65536
#define KSM_MIC_CATEGORIES_MAX 64
#define KSM_PATTERNS_MAX       16384

#define KSM_NONE UINT32_MAX /* no such index */

/* Objects ------------------------------------------------------------------------------------------ */

typedef enum KsmModel {
        KSM_MODEL_BASE,
        KSM_MODEL_BOOL,
        KSM_MODEL_FLOW,
        KSM_MODEL_SET, /* HashSet */
        KSM_MODEL_MAP, /* StaticMap */
        KSM_MODEL_MIC,
        KSM_MODEL_REGEX,
        KSM_N_MODELS
} KsmModel;

typedef enum KsmMethod {
        KSM_BASE_GRANT,
        KSM_BASE_ASSERT,
        KSM_BASE_DENY,
        KSM_BOOL_ASSERT,
        KSM_FLOW_INIT,
        KSM_FLOW_FINI,
        KSM_FLOW_ENTER,
        KSM_FLOW_ALLOW,
        KSM_FLOW_QUERY,
        KSM_SET_INIT,
        KSM_SET_FINI,
        KSM_SET_ADD,
        KSM_SET_REMOVE,
        KSM_SET_CONTAINS,
        KSM_MAP_INIT,
        KSM_MAP_FINI,
        KSM_MAP_SET,
        KSM_MAP_COMMIT,
        KSM_MAP_ROLLBACK,
        KSM_MAP_GET,
        KSM_MAP_GET_UNCOMMITED,
        KSM_MIC_CREATE,
        KSM_MIC_DELETE,
        KSM_MIC_EXECUTE,
        KSM_MIC_UPGRADE,
        KSM_MIC_CALL,
        KSM_MIC_INVOKE,
        KSM_MIC_READ,
        KSM_MIC_WRITE,
        KSM_MIC_QUERY_LEVEL,
        KSM_RE_MATCH,
        KSM_RE_SELECT,
        KSM_N_METHODS
} KsmMethod;

typedef struct KsmFlow {
        uint32_t n_states; /* > 0 */
        uint32_t initial;
        const char *const *states; /* names */
        /* Row s: the states reachable from state s, as a set of ksm_flow_allow(). */
        const uint64_t *transitions;
} KsmFlow;

#define KSM_WORDS(n) (((n) + 63u) / 64u) /* words of a set of n states */

typedef struct KsmSet {
        uint32_t n_fields; /* > 0 */
        uint32_t set_size; /* > 0 */
        uint32_t pool_size;
        const uint8_t *fields; /* KsmType of each */
} KsmSet;

typedef struct KsmKey {
        KsmText name; /* a text, or the bytes of a List<UInt8> */
        KsmInt initial;
} KsmKey;

typedef struct KsmMap {
        KsmType type; /* of the values */
        uint32_t n_keys;
        uint32_t pool_size;
        const KsmKey *keys; /* all different; in any order */
} KsmMap;

typedef struct KsmMic {
        uint32_t n_degrees;         /* > 0 */
        uint32_t n_categories;      /* 0: configured by a list */
        const char *const *degrees; /* names, lowest first */
        const char *const *categories;
} KsmMic;

typedef struct KsmObject {
        const char *name;
        KsmModel model;
        union { /* by model; the others have no configuration */
                const KsmFlow *flow;
                const KsmSet *set;
                const KsmMap *map;
                const KsmMic *mic;
        };
} KsmObject;

/* Source text of a regular expression; regex.h says what it may hold. */
typedef struct KsmPattern {
        KsmText text;
        bool is_block; /* ```regex … ```: white space that is not escaped means nothing */
} KsmPattern;

/* Places --------------------------------------------------------------------------------------------- */

/* A rule call, or an expression call inside one. */
typedef struct KsmSite {
        const char *file; /* as a message of the compiler names it */
        uint32_t line;
        uint32_t column;
        const char *text; /* of the call, on one line, maybe shortened */
        uint32_t object;  /* index */
        uint32_t profile; /* index of the audit profile in force */
        KsmMethod method;
} KsmSite;

/* Audit ----------------------------------------------------------------------------------------------- */

#define KSM_AUDIT_GRANTED 1u /* `kss`, bits */
#define KSM_AUDIT_DENIED  2u /* also what failed */
#define KSM_EMIT_MATCH    1u /* `emit`, bits; only Regex looks at it */
#define KSM_EMIT_SELECT   2u

/* Which results of one object become audit. */
typedef struct KsmAuditTerm {
        uint32_t object;
        uint8_t kss;
        uint8_t emit;
        const uint64_t *omit; /* Flow: set of states in which nothing is audited; NULL: none */
} KsmAuditTerm;

typedef struct KsmAuditLevel {
        uint32_t level;
        uint32_t n_terms;
        const KsmAuditTerm *terms;
} KsmAuditLevel;

typedef struct KsmProfile {
        const char *name;
        uint32_t n_levels;
        const KsmAuditLevel *levels; /* a level that is not there: nothing is audited */
} KsmProfile;

/* Classes ---------------------------------------------------------------------------------------------- */

typedef struct KsmEndpoint {
        const char *name;  /* "ctl.conn"; of a security interface: of the component, or "" */
        const char *iface; /* "ping.IConnection" */
        const char *const *methods;
        uint32_t n_methods;   /* index: MID */
        uint64_t fingerprint; /* of the messages that the rules were compiled for */
} KsmEndpoint;

typedef struct KsmClass {
        const char *name;
        const KsmEndpoint *endpoints; /* index: RIID */
        const KsmEndpoint *security;  /* index: RIID of `security` events */
        uint32_t n_endpoints;
        uint32_t n_security;
} KsmClass;

/* Routes --------------------------------------------------------------------------------------------------
 */

typedef enum KsmVerdict {
        KSM_NEVER,  /* denied whatever happens */
        KSM_ALWAYS, /* granted whatever happens, and no audit at any level */
        KSM_DEPENDS /* on state, content or audit */
} KsmVerdict;

/* One list of rules. */
typedef struct KsmDecision {
        void (*run)(KsmCall *c); /* NULL: no rule is bound */
        KsmVerdict verdict;
        const char *reason;    /* of the verdict, for people; one line */
        const uint32_t *sites; /* all that run() may call, in the order of the text */
        uint32_t n_sites;      /* at most KSM_CALLS_MAX */
} KsmDecision;

/*
 * Decisions of the methods of one pair of classes: method `mid` of endpoint `riid` has decision
 *         decisions[first[riid] + mid]          for riid < n_endpoints, mid < first[riid + 1] - first[riid]
 * an index into the module's decisions. Whatever has no place here has decision 0. `execute` has one
 * endpoint with one method.
 */
typedef struct KsmMethods {
        uint32_t n_endpoints;
        const uint32_t *first;     /* n_endpoints + 1 */
        const uint32_t *decisions; /* first[n_endpoints] */
} KsmMethods;
