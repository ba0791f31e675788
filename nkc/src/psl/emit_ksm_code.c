/* SPDX-License-Identifier: MIT */
/*
 * One function for each decision: its rules in the order in which they run, each under its text.
 */
#include "emit_ksm.h"

#include "c_text.h"
#include "emit_ksm_expr.h"

static void statement(KsmCode *k, const PolStatement *s);

static void statements(KsmCode *k, const PolStatementList *list) {
        for (uint32_t i = 0; i < list->n; i++)
                statement(k, list->items[i]);
}

/* security.psl:12: door.enter {…} */
static void comment(KsmCode *k, const PolSite *site) {
        text_fill(k->out, ' ', k->depth * 8u);
        text_puts(k->out, "/* ");
        c_text_comment(k->out, site->file);
        text_printf(k->out, ":%u: ", site->line);
        c_text_comment(k->out, site->text);
        text_puts(k->out, " */\n");
}

static uint32_t count_labels(const PolStatement *s) {
        return s->n_branches - s->has_default;
}

/* Labels of re.select and mic.query_level, as an array; its name, or "NULL". */
static const char *label_array(KsmCode *k, const PolStatement *s) {
        bool is_mic = s->call->method == POL_MIC_QUERY_LEVEL;
        const char *name = arena_printf(k->arena, "labels_%u", s->call->site->index);
        Text t = TEXT_NULL;

        if (!count_labels(s))
                return "NULL";
        for (uint32_t i = 0; i < s->n_branches; i++) {
                const PolBranch *b = &s->branches[i];

                if (b->is_default)
                        continue;
                text_puts(&t, t.size ? ", " : "");
                if (is_mic)
                        text_puts(&t, "{.categories = "), c_text_word(&t, b->level.categories),
                                text_printf(&t, ", .degree = %u}", b->level.degree);
                else
                        text_uint(&t, b->label);
        }
        ksm_code_line(
                k, "static const %s %s[] = {%s};", is_mic ? "KsmLevel" : "uint32_t", name, text_str(&t));
        text_deinit(&t);
        return name;
}

/* Flow answers with the state; the others with the number of the label. */
static void case_labels(KsmCode *k, const PolStatement *s, uint32_t i, uint32_t number) {
        const PolBranch *b = &s->branches[i];

        if (s->call->method != POL_FLOW_QUERY) {
                ksm_code_line(k, "case %u: {", number);
                return;
        }
        text_fill(k->out, ' ', k->depth * 8u);
        text_printf(k->out, "case %u: { /* ", b->label);
        c_text_comment(k->out, s->call->object->flow->states[b->label]);
        text_puts(k->out, " */\n");
}

/* A state that an earlier branch has: that one is taken. */
static bool is_taken(const PolStatement *s, uint32_t i) {
        for (uint32_t j = 0; j < i && s->call->method == POL_FLOW_QUERY; j++)
                if (!s->branches[j].is_default && s->branches[j].label == s->branches[i].label)
                        return true;
        return false;
}

static void branch_body(KsmCode *k, const PolBranch *b) {
        k->depth++;
        statements(k, &b->body);
        ksm_code_line(k, "break;");
        k->depth--;
        ksm_code_line(k, "}");
}

static void branches(KsmCode *k, const PolStatement *s) {
        uint32_t number = 0;

        for (uint32_t i = 0; i < s->n_branches; i++) {
                if (s->branches[i].is_default) {
                        ksm_code_line(k, "default: {");
                } else {
                        number++;
                        if (is_taken(s, i))
                                continue;
                        case_labels(k, s, i, number - 1);
                }
                branch_body(k, &s->branches[i]);
        }
}

static void choice(KsmCode *k, const PolStatement *s) {
        const char *subject = ksm_call_subject(k, s->call);

        if (s->call->method != POL_FLOW_QUERY)
                subject = arena_printf(k->arena, "%s, %s, %u", subject, label_array(k, s), count_labels(s));
        ksm_code_line(k, "switch (%s)) {", subject);
        branches(k, s);
        ksm_code_line(k, "case KSM_UNKNOWN:");
        ksm_code_line(k, "        break;");
        if (!s->has_default) {
                ksm_code_line(k, "default:");
                ksm_code_line(k, "        ksm_no_branch(c, %u);", s->call->site->index);
                ksm_code_line(k, "        break;");
        }
        ksm_code_line(k, "}");
}

static void statement(KsmCode *k, const PolStatement *s) {
        comment(k, s->call->site);
        if (s->kind == POL_STATEMENT_CHOICE)
                choice(k, s);
        else
                ksm_call_rule(k, s->call);
}

void emit_ksm_code(Text *out, Arena *arena, const PolPolicy *p) {
        for (uint32_t i = 0; i < p->n_decisions; i++) {
                KsmCode k = {.out = out, .arena = arena, .depth = 1};

                if (!p->decisions[i]->statements.n)
                        continue;
                text_printf(out, "\nstatic void decide_%u(KsmCall *c) {\n", i);
                statements(&k, &p->decisions[i]->statements);
                text_puts(out, "}\n");
        }
}
