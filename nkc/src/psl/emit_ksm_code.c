/* SPDX-License-Identifier: MIT */
/*
 * One function for each decision: its rules in the order in which they run, each under its text.
 */
#include "emit_ksm.h"

#include "c_text.h"
#include "emit_ksm_expr.h"

static void statement(KsmCode *k, const PolStatement *s);

static void statements(KsmCode *k, const PolStatementList *list) {
        for (uint32_t i = 0; i < list->n; i++) {
                if (i > 0)
                        text_putc(k->out, '\n');
                statement(k, list->items[i]);
        }
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
        text_putc(k->out, '\n');
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

/* What a function is for ------------------------------------------------------------------------------- */

/* The first event that has the decision. */
typedef struct Label {
        const char *text; /* NULL: none, or found only in choices */
        bool has_more;
} Label;

typedef struct Labels {
        Arena *arena;
        const PolPolicy *policy;
        Label *items;     /* by decision */
        uint32_t *visits; /* by route */
} Labels;

static const char *class_name(const PolPolicy *p, uint32_t class) {
        return class < p->n_classes ? p->classes[class]->name : "any other";
}

static void label(Labels *l, const PolDecision *d, PslEvent event, uint32_t src, uint32_t dst,
        const PolEndpoint *e, const char *method) {
        Label *item = &l->items[d->index];
        const char *arrow = event == PSL_SECURITY ? "" : " -> ";

        if (item->text) {
                item->has_more = true;
                return;
        }
        item->text = arena_printf(l->arena, "%s %s%s%s%s%s%s%s", psl_event_text(event),
                class_name(l->policy, src), arrow, *arrow ? class_name(l->policy, dst) : "", e ? " " : "",
                e ? e->path : "", e && *e->path ? "." : "", method);
}

/* A route is looked at twice at most: the second time its decisions get more than one event. */
static void label_route(Labels *l, const PolRoute *r, PslEvent event, uint32_t src, uint32_t dst) {
        if (l->visits[r->index]++ > 1)
                return;
        if (event == PSL_EXECUTE)
                label(l, r->decisions[0], event, src, dst, NULL, "");
        for (uint32_t i = 0; r->endpoints && i < r->endpoints->n; i++) {
                const PolEndpoint *e = &r->endpoints->items[i];

                for (uint32_t m = 0; m < e->interface->n_methods; m++)
                        label(l, r->decisions[e->first + m], event, src, dst, e,
                                e->interface->methods[m].name);
        }
}

static Labels make_labels(Arena *arena, const PolPolicy *p) {
        Labels l = {.arena = arena,
                .policy = p,
                .items = ARENA_ARRAY(arena, Label, p->n_decisions),
                .visits = ARENA_ARRAY(arena, uint32_t, p->n_routes)};

        for (int event = 0; event < PSL_N_EVENTS; event++) {
                uint32_t n_dst = event == PSL_SECURITY ? 0 : p->n_classes;

                for (uint32_t src = 0; src <= p->n_classes; src++) {
                        for (uint32_t dst = 0; dst <= n_dst; dst++)
                                label_route(&l, p->rows[event][src][dst], (PslEvent)event, src, dst);
                }
        }
        return l;
}

void emit_ksm_code(Text *out, Arena *arena, const PolPolicy *p) {
        Labels labels = make_labels(arena, p);

        for (uint32_t i = 0; i < p->n_decisions; i++) {
                KsmCode k = {.out = out, .arena = arena, .depth = 1};

                if (!p->decisions[i]->statements.n)
                        continue;
                text_putc(out, '\n');
                if (labels.items[i].text) {
                        text_puts(out, "/* ");
                        c_text_comment(out, labels.items[i].text);
                        text_printf(out, "%s */\n", labels.items[i].has_more ? ", ..." : "");
                }
                text_printf(out, "static void decide_%u(KsmCall *c) {\n", i);
                statements(&k, &p->decisions[i]->statements);
                text_puts(out, "}\n");
        }
}
