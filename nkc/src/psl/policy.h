/* SPDX-License-Identifier: MIT */
/*
 * The resolved policy: everything that code, tables and answers are made from. Names are indices here,
 * fields of messages are offsets, constants are folded, and for every event that can happen there is
 * the list of statements that decide it. An emitter chooses how things look; it resolves nothing.
 *
 * Events are grouped. One PolRoute holds the decisions for all methods of one pair of classes; pairs
 * for which the policy says the same share one. One PolDecision is one list of statements; events with
 * the same list share one. Decision 0 is the empty list, route 0 has no endpoint.
 *
 * The policy lives in the arena of its session and is constant once built. Texts are interned.
 */
#pragma once

#include "layout/model.h"
#include "psl/ast.h"

#define POL_NONE UINT32_MAX /* no such index */

/* Limits of the decision code. */
#define POL_CLASSES_MAX      4096u
#define POL_OBJECTS_MAX      1024u
#define POL_CALLS_MAX        4096u /* rules and expressions that one event can run */
#define POL_STATES_MAX       1024u /* of one Flow object */
#define POL_ENTRY_FIELDS_MAX 32u   /* integers and Booleans in one entry of a HashSet */
#define POL_SET_SIZE_MAX     1048576u
#define POL_POOL_SIZE_MAX    65536u
#define POL_POOL_BYTES_MAX   268435456u /* of all tables of one object */
#define POL_KEYS_MAX         4096u      /* of one StaticMap object */
#define POL_DEGREES_MAX      65536u
#define POL_CATEGORIES_MAX   64u
#define POL_PATTERNS_MAX     16384u
#define POL_TEXT_SHOWN       120u /* bytes of the text of a site */

/* Bytes of one table, as the security module counts them: for each entry a node and two buckets at most. */
#define POL_SET_BYTES(set_size, n_fields) ((uint64_t)(set_size) * (8u * (n_fields) + 40u) + 64u)
#define POL_MAP_BYTES(n_keys)             (16u * (uint64_t)(n_keys) + 8u)

/* Numbers, by their width and sign; what a value is stored as. */
typedef enum PolNumber {
        POL_U8,
        POL_U16,
        POL_U32,
        POL_U64,
        POL_S8,
        POL_S16,
        POL_S32,
        POL_S64,
        POL_BOOLEAN, /* 0 or 1 */
        POL_N_NUMBERS
} PolNumber;

/* Classes ------------------------------------------------------------------------------------------ */

/* An endpoint of a class, or one of its security interfaces. */
typedef struct PolEndpoint {
        const char *path;      /* "ctl.conn"; of a security interface: "" or the path of its component */
        const char *component; /* type name of the component it is declared in; the class's own for one of the
                                  EDL */
        const LayInterface *interface;
        const char *interface_name; /* "ping.IConnection", interned */
        uint32_t first;             /* index of its method 0 among all methods of the class (of its list) */
        uint16_t riid;
        const struct PolInside *inside; /* components around it, innermost first; ends with NULL */
} PolEndpoint;

typedef struct PolInside {
        const char *component; /* type name, interned */
        const struct PolInside *next;
} PolInside;

typedef struct PolEndpointList {
        const PolEndpoint *items; /* index: RIID */
        uint32_t n;
        uint32_t n_methods; /* of all of them */
} PolEndpointList;

typedef struct PolClass {
        const char *name;
        uint32_t index;
        PolEndpointList endpoints;
        PolEndpointList security;
        const LayUnit *unit; /* of its EDL */
        Span use;            /* where it is included */
} PolClass;

/* Objects ------------------------------------------------------------------------------------------- */

typedef enum PolModel {
        POL_MODEL_BASE,
        POL_MODEL_PRED,
        POL_MODEL_BOOL,
        POL_MODEL_MATH,
        POL_MODEL_STRUCT,
        POL_MODEL_REGEX,
        POL_MODEL_SET, /* HashSet */
        POL_MODEL_MAP, /* StaticMap */
        POL_MODEL_FLOW,
        POL_MODEL_MIC,
        POL_N_MODELS
} PolModel;

typedef struct PolFlow {
        const char **states;
        uint32_t n_states; /* > 0 */
        uint32_t initial;
        uint64_t *transitions; /* row s: set of the states reachable from state s */
} PolFlow;

#define POL_WORDS(n) (((n) + 63u) / 64u) /* words of a set of n states: bit i % 64 of word i / 64 */

/* The type of the entries of a HashSet. Numbers in it are counted through, in the order of the text. */
typedef struct PolShape PolShape;
struct PolShape {
        PolShape *next;   /* in the dictionary or tuple it is in */
        const char *name; /* key in the dictionary it is in; else NULL */
        bool is_group;    /* dictionary or tuple: parts */
        bool is_tuple;
        PolNumber number; /* not a group */
        PolShape *parts;
        uint32_t n_parts;
};

typedef struct PolSet {
        const PolShape *entry;
        const PolNumber *fields; /* the entry flattened */
        uint32_t n_fields;       /* > 0 */
        uint32_t set_size;       /* > 0 */
        uint32_t pool_size;      /* > 0 */
} PolSet;

typedef struct PolKey {
        const char *bytes; /* interned; intern_length() of them */
        AstInt initial;
        Span span;
} PolKey;

typedef struct PolMap {
        PolNumber type; /* of the values */
        PolKey *keys;   /* in the order of the text; all different */
        uint32_t n_keys;
        uint32_t pool_size;
} PolMap;

typedef struct PolMic {
        const char **degrees; /* lowest first */
        uint32_t n_degrees;
        const char **categories;
        uint32_t n_categories; /* 0: configured by a list */
} PolMic;

typedef struct PolObject {
        const char *name;
        uint32_t index;
        PolModel model;
        bool is_bad;
        Span span; /* of its name */
        union {    /* by model; the others have no configuration */
                const PolFlow *flow;
                const PolSet *set;
                const PolMap *map;
                const PolMic *mic;
        };
} PolObject;

/* A regular expression: checked, not translated. */
typedef struct PolPattern {
        const char *text;
        bool is_block; /* ```regex … ``` */
} PolPattern;

/* Audit ---------------------------------------------------------------------------------------------- */

#define POL_KSS_GRANTED 1u
#define POL_KSS_DENIED  2u
#define POL_EMIT_MATCH  1u
#define POL_EMIT_SELECT 2u

typedef struct PolAuditTerm {
        uint32_t object;
        uint8_t kss;          /* bits */
        uint8_t emit;         /* bits; Regex */
        const uint64_t *omit; /* Flow: set of states; NULL: none */
} PolAuditTerm;

typedef struct PolAuditLevel {
        uint32_t level;
        uint32_t n_terms;
        PolAuditTerm *terms;
} PolAuditLevel;

typedef struct PolProfile {
        const char *name;
        uint32_t index;
        uint32_t n_levels;
        PolAuditLevel *levels;
        Span span;
} PolProfile;

/* Methods of models ---------------------------------------------------------------------------------- */

typedef enum PolMethodKind {
        POL_RULE,
        POL_EXPRESSION,
        POL_SELECTOR /* an expression that only `choice` may use */
} PolMethodKind;

typedef enum PolMethodId {
        POL_BASE_GRANT,
        POL_BASE_ASSERT,
        POL_BASE_DENY,
        POL_PRED_EMPTY,
        POL_BOOL_ALL,
        POL_BOOL_ANY,
        POL_BOOL_COND,
        POL_BOOL_ASSERT,
        POL_MATH_NEG,
        POL_MATH_ABS,
        POL_MATH_SUM,
        POL_MATH_PRODUCT,
        POL_MATH_CAST, /* math.uint64 and the like: POL_CAST */
        POL_RE_MATCH,
        POL_RE_SELECT,
        POL_SET_INIT,
        POL_SET_FINI,
        POL_SET_ADD,
        POL_SET_REMOVE,
        POL_SET_CONTAINS,
        POL_MAP_INIT,
        POL_MAP_FINI,
        POL_MAP_SET,
        POL_MAP_COMMIT,
        POL_MAP_ROLLBACK,
        POL_MAP_GET,
        POL_MAP_GET_UNCOMMITED,
        POL_FLOW_INIT,
        POL_FLOW_FINI,
        POL_FLOW_ENTER,
        POL_FLOW_ALLOW,
        POL_FLOW_QUERY,
        POL_MIC_CREATE,
        POL_MIC_DELETE,
        POL_MIC_EXECUTE,
        POL_MIC_UPGRADE,
        POL_MIC_CALL,
        POL_MIC_INVOKE,
        POL_MIC_READ,
        POL_MIC_WRITE,
        POL_MIC_QUERY_LEVEL,
        POL_N_METHODS
} PolMethodId;

/* A place in the text where a rule, or an expression of an auditable model, is called. */
typedef struct PolSite {
        uint32_t index;
        PolMethodId method;
        const PolObject *object;
        const PolProfile *profile; /* in force there */
        const char *file;
        uint32_t line;
        uint32_t column;
        const char *text; /* of the call on one line, at most POL_TEXT_SHOWN bytes and "…" */
        Span span;
} PolSite;

/* Expressions ---------------------------------------------------------------------------------------- */

typedef struct PolExpr PolExpr;

typedef enum PolType {
        POL_T_BAD, /* a mistake was reported: fits everywhere, says nothing more */
        POL_T_UNIT,
        POL_T_BOOLEAN,
        POL_T_NUMBER,
        POL_T_SCALAR, /* (), Boolean or number: known only when it runs */
        POL_T_TEXT,
        POL_T_HANDLE, /* HandleDesc in a message */
        POL_T_RECORD, /* struct or union in a message */
        POL_T_SEQUENCE,
        POL_T_ARRAY,
        POL_T_BYTES,
        POL_T_MESSAGE, /* the word `message` alone */
        POL_T_LIST,    /* written in brackets */
        POL_T_DICT     /* written in braces */
} PolType;

typedef enum PolExprKind {
        POL_CONST, /* value (number, Boolean) or text (text); UNIT has neither */
        POL_SRC_SID,
        POL_DST_SID,
        POL_LOAD,       /* number, text, RECORD, SEQUENCE… in the message: at place */
        POL_HANDLE_SID, /* at place: of a Handle */
        POL_HANDLE_RIGHTS,
        POL_NOT,    /* items[0]: Boolean */
        POL_NEGATE, /* number: also math.neg */
        POL_ABS,    /* number */
        POL_INVERT, /* number, of width `number` */
        POL_CAST,   /* number, must fit into `number` */
        POL_ADD,    /* items[0], items[1]: numbers, up to BIT_OR */
        POL_SUBTRACT,
        POL_MULTIPLY,
        POL_BIT_AND,
        POL_BIT_OR,
        POL_LESS, /* numbers give a Boolean */
        POL_LESS_EQUAL,
        POL_GREATER,
        POL_GREATER_EQUAL,
        POL_EQUAL, /* both numbers, both Booleans, or both SCALAR */
        POL_NOT_EQUAL,
        POL_AND, /* Booleans; both sides are always evaluated */
        POL_OR,
        POL_IMPLIES,
        POL_ALL, /* items: Booleans */
        POL_ANY,
        POL_SUM, /* items: numbers */
        POL_PRODUCT,
        POL_COND,       /* items: condition, then, else; both of the type of the whole */
        POL_PICK,       /* items[0] is an index into the other items, all of the type of the whole */
        POL_TO_SCALAR,  /* items[0]: unit, Boolean or number */
        POL_TO_NUMBER,  /* items[0]: SCALAR, fails when it is none */
        POL_TO_BOOLEAN, /* the same */
        POL_IS_EMPTY,   /* items[0]: text or SEQUENCE */
        POL_CALL,       /* expression of a model: call */
        POL_GROUP       /* list or dictionary as written: items, with names in keys when DICT */
} PolExprKind;

/* A step from one stretch of bytes of the message to another one inside it. */
typedef enum PolStepKind {
        POL_STEP_MEMBER,  /* union: `tag` at tag_offset must hold; size bytes at offset */
        POL_STEP_ELEMENT, /* sequence: nk_ptr_t at offset; element `index`, stride bytes each */
        POL_STEP_ARRAY    /* array at offset: n elements of stride bytes */
} PolStepKind;

typedef struct PolStep PolStep;
struct PolStep {
        PolStep *next;
        PolStepKind kind;
        uint32_t offset;
        uint32_t size;        /* MEMBER */
        uint32_t tag_offset;  /* MEMBER */
        uint32_t tag;         /* MEMBER */
        uint32_t stride;      /* ELEMENT, ARRAY */
        uint32_t n;           /* ARRAY; ELEMENT: the most there can be */
        const PolExpr *index; /* ELEMENT, ARRAY: a number */
};

/* Where a value lies: after the steps, counted from the constant part of the message (header included). */
typedef struct PolPlace {
        const PolStep *steps; /* in order; NULL: none */
        uint32_t offset;
        const LayType *type;
} PolPlace;

/* A level of a Mic object. */
typedef enum PolLevelKind {
        POL_LEVEL_UNIT,  /* () */
        POL_LEVEL_CONST, /* degree, categories */
        POL_LEVEL_TEXT   /* text names the degree; no categories */
} PolLevelKind;

typedef struct PolLevel {
        PolLevelKind kind;
        uint32_t degree;
        uint64_t categories; /* bit i: category i */
        const PolExpr *text;
} PolLevel;

/* The argument of a call, as far as its method has such fields. A SID is a number or, where `()` may stand
 * for none, NULL. */
typedef struct PolCall {
        const PolSite *site; /* NULL: not auditable (Pred, Bool but assert, Math) */
        PolMethodId method;
        const PolObject *object;
        const PolExpr *condition; /* assert, deny: Boolean; deny (): NULL */
        const PolExpr *sid;       /* sid; Mic: source */
        const PolExpr *target;    /* Mic */
        const PolExpr *container; /* Mic; NULL: () */
        const PolExpr *driver;    /* Mic */
        const PolExpr *image;     /* Mic; NULL: () */
        PolLevel level;           /* Mic */
        PolLevel level_r;         /* Mic */
        uint32_t state;           /* Flow enter */
        const uint64_t *states;   /* Flow allow */
        const PolExpr **entry;    /* HashSet: numbers and Booleans, one for each of its fields */
        uint32_t key;             /* StaticMap: index, or POL_NONE: key_expr */
        const PolExpr *key_expr;  /* text, or a SEQUENCE of UInt8 */
        const PolExpr *value;     /* StaticMap set: number */
        const PolExpr *text;      /* Regex */
        uint32_t pattern;         /* Regex match: index */
} PolCall;

struct PolExpr {
        PolExprKind kind;
        PolType type;
        Span span;
        AstInt value;
        const char *text;
        PolPlace place;   /* LOAD, HANDLE_SID, HANDLE_RIGHTS */
        PolNumber number; /* INVERT, CAST; LOAD and CONST of a number */
        const PolExpr **items;
        const char **keys; /* GROUP of type DICT */
        uint32_t n_items;
        const PolCall *call;
        bool may_fail;    /* when it runs; then it denies */
        bool is_constant; /* the whole tree depends on nothing; kind CONST unless it is a GROUP */
        bool reads_message;
};

/* Statements ------------------------------------------------------------------------------------------ */

typedef enum PolStatementKind { POL_STATEMENT_RULE, POL_STATEMENT_CHOICE } PolStatementKind;

typedef struct PolStatement PolStatement;
typedef struct PolStatementList {
        const PolStatement *const *items;
        uint32_t n;
} PolStatementList;

/* One label; the statements are those of a decision. */
typedef struct PolBranch {
        bool is_default;
        uint32_t label; /* Flow: state; Regex: pattern */
        PolLevel level; /* Mic */
        Span span;
        PolStatementList body;
} PolBranch;

struct PolStatement {
        PolStatementKind kind;
        Span span;
        const PolCall *call;       /* RULE; CHOICE: the subject: re.select, flow.query or mic.query_level */
        const PolBranch *branches; /* CHOICE: in the order of the text; a default is not always last */
        uint32_t n_branches;
        bool has_default;
};

/* Decisions ------------------------------------------------------------------------------------------- */

typedef enum PolVerdict {
        POL_NEVER,  /* denied whatever happens */
        POL_ALWAYS, /* granted whatever happens, and audited at no level */
        POL_DEPENDS
} PolVerdict;

typedef struct PolDecision {
        uint32_t index;
        PolStatementList statements; /* in the order in which they run */
        const PolSite *const *sites; /* all that they may call, in the order of the text */
        uint32_t n_sites;
        PolVerdict verdict;
        const char *reason;   /* of the verdict; one line for people */
        const PolSite *cause; /* the place that the reason speaks of, or NULL */
} PolDecision;

/* The decisions of one pair of classes: method `mid` of endpoint `riid` (of the security interface, in
 * `security` events) has decisions[endpoints->items[riid].first + mid]. `execute` has one. */
typedef struct PolRoute {
        uint32_t index;
        const PolEndpointList *endpoints; /* NULL: execute, or no endpoint */
        const PolDecision **decisions;
        uint32_t n_decisions;
} PolRoute;

/* Policy tests ------------------------------------------------------------------------------------------ */

/* A value for a parameter; what is left out of the message is zero. */
typedef struct PolValue PolValue;
struct PolValue {
        const LayType *type;
        AstInt number;     /* integers; HANDLE: rights */
        const char *text;  /* STRING, interned */
        uint32_t variable; /* HANDLE: its SID is that of this variable, or POL_NONE: */
        uint32_t sid;      /* HANDLE: this number, 0 for none */
        uint32_t tag;      /* UNION: the member that items[0] is */
        const PolValue *
                *items; /* STRUCT: one for each field, NULL where left out; UNION: one; SEQUENCE, ARRAY */
        uint32_t n_items;
};

/* Who sends or gets a message of a test. */
typedef struct PolParty {
        uint32_t class;    /* index, or POL_NONE: not known (only rules without src, dst match) */
        uint32_t variable; /* index, or POL_NONE: any process of the class */
} PolParty;

typedef struct PolCase {
        PslExpectation expectation;
        PslEvent event;
        PolParty src;
        PolParty dst;
        uint16_t riid;
        uint16_t mid;
        uint32_t variable;         /* gets the SID of the started process; POL_NONE: none */
        const LayMessage *message; /* NULL: execute */
        const PolValue **values;   /* one for each field of the message, NULL where left out */
        const char *title;         /* NULL: none */
        const char *file;
        uint32_t line;
        const char *text;
} PolCase;

/* One test: setup, its own cases, finally. */
typedef struct PolTest {
        const char *set;   /* name of its set, or NULL */
        const char *title; /* of the sequence, or NULL */
        const char *file;
        uint32_t line;
        const char **variables;
        uint32_t n_variables;
        const PolCase **cases; /* all in the order in which they run */
        uint32_t n_cases;
        uint32_t first_finally; /* index of the first case of `finally`; n_cases: none */
} PolTest;

/* The policy --------------------------------------------------------------------------------------------- */

typedef struct PolPolicy {
        const char *path; /* of the top file */
        const PolClass **classes;
        uint32_t n_classes;
        uint32_t kernel; /* class kl.core.Core, or POL_NONE */
        const PolObject **objects;
        uint32_t n_objects;
        const PolProfile **profiles;
        uint32_t n_profiles; /* > 0: `empty` is always there */
        const PolProfile *audit_default;
        uint32_t audit_level;
        const PolPattern *patterns;
        uint32_t n_patterns;
        const PolSite **sites;
        uint32_t n_sites;
        const PolDecision **decisions;
        uint32_t n_decisions; /* > 0 */
        const PolRoute **routes;
        uint32_t n_routes; /* > 0 */
        /* rows[event][src][dst]: src and dst from 0 to n_classes; the last one stands for a class that the
         * policy does not know, and for dst in `security`. Equal rows are the same pointer. */
        const PolRoute *const *const *rows[PSL_N_EVENTS];
        const PolTest **tests;
        uint32_t n_tests;
        const char *const *deps; /* every file that was read, as opened */
        uint32_t n_deps;
} PolPolicy;

/* The decision for one event; decision 0 when there is no such method. */
const PolDecision *pol_decision(
        const PolPolicy *p, PslEvent event, uint32_t src, uint32_t dst, uint32_t riid, uint32_t mid);

/* The message of an event: of `in`, `out` or `error` parameters. */
const LayMessage *pol_message(PslEvent event, const LayMethod *method);

/* The endpoints that an event is about: of dst, src, or the security interfaces of src; NULL: none. */
const PolEndpointList *pol_endpoints(const PolPolicy *p, PslEvent event, uint32_t src, uint32_t dst);

uint32_t pol_find_class(const PolPolicy *p, const char *name); /* POL_NONE: unknown */
const char *pol_verdict_text(PolVerdict v);                    /* "never" */
