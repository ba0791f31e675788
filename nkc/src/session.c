/* SPDX-License-Identifier: MIT */
/*
 * Sessions: what libnkc offers, in terms of the stages. The two error modes differ in what sema
 * accepts and in what the layout says, so each has its own pair of stages; the pair is made when
 * it is first needed.
 */
#include "session.h"

#include "layout/fingerprint.h"
#include "layout/layout.h"
#include "layout/shape.h"
#include "psl/compile.h"

#include <stdlib.h>
#include <string.h>

typedef struct Mode {
        Sema *sema; /* NULL: not yet needed */
        Layout *layout;
} Mode;

struct NkcSession {
        Ctx ctx;
        NkcSink *sink;
        void *userdata;
        SemaIncludes includes;
        size_t includes_capacity;
        Mode modes[2]; /* by extended_errors */
        Map classes;   /* ClassSlot by dotted name */
};

/* A class that was asked for; also those that have errors, so that these are told once. */
typedef struct ClassSlot {
        const NkcClass *class;
} ClassSlot;

/* ---- The session ------------------------------------------------------------------------- */

NkcSession *nkc_session_new(NkcSink *sink, void *userdata) {
        NkcSession *s = calloc(1, sizeof *s);

        if (!s)
                arena_out_of_memory();
        ctx_init(&s->ctx);
        s->sink = sink;
        s->userdata = userdata;
        map_init(&s->classes, s->ctx.arena);
        return s;
}

NkcSession *nkc_session_free(NkcSession *s) {
        if (s)
                ctx_deinit(&s->ctx);
        free(s);
        return NULL;
}

void nkc_session_add_include(NkcSession *s, const char *folder) {
        SemaIncludes *in = &s->includes;
        size_t length = strlen(folder);

        if (in->n == s->includes_capacity) {
                size_t capacity = s->includes_capacity ? s->includes_capacity * 2 : 8;
                const char **folders = ARENA_ARRAY(s->ctx.arena, const char *, capacity);

                if (in->n > 0)
                        memcpy(folders, in->folders, in->n * sizeof(char *));
                in->folders = folders;
                s->includes_capacity = capacity;
        }
        while (length > 1 && folder[length - 1] == '/')
                length--;
        in->folders[in->n++] = arena_copy(s->ctx.arena, length ? folder : ".", length ? length : 1);
}

unsigned nkc_session_errors(const NkcSession *s) {
        return diag_errors(s->ctx.diags);
}

bool nkc_session_io_failed(const NkcSession *s) {
        return diag_io_failed(s->ctx.diags);
}

static void hand_over(void *userdata, DiagSeverity severity, unsigned number, const char *text) {
        const NkcSession *s = userdata;

        if (s->sink)
                s->sink(s->userdata, severity == DIAG_ERROR ? NKC_ERROR : NKC_WARNING, number, text);
}

static void flush(NkcSession *s) {
        diag_flush(s->ctx.diags, hand_over, s);
}

static Mode *mode(NkcSession *s, bool extended_errors) {
        Mode *m = &s->modes[extended_errors];

        if (!m->sema) {
                m->sema = sema_new(&s->ctx, &s->includes, extended_errors);
                m->layout = layout_new(&s->ctx, extended_errors);
        }
        return m;
}

/* ---- Units ------------------------------------------------------------------------------- */

const LayUnit *nkc_unit_compile(NkcSession *s, const char *path, bool extended_errors) {
        Mode *m = mode(s, extended_errors);
        SemaFile *f = sema_compile_path(m->sema, path);
        const LayUnit *unit = f ? layout_unit(m->layout, f) : NULL;

        flush(s);
        return unit;
}

/* ---- Classes ----------------------------------------------------------------------------- */

static const NkcEndpoint *make_endpoints(NkcSession *s, const LayFlatEndpoint *flat, uint32_t n) {
        NkcEndpoint *endpoints = ARENA_ARRAY(s->ctx.arena, NkcEndpoint, n);

        for (uint32_t i = 0; i < n; i++)
                endpoints[i] = (NkcEndpoint){
                        .path_name = flat[i].path_name,
                        .class_name = flat[i].class_name,
                        .interface_name = flat[i].interface->name->dotted,
                        .riid = flat[i].riid,
                        .n_methods = (uint16_t)flat[i].interface->n_methods,
                        .fingerprint = fingerprint_interface(flat[i].interface),
                };
        return endpoints;
}

static NkcClass *make_class(NkcSession *s, const LayUnit *unit) {
        NkcClass *class = ARENA_NEW(s->ctx.arena, NkcClass);

        *class = (NkcClass){
                .name = unit->name->dotted,
                .endpoints = make_endpoints(s, unit->component->flat, unit->component->n_flat),
                .n_endpoints = unit->component->n_flat,
        };
        class->shape = shape_write(s->ctx.arena, unit->component, &class->shape_size);
        if (class->shape)
                return class;
        diag_report(s->ctx.diags, SHAPE_TOO_BIG, SPAN_NONE, class->name, SHAPE_SIZE_MAX);
        flush(s);
        return NULL;
}

const NkcClass *nkc_class_of(NkcSession *s, const LayUnit *unit) {
        return make_class(s, unit);
}

/* Security interfaces in the order of their numbers: the own one, then those of the components. */
typedef struct Securities {
        Layout *layout;
        const char *class_name;
        LayFlatEndpoint *list;
        uint32_t n, room;
} Securities;

static void walk_security(Securities *w, const SemaFile *f, const char *path) {
        const LayUnit *unit = f->security ? layout_unit(w->layout, f->security) : NULL;

        if (unit && unit->package->interface && w->n < w->room) {
                w->list[w->n] = (LayFlatEndpoint){.path_name = path,
                        .class_name = w->class_name,
                        .interface = unit->package->interface,
                        .riid = (uint16_t)w->n};
                w->n++;
        }
        for (uint32_t i = 0; i < f->n_instances; i++)
                walk_security(w, f->instances[i].target, f->instances[i].name.text);
}

/* False: too large. */
static bool add_security(
        NkcSession *s, Layout *layout, const SemaFile *f, const LayUnit *unit, NkcClass *class) {
        Securities w = {.layout = layout,
                .class_name = unit->name->dotted,
                .list = ARENA_ARRAY(s->ctx.arena, LayFlatEndpoint, unit->component->n_security + 1),
                .room = unit->component->n_security};

        walk_security(&w, f, "");
        if (w.n == 0)
                return true;
        class->security = make_endpoints(s, w.list, w.n);
        class->n_security = w.n;
        class->security_shape =
                shape_write_others(s->ctx.arena, unit->component, w.list, w.n, &class->security_shape_size);
        if (!class->security_shape)
                diag_report(s->ctx.diags, SHAPE_TOO_BIG, SPAN_NONE, class->name, SHAPE_SIZE_MAX);
        return class->security_shape;
}

/* Legal, but only the start-up of a solution looks endpoints up by name, so only it is told. */
static void warn_of_class_names(NkcSession *s, const SemaFile *f, const LayComponent *c) {
        Map names;

        map_init(&names, s->ctx.arena);
        for (uint32_t i = 0; i < c->n_flat; i++) {
                const char *name = intern_text(s->ctx.names, c->flat[i].class_name);
                uint32_t *n = map_get(&names, name);

                if (!n) {
                        n = ARENA_NEW(s->ctx.arena, uint32_t);
                        map_put(&names, name, n);
                }
                if (++*n == 2)
                        diag_report(s->ctx.diags, CLASS_NAME_TWICE, f->ast->name.span, name, f->dotted);
        }
}

static const NkcClass *load_class(NkcSession *s, const char *name) {
        Mode *m = mode(s, true);
        SemaFile *f = sema_compile_name(m->sema, name, AST_EDL, SPAN_NONE);
        const LayUnit *unit = f ? layout_unit(m->layout, f) : NULL;
        NkcClass *class;

        if (!unit)
                return NULL;
        warn_of_class_names(s, f, unit->component);
        class = make_class(s, unit);
        return class && add_security(s, m->layout, f, unit, class) ? class : NULL;
}

const NkcClass *nkc_class_load(NkcSession *s, const char *name) {
        const char *key = intern_text(s->ctx.names, name);
        ClassSlot *slot = map_get(&s->classes, key);

        if (slot)
                return slot->class;
        slot = ARENA_NEW(s->ctx.arena, ClassSlot);
        slot->class = load_class(s, name);
        map_put(&s->classes, key, slot);
        flush(s);
        return slot->class;
}

/* ---- Policies ---------------------------------------------------------------------------- */

const PslUnit *nkc_policy_read(NkcSession *s, const char *path, const PslOptions *options) {
        const PslUnit *unit = psl_load(mode(s, true)->sema, path, options);

        flush(s);
        return unit;
}

const PolPolicy *nkc_policy_resolve(
        NkcSession *s, const char *path, const PslOptions *options, bool lenient_classes) {
        const PslUnit *unit = psl_load(mode(s, true)->sema, path, options);
        const PolPolicy *policy = NULL;

        if (unit && !unit->is_bad)
                policy = pol_compile(mode(s, true)->layout, &s->ctx, unit, lenient_classes);
        flush(s);
        return policy;
}

Arena *nkc_session_arena(NkcSession *s) {
        return s->ctx.arena;
}
