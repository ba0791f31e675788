/* SPDX-License-Identifier: MIT */
/*
 * The layout model as JSON, for other tools: docs/reference/json-model.md describes every key. Keys
 * are only added; one that changes its meaning raises MODEL_VERSION.
 */
#include "dump.h"

#include "base/json.h"

#define MODEL_VERSION 1u

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
        json_number(j, "line", src->line);
        json_text(j, "text", src->text);
        json_text(j, "doc", doc);
}

static void put_name(Json *j, const LayName *name) {
        json_text(j, "name", name->dotted);
        json_text(j, "prefix", name->prefix);
        json_text(j, "file", name->file);
        json_text(j, "doc", name->doc);
}

static void put_type(Json *j, const char *key, const LayType *type) {
        json_open(j, key, '{');
        json_text(j, "kind", kind_words[type->kind]);
        json_text(j, "idl", type->idl);
        json_number(j, "size", type->size);
        json_number(j, "align", type->align);
        if (type->bound)
                json_number(j, "bound", type->bound);
        if (type->elem)
                put_type(j, "element", type->elem);
        if (type->record)
                json_text(j, "record", type->record->c_name);
        json_close(j, '}');
}

static void put_fields(Json *j, const char *key, const LayField *fields, uint32_t n) {
        json_open(j, key, '[');
        for (uint32_t i = 0; i < n; i++) {
                json_open(j, NULL, '{');
                json_text(j, "name", fields[i].name);
                json_number(j, "offset", fields[i].offset);
                if (fields[i].tag_name)
                        json_number(j, "tag", fields[i].tag);
                put_type(j, "type", fields[i].type);
                put_origin(j, &fields[i].src, fields[i].doc);
                json_close(j, '}');
        }
        json_close(j, ']');
}

static void put_capacities(Json *j, const LayCapacity *caps, uint32_t n) {
        json_open(j, "capacities", '[');
        for (uint32_t i = 0; i < n; i++) {
                json_open(j, NULL, '{');
                json_text(j, "name", caps[i].name);
                json_text(j, "path", caps[i].path);
                json_number(j, "value", caps[i].value);
                json_close(j, '}');
        }
        json_close(j, ']');
}

static void put_constants(Json *j, const LayPackage *p) {
        json_open(j, "constants", '[');
        for (uint32_t i = 0; i < p->n_constants; i++) {
                const LayConst *c = &p->constants[i];

                json_open(j, NULL, '{');
                json_text(j, "name", c->name);
                json_text(j, "c_name", c->c_name);
                json_text(j, "type", kind_words[c->kind]);
                json_text(j, "value", c->value);
                put_origin(j, &c->src, c->doc);
                json_close(j, '}');
        }
        json_close(j, ']');
}

static void put_alias(Json *j, const LayAlias *a) {
        json_open(j, NULL, '{');
        json_text(j, "kind", "alias");
        json_text(j, "name", a->name);
        json_text(j, "c_name", a->c_name);
        put_type(j, "type", a->type);
        put_capacities(j, a->caps, a->n_caps);
        put_origin(j, &a->src, a->doc);
        json_close(j, '}');
}

static void put_record(Json *j, const LayRecord *r) {
        json_open(j, NULL, '{');
        json_text(j, "kind", r->is_union ? "union" : "struct");
        json_text(j, "name", r->name);
        json_text(j, "c_name", r->c_name);
        json_number(j, "size", r->size);
        json_number(j, "align", r->align);
        json_bool(j, "variable", r->is_variable);
        json_number(j, "handles", r->n_handles);
        put_fields(j, r->is_union ? "members" : "fields", r->fields, r->n_fields);
        put_capacities(j, r->caps, r->n_caps);
        put_origin(j, &r->src, r->doc);
        json_close(j, '}');
}

static void put_package(Json *j, const LayPackage *p) {
        json_open(j, NULL, '{');
        put_name(j, &p->name);
        put_constants(j, p);
        json_open(j, "types", '[');
        for (uint32_t i = 0; i < p->n_types; i++) {
                if (p->types[i].alias)
                        put_alias(j, p->types[i].alias);
                else
                        put_record(j, p->types[i].record);
        }
        json_close(j, ']');
        json_bool(j, "interface", p->interface != NULL);
        json_close(j, '}');
}

static void put_message(Json *j, const char *key, const LayMessage *m) {
        json_open(j, key, '{');
        json_text(j, "c_name", m->c_name);
        json_number(j, "size", m->size);
        json_number(j, "arena_size", m->arena_size);
        json_number(j, "handles", m->n_handles);
        put_fields(j, "fields", m->fields, m->n_fields);
        put_capacities(j, m->caps, m->n_caps);
        json_close(j, '}');
}

static void put_method(Json *j, const LayMethod *m) {
        json_open(j, NULL, '{');
        json_text(j, "name", m->name);
        json_text(j, "c_name", m->c_name);
        json_number(j, "mid", m->mid);
        json_number(j, "res_size", m->res_size);
        json_number(j, "res_arena_size", m->res_arena_size);
        put_message(j, "request", &m->req);
        put_message(j, "response", &m->res);
        put_message(j, "error", &m->err);
        put_origin(j, &m->src, m->doc);
        json_close(j, '}');
}

static void put_interface(Json *j, const LayInterface *in) {
        json_open(j, NULL, '{');
        json_text(j, "name", in->name->dotted);
        json_text(j, "prefix", in->name->prefix);
        json_number(j, "req_arena_size", in->req_arena_size);
        json_number(j, "res_arena_size", in->res_arena_size);
        json_number(j, "req_handles", in->req_handles);
        json_number(j, "res_handles", in->res_handles);
        json_number(j, "err_handles", in->err_handles);
        json_open(j, "methods", '[');
        for (uint32_t i = 0; i < in->n_methods; i++)
                put_method(j, &in->methods[i]);
        json_close(j, ']');
        json_close(j, '}');
}

static void put_endpoints(Json *j, const LayComponent *c) {
        json_open(j, "endpoints", '[');
        for (uint32_t i = 0; i < c->n_flat; i++) {
                json_open(j, NULL, '{');
                json_number(j, "riid", c->flat[i].riid);
                json_text(j, "path", c->flat[i].path_name);
                json_text(j, "class", c->flat[i].class_name);
                json_text(j, "interface", c->flat[i].interface->name->dotted);
                json_text(j, "c_name", c->flat[i].iid_name);
                json_close(j, '}');
        }
        json_close(j, ']');
}

static void put_instances(Json *j, const LayComponent *c) {
        json_open(j, "instances", '[');
        for (uint32_t i = 0; i < c->n_instances; i++) {
                json_open(j, NULL, '{');
                json_text(j, "name", c->instances[i].name);
                json_text(j, "component", c->instances[i].component->name.dotted);
                json_number(j, "riid", c->instances[i].riid);
                json_number(j, "endpoints", c->instances[i].n_endpoints);
                put_origin(j, &c->instances[i].src, c->instances[i].doc);
                json_close(j, '}');
        }
        json_close(j, ']');
}

static void put_component(Json *j, const char *key, const LayComponent *c) {
        json_open(j, key, '{');
        put_name(j, &c->name);
        json_number(j, "own_endpoints", c->n_endpoints);
        put_endpoints(j, c);
        put_instances(j, c);
        json_text(j, "security", c->security_interface);
        json_number(j, "req_arena_size", c->req_arena_size);
        json_number(j, "res_arena_size", c->res_arena_size);
        json_number(j, "req_handles", c->req_handles);
        json_number(j, "res_handles", c->res_handles);
        json_number(j, "err_handles", c->err_handles);
        json_close(j, '}');
}

void lay_dump_json(const LayUnit *unit, Text *out) {
        static const char *const kinds[] = {
                [LAY_UNIT_IDL] = "idl",
                [LAY_UNIT_CDL] = "cdl",
                [LAY_UNIT_EDL] = "edl",
        };
        Json json = json_begin(out);
        Json *j = &json;

        json_number(j, "model_version", MODEL_VERSION);
        json_text(j, "kind", kinds[unit->kind]);
        json_text(j, "name", unit->name->dotted);
        json_text(j, "file", unit->name->file);
        json_bool(j, "extended_errors", unit->extended_errors);
        json_open(j, "packages", '[');
        for (uint32_t i = 0; i < unit->n_packages; i++)
                put_package(j, unit->packages[i]);
        json_close(j, ']');
        json_open(j, "interfaces", '[');
        for (uint32_t i = 0; i < unit->n_interfaces; i++)
                put_interface(j, unit->interfaces[i]);
        json_close(j, ']');
        json_open(j, "components", '[');
        for (uint32_t i = 0; i < unit->n_components; i++)
                put_component(j, NULL, unit->components[i]);
        json_close(j, ']');
        if (unit->kind == LAY_UNIT_EDL)
                put_component(j, "class", unit->component);
        json_end(j);
}
