/* SPDX-License-Identifier: MIT */
/*
 * The layout model: everything an emitter prints, computed and in the order of printing.
 *
 * This is the ABI of one description (.idl, .cdl or .edl) with all that it uses. Sizes,
 * alignments, offsets, capacities, arena needs, handle counts and ids are numbers here;
 * C names are texts here. An emitter chooses which section goes where and how it looks;
 * it never computes a size, resolves a name or sorts a list. The model holds no pointer
 * into earlier stages. It lives in the arena of its session and is constant once built.
 *
 * Names. A `prefix` is the full dotted name with '.' replaced by '_' ("demo_IStore"). All C
 * names in the model are complete ("demo_IStore_Put_req"). The unqualified form of any name
 * that starts with its owner's prefix is
 *         owner.short_prefix + (c_name + owner.prefix_len)
 * and exists only when short_prefix is not NULL (a one-part name has no shorter form).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        LAY_HEADER_SIZE = 24, /* struct nk_message */
        LAY_HEADER_ALIGN = 8,
        LAY_PTR_SIZE = 8, /* nk_ptr_t */
        LAY_PTR_ALIGN = 4,
        LAY_HANDLE_SIZE = 16, /* nk_handle_desc_t */
        LAY_HANDLE_ALIGN = 8,
        LAY_TAG_SIZE = 4, /* nk_uint32_t tag_ of a union */
        LAY_MAX_DEPTH = 32,
        LAY_MAX_MESSAGE = 16 * 1024 * 1024, /* constant part + arena of one message */
        LAY_MAX_HANDLES = 16,               /* in one message */
        LAY_MAX_METHODS = 65534,            /* of one interface; the all-ones id stays invalid */
        LAY_MAX_ENDPOINTS = 65534,          /* of one class */
        LAY_MAX_BOUND = 2147483647,         /* N of string, bytes, array, sequence */
        LAY_MAX_PARTS = 65535,              /* capacities, and places to check, of one message */
};

/* Where a declaration comes from, for the comment beside it. The text is one line: white space
 * folded, comments left out, so it never holds an end of comment. */
typedef struct LaySource {
        const char *file; /* path that the dotted name gives: "demo/IStore.idl" */
        unsigned line;    /* from 1 */
        const char *text; /* "string<MaxKey> key;"; structs and unions: only "struct Item" */
} LaySource;

/* Who owns C names: a package, a component or a class. */
typedef struct LayName {
        const char *dotted; /* "demo.IStore" */
        const char *prefix; /* "demo_IStore" */
        size_t prefix_len;  /* of prefix */
        const char *space;  /* "demo": all parts but the last, joined by '_'; "" when there is one part */
        const char *last;   /* "IStore" */
        const char *short_prefix; /* "IStore", or NULL when the name has one part */
        const char *file;         /* "demo/IStore.idl" */
        const char *doc;          /* comment lines before the head, joined by '\n', marks removed; or NULL */
} LayName;

/* ---- Types ------------------------------------------------------------------------------- */

typedef enum LayKind {
        LAY_UINT8,
        LAY_UINT16,
        LAY_UINT32,
        LAY_UINT64,
        LAY_SINT8,
        LAY_SINT16,
        LAY_SINT32,
        LAY_SINT64,
        LAY_HANDLE,
        LAY_STRING,
        LAY_BYTES,
        LAY_SEQUENCE,
        LAY_ARRAY,
        LAY_STRUCT,
        LAY_UNION,
} LayKind;

typedef struct LayRecord LayRecord;
typedef struct LayInterface LayInterface;
typedef struct LayComponent LayComponent;

/* A type with all aliases resolved. Equal types may be different objects. */
typedef struct LayType {
        LayKind kind;
        const char *idl; /* "sequence<demo.IStore.Item, 4>" */
        const char
                *c_type; /* C type of a field, without array suffix: "nk_ptr_t", "struct demo_IStore_Item" */
        const char *c_dims;         /* array suffix: "", "[4]", "[4][3]" */
        uint32_t size;              /* bytes of the fixed part */
        uint32_t align;             /* of the fixed part: 1, 2, 4 or 8 */
        uint32_t bound;             /* N of STRING, BYTES, SEQUENCE, ARRAY; 0 otherwise */
        const struct LayType *elem; /* of SEQUENCE, ARRAY; NULL otherwise */
        const LayRecord *record;    /* of STRUCT, UNION; NULL otherwise */
        bool is_variable;           /* has parts in the arena */
        uint32_t n_handles;         /* in the fixed part */
        uint32_t n_capacities;      /* strings, bytes, sequences and arrays in it, each written place once */
        uint32_t n_nodes;           /* of the shape table: places to check */
        /* Bytes that a full value takes in an arena whose fill is r modulo 8, slack included. All zero when
         * not variable. Saturates at UINT32_MAX, as size and both counts do. */
        uint32_t need[8];
} LayType;

/* One member of a struct, union or message:  __nk_alignas(align) c_type name c_dims;  */
typedef struct LayField {
        const char *name;
        const LayType *type;
        const char *c_type; /* same as type->c_type */
        const char *c_dims; /* same as type->c_dims */
        uint32_t align;
        uint32_t offset; /* from the start of the struct, the message, or (union member) of the whole union
                            struct */
        uint32_t size;
        const char *tag_name; /* union member: "demo_IStore_Shape_circle_tag"; NULL otherwise */
        uint32_t tag;         /* union member: its number from 0 */
        LaySource src;
        const char *doc;
} LayField;

/* A capacity enumerator: P_M_req_<path>_size and the like. string<N>: N + 1, otherwise N. */
typedef struct LayCapacity {
        const char *name; /* "demo_IStore_Put_req_item_key_size" */
        const char *path; /* "item_key" */
        uint32_t value;
} LayCapacity;

/* struct S, or union U as  struct { nk_uint32_t tag_; <padding>; union { members }; }  */
struct LayRecord {
        bool is_union;
        const char *name;   /* "Item" */
        const char *c_name; /* "demo_IStore_Item" */
        const LayField *fields;
        uint32_t n_fields;
        uint32_t size; /* rounded up to align */
        uint32_t align;
        uint32_t inner_offset; /* union: offset of the inner union; every member starts there */
        uint32_t inner_align;  /* union: largest alignment of a member */
        uint32_t padding;      /* union: bytes between tag_ and the inner union (0 or 4), to be written out */
        bool is_variable;
        uint32_t n_handles;
        const LayType *type; /* the type that fields of this struct or union have */
        /* "demo_IStore_Item_key_size": ours. A name that the package itself uses for something else is left
         * out. */
        const LayCapacity *caps;
        uint32_t n_caps;
        LaySource src;
        const char *doc;
};

/* #define c_name c_expr */
typedef struct LayConst {
        const char *name;   /* "MaxKey" */
        const char *c_name; /* "demo_IStore_MaxKey" */
        LayKind kind;       /* LAY_UINT8 .. LAY_SINT64 */
        const char *c_type; /* "nk_uint32_t" */
        const char *macro;  /* "NK_UINT32_C" */
        const char *value;  /* decimal text: "15", "-1" */
        const char *c_expr; /* "NK_UINT32_C(15)"; correct for the smallest SInt64 too */
        LaySource src;
        const char *doc;
} LayConst;

/* typedef c_type c_name c_dims; */
typedef struct LayAlias {
        const char *name;
        const char *c_name;
        const LayType *type;
        const char *c_type;
        const char *c_dims;
        const LayCapacity *caps; /* as for records: "demo_IStore_Key_size" */
        uint32_t n_caps;
        LaySource src;
        const char *doc;
} LayAlias;

/* A type declaration of a package; exactly one pointer is set. */
typedef struct LayDecl {
        const LayAlias *alias;
        const LayRecord *record;
} LayDecl;

typedef struct LayPackage {
        LayName name;
        const LayConst *constants; /* in the order of the file */
        uint32_t n_constants;
        const LayDecl *types; /* in the order of the file, so each one after what it uses */
        uint32_t n_types;
        const LayInterface *interface; /* NULL: a type package */
} LayPackage;

/* ---- Interface --------------------------------------------------------------------------- */

/* One direction of a method: struct c_name { struct nk_message base_; fields }. */
typedef struct LayMessage {
        const char *c_name; /* "demo_IStore_Put_req", "..._res", "..._err" */
        const LayField *fields;
        uint32_t n_fields;
        uint32_t size; /* header included, multiple of align */
        uint32_t align;
        uint32_t arena_size; /* of these fields alone; 0 when nothing is variable */
        uint32_t n_handles;
        const LayCapacity *caps; /* in the order of the fields, outer before inner */
        uint32_t n_caps;
        bool is_variable; /* arena_size > 0 */
} LayMessage;

typedef struct LayMethod {
        const char *name;   /* "Put" */
        const char *c_name; /* "demo_IStore_Put": the client function */
        uint16_t mid;
        LayMessage req;    /* `in` */
        LayMessage res;    /* `out`: the members of P_M_res and of its res_; size is of that struct alone */
        LayMessage err;    /* `error` */
        uint32_t res_size; /* sizeof(struct P_M_res): the larger of res and err */
        uint32_t res_arena_size; /* P_M_res_arena_size: the larger of res and err */
        bool has_status;         /* simplified errors: err has the field nk_uint16_t status */
        LaySource src;           /* the whole declaration on one line */
        const char *doc;
} LayMethod;

struct LayInterface {
        const LayName *name;      /* of its package */
        const LayMethod *methods; /* index = MID */
        uint32_t n_methods;       /* P_mid_max */
        uint32_t req_arena_size;  /* maxima over the methods */
        uint32_t res_arena_size;
        uint32_t arena_size; /* the larger of the two */
        uint32_t req_handles;
        uint32_t res_handles;
        uint32_t err_handles;
        uint32_t req_size; /* sizeof(union P_req): largest request; LAY_HEADER_SIZE when there is no method */
        uint32_t res_size; /* sizeof(union P_res) */
        bool has_errors;   /* some method has an `error` parameter */
        LaySource src;     /* the line of `interface` */
        const char *doc;
};

/* ---- Components and classes -------------------------------------------------------------- */

/* An endpoint written in the description itself: member  struct P *name;  of C_component. */
typedef struct LayEndpoint {
        const char *name; /* "store" */
        const LayInterface *interface;
        uint16_t riid; /* relative to the component */
        LaySource src;
        const char *doc;
} LayEndpoint;

/* An embedded component: member  struct N_component *name;  of C_component. */
typedef struct LayInstance {
        const char *name; /* "main" */
        const LayComponent *component;
        uint16_t riid;        /* of its first endpoint; equals the next free one when it has none */
        uint16_t n_endpoints; /* all of its endpoints, nested too */
        LaySource src;
        const char *doc;
} LayInstance;

/* An endpoint at any depth, in RIID order. */
typedef struct LayFlatEndpoint {
        const char *iid_name;   /* enumerator "demo_Keeper_main_store_iid" */
        const char *member;     /* member of C_component_req / _res: "main_store" */
        const char *path_name;  /* "main.store" */
        const char *class_name; /* "demo.CStore.store" */
        const LayInterface *interface;
        uint16_t riid;
} LayFlatEndpoint;

/* An enumerator with its value: offsets and security ids. */
typedef struct LayId {
        const char *name;
        uint32_t value;
} LayId;

/* A component (.cdl) or a process class (.edl). C is name.prefix. */
struct LayComponent {
        LayName name;
        bool is_class;
        bool has_server; /* has endpoints: gets C_component, init, dispatcher. Otherwise only the ids below.
                          */
        const LayEndpoint *endpoints; /* own, in listed order */
        uint32_t n_endpoints;
        const LayInstance *instances; /* all, in listed order */
        uint32_t n_instances;
        const LayInstance *const *servers; /* those whose component has_server: only they have a C member */
        uint32_t n_servers;
        const LayFlatEndpoint *flat; /* index = RIID */
        uint32_t n_flat;             /* C_iidMax */
        const LayId *offsets;        /* C_iidOffset = 0, then C_<inst>_iidOffset at any depth */
        uint32_t n_offsets;
        const LayId *security; /* C_securityIid, C_<inst>_securityIid, in the order of the RIID walk */
        uint32_t n_security;   /* C_securityIidMax */
        const char *security_interface; /* dotted name in the description's own `security` line, or NULL */
        uint32_t req_arena_size;        /* maxima over all endpoints, nested too */
        uint32_t res_arena_size;
        uint32_t arena_size;
        uint32_t req_handles;
        uint32_t res_handles;
        uint32_t err_handles;
        uint32_t req_size; /* sizeof(union C_component_req) */
        uint32_t res_size;
        LaySource src; /* the head line: "entity demo.Keeper" */
};

/* ---- One description --------------------------------------------------------------------- */

typedef enum LayUnitKind { LAY_UNIT_IDL, LAY_UNIT_CDL, LAY_UNIT_EDL } LayUnitKind;

/*
 * The model of one input file. Sections in the order in which a header prints them:
 *   packages     constants and types: of everything the interfaces need, imports first; an .idl's own last
 *   interfaces   .idl: its own or none; .cdl/.edl: those of all endpoints, nested too, each once
 *   components   .cdl: nested ones, inner first, its own last; .edl: all nested; the class is `component`
 */
typedef struct LayUnit {
        LayUnitKind kind;
        const LayName *name; /* of the description itself */
        const char *path;    /* of the input as it was opened */
        bool extended_errors;
        const LayPackage *const *packages;
        uint32_t n_packages;
        const LayInterface *const *interfaces;
        uint32_t n_interfaces;
        const LayComponent *const *components;
        uint32_t n_components;
        const LayPackage *package;     /* .idl: the file's own */
        const LayComponent *component; /* .cdl, .edl: the file's own */
        const char *const *deps; /* every other description that was read, as opened, in order of reading */
        uint32_t n_deps;
} LayUnit;
