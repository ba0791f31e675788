/* SPDX-License-Identifier: MIT */
/*
 * Constants, aliases, structs and unions of one package. A header repeats them for every package
 * that it needs, so they stand under one guard a package.
 *
 * A union's padding is written out as a member: C++ compilers ignore an alignment put on the
 * anonymous union of a packed struct.
 */
#include "emit.h"

static void emit_constant(Emit *e, const LayConst *c) {
        emit_comment(e, "", &c->src, c->doc);
        emit_set(e, "name", c->c_name);
        emit_set(e, "value", c->c_expr);
        emit_text(e, "#define $(name) $(value)\n");
}

static void emit_capacities(Emit *e, const LayCapacity *caps, uint32_t n_caps) {
        if (!n_caps)
                return;
        emit_text(e, "enum {\n");
        for (uint32_t i = 0; i < n_caps; i++)
                emit_enumerator(e, caps[i].name, caps[i].value);
        emit_text(e, "};\n");
}

static void emit_alias(Emit *e, const LayAlias *a) {
        emit_set(e, "type", a->c_type);
        emit_set(e, "name", a->c_name);
        emit_set(e, "dims", a->c_dims);
        emit_text(e, "typedef $(type) $(name)$(dims);\n");
        emit_capacities(e, a->caps, a->n_caps);
}

static void emit_members(Emit *e, const LayRecord *r, const char *indent) {
        for (uint32_t i = 0; i < r->n_fields; i++)
                emit_field(e, indent, &r->fields[i]);
}

static void emit_struct(Emit *e, const LayRecord *r) {
        emit_text(e, "typedef struct __nk_packed $(name) {\n");
        emit_members(e, r, "        ");
        emit_text(e, "} $(name);\n");
}

static void emit_tags(Emit *e, const LayRecord *r) {
        emit_text(e, "enum {\n");
        for (uint32_t i = 0; i < r->n_fields; i++)
                emit_enumerator(e, r->fields[i].tag_name, r->fields[i].tag);
        emit_text(e, "};\n");
}

static void emit_union(Emit *e, const LayRecord *r) {
        emit_tags(e, r);
        emit_set_uint(e, "align", r->align);
        emit_text(e, "typedef struct __nk_packed $(name) {\n"
                     "        __nk_alignas($(align)) nk_uint32_t tag_; /* $(name)_<member>_tag */\n");
        emit_set_uint(e, "padding", r->padding);
        if (r->padding)
                emit_text(e, "        nk_uint8_t padding_[$(padding)];\n");
        emit_text(e, "        __extension__ union {\n");
        emit_members(e, r, "                ");
        emit_text(e, "        };\n"
                     "} $(name);\n");
}

static void emit_record(Emit *e, const LayRecord *r) {
        emit_set(e, "name", r->c_name);
        if (r->is_union)
                emit_union(e, r);
        else
                emit_struct(e, r);
        emit_capacities(e, r->caps, r->n_caps);
        emit_layout(e, "$(name)", r->size, r->fields, r->n_fields);
}

static void emit_declaration(Emit *e, const LayDecl *d) {
        text_putc(e->out, '\n');
        if (d->alias) {
                emit_comment(e, "", &d->alias->src, d->alias->doc);
                emit_alias(e, d->alias);
        } else {
                emit_comment(e, "", &d->record->src, d->record->doc);
                emit_record(e, d->record);
        }
}

/* ---- Short names ------------------------------------------------------------------------- */

static void name_capacities(Emit *e, const LayName *owner, const LayCapacity *caps, uint32_t n_caps) {
        for (uint32_t i = 0; i < n_caps; i++)
                emit_name(e, owner, caps[i].name);
}

static void name_record(Emit *e, const LayName *owner, const LayRecord *r) {
        emit_name(e, owner, r->c_name);
        for (uint32_t i = 0; r->is_union && i < r->n_fields; i++)
                emit_name(e, owner, r->fields[i].tag_name);
        name_capacities(e, owner, r->caps, r->n_caps);
}

static void name_alias(Emit *e, const LayName *owner, const LayAlias *a) {
        emit_name(e, owner, a->c_name);
        name_capacities(e, owner, a->caps, a->n_caps);
}

static void emit_type_names(Emit *e, const LayPackage *p) {
        if (!emit_names_begin(e, &p->name, "TYPES"))
                return;
        for (uint32_t i = 0; i < p->n_constants; i++)
                emit_name(e, &p->name, p->constants[i].c_name);
        for (uint32_t i = 0; i < p->n_types; i++) {
                if (p->types[i].alias)
                        name_alias(e, &p->name, p->types[i].alias);
                else
                        name_record(e, &p->name, p->types[i].record);
        }
        emit_names_end(e);
}

void emit_package(Emit *e, const LayPackage *p) {
        if (!p->n_constants && !p->n_types)
                return;
        emit_section_begin(e, &p->name, "TYPES", "constants and types");
        if (p->n_constants)
                text_putc(e->out, '\n');
        for (uint32_t i = 0; i < p->n_constants; i++)
                emit_constant(e, &p->constants[i]);
        for (uint32_t i = 0; i < p->n_types; i++)
                emit_declaration(e, &p->types[i]);
        emit_section_end(e);
        emit_type_names(e, p);
}
