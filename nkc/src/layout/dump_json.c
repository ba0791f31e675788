/* SPDX-License-Identifier: MIT */
/*
 * The layout model as JSON, for other tools: docs/reference/json-model.md describes every key. Keys
 * are only added; one that changes its meaning raises MODEL_VERSION.
 */
#include "dump.h"

#include <stdbool.h>

#define MODEL_VERSION 1u

typedef struct Json {
        Text *out;
        size_t depth;
        bool is_first; /* nothing stands in the innermost object or array yet */
} Json;

/* ---- Writing ----------------------------------------------------------------------------- */

static void put_string(Text *out, const char *text) {
        text_putc(out, '"');
        for (const char *c = text; *c; c++) {
                if (*c == '"' || *c == '\\') {
                        text_putc(out, '\\');
                        text_putc(out, *c);
                } else if (*c == '\n') {
                        text_puts(out, "\\n");
                } else if ((unsigned char)*c < ' ') {
                        text_printf(out, "\\u%04x", (unsigned)(unsigned char)*c);
                } else {
                        text_putc(out, *c);
                }
        }
        text_putc(out, '"');
}

/* A new line for the next value; key NULL: an element of an array. */
static void begin_value(Json *j, const char *key) {
        if (!j->is_first)
                text_putc(j->out, ',');
        j->is_first = false;
        text_putc(j->out, '\n');
        text_fill(j->out, ' ', j->depth);
        if (!key)
                return;
        put_string(j->out, key);
        text_puts(j->out, ": ");
}

static void open(Json *j, const char *key, char bracket) {
        begin_value(j, key);
        text_putc(j->out, bracket);
        j->depth++;
        j->is_first = true;
}

static void close(Json *j, char bracket) {
        j->depth--;
        if (!j->is_first) {
                text_putc(j->out, '\n');
                text_fill(j->out, ' ', j->depth);
        }
        text_putc(j->out, bracket);
        j->is_first = false;
}

static void put_text(Json *j, const char *key, const char *value) {
        if (!value)
                return;
        begin_value(j, key);
        put_string(j->out, value);
}

static void put_number(Json *j, const char *key, uint64_t value) {
        begin_value(j, key);
        text_uint(j->out, value);
}

static void put_bool(Json *j, const char *key, bool value) {
        begin_value(j, key);
        text_puts(j->out, value ? "true" : "false");
}

/* ---- The model --------------------------------------------------------------------------- */

static const char *const kind_words[] = {
        [LAY_UINT8] = "UInt8",
        [LAY_UINT16] = "UInt16",
        [LAY_UINT32] = "UInt32",
        [LAY_UINT64] = "UInt64",
        [LAY_SINT8] = "SInt8",
        [LAY_SINT16] = "SInt16",
        [LAY_SINT32] = "SInt32",
        [LAY_SINT64] = "SInt64",
        [LAY_HANDLE] = "Handle",
        [LAY_STRING] = "string",
        [LAY_BYTES] = "bytes",
        [LAY_SEQUENCE] = "sequence",
        [LAY_ARRAY] = "array",
        [LAY_STRUCT] = "struct",
        [LAY_UNION] = "union",
};

static void put_origin(Json *j, const LaySource *src, const char *doc) {
        put_number(j, "line", src->line);
        put_text(j, "text", src->text);
        put_text(j, "doc", doc);
}

static void put_name(Json *j, const LayName *name) {
        put_text(j, "name", name->dotted);
        put_text(j, "prefix", name->prefix);
        put_text(j, "file", name->file);
        put_text(j, "doc", name->doc);
}

static void put_type(Json *j, const char *key, const LayType *type) {
        open(j, key, '{');
        put_text(j, "kind", kind_words[type->kind]);
        put_text(j, "idl", type->idl);
        put_number(j, "size", type->size);
        put_number(j, "align", type->align);
        if (type->bound)
                put_number(j, "bound", type->bound);
        if (type->elem)
                put_type(j, "element", type->elem);
        if (type->record)
                put_text(j, "record", type->record->c_name);
        close(j, '}');
}

static void put_fields(Json *j, const char *key, const LayField *fields, uint32_t n) {
        open(j, key, '[');
        for (uint32_t i = 0; i < n; i++) {
                open(j, NULL, '{');
                put_text(j, "name", fields[i].name);
                put_number(j, "offset", fields[i].offset);
                if (fields[i].tag_name)
                        put_number(j, "tag", fields[i].tag);
                put_type(j, "type", fields[i].type);
                put_origin(j, &fields[i].src, fields[i].doc);
                close(j, '}');
        }
        close(j, ']');
}

static void put_capacities(Json *j, const LayCapacity *caps, uint32_t n) {
        open(j, "capacities", '[');
        for (uint32_t i = 0; i < n; i++) {
                open(j, NULL, '{');
                put_text(j, "name", caps[i].name);
                put_text(j, "path", caps[i].path);
                put_number(j, "value", caps[i].value);
                close(j, '}');
        }
        close(j, ']');
}

static void put_constants(Json *j, const LayPackage *p) {
        open(j, "constants", '[');
        for (uint32_t i = 0; i < p->n_constants; i++) {
                const LayConst *c = &p->constants[i];

                open(j, NULL, '{');
                put_text(j, "name", c->name);
                put_text(j, "c_name", c->c_name);
                put_text(j, "type", kind_words[c->kind]);
                put_text(j, "value", c->value);
                put_origin(j, &c->src, c->doc);
                close(j, '}');
        }
        close(j, ']');
}

static void put_alias(Json *j, const LayAlias *a) {
        open(j, NULL, '{');
        put_text(j, "kind", "alias");
        put_text(j, "name", a->name);
        put_text(j, "c_name", a->c_name);
        put_type(j, "type", a->type);
        put_capacities(j, a->caps, a->n_caps);
        put_origin(j, &a->src, a->doc);
        close(j, '}');
}

static void put_record(Json *j, const LayRecord *r) {
        open(j, NULL, '{');
        put_text(j, "kind", r->is_union ? "union" : "struct");
        put_text(j, "name", r->name);
        put_text(j, "c_name", r->c_name);
        put_number(j, "size", r->size);
        put_number(j, "align", r->align);
        put_bool(j, "variable", r->is_variable);
        put_number(j, "handles", r->n_handles);
        put_fields(j, r->is_union ? "members" : "fields", r->fields, r->n_fields);
        put_capacities(j, r->caps, r->n_caps);
        put_origin(j, &r->src, r->doc);
        close(j, '}');
}

static void put_package(Json *j, const LayPackage *p) {
        open(j, NULL, '{');
        put_name(j, &p->name);
        put_constants(j, p);
        open(j, "types", '[');
        for (uint32_t i = 0; i < p->n_types; i++) {
                if (p->types[i].alias)
                        put_alias(j, p->types[i].alias);
                else
                        put_record(j, p->types[i].record);
        }
        close(j, ']');
        put_bool(j, "interface", p->interface != NULL);
        close(j, '}');
}

static void put_message(Json *j, const char *key, const LayMessage *m) {
        open(j, key, '{');
        put_text(j, "c_name", m->c_name);
        put_number(j, "size", m->size);
        put_number(j, "arena_size", m->arena_size);
        put_number(j, "handles", m->n_handles);
        put_fields(j, "fields", m->fields, m->n_fields);
        put_capacities(j, m->caps, m->n_caps);
        close(j, '}');
}

static void put_method(Json *j, const LayMethod *m) {
        open(j, NULL, '{');
        put_text(j, "name", m->name);
        put_text(j, "c_name", m->c_name);
        put_number(j, "mid", m->mid);
        put_number(j, "res_size", m->res_size);
        put_number(j, "res_arena_size", m->res_arena_size);
        put_message(j, "request", &m->req);
        put_message(j, "response", &m->res);
        put_message(j, "error", &m->err);
        put_origin(j, &m->src, m->doc);
        close(j, '}');
}

static void put_interface(Json *j, const LayInterface *in) {
        open(j, NULL, '{');
        put_text(j, "name", in->name->dotted);
        put_text(j, "prefix", in->name->prefix);
        put_number(j, "req_arena_size", in->req_arena_size);
        put_number(j, "res_arena_size", in->res_arena_size);
        put_number(j, "req_handles", in->req_handles);
        put_number(j, "res_handles", in->res_handles);
        put_number(j, "err_handles", in->err_handles);
        open(j, "methods", '[');
        for (uint32_t i = 0; i < in->n_methods; i++)
                put_method(j, &in->methods[i]);
        close(j, ']');
        close(j, '}');
}

static void put_endpoints(Json *j, const LayComponent *c) {
        open(j, "endpoints", '[');
        for (uint32_t i = 0; i < c->n_flat; i++) {
                open(j, NULL, '{');
                put_number(j, "riid", c->flat[i].riid);
                put_text(j, "path", c->flat[i].path_name);
                put_text(j, "class", c->flat[i].class_name);
                put_text(j, "interface", c->flat[i].interface->name->dotted);
                put_text(j, "c_name", c->flat[i].iid_name);
                close(j, '}');
        }
        close(j, ']');
}

static void put_instances(Json *j, const LayComponent *c) {
        open(j, "instances", '[');
        for (uint32_t i = 0; i < c->n_instances; i++) {
                open(j, NULL, '{');
                put_text(j, "name", c->instances[i].name);
                put_text(j, "component", c->instances[i].component->name.dotted);
                put_number(j, "riid", c->instances[i].riid);
                put_number(j, "endpoints", c->instances[i].n_endpoints);
                put_origin(j, &c->instances[i].src, c->instances[i].doc);
                close(j, '}');
        }
        close(j, ']');
}

static void put_component(Json *j, const char *key, const LayComponent *c) {
        open(j, key, '{');
        put_name(j, &c->name);
        put_number(j, "own_endpoints", c->n_endpoints);
        put_endpoints(j, c);
        put_instances(j, c);
        put_text(j, "security", c->security_interface);
        put_number(j, "req_arena_size", c->req_arena_size);
        put_number(j, "res_arena_size", c->res_arena_size);
        put_number(j, "req_handles", c->req_handles);
        put_number(j, "res_handles", c->res_handles);
        put_number(j, "err_handles", c->err_handles);
        close(j, '}');
}

void lay_dump_json(const LayUnit *unit, Text *out) {
        static const char *const kinds[] = {
                [LAY_UNIT_IDL] = "idl",
                [LAY_UNIT_CDL] = "cdl",
                [LAY_UNIT_EDL] = "edl",
        };
        Json json = {.out = out, .depth = 1, .is_first = true};
        Json *j = &json;

        text_putc(out, '{');
        put_number(j, "model_version", MODEL_VERSION);
        put_text(j, "kind", kinds[unit->kind]);
        put_text(j, "name", unit->name->dotted);
        put_text(j, "file", unit->name->file);
        put_bool(j, "extended_errors", unit->extended_errors);
        open(j, "packages", '[');
        for (uint32_t i = 0; i < unit->n_packages; i++)
                put_package(j, unit->packages[i]);
        close(j, ']');
        open(j, "interfaces", '[');
        for (uint32_t i = 0; i < unit->n_interfaces; i++)
                put_interface(j, unit->interfaces[i]);
        close(j, ']');
        open(j, "components", '[');
        for (uint32_t i = 0; i < unit->n_components; i++)
                put_component(j, NULL, unit->components[i]);
        close(j, ']');
        if (unit->kind == LAY_UNIT_EDL)
                put_component(j, "class", unit->component);
        close(j, '}');
        text_putc(out, '\n');
}
