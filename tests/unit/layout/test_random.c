/* SPDX-License-Identifier: MIT */
/*
 * Random descriptions: the layout equals that of a second model, which knows nothing of the first.
 * It lays out with the rules of C and fills an arena one element after the other. NKC_TEST_SEED sets
 * the first seed; each seed is one description.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/descriptions.h"

enum {
        SEEDS = 150,
        RECORDS = 6,
        FIELDS = 5,
        METHODS = 4,
        TYPES = 512,
        STEPS_MAX = 20000, /* of filling one value; larger types become integers */
};

typedef enum Kind { INTEGER, HANDLE, TEXT, BYTES, LIST, ROW, STRUCT, UNION } Kind;

typedef struct Model {
        Kind kind;
        unsigned n;                /* bound; INTEGER: bytes */
        const struct Model *parts; /* LIST, ROW: one; STRUCT, UNION: n */
        uint64_t steps;            /* of filling one value */
        unsigned handles;
        char text[200]; /* in IDL */
} Model;

typedef struct World {
        uint64_t random;
        Model pool[TYPES];
        size_t n_types;
        Model *records[RECORDS];
        size_t n_records;
        Text idl;
} World;

static unsigned pick(World *w, unsigned n) {
        w->random = w->random * 6364136223846793005u + 1442695040888963407u;
        return (unsigned)(w->random >> 33) % n;
}

/* ---- The second model -------------------------------------------------------------------- */

static uint64_t up(uint64_t value, uint64_t align) {
        return (value + align - 1) / align * align;
}

static uint64_t align_of(const Model *m) {
        uint64_t align = 1;

        switch (m->kind) {
        case INTEGER:
                return m->n;
        case HANDLE:
                return 8;
        case TEXT:
        case BYTES:
        case LIST:
                return 4;
        case ROW:
                return align_of(m->parts);
        case STRUCT:
        case UNION:
                for (unsigned i = 0; i < m->n; i++)
                        if (align_of(&m->parts[i]) > align)
                                align = align_of(&m->parts[i]);
                return m->kind == UNION && align < 4 ? 4 : align;
        }
        return 0;
}

static uint64_t size_of(const Model *m) {
        uint64_t end = 0;

        switch (m->kind) {
        case INTEGER:
                return m->n;
        case HANDLE:
                return 16;
        case TEXT:
        case BYTES:
        case LIST:
                return 8;
        case ROW:
                return m->n * size_of(m->parts);
        case STRUCT:
                for (unsigned i = 0; i < m->n; i++)
                        end = up(end, align_of(&m->parts[i])) + size_of(&m->parts[i]);
                return up(end, align_of(m));
        case UNION:
                for (unsigned i = 0; i < m->n; i++)
                        if (size_of(&m->parts[i]) > end)
                                end = size_of(&m->parts[i]);
                return up(align_of(m) + end, align_of(m));
        }
        return 0;
}

/* Puts a full value into an arena that is filled up to `fill`; the new fill. */
static uint64_t fill_with(const Model *m, uint64_t fill) {
        uint64_t largest = fill;

        switch (m->kind) {
        case INTEGER:
        case HANDLE:
                return fill;
        case TEXT:
                return fill + m->n + 1;
        case BYTES:
                return fill + m->n;
        case LIST:
                fill = up(fill, align_of(m->parts)) + m->n * size_of(m->parts);
                for (unsigned i = 0; i < m->n; i++)
                        fill = fill_with(m->parts, fill);
                return fill;
        case ROW:
                for (unsigned i = 0; i < m->n; i++)
                        fill = fill_with(m->parts, fill);
                return fill;
        case STRUCT:
                for (unsigned i = 0; i < m->n; i++)
                        fill = fill_with(&m->parts[i], fill);
                return fill;
        case UNION:
                for (unsigned i = 0; i < m->n; i++)
                        if (fill_with(&m->parts[i], fill) > largest)
                                largest = fill_with(&m->parts[i], fill);
                return largest;
        }
        return 0;
}

/* ---- Making descriptions ----------------------------------------------------------------- */

static Model integer(World *w) {
        static const unsigned sizes[] = {1, 2, 4, 8};
        Model m = {.kind = INTEGER, .n = sizes[pick(w, 4)], .steps = 1};

        snprintf(m.text, sizeof m.text, "%s%u", pick(w, 2) ? "UInt" : "SInt", m.n * 8);
        return m;
}

static const Model *keep(World *w, Model m) {
        assert_true(w->n_types < TYPES);
        w->pool[w->n_types] = m;
        return &w->pool[w->n_types++];
}

static Model any(World *w, unsigned depth, bool may_have_handles);

static Model bounded(World *w, Kind kind, unsigned depth, bool may_have_handles) {
        Model elem = any(w, depth - 1, may_have_handles && kind == ROW);
        Model m = {.kind = kind, .n = 1 + pick(w, 4)};

        m.steps = 1 + m.n * elem.steps;
        m.handles = m.n * elem.handles;
        if (m.steps > STEPS_MAX || m.handles > 4 || strlen(elem.text) > 150 || w->n_types == TYPES)
                return integer(w);
        m.parts = keep(w, elem);
        snprintf(
                m.text, sizeof m.text, "%s<%.150s, %u>", kind == LIST ? "sequence" : "array", elem.text, m.n);
        return m;
}

static Model any(World *w, unsigned depth, bool may_have_handles) {
        Model m = {.n = 1 + pick(w, 9), .steps = 1};
        unsigned choice = pick(w, depth > 0 ? 8 : 4);

        if (choice == 0 && may_have_handles) {
                m = (Model){.kind = HANDLE, .steps = 1, .handles = 1, .text = "Handle"};
        } else if (choice == 1) {
                m.kind = TEXT;
                snprintf(m.text, sizeof m.text, "string<%u>", m.n);
        } else if (choice == 2) {
                m.kind = BYTES;
                snprintf(m.text, sizeof m.text, "bytes<%u>", m.n);
        } else if ((choice == 4 || choice == 5) && depth > 0) {
                return bounded(w, choice == 4 ? LIST : ROW, depth, may_have_handles);
        } else if (choice > 5 && w->n_records > 0) {
                const Model *record = w->records[pick(w, (unsigned)w->n_records)];

                return record->handles > 0 && !may_have_handles ? integer(w) : *record;
        } else {
                return integer(w);
        }
        return m;
}

static void make_record(World *w) {
        Model *m = &w->pool[w->n_types++];
        Model fields[FIELDS];

        *m = (Model){.kind = pick(w, 3) ? STRUCT : UNION, .n = 1 + pick(w, FIELDS), .steps = 1};
        snprintf(m->text, sizeof m->text, "R%zu", w->n_records);
        text_printf(&w->idl, "%s %s {\n", m->kind == STRUCT ? "struct" : "union", m->text);
        for (unsigned i = 0; i < m->n; i++) {
                fields[i] = any(w, 3, m->kind == STRUCT);
                if (m->steps + 2 * fields[i].steps > STEPS_MAX || m->handles + fields[i].handles > 4)
                        fields[i] = integer(w);
                m->steps += (m->kind == UNION ? 2 : 1) * fields[i].steps;
                m->handles += fields[i].handles;
                text_printf(&w->idl, "    %s f%u;\n", fields[i].text, i);
        }
        text_puts(&w->idl, "}\n");
        m->parts = &w->pool[w->n_types];
        for (unsigned i = 0; i < m->n; i++)
                keep(w, fields[i]);
        w->records[w->n_records++] = m;
}

/* ---- Comparing --------------------------------------------------------------------------- */

static void check_record(const LayRecord *r, const Model *m) {
        uint64_t end = 0;

        assert_string_equal(r->name, m->text);
        assert_int_equal(r->size, size_of(m));
        assert_int_equal(r->align, align_of(m));
        assert_int_equal(r->n_handles, m->handles);
        assert_int_equal(r->is_variable, fill_with(m, 0) > 0);
        for (unsigned r8 = 0; r8 < 8; r8++)
                assert_int_equal(r->type->need[r8], fill_with(m, r8) - r8);
        for (unsigned i = 0; i < m->n; i++) {
                uint64_t offset = m->kind == UNION ? align_of(m) : up(end, align_of(&m->parts[i]));

                assert_int_equal(r->fields[i].offset, offset);
                assert_int_equal(r->fields[i].size, size_of(&m->parts[i]));
                assert_int_equal(r->fields[i].align, align_of(&m->parts[i]));
                end = offset + size_of(&m->parts[i]);
        }
}

static void check_request(const LayMessage *m, const Model *params) {
        uint64_t end = 24, fill = 0, align = 8;

        for (unsigned i = 0; i < m->n_fields; i++) {
                assert_int_equal(m->fields[i].offset, up(end, align_of(&params[i])));
                end = up(end, align_of(&params[i])) + size_of(&params[i]);
                fill = fill_with(&params[i], fill);
        }
        assert_int_equal(m->size, up(end, align));
        assert_int_equal(m->arena_size, fill);
}

static void check_seed(uint64_t seed) {
        static World w;
        Model params[METHODS][3];
        const LayUnit *unit;
        Descr d;

        memset(&w, 0, sizeof w);
        w.random = seed;
        text_puts(&w.idl, "package IRandom\n");
        for (unsigned i = 0; i < RECORDS; i++)
                make_record(&w);
        text_puts(&w.idl, "interface {\n");
        for (unsigned i = 0; i < METHODS; i++) {
                for (unsigned p = 0; p < 3; p++)
                        params[i][p] = any(&w, 3, p == 0);
                text_printf(&w.idl, "    M%u(in %s p0, in %s p1, in %s p2);\n", i, params[i][0].text,
                        params[i][1].text, params[i][2].text);
        }
        text_puts(&w.idl, "}\n");

        descr_init(&d);
        descr_put(&d, "IRandom.idl", text_str(&w.idl));
        unit = descr_compile(&d, "IRandom.idl", false);
        if (!unit)
                print_error("%s%s", text_str(&w.idl), text_str(&d.said));
        assert_non_null(unit);
        for (unsigned i = 0; i < RECORDS; i++)
                check_record(unit->package->types[i].record, w.records[i]);
        for (unsigned i = 0; i < METHODS; i++)
                check_request(&unit->interfaces[0]->methods[i].req, params[i]);
        descr_deinit(&d);
        text_deinit(&w.idl);
}

static uint64_t last_seed;

static void layout_equals_that_of_a_second_model(void **state) {
        const char *first = getenv("NKC_TEST_SEED");
        uint64_t seed = first ? strtoull(first, NULL, 0) : 1;

        (void)state;
        for (last_seed = seed; last_seed < seed + SEEDS; last_seed++)
                check_seed(last_seed);
}

/* Runs after a failure too: then it names the seed to set. */
static int say_seed(void **state) {
        (void)state;
        print_message("# ended at NKC_TEST_SEED=%llu\n", (unsigned long long)last_seed);
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(layout_equals_that_of_a_second_model, say_seed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
