/* SPDX-License-Identifier: MIT */
/*
 * The layout model as text, one line for each thing in it. Columns of a member: offset, size,
 * alignment, name, C type, IDL type.
 */
#include "dump.h"

static void put_fields(Text *out, const LayField *fields, uint32_t n) {
        for (uint32_t i = 0; i < n; i++) {
                const LayField *f = &fields[i];

                text_printf(out, "    %5u %5u %2u  %s%s : %s : %s\n", f->offset, f->size, f->align, f->name,
                        f->c_dims, f->c_type, f->type->idl);
                if (f->tag_name)
                        text_printf(out, "                       %s = %u\n", f->tag_name, f->tag);
        }
}

static void put_capacities(Text *out, const LayCapacity *caps, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                text_printf(out, "    %s = %u\n", caps[i].name, caps[i].value);
}

static void put_source(Text *out, const LaySource *src) {
        text_printf(out, "  # %s:%u: %s\n", src->file, src->line, src->text);
}

static void put_need(Text *out, const LayType *type) {
        if (!type->is_variable)
                return;
        text_puts(out, "    arena by fill:");
        for (unsigned r = 0; r < 8; r++)
                text_printf(out, " %u", type->need[r]);
        text_putc(out, '\n');
}

static void put_alias(Text *out, const LayAlias *a) {
        text_printf(out, "  typedef %s %s%s : %s  size %u align %u", a->c_type, a->c_name, a->c_dims,
                a->type->idl, a->type->size, a->type->align);
        put_source(out, &a->src);
        put_capacities(out, a->caps, a->n_caps);
}

static void put_record(Text *out, const LayRecord *r) {
        text_printf(out, "  %s %s  size %u align %u handles %u", r->is_union ? "union" : "struct", r->c_name,
                r->size, r->align, r->n_handles);
        put_source(out, &r->src);
        if (r->is_union)
                text_printf(out, "    %5u %5u %2u  tag_, then %u bytes of padding\n", 0u,
                        (unsigned)LAY_TAG_SIZE, (unsigned)LAY_TAG_SIZE, r->padding);
        put_fields(out, r->fields, r->n_fields);
        put_capacities(out, r->caps, r->n_caps);
        put_need(out, r->type);
}

static void put_package(Text *out, const LayPackage *p) {
        text_printf(out, "package %s prefix %s short %s file %s\n", p->name.dotted, p->name.prefix,
                p->name.short_prefix ? p->name.short_prefix : "-", p->name.file);
        for (uint32_t i = 0; i < p->n_constants; i++) {
                text_printf(out, "  const %s = %s", p->constants[i].c_name, p->constants[i].c_expr);
                put_source(out, &p->constants[i].src);
        }
        for (uint32_t i = 0; i < p->n_types; i++) {
                if (p->types[i].alias)
                        put_alias(out, p->types[i].alias);
                else
                        put_record(out, p->types[i].record);
        }
}

static void put_message(Text *out, const LayMessage *m) {
        text_printf(out, "   %s  size %u align %u arena %u handles %u\n", m->c_name, m->size, m->align,
                m->arena_size, m->n_handles);
        put_fields(out, m->fields, m->n_fields);
        put_capacities(out, m->caps, m->n_caps);
}

static void put_method(Text *out, const LayMethod *m) {
        text_printf(out, "  method %s mid %u res size %u res arena %u%s", m->name, (unsigned)m->mid,
                m->res_size, m->res_arena_size, m->has_status ? " status" : "");
        put_source(out, &m->src);
        put_message(out, &m->req);
        put_message(out, &m->res);
        put_message(out, &m->err);
}

static void put_interface(Text *out, const LayInterface *in) {
        text_printf(out, "interface %s methods %u\n", in->name->prefix, in->n_methods);
        text_printf(out, "  size req %u res %u  arena req %u res %u all %u  handles req %u res %u err %u\n",
                in->req_size, in->res_size, in->req_arena_size, in->res_arena_size, in->arena_size,
                in->req_handles, in->res_handles, in->err_handles);
        for (uint32_t i = 0; i < in->n_methods; i++)
                put_method(out, &in->methods[i]);
}

static void put_ids(Text *out, const LayId *ids, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                text_printf(out, "  %s = %u\n", ids[i].name, ids[i].value);
}

static void put_component(Text *out, const LayComponent *c) {
        text_printf(out, "%s %s prefix %s short %s%s", c->is_class ? "class" : "component", c->name.dotted,
                c->name.prefix, c->name.short_prefix ? c->name.short_prefix : "-",
                c->has_server ? " server" : "");
        put_source(out, &c->src);
        text_printf(out, "  size req %u res %u  arena req %u res %u all %u  handles req %u res %u err %u\n",
                c->req_size, c->res_size, c->req_arena_size, c->res_arena_size, c->arena_size, c->req_handles,
                c->res_handles, c->err_handles);
        for (uint32_t i = 0; i < c->n_endpoints; i++)
                text_printf(out, "  endpoint %s : %s\n", c->endpoints[i].name,
                        c->endpoints[i].interface->name->dotted);
        for (uint32_t i = 0; i < c->n_instances; i++)
                text_printf(out, "  instance %s : %s riid %u endpoints %u%s\n", c->instances[i].name,
                        c->instances[i].component->name.dotted, (unsigned)c->instances[i].riid,
                        (unsigned)c->instances[i].n_endpoints,
                        c->instances[i].component->has_server ? "" : " (no member)");
        for (uint32_t i = 0; i < c->n_flat; i++)
                text_printf(out, "  riid %u %s member %s path %s class %s : %s\n", (unsigned)c->flat[i].riid,
                        c->flat[i].iid_name, c->flat[i].member, c->flat[i].path_name, c->flat[i].class_name,
                        c->flat[i].interface->name->dotted);
        text_printf(out, "  %s_iidMax = %u\n", c->name.prefix, c->n_flat);
        put_ids(out, c->offsets, c->n_offsets);
        if (c->security_interface)
                text_printf(out, "  security %s\n", c->security_interface);
        put_ids(out, c->security, c->n_security);
        text_printf(out, "  %s_securityIidMax = %u\n", c->name.prefix, c->n_security);
}

void lay_dump_text(const LayUnit *unit, Text *out) {
        static const char *const kinds[] = {
                [LAY_UNIT_IDL] = "idl",
                [LAY_UNIT_CDL] = "cdl",
                [LAY_UNIT_EDL] = "edl",
        };

        text_printf(out, "%s %s errors %s\n", kinds[unit->kind], unit->name->dotted,
                unit->extended_errors ? "extended" : "simplified");
        for (uint32_t i = 0; i < unit->n_packages; i++)
                put_package(out, unit->packages[i]);
        for (uint32_t i = 0; i < unit->n_interfaces; i++)
                put_interface(out, unit->interfaces[i]);
        for (uint32_t i = 0; i < unit->n_components; i++)
                put_component(out, unit->components[i]);
        if (unit->kind == LAY_UNIT_EDL)
                put_component(out, unit->component);
}
