/* SPDX-License-Identifier: MIT */
/*
 * The tree of one IDL, CDL or EDL file. It mirrors the text: order, spellings and parentheses are
 * kept, nothing is resolved or checked beyond its shape. Nodes live in the arena and never change
 * after the parse. Every node has the span of its whole text; names have spans of their own.
 * Lists are singly linked in the order of the text.
 *
 * A part that could not be parsed is AST_TYPE_BAD, AST_EXPR_BAD, or a declaration with is_bad set
 * (its name is known, nothing else is to be trusted): later passes stay silent about everything
 * that uses it.
 */
#pragma once

#include "base/ctx.h"

#include <stdbool.h>

#define AST_TYPE_DEPTH 32   /* types written inside each other: array<sequence<…>> */
#define AST_EXPR_DEPTH 256  /* height of an expression tree */
#define AST_NAME_MAX   255  /* bytes of one name */
#define AST_PATH_MAX   1023 /* bytes of a dotted name, dots included */

__extension__ typedef __int128 AstInt; /* constant expressions are evaluated in 128 bits */

typedef enum AstFileKind { AST_IDL, AST_CDL, AST_EDL } AstFileKind;

typedef struct AstName {
        const char *text; /* interned */
        Span span;
} AstName;

/* a.b.C. A name without a dot has qualifier NULL and last == text. All interned. */
typedef struct AstPath {
        const char *text;      /* "a.b.C", without white space */
        const char *qualifier; /* "a.b" or NULL */
        const char *last;      /* "C" */
        Span span;
} AstPath;

/* Comments are no part of the tree: the file keeps them in a list of their own, in order. */
typedef struct AstComment {
        Span span;    /* with its slashes; a line comment ends before its line end */
        bool is_line; /* "//" */
} AstComment;

/* Expressions ---------------------------------------------------------------------------------- */

typedef enum AstExprKind {
        AST_EXPR_BAD,
        AST_EXPR_INTEGER,
        AST_EXPR_NAME,
        AST_EXPR_PAREN, /* ( left ) */
        AST_EXPR_UNARY, /* op left */
        AST_EXPR_BINARY /* left op right */
} AstExprKind;

typedef enum AstOp {
        AST_OP_NONE,
        AST_OP_NEGATE, /* unary */
        AST_OP_PLUS,
        AST_OP_INVERT,
        AST_OP_POWER, /* binary from here on */
        AST_OP_MULTIPLY,
        AST_OP_DIVIDE,
        AST_OP_REMAINDER,
        AST_OP_ADD,
        AST_OP_SUBTRACT,
        AST_OP_SHIFT_LEFT,
        AST_OP_SHIFT_RIGHT,
        AST_OP_AND,
        AST_OP_XOR,
        AST_OP_OR
} AstOp;

typedef struct AstExpr AstExpr;
struct AstExpr {
        AstExprKind kind;
        AstOp op;
        uint32_t height; /* 1 for a leaf; at most AST_EXPR_DEPTH, so recursion is bounded */
        Span span;
        AstInt value; /* INTEGER: 0 .. 2^127 - 1; its spelling is the text of the span */
        AstPath name; /* NAME */
        AstExpr *left;
        AstExpr *right;
};

/* Types ---------------------------------------------------------------------------------------- */

typedef enum AstTypeKind {
        AST_TYPE_BAD,
        AST_TYPE_NAMED,    /* name: a primitive, an alias, a struct or a union, maybe qualified */
        AST_TYPE_STRING,   /* string<size> */
        AST_TYPE_BYTES,    /* bytes<size> */
        AST_TYPE_ARRAY,    /* array<element, size> */
        AST_TYPE_SEQUENCE, /* sequence<element, size> */
        AST_TYPE_HANDLE    /* handle<name>: newer than 1.2 */
} AstTypeKind;

typedef struct AstType AstType;
struct AstType {
        AstTypeKind kind;
        uint32_t height; /* 1 for a type without an element; at most AST_TYPE_DEPTH */
        Span span;
        AstPath name; /* NAMED, HANDLE */
        AstType *element;
        AstExpr *size;
};

/* Declarations --------------------------------------------------------------------------------- */

typedef struct AstField AstField;
struct AstField {
        AstField *next;
        Span span;
        AstType *type;
        AstName name;
};

typedef struct AstFieldList {
        AstField *first;
        AstField *last;
        unsigned n;
        bool is_bad; /* some fields could not be parsed and are missing */
} AstFieldList;

typedef enum AstDeclKind { AST_CONST, AST_TYPEDEF, AST_STRUCT, AST_UNION } AstDeclKind;

typedef struct AstDecl AstDecl;
struct AstDecl {
        AstDecl *next;
        AstDeclKind kind;
        bool is_bad;
        Span span; /* from the first word to ';' or '}' */
        AstName name;
        AstType *type;       /* CONST, TYPEDEF */
        AstExpr *value;      /* CONST */
        AstFieldList fields; /* STRUCT, UNION: fields that could not be parsed set is_bad */
};

typedef struct AstDeclList {
        AstDecl *first;
        AstDecl *last;
        unsigned n;
} AstDeclList;

typedef struct AstImport AstImport;
struct AstImport {
        AstImport *next;
        Span span;
        AstPath path;
};

typedef struct AstImportList {
        AstImport *first;
        AstImport *last;
        unsigned n;
} AstImportList;

typedef enum AstDirection { AST_IN, AST_OUT, AST_ERROR } AstDirection;

typedef struct AstParam AstParam;
struct AstParam {
        AstParam *next;
        bool is_bad; /* it had no direction */
        Span span;
        AstDirection direction;
        AstType *type;
        AstName name;
};

typedef struct AstParamList {
        AstParam *first;
        AstParam *last;
        unsigned n;
        bool is_bad; /* one of them is */
} AstParamList;

typedef struct AstMethod AstMethod;
struct AstMethod {
        AstMethod *next;
        bool is_bad; /* its parameters are not to be trusted */
        Span span;
        AstName name;
        AstParamList params;
};

typedef struct AstMethodList {
        AstMethod *first;
        AstMethod *last;
        unsigned n;
} AstMethodList;

typedef struct AstInterface {
        Span span;
        Span keyword;
        AstMethodList methods;
} AstInterface;

/* Components and classes ----------------------------------------------------------------------- */

/* endpoint : interface package, or instance : component */
typedef struct AstBinding AstBinding;
struct AstBinding {
        AstBinding *next;
        Span span;
        AstName name;
        AstPath target;
};

typedef struct AstBindingList {
        AstBinding *first;
        AstBinding *last;
        unsigned n;
} AstBindingList;

typedef enum AstSectionKind { AST_SECURITY, AST_ENDPOINTS, AST_COMPONENTS } AstSectionKind;

typedef enum AstSectionForm {
        AST_FORM_BLOCK,      /* endpoints { … }, components { … }, security … */
        AST_FORM_INTERFACES, /* interfaces { … }: the older word for endpoints */
        AST_FORM_BARE        /* bindings without a block right after the head (0.1) */
} AstSectionForm;

typedef struct AstSection AstSection;
struct AstSection {
        AstSection *next;
        AstSectionKind kind;
        AstSectionForm form;
        Span span;
        Span keyword;
        AstPath security; /* SECURITY: the interface package */
        AstBindingList bindings;
};

typedef struct AstSectionList {
        AstSection *first;
        AstSection *last;
        unsigned n;
} AstSectionList;

typedef enum AstHeadKind {
        AST_HEAD_NONE,
        AST_PACKAGE,
        AST_COMPONENT,
        AST_ENTITY,
        AST_TASK_CLASS
} AstHeadKind;

/* The file -------------------------------------------------------------------------------------- */

typedef struct AstFile {
        AstFileKind kind;
        bool is_bad; /* there were syntax errors in it */
        const SrcFile *source;
        AstHeadKind head;
        Span head_span;
        AstPath name; /* of the package, component or class; text is NULL when the head is missing */

        AstImportList imports;   /* IDL */
        AstDeclList decls;       /* IDL */
        AstInterface *interface; /* IDL; NULL: a type package */

        /* CDL and EDL. The three shortcuts point into `sections`: the first of each kind, or NULL. */
        AstSectionList sections;
        AstSection *security;
        AstSection *endpoints;
        AstSection *components;

        const AstComment *comments;
        size_t n_comments;
} AstFile;

/* The comments that document what begins at `offset`: those on the lines right above it, with no
 * empty line between. Returns the number; *first is the first of them. */
size_t ast_doc(const AstFile *file, uint32_t offset, const AstComment **first);

/* The comment behind a node on its line, or NULL. */
const AstComment *ast_doc_behind(const AstFile *file, uint32_t end);

/* Equal apart from places and comments. Names of the same Intern only. */
bool ast_equal(const AstFile *a, const AstFile *b);

const char *ast_op_text(AstOp op);            /* "<<" */
const char *ast_direction_text(AstDirection); /* "in" */
const char *ast_head_text(AstHeadKind);       /* "task class" */
const char *ast_file_kind_text(AstFileKind);  /* "idl" */
