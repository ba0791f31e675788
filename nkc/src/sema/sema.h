/* SPDX-License-Identifier: MIT */
/*
 * The resolved model: what descriptions mean. One Sema holds every description that was read in
 * one error mode; each is read and checked once, whoever asks for it.
 *
 * A mistake gives one message: the thing it was found in becomes bad (SEMA_BAD type, poisoned
 * symbol, file with is_bad), and everything that uses a bad thing stays silent. A file with
 * is_bad, or one that depends on such a file, gets no layout.
 */
#pragma once

#include "base/ctx.h"
#include "base/map.h"
#include "front/ast.h"

#include <stdbool.h>

enum {
        SEMA_MAX_DEPTH = 32,          /* of a type: 1 is one without parts */
        SEMA_MAX_NESTING = 32,        /* components inside components */
        SEMA_MAX_IMPORT_DEPTH = 256,  /* length of a chain of imports */
        SEMA_MAX_METHODS = 65534,     /* of one interface: the all-ones MID stays invalid */
        SEMA_MAX_ENDPOINTS = 65534,   /* of one class or component, nested ones too */
        SEMA_MAX_INSTANCES = 65534,   /* of one class or component, nested ones too */
        SEMA_MAX_HANDLES = 16,        /* in one message */
        SEMA_MAX_BOUND = INT32_MAX,   /* N of string, bytes, array, sequence */
        SEMA_ORDER_LAST = 0x7fffffff, /* sees every declaration of the own file */
};

typedef struct SemaFile SemaFile;
typedef struct SemaSymbol SemaSymbol;

/* ---- Types ------------------------------------------------------------------------------- */

typedef enum SemaKind {
        SEMA_BAD, /* a mistake was reported; says nothing more */
        SEMA_UINT8,
        SEMA_UINT16,
        SEMA_UINT32,
        SEMA_UINT64,
        SEMA_SINT8,
        SEMA_SINT16,
        SEMA_SINT32,
        SEMA_SINT64,
        SEMA_HANDLE,
        SEMA_STRING,
        SEMA_BYTES,
        SEMA_SEQUENCE,
        SEMA_ARRAY,
        SEMA_STRUCT,
        SEMA_UNION,
} SemaKind;

/* A type without aliases. */
typedef struct SemaType {
        SemaKind kind;
        uint32_t bound;              /* N of STRING, BYTES, SEQUENCE, ARRAY */
        uint32_t depth;              /* 1 for a type without parts */
        uint32_t n_handles;          /* in the fixed part; stops counting just above SEMA_MAX_HANDLES */
        const struct SemaType *elem; /* SEQUENCE, ARRAY */
        SemaSymbol *record;          /* STRUCT, UNION */
} SemaType;

static inline bool sema_is_integer(SemaKind kind) {
        return kind >= SEMA_UINT8 && kind <= SEMA_SINT64;
}

/* A field, or a parameter. */
typedef struct SemaField {
        AstName name;
        const SemaType *type;
        Span span;
} SemaField;

typedef enum SemaSymbolKind {
        SEMA_SYM_CONST,
        SEMA_SYM_ALIAS,
        SEMA_SYM_STRUCT,
        SEMA_SYM_UNION
} SemaSymbolKind;

/* A declaration of a package. */
struct SemaSymbol {
        AstName name;
        SemaSymbolKind kind;
        bool is_poisoned; /* a mistake in it was reported */
        bool is_defined;  /* value or type are known; before that it may not be used */
        uint32_t order;   /* place in its file */
        SemaFile *file;
        const AstDecl *decl;
        AstInt value;         /* CONST */
        const SemaType *type; /* CONST: an integer; ALIAS: what it stands for; STRUCT, UNION: itself */
        SemaField *fields;    /* STRUCT, UNION */
        uint32_t n_fields;
        const void *layout; /* of the layout stage */
};

/* ---- Interfaces, components --------------------------------------------------------------- */

typedef struct SemaParams {
        SemaField *fields; /* in the order of the text */
        uint32_t n;
} SemaParams;

typedef struct SemaMethod {
        AstName name;
        const AstMethod *ast;
        SemaParams params[3]; /* by AstDirection */
} SemaMethod;

/* endpoint : package with an interface, or instance : component */
typedef struct SemaEntry {
        AstName name;
        SemaFile *target; /* NULL after an error */
        const AstBinding *ast;
} SemaEntry;

typedef enum SemaState {
        SEMA_LOADING, /* on the chain of files being read: meeting it again is a cycle */
        SEMA_LOADED,
        SEMA_FAILED /* not found, not readable; was reported */
} SemaState;

/* One description. */
struct SemaFile {
        AstFileKind kind;
        SemaState state;
        bool is_bad;        /* an error was reported in it, or in something it uses */
        bool is_incomplete; /* names may be missing through no fault of their user: do not complain */
        const char *dotted; /* interned */
        const char *file;   /* path that the dotted name gives: "demo/IStore.idl" */
        const char *path;   /* as opened */
        AstFile *ast;       /* NULL when FAILED */
        SemaFile *loader;   /* who asked for it first; the chain while LOADING */
        uint32_t depth;     /* length of that chain */

        /* IDL */
        SemaFile **imports; /* loaded ones, each once */
        uint32_t n_imports;
        Map own;      /* SemaSymbol by name: declared here */
        Map visible;  /* SemaSymbol by name: declared here or imported */
        Map reported; /* unknown names that a message was given for */
        SemaSymbol *symbols;
        uint32_t n_symbols;
        SemaMethod *methods;
        uint32_t n_methods;
        bool has_method_names; /* a symbol begins like a method: it may have the name of a capacity */

        /* CDL and EDL */
        SemaFile *security;
        SemaEntry *endpoints;
        uint32_t n_endpoints;
        SemaEntry *instances;
        uint32_t n_instances;
        uint32_t n_all_endpoints; /* nested too; stops just above the limit */
        uint32_t n_all_instances;
        uint32_t nesting;       /* 1 without instances */
        bool is_clash_reported; /* class and component of the same name */

        void *layout; /* of the layout stage */
};

/* Folders searched for descriptions, in order. */
typedef struct SemaIncludes {
        const char **folders;
        size_t n;
} SemaIncludes;

typedef struct Sema {
        const Ctx *ctx;
        const SemaIncludes *includes;
        bool extended_errors;
        Map files[3];     /* SemaFile by dotted name; index AstFileKind */
        Map by_inode;     /* SemaFile by device and inode, as text */
        Map primitives;   /* SemaType by name */
        Map newer;        /* primitives that 1.2 does not have, but we accept */
        Map refused;      /* names of types that other tools know */
        Map c_words;      /* keywords of C; the value is of no interest */
        Map cpp_words;    /* keywords of C++ that are not of C */
        SemaFile **fresh; /* loaded, not yet checked; every file behind those it uses */
        size_t n_fresh;
        size_t fresh_capacity;
} Sema;

Sema *sema_new(const Ctx *ctx, const SemaIncludes *includes, bool extended_errors);

/* Read and check the description at `path` with all it uses. NULL: cannot be read. Look at is_bad. */
SemaFile *sema_compile_path(Sema *s, const char *path);

/* The same for a name searched along the include folders; `use` is the place that asks for it, or SPAN_NONE.
 * NULL: not found (reported). */
SemaFile *sema_compile_name(Sema *s, const char *dotted, AstFileKind kind, Span use);

/* "struct", "constant", … with the name, for messages. */
const char *sema_symbol_word(const SemaSymbol *symbol);
