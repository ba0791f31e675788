/* SPDX-License-Identifier: MIT */
/*
 * The tree of one PSL file. It mirrors the text: order, spellings and parentheses are kept, nothing
 * is resolved or checked beyond its shape. Nodes live in the arena and never change after the parse.
 * Every node has the span of its whole text; names and words that messages point at have spans of
 * their own. Lists are singly linked in the order of the text.
 *
 * All names and texts are interned: equal ones are the same pointer, intern_length() gives their size
 * (a text may hold any byte, zero too).
 *
 * A part that could not be parsed is PSL_EXPR_BAD, PSL_TYPE_BAD, or a declaration, a body, a choice or
 * a test block with is_bad set (something is missing in it): later passes stay silent about what
 * follows from that. Recursion over expressions, types and bodies is safe: their heights are bounded.
 */
#pragma once

#include "front/ast.h"

#define PSL_EXPR_DEPTH 256  /* height of an expression tree */
#define PSL_TYPE_DEPTH 32   /* height of a type expression */
#define PSL_BODY_DEPTH 64   /* match and choice sections inside each other, the binding's body counts */
#define PSL_TEXT_MAX   8191 /* bytes of one text or regex block, after escapes */

typedef struct PslExpr PslExpr;
typedef struct PslType PslType;
typedef struct PslBody PslBody;

/* Expressions ---------------------------------------------------------------------------------- */

typedef enum PslExprKind {
        PSL_EXPR_BAD,
        PSL_EXPR_UNIT,    /* () */
        PSL_EXPR_BOOLEAN, /* true, false: value is 1 or 0 */
        PSL_EXPR_INTEGER, /* value: 0 .. 2^64 - 1; a minus in front is a UNARY around it */
        PSL_EXPR_TEXT,    /* "…": text, escapes resolved */
        PSL_EXPR_REGEX,   /* ```regex … ```: text as written between the two lines, no escapes resolved */
        PSL_EXPR_NAME,    /* name: message, src_sid, dst_sid; in tests also a variable */
        PSL_EXPR_FIELD,   /* left . name */
        PSL_EXPR_ELEMENT, /* left .[ right ] */
        PSL_EXPR_CALL,    /* object.name left, or name left: one argument, see below */
        PSL_EXPR_PAREN,   /* ( left ) */
        PSL_EXPR_UNARY,   /* op left */
        PSL_EXPR_BINARY,  /* left op right */
        PSL_EXPR_DICT,    /* { key : value, … }: pairs */
        PSL_EXPR_LIST     /* [ value, … ]: items; a list, set or tuple by its use */
} PslExprKind;

typedef enum PslOp {
        PSL_OP_NONE,
        PSL_OP_NOT,    /* ! left */
        PSL_OP_NEGATE, /* - left */
        PSL_OP_INVERT, /* ~ left (1.3) */
        PSL_OP_MULTIPLY,
        PSL_OP_ADD,
        PSL_OP_SUBTRACT,
        PSL_OP_BIT_AND, /* & (1.3), binds like + */
        PSL_OP_BIT_OR,  /* | (1.3), binds like + */
        PSL_OP_EQUAL,
        PSL_OP_NOT_EQUAL,
        PSL_OP_LESS,
        PSL_OP_LESS_EQUAL,
        PSL_OP_GREATER,
        PSL_OP_GREATER_EQUAL,
        PSL_OP_AND,    /* && */
        PSL_OP_OR,     /* || */
        PSL_OP_IMPLIES /* ==>, right-associative */
} PslOp;

typedef enum PslKeyKind { PSL_KEY_NAME, PSL_KEY_TEXT, PSL_KEY_INTEGER } PslKeyKind;

/* name : value, "text" : value, 12 : value. Equal keys are left to whoever knows what the dictionary
 * is for. */
typedef struct PslPair PslPair;
struct PslPair {
        PslPair *next;
        PslKeyKind key_kind;
        Span span;
        Span key_span;
        const char *key; /* NAME, TEXT */
        AstInt integer;  /* INTEGER: with its sign */
        PslExpr *value;
};

typedef struct PslPairList {
        PslPair *first;
        PslPair *last;
        unsigned n;
} PslPairList;

typedef struct PslExprList {
        PslExpr *first; /* through PslExpr.next */
        PslExpr *last;
        unsigned n;
} PslExprList;

/*
 * A CALL has exactly one argument, in `left`: UNIT for `()`, PAREN for `(x)`, DICT, LIST, or, in
 * expressions only, any operand written without parentheses (`pred.empty message.name`). Both rule calls
 * in bodies and calls inside of expressions are such nodes; `object.text` is NULL where none was written
 * (the object `base` in a body).
 */
struct PslExpr {
        PslExpr *next; /* of the LIST it is an item of */
        PslExprKind kind;
        PslOp op;        /* UNARY, BINARY */
        uint32_t height; /* 1 for a leaf; at most PSL_EXPR_DEPTH */
        Span span;
        Span op_span;     /* UNARY, BINARY */
        AstInt value;     /* INTEGER, BOOLEAN */
        const char *text; /* TEXT, REGEX */
        AstName object;   /* CALL: text is NULL when there is none */
        AstName name;     /* NAME, FIELD, CALL (of the method) */
        PslExpr *left;
        PslExpr *right;
        PslPairList pairs; /* DICT */
        PslExprList items; /* LIST */
};

/* Type expressions ------------------------------------------------------------------------------- */

typedef enum PslTypeKind {
        PSL_TYPE_BAD,
        PSL_TYPE_UNIT,    /* () */
        PSL_TYPE_NAMED,   /* UInt16, Text, an alias */
        PSL_TYPE_TEXT,    /* "open": exactly that text */
        PSL_TYPE_INTEGER, /* 12, -5: exactly that number; also the N of Array<T, N> */
        PSL_TYPE_DICT,    /* { a : T, … }: fields */
        PSL_TYPE_TUPLE,   /* [ T, … ]: parts */
        PSL_TYPE_GENERIC, /* name<…>: parts are the arguments */
        PSL_TYPE_VARIANT  /* T | T | …: parts, at least two */
} PslTypeKind;

typedef struct PslTypeList {
        PslType *first; /* through PslType.next */
        PslType *last;
        unsigned n;
} PslTypeList;

typedef struct PslTypeField PslTypeField;
struct PslTypeField {
        PslTypeField *next;
        Span span;
        AstName name;
        PslType *type;
};

typedef struct PslTypeFieldList {
        PslTypeField *first;
        PslTypeField *last;
        unsigned n;
} PslTypeFieldList;

struct PslType {
        PslType *next; /* of the list it is in */
        PslTypeKind kind;
        uint32_t height; /* at most PSL_TYPE_DEPTH */
        Span span;
        AstName name;            /* NAMED, GENERIC */
        const char *text;        /* TEXT */
        AstInt value;            /* INTEGER: with its sign */
        PslTypeFieldList fields; /* DICT */
        PslTypeList parts;       /* TUPLE, GENERIC, VARIANT */
};

/* Events and selectors --------------------------------------------------------------------------- */

typedef enum PslEvent {
        PSL_EXECUTE,
        PSL_REQUEST,
        PSL_RESPONSE,
        PSL_ERROR,
        PSL_SECURITY,
        PSL_N_EVENTS
} PslEvent;

typedef enum PslSelectorKind {
        PSL_SRC,
        PSL_DST,
        PSL_COMPONENT,
        PSL_ENDPOINT,
        PSL_INTERFACE,
        PSL_METHOD,
        PSL_N_SELECTORS
} PslSelectorKind;

/* src=demo.Client. Which selectors fit which event, and whether one comes twice, is not checked here. In a
 * test, the value of src and dst may be a variable: a path without a dot that a case bound before. */
typedef struct PslSelector PslSelector;
struct PslSelector {
        PslSelector *next;
        PslSelectorKind kind;
        Span span;
        Span keyword;
        AstPath value;
};

typedef struct PslSelectorList {
        PslSelector *first;
        PslSelector *last;
        unsigned n;
} PslSelectorList;

/* Bodies ----------------------------------------------------------------------------------------- */

/* One branch of a choice. `label : rule` and `label : choice (…) {…}` have a body of one statement that is
 * not braced. */
typedef struct PslBranch PslBranch;
struct PslBranch {
        PslBranch *next;
        Span span;
        Span label_span;
        PslExpr *label; /* TEXT, INTEGER (maybe negated), BOOLEAN, UNIT, DICT (a level); NULL: `_` */
        PslBody *body;
        bool is_braced;
};

typedef struct PslBranchList {
        PslBranch *first;
        PslBranch *last;
        unsigned n;
} PslBranchList;

typedef enum PslStatementKind {
        PSL_USE_AUDIT, /* audit name */
        PSL_RULE,      /* call */
        PSL_MATCH,     /* match selectors { body } */
        PSL_CHOICE     /* choice (subject) { branches } */
} PslStatementKind;

typedef struct PslStatement PslStatement;
struct PslStatement {
        PslStatement *next;
        PslStatementKind kind;
        bool is_bad; /* MATCH, CHOICE: selectors, subject or some branches are missing */
        Span span;
        Span keyword;              /* USE_AUDIT, MATCH, CHOICE */
        AstName profile;           /* USE_AUDIT */
        PslExpr *call;             /* RULE: kind CALL, or BAD */
        PslSelectorList selectors; /* MATCH: at least one */
        PslBody *body;             /* MATCH */
        PslExpr *subject;          /* CHOICE: between the parentheses */
        PslBranchList branches;    /* CHOICE */
};

struct PslBody {
        PslStatement *first;
        PslStatement *last;
        unsigned n;
        uint32_t height; /* 1 without match and choice; at most PSL_BODY_DEPTH */
        bool is_bad;     /* statements are missing */
        Span span;       /* with its braces, if it has them */
};

/* Policy tests ------------------------------------------------------------------------------------- */

typedef enum PslExpectation {
        PSL_EXPECT_DEFAULT, /* none written: granted */
        PSL_EXPECT_GRANT,
        PSL_EXPECT_DENY,
        PSL_EXPECT_ANY
} PslExpectation;

typedef enum PslCaseForm {
        PSL_CASE_EVENT,   /* request src=a dst=b … { … } */
        PSL_CASE_STARTED, /* variable <- execute … */
        PSL_CASE_REQUEST, /* from ~> to : endpoint.Method { … } */
        PSL_CASE_RESPONSE /* from <~ to : endpoint.Method { … }: `from` answers `to` */
} PslCaseForm;

typedef struct PslCase PslCase;
struct PslCase {
        PslCase *next;
        PslCaseForm form;
        PslExpectation expectation;
        PslEvent event; /* of every form */
        Span span;
        Span event_span;   /* the event word or the arrow */
        Span title_span;   /* where title is not NULL */
        const char *title; /* NULL: none */
        AstName variable;  /* STARTED */

        PslSelectorList selectors; /* EVENT, STARTED */

        /* REQUEST, RESPONSE: source and destination of the message, each a class or a variable. The last part
         * of target is the method, its qualifier the endpoint. */
        AstPath from;
        AstPath to;
        AstPath target;

        PslExpr *message; /* a DICT; NULL: none written */
};

typedef enum PslBlockKind { PSL_SETUP, PSL_SEQUENCE, PSL_FINALLY } PslBlockKind;

typedef struct PslBlock PslBlock;
struct PslBlock {
        PslBlock *next;
        PslBlockKind kind;
        bool is_bad; /* cases are missing */
        Span span;
        Span keyword;
        Span title_span;
        const char *title; /* SEQUENCE; NULL: none */
        PslCase *first;
        PslCase *last;
        unsigned n;
};

typedef struct PslTests {
        Span title_span;
        const char *title; /* NULL: none */
        PslBlock *first;   /* all blocks in the order of the text */
        PslBlock *last;
        unsigned n_sequences;
        const PslBlock *setup; /* NULL: none; there is at most one of each */
        const PslBlock *finally;
} PslTests;

/* Declarations ------------------------------------------------------------------------------------- */

typedef enum PslDeclKind {
        PSL_EXECUTE_INTERFACE, /* execute: path */
        PSL_AUDIT_DEFAULT,     /* audit default = name level */
        PSL_USE,               /* use path._ */
        PSL_USE_EDL,           /* use EDL path */
        PSL_TASK_CLASS,        /* task class name : path (1.3) */
        PSL_OBJECT,            /* policy object name : model { params } */
        PSL_PROFILE,           /* audit profile name = value */
        PSL_BINDING,           /* event selectors { body } */
        PSL_TESTS              /* assert "…" { … } */
} PslDeclKind;

/* type Entry = UInt16, or config = { … } */
typedef struct PslParam PslParam;
struct PslParam {
        PslParam *next;
        Span span;
        AstName name;
        PslType *type;  /* `type name = …`; else NULL */
        PslExpr *value; /* `name = …`; else NULL */
};

typedef struct PslParamList {
        PslParam *first;
        PslParam *last;
        unsigned n;
} PslParamList;

typedef struct PslDecl PslDecl;
struct PslDecl {
        PslDecl *next;
        PslDeclKind kind;
        bool is_bad; /* something in it is missing; its name is known */
        Span span;
        Span keyword;   /* the first word */
        AstName name;   /* AUDIT_DEFAULT (the profile), OBJECT, PROFILE */
        AstPath path;   /* EXECUTE_INTERFACE, USE (without "._"), USE_EDL, TASK_CLASS (the link to the EDL) */
        AstPath class;  /* TASK_CLASS: the name the class gets */
        AstName model;  /* OBJECT */
        PslExpr *value; /* AUDIT_DEFAULT: the level, an INTEGER; PROFILE: the DICT */
        PslEvent event; /* BINDING */
        PslTests *tests;           /* TESTS */
        PslParamList params;       /* OBJECT */
        PslSelectorList selectors; /* BINDING */
        PslBody *body;             /* BINDING */
};

/* The file ----------------------------------------------------------------------------------------- */

typedef struct PslFile {
        bool is_bad; /* there were syntax errors in it */
        const SrcFile *source;
        PslDecl *first;
        PslDecl *last;
        unsigned n_decls;
        const AstComment *comments;
        size_t n_comments;
} PslFile;

/* Equal apart from places and comments. Names of the same Intern only. */
bool psl_equal(const PslFile *a, const PslFile *b);

const char *psl_op_text(PslOp op);                   /* "==>" */
const char *psl_event_text(PslEvent event);          /* "request" */
const char *psl_selector_text(PslSelectorKind kind); /* "endpoint" */
const char *psl_expectation_text(PslExpectation);    /* "deny"; "" for the default */
const char *psl_block_text(PslBlockKind kind);       /* "sequence" */
