/* SPDX-License-Identifier: MIT */
/*
 * Sizes, alignments and arena needs of types: the heart of the ABI.
 *
 *      type                     fixed part                        in the arena
 *      integer, Handle          its size, aligned to it; 16 / 8   -
 *      string<N>, bytes<N>      nk_ptr_t: 8 bytes, aligned to 4   N + 1; N
 *      sequence<T,N>            nk_ptr_t                          N fixed parts of T, then what they need
 *      array<T,N>               N fixed parts of T                N times what T needs
 *      struct                   fields, naturally aligned         sum over the fields
 *      union                    tag, then the largest member      largest need of a member
 *
 * A full arena is filled in the order of the description: a sequence first with all its elements, then
 * with the parts of element 0, of element 1, and so on. Each chunk is aligned to its element,
 * counted from the start of the arena, so what a type needs depends on the fill before it: only on
 * the fill modulo 8, since no alignment is larger. Hence a table of eight numbers. Later fills grow
 * with earlier ones, so a message that is not full never needs more.
 *
 * Example: sequence<string<40>, 8> at fill 1: 3 bytes of slack (nk_ptr_t is aligned to 4), 8 * 8 for
 * the elements, 8 * 41 for the texts.
 */
#include "internal.h"

#include <string.h>

typedef struct Primitive {
        LayKind kind;
        const char *idl;
        const char *c_type;
        uint32_t size;
        uint32_t align;
} Primitive;

static const Primitive primitives[] = {
        [SEMA_UINT8] = {LAY_UINT8, "UInt8", "nk_uint8_t", 1, 1},
        [SEMA_UINT16] = {LAY_UINT16, "UInt16", "nk_uint16_t", 2, 2},
        [SEMA_UINT32] = {LAY_UINT32, "UInt32", "nk_uint32_t", 4, 4},
        [SEMA_UINT64] = {LAY_UINT64, "UInt64", "nk_uint64_t", 8, 8},
        [SEMA_SINT8] = {LAY_SINT8, "SInt8", "nk_sint8_t", 1, 1},
        [SEMA_SINT16] = {LAY_SINT16, "SInt16", "nk_sint16_t", 2, 2},
        [SEMA_SINT32] = {LAY_SINT32, "SInt32", "nk_sint32_t", 4, 4},
        [SEMA_SINT64] = {LAY_SINT64, "SInt64", "nk_sint64_t", 8, 8},
        [SEMA_HANDLE] = {LAY_HANDLE, "Handle", "nk_handle_desc_t", LAY_HANDLE_SIZE, LAY_HANDLE_ALIGN},
        [SEMA_STRING] = {LAY_STRING, "string", "nk_ptr_t", LAY_PTR_SIZE, LAY_PTR_ALIGN},
        [SEMA_BYTES] = {LAY_BYTES, "bytes", "nk_ptr_t", LAY_PTR_SIZE, LAY_PTR_ALIGN},
        [SEMA_SEQUENCE] = {LAY_SEQUENCE, "sequence", "nk_ptr_t", LAY_PTR_SIZE, LAY_PTR_ALIGN},
};

uint32_t lay_add(uint32_t a, uint64_t b) {
        return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

uint32_t lay_align_up(uint32_t value, uint32_t align) {
        return value > UINT32_MAX - align ? UINT32_MAX : (value + align - 1) & ~(align - 1);
}

/* ---- Arena need -------------------------------------------------------------------------- */

/* What n values in a row need from fill r on. The fill modulo 8 comes back after at most eight steps;
 * whole rounds are then multiplied, so n may be large. */
static uint32_t need_of_many(const uint32_t need[8], uint32_t n, uint32_t r) {
        uint32_t seen_at[8];
        uint64_t seen_sum[8];
        uint64_t sum = 0;
        bool may_jump = true;

        memset(seen_at, 0xff, sizeof seen_at);
        for (uint32_t i = 0; i < n; i++) {
                if (may_jump && seen_at[r] != UINT32_MAX) {
                        uint32_t round = i - seen_at[r];
                        uint32_t rounds = (n - i) / round;

                        sum += (sum - seen_sum[r]) * rounds;
                        i += rounds * round;
                        may_jump = false;
                        if (i == n)
                                break;
                }
                if (may_jump) {
                        seen_at[r] = i;
                        seen_sum[r] = sum;
                }
                sum += need[r];
                r = (r + need[r]) % 8;
                if (sum > UINT32_MAX)
                        return UINT32_MAX;
        }
        return sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

static void add_need(uint32_t total[8], const uint32_t need[8]) {
        for (uint32_t r = 0; r < 8; r++)
                total[r] = lay_add(total[r], need[(r + total[r]) % 8]);
}

static void sequence_need(LayType *type) {
        for (uint32_t r = 0; r < 8; r++) {
                uint32_t slack = lay_align_up(r, type->elem->align) - r;
                uint32_t elements = lay_add(slack, (uint64_t)type->elem->size * type->bound);

                type->need[r] =
                        lay_add(elements, need_of_many(type->elem->need, type->bound, (r + elements) % 8));
        }
}

/* ---- Anonymous types --------------------------------------------------------------------- */

static LayType primitive_type(const SemaType *type) {
        const Primitive *p = &primitives[type->kind];

        return (LayType){
                .kind = p->kind,
                .idl = p->idl,
                .c_type = p->c_type,
                .c_dims = "",
                .size = p->size,
                .align = p->align,
                .bound = type->bound,
                .n_handles = type->n_handles,
                .n_nodes = type->kind == SEMA_HANDLE,
        };
}

static const char *bounded_idl(Layout *l, const char *word, const LayType *elem, uint32_t bound) {
        char digits[16];
        char *at = digits + sizeof digits - 1;

        *at = '\0';
        do
                *--at = (char)('0' + bound % 10);
        while ((bound /= 10) != 0);
        if (elem)
                return LAY_JOIN(l, word, "<", elem->idl, ", ", at, ">");
        return LAY_JOIN(l, word, "<", at, ">");
}

static void make_text(Layout *l, LayType *type) {
        uint32_t bytes = lay_add(type->bound, type->kind == LAY_STRING ? 1 : 0);

        type->idl = bounded_idl(l, type->idl, NULL, type->bound);
        type->is_variable = true;
        type->n_capacities = 1;
        type->n_nodes = 1;
        for (uint32_t r = 0; r < 8; r++)
                type->need[r] = bytes;
}

static void make_sequence(Layout *l, LayType *type, const SemaType *sema) {
        type->elem = lay_type(l, sema->elem);
        type->idl = bounded_idl(l, type->idl, type->elem, type->bound);
        type->is_variable = true;
        type->n_capacities = lay_add(1, type->elem->n_capacities);
        type->n_nodes = lay_add(1, type->elem->n_nodes);
        sequence_need(type);
}

static LayType array_type(Layout *l, const SemaType *sema) {
        const LayType *elem = lay_type(l, sema->elem);
        LayType type = {
                .kind = LAY_ARRAY,
                .idl = bounded_idl(l, "array", elem, sema->bound),
                .c_type = elem->c_type,
                .c_dims = arena_printf(l->ctx->arena, "[%u]%s", sema->bound, elem->c_dims),
                .size = lay_add(0, (uint64_t)elem->size * sema->bound),
                .align = elem->align,
                .bound = sema->bound,
                .elem = elem,
                .is_variable = elem->is_variable,
                .n_handles = sema->n_handles,
                .n_capacities = lay_add(1, elem->n_capacities),
                .n_nodes = elem->n_nodes ? lay_add(1, elem->n_nodes) : 0,
        };

        for (uint32_t r = 0; r < 8; r++)
                type.need[r] = need_of_many(elem->need, sema->bound, r);
        return type;
}

const LayType *lay_type(Layout *l, const SemaType *sema) {
        LayType *type;

        if (sema->record)
                return lay_record(l, sema->record)->type;
        if (sema->kind <= SEMA_HANDLE && l->simple[sema->kind])
                return l->simple[sema->kind];
        type = ARENA_NEW(l->ctx->arena, LayType);
        if (sema->kind == SEMA_ARRAY) {
                *type = array_type(l, sema);
                return type;
        }
        *type = primitive_type(sema);
        if (sema->kind == SEMA_STRING || sema->kind == SEMA_BYTES)
                make_text(l, type);
        else if (sema->kind == SEMA_SEQUENCE)
                make_sequence(l, type, sema);
        else
                l->simple[sema->kind] = type;
        return type;
}

/* ---- Structs and unions ------------------------------------------------------------------ */

LayField lay_field(Layout *l, const SemaFile *f, const SemaField *field) {
        const LayType *type = lay_type(l, field->type);

        return (LayField){
                .name = field->name.text,
                .type = type,
                .c_type = type->c_type,
                .c_dims = type->c_dims,
                .align = type->align,
                .size = type->size,
                .src = lay_source(l, f, field->span),
                .doc = lay_doc(l, f, field->span),
        };
}

uint32_t lay_place_fields(LayField *fields, uint32_t n, uint32_t start, uint32_t *align) {
        uint32_t end = start;

        for (uint32_t i = 0; i < n; i++) {
                fields[i].offset = lay_align_up(end, fields[i].align);
                end = lay_add(fields[i].offset, fields[i].size);
                if (*align < fields[i].align)
                        *align = fields[i].align;
        }
        return end;
}

/* Every member begins where the one with the largest alignment may. */
static uint32_t place_members(Layout *l, LayRecord *record, LayField *fields) {
        uint32_t end = 0;

        record->inner_align = 1;
        for (uint32_t i = 0; i < record->n_fields; i++)
                if (record->inner_align < fields[i].align)
                        record->inner_align = fields[i].align;
        record->inner_offset = lay_align_up(LAY_TAG_SIZE, record->inner_align);
        record->padding = record->inner_offset - LAY_TAG_SIZE;
        record->align = record->inner_align > LAY_TAG_SIZE ? record->inner_align : LAY_TAG_SIZE;
        for (uint32_t i = 0; i < record->n_fields; i++) {
                fields[i].offset = record->inner_offset;
                fields[i].tag = i;
                fields[i].tag_name = LAY_JOIN(l, record->c_name, "_", fields[i].name, "_tag");
                if (end < lay_add(record->inner_offset, fields[i].size))
                        end = lay_add(record->inner_offset, fields[i].size);
        }
        return end;
}

static void add_parts(LayType *type, const LayRecord *record, const LayType *part) {
        type->is_variable |= part->is_variable;
        type->n_handles = lay_add(type->n_handles, part->n_handles);
        type->n_capacities = lay_add(type->n_capacities, part->n_capacities);
        type->n_nodes = lay_add(type->n_nodes, part->n_nodes);
        if (!record->is_union) {
                add_need(type->need, part->need);
                return;
        }
        for (uint32_t r = 0; r < 8; r++)
                if (type->need[r] < part->need[r])
                        type->need[r] = part->need[r];
}

static LayType *record_type(Layout *l, const LayRecord *record, const SemaFile *f) {
        LayType *type = ARENA_NEW(l->ctx->arena, LayType);

        *type = (LayType){
                .kind = record->is_union ? LAY_UNION : LAY_STRUCT,
                .idl = LAY_JOIN(l, f->dotted, ".", record->name),
                .c_type = LAY_JOIN(l, "struct ", record->c_name),
                .c_dims = "",
                .size = record->size,
                .align = record->align,
                .record = record,
                .n_nodes = record->is_union ? lay_add(1, record->n_fields) : 0,
        };
        for (uint32_t i = 0; i < record->n_fields; i++)
                add_parts(type, record, record->fields[i].type);
        return type;
}

/* Only its own fields: nested structs have capacities of their own. */
static void add_capacities(Layout *l, SemaFile *f, LayRecord *record) {
        LayCapacities c = {.l = l, .owner = record->c_name};
        uint32_t room = 0;

        for (uint32_t i = 0; i < record->n_fields; i++)
                for (const LayType *t = record->fields[i].type; t; t = t->elem)
                        room++;
        c.list = ARENA_ARRAY(l->ctx->arena, LayCapacity, room);
        for (uint32_t i = 0; i < record->n_fields; i++)
                lay_capacities_add(&c, record->fields[i].name, record->fields[i].type);
        lay_capacities_drop_taken(&c, f);
        record->caps = c.list;
        record->n_caps = c.n;
}

const LayRecord *lay_record(Layout *l, SemaSymbol *symbol) {
        SemaFile *f = symbol->file;
        LayRecord *record;
        LayField *fields;
        uint32_t end;

        if (symbol->layout)
                return symbol->layout;
        record = ARENA_NEW(l->ctx->arena, LayRecord);
        fields = ARENA_ARRAY(l->ctx->arena, LayField, symbol->n_fields);
        *record = (LayRecord){
                .is_union = symbol->kind == SEMA_SYM_UNION,
                .name = symbol->name.text,
                .c_name = LAY_JOIN(l, lay_file(l, f)->name.prefix, "_", symbol->name.text),
                .fields = fields,
                .n_fields = symbol->n_fields,
                .align = 1,
                .src = lay_source(l, f, (Span){symbol->decl->span.begin, symbol->name.span.end}),
                .doc = lay_doc(l, f, symbol->decl->span),
        };
        for (uint32_t i = 0; i < symbol->n_fields; i++)
                fields[i] = lay_field(l, f, &symbol->fields[i]);
        end = record->is_union ? place_members(l, record, fields)
                               : lay_place_fields(fields, symbol->n_fields, 0, &record->align);
        record->size = lay_align_up(end, record->align);
        record->type = record_type(l, record, f);
        record->is_variable = record->type->is_variable;
        record->n_handles = record->type->n_handles;
        add_capacities(l, f, record);
        symbol->layout = record;
        return record;
}
