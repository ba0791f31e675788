/* SPDX-License-Identifier: MIT */
/*
 * What the files of the layout stage share.
 */
#pragma once

#include "layout.h"

struct Layout {
        const Ctx *ctx;
        bool extended_errors;
        uint32_t walk;                          /* number of the current walk over files */
        const LayType *simple[SEMA_HANDLE + 1]; /* integers and Handle, once used */
};

/* What the layout stage keeps for one description, at SemaFile.layout. */
typedef struct LayFile {
        LayName name;
        const LayPackage *package;     /* of an IDL, once made */
        const LayComponent *component; /* of a CDL or EDL, once made */
        const LayUnit *unit;
        Map capacities;  /* names of capacities of types; the value is of no interest */
        uint32_t seen;   /* the last walk that came by */
        uint32_t listed; /* the last walk that put its interface on the list */
} LayFile;

LayFile *lay_file(Layout *l, SemaFile *f);

/* names.c: texts of the model. */
LayName lay_name(Layout *l, const SemaFile *f);
LaySource lay_source(Layout *l, const SemaFile *f, Span span);
const char *lay_doc(Layout *l, const SemaFile *f, Span span);
const char *lay_join(Layout *l, const char *const *parts, size_t n); /* parts without anything between */
#define LAY_JOIN(l, ...)                                                                                     \
        lay_join((l), (const char *const[]){__VA_ARGS__},                                                    \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* types.c */
const LayType *lay_type(Layout *l, const SemaType *type);
uint32_t lay_align_up(uint32_t value, uint32_t align);
uint32_t lay_add(uint32_t a, uint64_t b); /* stops at UINT32_MAX */
LayField lay_field(Layout *l, const SemaFile *f, const SemaField *field);
/* Puts the fields one behind the other from `start` on; returns the end and raises *align. */
uint32_t lay_place_fields(LayField *fields, uint32_t n, uint32_t start, uint32_t *align);
const LayRecord *lay_record(Layout *l, SemaSymbol *symbol);

/* capacities.c: enumerators  <owner>_<path>_size. */
typedef struct LayCapacities {
        Layout *l;
        const char *owner; /* "demo_IStore_Put_req" */
        bool into_records; /* follow the fields of structs and unions too */
        LayCapacity *list; /* room for what LayType.n_capacities says */
        uint32_t n;
} LayCapacities;

void lay_capacities_add(LayCapacities *c, const char *path, const LayType *type);
void lay_capacities_drop_taken(LayCapacities *c, SemaFile *f); /* names that the package uses otherwise */

/* packages.c, interfaces.c, components.c; after a message the file is bad. */
const LayPackage *lay_package(Layout *l, SemaFile *f);
const LayInterface *lay_interface(Layout *l, SemaFile *f);
const LayComponent *lay_component(Layout *l, SemaFile *f); /* everything it uses has its layout already */
