/* SPDX-License-Identifier: MIT */
/*
 * Constant tables: classes, objects, patterns, sites, audit profiles. A table without rows is not
 * written, because C has no empty arrays; what would point to it is NULL.
 */
#include "emit_ksm.h"

#include "base/intern.h"
#include "base/map.h"
#include "c_text.h"
#include "layout/fingerprint.h"

const char *emit_ksm_number(PolNumber number) {
        static const char *const types[POL_N_NUMBERS] = {
                [POL_U8] = "KSM_U8",
                [POL_U16] = "KSM_U16",
                [POL_U32] = "KSM_U32",
                [POL_U64] = "KSM_U64",
                [POL_S8] = "KSM_S8",
                [POL_S16] = "KSM_S16",
                [POL_S32] = "KSM_S32",
                [POL_S64] = "KSM_S64",
                [POL_BOOLEAN] = "KSM_BOOLEAN",
        };

        return types[number];
}

static void put_names(Text *out, const char *const *names, uint32_t n) {
        for (uint32_t i = 0; i < n; i++) {
                text_puts(out, "        ");
                c_text_name(out, names[i]);
                text_puts(out, ",\n");
        }
        text_puts(out, "};\n");
}

/* Classes ---------------------------------------------------------------------------------------------- */

/* Names of methods are written once an interface: the first class that has it names them. */
static void put_methods(Text *out, Map *seen, const PolEndpointList *list, const char *table) {
        for (uint32_t i = 0; i < list->n; i++) {
                const PolEndpoint *e = &list->items[i];

                if (!e->interface->n_methods || map_get(seen, e->interface_name))
                        continue;
                map_put(seen, e->interface_name, arena_printf(seen->arena, "methods_of_%s_%u", table, i));
                text_printf(out, "\nstatic const char *const methods_of_%s_%u[] = { /* ", table, i);
                c_text_comment(out, e->interface_name);
                text_puts(out, " */\n");
                for (uint32_t m = 0; m < e->interface->n_methods; m++)
                        text_printf(out, "        \"%s\",\n", e->interface->methods[m].name);
                text_puts(out, "};\n");
        }
}

static void put_endpoint(Text *out, const Map *seen, const PolEndpoint *e) {
        const char *methods = e->interface->n_methods ? map_get(seen, e->interface_name) : NULL;

        text_puts(out, "        {.name = ");
        c_text_name(out, e->path);
        text_puts(out, ", .iface = ");
        c_text_name(out, e->interface_name);
        text_printf(out, ", .methods = %s, .n_methods = %u, .fingerprint = 0x%016llxu},\n",
                methods ? methods : "NULL", e->interface->n_methods,
                (unsigned long long)fingerprint_interface(e->interface));
}

static void put_endpoints(Text *out, Map *seen, const PolEndpointList *list, const char *table) {
        put_methods(out, seen, list, table);
        if (!list->n)
                return;
        text_printf(out, "\nstatic const KsmEndpoint %s[] = {\n", table);
        for (uint32_t i = 0; i < list->n; i++)
                put_endpoint(out, seen, &list->items[i]);
        text_puts(out, "};\n");
}

static void put_class(Text *out, const PolClass *class) {
        uint32_t i = class->index;

        text_puts(out, "        {.name = ");
        c_text_name(out, class->name);
        if (class->endpoints.n)
                text_printf(out, ", .endpoints = endpoints_%u, .n_endpoints = %u", i, class->endpoints.n);
        if (class->security.n)
                text_printf(out, ", .security = security_%u, .n_security = %u", i, class->security.n);
        text_puts(out, "},\n");
}

static void put_classes(Text *out, Arena *arena, const PolPolicy *p) {
        Map seen;

        map_init(&seen, arena);
        if (p->n_classes)
                emit_ksm_section(out, "Classes: endpoints by RIID, methods by MID");
        for (uint32_t i = 0; i < p->n_classes; i++) {
                put_endpoints(out, &seen, &p->classes[i]->endpoints, arena_printf(arena, "endpoints_%u", i));
                put_endpoints(out, &seen, &p->classes[i]->security, arena_printf(arena, "security_%u", i));
        }
        if (!p->n_classes)
                return;
        text_puts(out, "\nstatic const KsmClass classes[] = {\n");
        for (uint32_t i = 0; i < p->n_classes; i++)
                put_class(out, p->classes[i]);
        text_puts(out, "};\n");
}

/* Objects ---------------------------------------------------------------------------------------------- */

static void put_flow(Text *out, const PolFlow *flow, uint32_t i) {
        uint32_t words = POL_WORDS(flow->n_states);

        text_printf(out, "\nstatic const char *const states_%u[] = {\n", i);
        put_names(out, flow->states, flow->n_states);
        text_printf(out, "\nstatic const uint64_t transitions_%u[] = {\n", i);
        for (uint32_t s = 0; s < flow->n_states; s++) {
                text_puts(out, "        ");
                for (uint32_t w = 0; w < words; w++) {
                        c_text_word(out, flow->transitions[s * words + w]);
                        text_puts(out, ", ");
                }
                text_puts(out, "/* from ");
                c_text_comment(out, flow->states[s]);
                text_puts(out, " */\n");
        }
        text_printf(out,
                "};\n\nstatic const KsmFlow flow_%u = {\n"
                "        .n_states = %u,\n        .initial = %u,\n"
                "        .states = states_%u,\n        .transitions = transitions_%u,\n};\n",
                i, flow->n_states, flow->initial, i, i);
}

static void put_set(Text *out, const PolSet *set, uint32_t i) {
        text_printf(out, "\nstatic const uint8_t fields_%u[] = {", i);
        for (uint32_t f = 0; f < set->n_fields; f++)
                text_printf(out, "%s%s", f ? ", " : "", emit_ksm_number(set->fields[f]));
        text_printf(out,
                "};\n\nstatic const KsmSet set_%u = {\n"
                "        .n_fields = %u,\n        .set_size = %u,\n        .pool_size = %u,\n"
                "        .fields = fields_%u,\n};\n",
                i, set->n_fields, set->set_size, set->pool_size, i);
}

static void put_keys(Text *out, const PolMap *map, uint32_t i) {
        if (!map->n_keys)
                return;
        text_printf(out, "\nstatic const KsmKey keys_%u[] = {\n", i);
        for (uint32_t k = 0; k < map->n_keys; k++) {
                text_puts(out, "        {.name = ");
                c_text_view(out, map->keys[k].bytes, intern_length(map->keys[k].bytes));
                text_puts(out, ", .initial = ");
                c_text_int(out, map->keys[k].initial);
                text_puts(out, "},\n");
        }
        text_puts(out, "};\n");
}

static void put_map(Text *out, const PolMap *map, uint32_t i) {
        put_keys(out, map, i);
        text_printf(out,
                "\nstatic const KsmMap map_%u = {\n"
                "        .type = %s,\n        .n_keys = %u,\n        .pool_size = %u,\n        .keys = ",
                i, emit_ksm_number(map->type), map->n_keys, map->pool_size);
        text_printf(out, map->n_keys ? "keys_%u,\n};\n" : "NULL,\n};\n", i);
}

static void put_mic(Text *out, const PolMic *mic, uint32_t i) {
        text_printf(out, "\nstatic const char *const degrees_%u[] = {\n", i);
        put_names(out, mic->degrees, mic->n_degrees);
        if (mic->n_categories) {
                text_printf(out, "\nstatic const char *const categories_%u[] = {\n", i);
                put_names(out, mic->categories, mic->n_categories);
        }
        text_printf(out,
                "\nstatic const KsmMic mic_%u = {\n"
                "        .n_degrees = %u,\n        .n_categories = %u,\n        .degrees = degrees_%u,\n",
                i, mic->n_degrees, mic->n_categories, i);
        if (mic->n_categories)
                text_printf(out, "        .categories = categories_%u,\n", i);
        text_puts(out, "};\n");
}

static void put_config(Text *out, const PolObject *o) {
        if (o->model == POL_MODEL_FLOW)
                put_flow(out, o->flow, o->index);
        else if (o->model == POL_MODEL_SET)
                put_set(out, o->set, o->index);
        else if (o->model == POL_MODEL_MAP)
                put_map(out, o->map, o->index);
        else if (o->model == POL_MODEL_MIC)
                put_mic(out, o->mic, o->index);
}

/* Pred, Math and Struct have no rule that could run: in the tables they look like Bool. */
static const char *const models[POL_N_MODELS][2] = {
        [POL_MODEL_BASE] = {"BASE", NULL},
        [POL_MODEL_PRED] = {"BOOL", NULL},
        [POL_MODEL_BOOL] = {"BOOL", NULL},
        [POL_MODEL_MATH] = {"BOOL", NULL},
        [POL_MODEL_STRUCT] = {"BOOL", NULL},
        [POL_MODEL_REGEX] = {"REGEX", NULL},
        [POL_MODEL_SET] = {"SET", "set"},
        [POL_MODEL_MAP] = {"MAP", "map"},
        [POL_MODEL_FLOW] = {"FLOW", "flow"},
        [POL_MODEL_MIC] = {"MIC", "mic"},
};

static void put_objects(Text *out, const PolPolicy *p) {
        emit_ksm_section(out, "Objects");
        for (uint32_t i = 0; i < p->n_objects; i++)
                put_config(out, p->objects[i]);
        if (!p->n_objects)
                return;
        text_puts(out, "\nstatic const KsmObject objects[] = {\n");
        for (uint32_t i = 0; i < p->n_objects; i++) {
                const PolObject *o = p->objects[i];
                const char *member = models[o->model][1];

                text_puts(out, "        {.name = ");
                c_text_name(out, o->name);
                text_printf(out, ", .model = KSM_MODEL_%s", models[o->model][0]);
                if (member)
                        text_printf(out, ", .%s = &%s_%u", member, member, i);
                text_puts(out, "},\n");
        }
        text_puts(out, "};\n");
}

static void put_patterns(Text *out, const PolPolicy *p) {
        if (!p->n_patterns)
                return;
        emit_ksm_section(out, "Regular expressions");
        text_puts(out, "\nstatic const KsmPattern patterns[] = {\n");
        for (uint32_t i = 0; i < p->n_patterns; i++) {
                text_puts(out, "        {.text = ");
                c_text_view(out, p->patterns[i].text, intern_length(p->patterns[i].text));
                text_puts(out, p->patterns[i].is_block ? ", .is_block = true},\n" : "},\n");
        }
        text_puts(out, "};\n");
}

/* Sites and profiles ----------------------------------------------------------------------------------- */

/* Only of rules and of what auditable models do: the other methods have no site. */
static const char *const methods[POL_N_METHODS] = {
        [POL_BASE_GRANT] = "BASE_GRANT",
        [POL_BASE_ASSERT] = "BASE_ASSERT",
        [POL_BASE_DENY] = "BASE_DENY",
        [POL_BOOL_ASSERT] = "BOOL_ASSERT",
        [POL_RE_MATCH] = "RE_MATCH",
        [POL_RE_SELECT] = "RE_SELECT",
        [POL_SET_INIT] = "SET_INIT",
        [POL_SET_FINI] = "SET_FINI",
        [POL_SET_ADD] = "SET_ADD",
        [POL_SET_REMOVE] = "SET_REMOVE",
        [POL_SET_CONTAINS] = "SET_CONTAINS",
        [POL_MAP_INIT] = "MAP_INIT",
        [POL_MAP_FINI] = "MAP_FINI",
        [POL_MAP_SET] = "MAP_SET",
        [POL_MAP_COMMIT] = "MAP_COMMIT",
        [POL_MAP_ROLLBACK] = "MAP_ROLLBACK",
        [POL_MAP_GET] = "MAP_GET",
        [POL_MAP_GET_UNCOMMITED] = "MAP_GET_UNCOMMITED",
        [POL_FLOW_INIT] = "FLOW_INIT",
        [POL_FLOW_FINI] = "FLOW_FINI",
        [POL_FLOW_ENTER] = "FLOW_ENTER",
        [POL_FLOW_ALLOW] = "FLOW_ALLOW",
        [POL_FLOW_QUERY] = "FLOW_QUERY",
        [POL_MIC_CREATE] = "MIC_CREATE",
        [POL_MIC_DELETE] = "MIC_DELETE",
        [POL_MIC_EXECUTE] = "MIC_EXECUTE",
        [POL_MIC_UPGRADE] = "MIC_UPGRADE",
        [POL_MIC_CALL] = "MIC_CALL",
        [POL_MIC_INVOKE] = "MIC_INVOKE",
        [POL_MIC_READ] = "MIC_READ",
        [POL_MIC_WRITE] = "MIC_WRITE",
        [POL_MIC_QUERY_LEVEL] = "MIC_QUERY_LEVEL",
};

static void put_sites(Text *out, const PolPolicy *p) {
        if (!p->n_sites)
                return;
        emit_ksm_section(out, "Places: what is called where");
        text_puts(out, "\nstatic const KsmSite sites[] = {\n");
        for (uint32_t i = 0; i < p->n_sites; i++) {
                const PolSite *s = p->sites[i];

                text_puts(out, "        {.file = ");
                c_text_name(out, s->file);
                text_printf(out, ", .line = %u, .column = %u, .text = ", s->line, s->column);
                c_text_name(out, s->text);
                text_printf(out, ", .object = %u, .profile = %u, .method = KSM_%s},\n", s->object->index,
                        s->profile->index, methods[s->method]);
        }
        text_puts(out, "};\n");
}

static void put_term(Text *out, const PolPolicy *p, const PolAuditTerm *t) {
        text_printf(out, "        {.object = %u, .kss = %u, .emit = %u", t->object, (unsigned)t->kss,
                (unsigned)t->emit);
        if (t->omit) {
                text_puts(out, ", .omit = (const uint64_t[])");
                c_text_words(out, t->omit, POL_WORDS(p->objects[t->object]->flow->n_states));
        }
        text_puts(out, "},\n");
}

static void put_levels(Text *out, const PolPolicy *p, const PolProfile *profile) {
        uint32_t i = profile->index;

        for (uint32_t l = 0; l < profile->n_levels; l++) {
                if (!profile->levels[l].n_terms)
                        continue;
                text_printf(out, "\nstatic const KsmAuditTerm terms_%u_%u[] = {\n", i, l);
                for (uint32_t t = 0; t < profile->levels[l].n_terms; t++)
                        put_term(out, p, &profile->levels[l].terms[t]);
                text_puts(out, "};\n");
        }
        if (!profile->n_levels)
                return;
        text_printf(out, "\nstatic const KsmAuditLevel levels_%u[] = {\n", i);
        for (uint32_t l = 0; l < profile->n_levels; l++) {
                const PolAuditLevel *level = &profile->levels[l];

                text_printf(out, "        {.level = %u, .n_terms = %u", level->level, level->n_terms);
                if (level->n_terms)
                        text_printf(out, ", .terms = terms_%u_%u", i, l);
                text_puts(out, "},\n");
        }
        text_puts(out, "};\n");
}

static void put_profiles(Text *out, const PolPolicy *p) {
        emit_ksm_section(out, "Audit profiles");
        for (uint32_t i = 0; i < p->n_profiles; i++)
                put_levels(out, p, p->profiles[i]);
        text_puts(out, "\nstatic const KsmProfile profiles[] = {\n");
        for (uint32_t i = 0; i < p->n_profiles; i++) {
                text_puts(out, "        {.name = ");
                c_text_name(out, p->profiles[i]->name);
                if (p->profiles[i]->n_levels)
                        text_printf(
                                out, ", .n_levels = %u, .levels = levels_%u", p->profiles[i]->n_levels, i);
                text_puts(out, "},\n");
        }
        text_puts(out, "};\n");
}

void emit_ksm_tables(Text *out, Arena *arena, const PolPolicy *p) {
        put_classes(out, arena, p);
        put_objects(out, p);
        put_patterns(out, p);
        put_sites(out, p);
        put_profiles(out, p);
}
