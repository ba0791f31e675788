/* SPDX-License-Identifier: MIT */
/*
 * Tables of the tests. A sequence has its setup and its `finally` written out with it, because the same
 * case may mean other variables in each.
 */
#include "emit_pal.h"

#include "c_text.h"
#include "pal_message.h"

#define UNNAMED_SET "policy"

static void put_bytes(Text *out, const char *name, const Text *bytes, uint32_t test, uint32_t i) {
        if (!bytes->size)
                return;
        text_printf(out, "\nstatic const uint8_t %s_%u_%u[] = {", name, test, i);
        for (size_t k = 0; k < bytes->size; k++)
                text_printf(out, "%s%u", k ? ", " : "", (unsigned)(unsigned char)bytes->data[k]);
        text_puts(out, "};\n");
}

static void put_ref(Text *out, const PolParty *party) {
        if (party->variable != POL_NONE)
                text_printf(out, "{PAL_VARIABLE, %u}", party->variable);
        else if (party->class != POL_NONE)
                text_printf(out, "{PAL_CLASS, %u}", party->class);
        else
                text_puts(out, "{PAL_NOBODY, 0}");
}

static void put_handles(Text *out, const PalMessage *m, uint32_t test, uint32_t i) {
        if (!m->n_handles)
                return;
        text_printf(out, "\nstatic const PalHandle handles_%u_%u[] = {", test, i);
        for (uint32_t h = 0; h < m->n_handles; h++) {
                const PolValue *v = m->handles[h].value;
                bool is_variable = v->variable != POL_NONE;

                text_printf(out, "%s{%u, {%s, %u}}", h ? ", " : "", m->handles[h].offset,
                        is_variable ? "PAL_VARIABLE" : "PAL_NUMBER", is_variable ? v->variable : v->sid);
        }
        text_puts(out, "};\n");
}

/* What a row points to, in front of the table; the row itself is collected. */
static void put_message(Text *out, Text *rows, PalMessage *m, const PolCase *c, uint32_t test, uint32_t i) {
        pal_message_make(m, c);
        put_bytes(out, "message", &m->constant, test, i);
        put_bytes(out, "arena", &m->arena, test, i);
        put_handles(out, m, test, i);
        if (m->constant.size)
                text_printf(rows, "                .message = message_%u_%u, .message_size = %zu,\n", test, i,
                        m->constant.size);
        if (m->arena.size)
                text_printf(rows, "                .arena = arena_%u_%u, .arena_size = %zu,\n", test, i,
                        m->arena.size);
        if (m->n_handles)
                text_printf(rows, "                .handles = handles_%u_%u, .n_handles = %u,\n", test, i,
                        m->n_handles);
}

static void put_event(Text *rows, const PolCase *c) {
        static const char *const expects[] = {[PSL_EXPECT_DEFAULT] = "PAL_GRANT",
                [PSL_EXPECT_GRANT] = "PAL_GRANT",
                [PSL_EXPECT_DENY] = "PAL_DENY",
                [PSL_EXPECT_ANY] = "PAL_ANY"};
        static const char *const kinds[PSL_N_EVENTS] = {[PSL_EXECUTE] = "KSM_EXECUTE",
                [PSL_REQUEST] = "KSM_REQUEST",
                [PSL_RESPONSE] = "KSM_RESPONSE",
                [PSL_ERROR] = "KSM_ERROR",
                [PSL_SECURITY] = "KSM_SECURITY"};

        text_printf(rows, "                .expect = %s, .kind = %s, .src = ", expects[c->expectation],
                kinds[c->event]);
        put_ref(rows, &c->src);
        text_puts(rows, ", .dst = ");
        put_ref(rows, &c->dst);
        text_puts(rows, ", .variable = ");
        c_text_index(rows, c->variable, POL_NONE, "KSM_NONE");
        text_printf(rows, ", .riid = %u, .mid = %u,\n", c->riid, c->mid);
}

static void put_cases(Text *out, PalMessage *m, const PolTest *t, uint32_t test) {
        Text rows = TEXT_NULL;

        for (uint32_t i = 0; i < t->n_cases; i++) {
                const PolCase *c = t->cases[i];

                text_puts(&rows, "        {\n                .file = ");
                c_text_name(&rows, c->file);
                text_printf(&rows, ", .line = %u, .text = ", c->line);
                c_text_name(&rows, c->text);
                text_puts(&rows, ", .title = ");
                c_text_name(&rows, c->title);
                text_puts(&rows, ",\n");
                put_event(&rows, c);
                put_message(out, &rows, m, c, test, i);
                text_puts(&rows, "        },\n");
        }
        if (t->n_cases)
                text_printf(out, "\nstatic const PalCase cases_%u[] = {\n%s};\n", test, text_str(&rows));
        text_deinit(&rows);
}

/* Sets ------------------------------------------------------------------------------------------------- */

/* Tests of one set stand together: the number of the first one after it. */
static uint32_t end_of_set(const PolPolicy *p, uint32_t first) {
        uint32_t i = first;

        while (i < p->n_tests && p->tests[i]->set == p->tests[first]->set)
                i++;
        return i;
}

static void put_sequences(Text *out, Arena *arena, const PolPolicy *p, uint32_t first, uint32_t end) {
        text_printf(out, "\nstatic const PalSequence sequences_%u[] = {\n", first);
        for (uint32_t i = first; i < end; i++) {
                const PolTest *t = p->tests[i];

                text_puts(out, "        {.title = ");
                c_text_name(out, t->title ? t->title : arena_printf(arena, "%u", i - first + 1));
                text_puts(out, ", .file = ");
                c_text_name(out, t->file);
                text_printf(out, ", .line = %u", t->line);
                if (t->n_cases)
                        text_printf(out, ", .cases = {%u, cases_%u}", t->n_cases, i);
                text_puts(out, "},\n");
        }
        text_puts(out, "};\n");
}

static uint32_t put_sets(Text *out, const PolPolicy *p) {
        uint32_t n = 0;

        if (p->n_tests)
                text_puts(out, "\nstatic const PalSet sets[] = {\n");
        for (uint32_t first = 0, end; first < p->n_tests; first = end) {
                const char *set = p->tests[first]->set;

                end = end_of_set(p, first);
                text_puts(out, "        {.title = ");
                c_text_name(out, set ? set : UNNAMED_SET);
                text_printf(out, ", .n_sequences = %u, .sequences = sequences_%u},\n", end - first, first);
                n++;
        }
        if (p->n_tests)
                text_puts(out, "};\n");
        return n;
}

static uint32_t most_variables(const PolPolicy *p) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < p->n_tests; i++)
                n = p->tests[i]->n_variables > n ? p->tests[i]->n_variables : n;
        return n;
}

void emit_pal(Text *out, Arena *arena, const PolPolicy *p) {
        PalMessage message = {.n_handles = 0};
        Text code = TEXT_NULL;
        uint32_t n_sets;

        text_puts(&code, "/* Tests of the policy ");
        c_text_comment(&code, p->path);
        text_puts(&code, ", written by nkc. */\n#include \"pal.h\"\n");
        for (uint32_t i = 0; i < p->n_tests; i++)
                put_cases(&code, &message, p->tests[i], i);
        for (uint32_t first = 0; first < p->n_tests; first = end_of_set(p, first))
                put_sequences(&code, arena, p, first, end_of_set(p, first));
        n_sets = put_sets(&code, p);
        text_printf(&code, "\nstatic const PalSuite suite = {.n_sets = %u, .n_variables = %u%s};\n", n_sets,
                most_variables(p), n_sets ? ", .sets = sets" : "");
        text_puts(&code, "\nint main(int argc, char **argv) {\n"
                         "        return pal_main(argc, argv, &ksm_module, &suite, stdout);\n}\n");
        c_text_fold(out, text_str(&code), code.size);
        text_deinit(&code);
        pal_message_deinit(&message);
}
