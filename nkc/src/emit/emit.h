/* SPDX-License-Identifier: MIT */
/*
 * The printer of generated code: one growing text, and a small scope of named variables for
 * templates. Emitters print the layout model (layout/model.h) and nothing else.
 *
 * A template is text with $(name) in it. Names are at most EMIT_NAME_MAX bytes, so that one fits
 * a machine word and finding a variable is comparing words: generation is one pass of copying.
 * An unknown name is our own mistake and ends in an assertion.
 */
#pragma once

#include "base/text.h"
#include "layout/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMIT_NAME_MAX 8u  /* bytes of a variable's name */
#define EMIT_VARS_MAX 24u /* variables alive at a time */

/* Which sections of a header are wanted; each brings what it needs (emit_header). */
enum {
        EMIT_TYPES = 1u << 0,     /* constants and types */
        EMIT_INTERFACE = 1u << 1, /* ids, sizes, messages, abstract interface */
        EMIT_ENDPOINTS = 1u << 2, /* RIIDs of components and classes */
        EMIT_CLIENT = 1u << 3,    /* proxies */
        EMIT_SERVER = 1u << 4,    /* dispatchers, component and class types */
        EMIT_ALL = (1u << 5) - 1,
};

typedef enum EmitTrace { EMIT_TRACE_NONE, EMIT_TRACE_HEADERS, EMIT_TRACE_DUMP } EmitTrace;

typedef struct EmitOptions {
        unsigned sections; /* EMIT_*; 0: all */
        EmitTrace trace_client;
        EmitTrace trace_server;
        const char *trace_methods; /* "Put,demo.IStore.Drop"; NULL: every method */
} EmitOptions;

typedef struct EmitVar {
        uint64_t key; /* the name's bytes */
        const char *text;
        size_t size;
        char digits[12]; /* text of a number */
} EmitVar;

/* C names of all methods of one interface, side by side: a large interface is gone through once a
 * section, and reading a name where the model has it is a miss of the cache each time. */
typedef struct EmitMethods {
        const LayInterface *interface; /* whose they are; NULL: nobody's */
        Text names;
        size_t *ends; /* of each name in `names` */
} EmitMethods;

typedef struct Emit {
        Text *out;
        const LayUnit *unit;
        const EmitOptions *options;
        EmitVar vars[EMIT_VARS_MAX];
        unsigned n_vars;
        EmitMethods methods;
} Emit;

void emit_deinit(Emit *e); /* leaves `out` */

/* ---- Printer ----------------------------------------------------------------------------- */

/* Gives a variable its text, which must live until it is set again or the Emit ends. */
void emit_set(Emit *e, const char *name, const char *text);
void emit_set_uint(Emit *e, const char *name, uint32_t value);

/* Sets $(fn), "demo_IStore_Put", and $(method), "Put", for a method by its MID. */
void emit_set_method(Emit *e, const LayInterface *i, uint32_t mid);

/* Appends a template given as a string literal. */
#define emit_text(e, template) emit_expand((e), "" template, sizeof(template) - 1)
void emit_expand(Emit *e, const char *template, size_t size);

/* "/" "* demo/IStore.idl:5  Drop(in UInt16 slot); *" "/", with the doc lines before it if there are any. */
void emit_comment(Emit *e, const char *indent, const LaySource *src, const char *doc);

/* A comment of these lines alone. */
void emit_doc(Emit *e, const char *doc);

/* "name = value,\n", one level deep. */
void emit_enumerator(Emit *e, const char *name, uint32_t value);

/* A member of a struct. */
void emit_field(Emit *e, const char *indent, const LayField *f);

/* Assertions of the layout of a struct, whose C name is given by a template without variables but
 * those of the scope: "$(fn)_req". */
void emit_layout(Emit *e, const char *name, uint32_t size, const LayField *fields, uint32_t n_fields);

/* Opens and closes the group of short names of one section; false: the owner has no short form.
 * Starts a scope with $(prefix) and $(short); lines "#define $(short)_x $(prefix)_x" follow. */
bool emit_names_begin(Emit *e, const LayName *owner, const char *section);
void emit_names_end(Emit *e);
void emit_name(Emit *e, const LayName *owner, const char *c_name); /* one such line */

/* Opens and closes a section of a header under its own guard; title is for the banner. Starts a scope
 * with $(prefix) and $(dotted) of the owner. */
void emit_section_begin(Emit *e, const LayName *owner, const char *section, const char *title);
void emit_section_end(Emit *e);

/* ---- Sections, one file each ------------------------------------------------------------- */

void emit_package(Emit *e, const LayPackage *p);
void emit_interface(Emit *e, const LayInterface *i);
void emit_client(Emit *e, const LayInterface *i);
void emit_dispatcher(Emit *e, const LayInterface *i);
void emit_init_parameters(Emit *e, const LayComponent *c); /* of C_component_init, behind the first */
void emit_component_ids(Emit *e, const LayComponent *c);
void emit_component_server(Emit *e, const LayComponent *c);
void emit_class_server(Emit *e, const LayComponent *c);

/* ---- Artefacts --------------------------------------------------------------------------- */

/* The header of a description: appends to `out`. */
void emit_header(Text *out, const LayUnit *unit, const EmitOptions *options);
