/* SPDX-License-Identifier: MIT */
/*
 * The file as a whole: head, tables, functions, and what leads from an event to its function.
 */
#include "emit_ksm.h"

#include "c_text.h"

static void put_head(Text *out, const PolPolicy *p) {
        text_puts(out, "/* Decision code of the policy ");
        c_text_comment(out, p->path);
        text_puts(out, ", written by nkc. Do not edit: change the policy. */\n#include \"ksm_module.h\"\n");
}

void emit_ksm_section(Text *out, const char *title) {
        text_printf(out, "\n/* --- %s --- */\n", title);
}

/* Decisions -------------------------------------------------------------------------------------------- */

static void put_numbers(Text *out, const char *table, uint32_t number) {
        text_printf(out, "static const uint32_t %s_%u[] = {", table, number);
}

static void put_decision(Text *out, const PolDecision *d) {
        static const char *const verdicts[] = {
                [POL_NEVER] = "KSM_NEVER", [POL_ALWAYS] = "KSM_ALWAYS", [POL_DEPENDS] = "KSM_DEPENDS"};

        text_puts(out, "        {");
        if (d->statements.n)
                text_printf(out, ".run = decide_%u, ", d->index);
        text_printf(out, ".verdict = %s, .reason = ", verdicts[d->verdict]);
        c_text_name(out, d->reason);
        if (d->n_sites)
                text_printf(out, ", .sites = sites_of_%u, .n_sites = %u", d->index, d->n_sites);
        text_puts(out, "},\n");
}

static void put_decisions(Text *out, const PolPolicy *p) {
        emit_ksm_section(out, "Decisions: each list of rules, with what is known of it beforehand");
        text_putc(out, '\n');
        for (uint32_t i = 0; i < p->n_decisions; i++) {
                const PolDecision *d = p->decisions[i];

                if (!d->n_sites)
                        continue;
                put_numbers(out, "sites_of", i);
                for (uint32_t s = 0; s < d->n_sites; s++)
                        text_printf(out, "%s%u", s ? ", " : "", d->sites[s]->index);
                text_puts(out, "};\n");
        }
        text_puts(out, "\nstatic const KsmDecision decisions[] = {\n");
        for (uint32_t i = 0; i < p->n_decisions; i++)
                put_decision(out, p->decisions[i]);
        text_puts(out, "};\n");
}

/* Routes ----------------------------------------------------------------------------------------------- */

/* `execute` has no endpoint in the policy, and one here. */
static uint32_t count_endpoints(const PolRoute *r) {
        if (!r->n_decisions)
                return 0;
        return r->endpoints ? r->endpoints->n : 1;
}

/* The decisions of one endpoint are a line. */
static void put_endpoint(Text *out, const PolRoute *r, const PolEndpoint *e) {
        text_puts(out, "        ");
        for (uint32_t m = 0; m < e->interface->n_methods; m++)
                text_printf(out, "%u, ", r->decisions[e->first + m]->index);
        text_puts(out, "/* ");
        c_text_comment(out, *e->path ? e->path : e->interface_name);
        text_puts(out, " */\n");
}

static void put_route(Text *out, const PolRoute *r) {
        uint32_t n = count_endpoints(r);

        if (!n)
                return;
        text_putc(out, '\n');
        put_numbers(out, "first", r->index);
        for (uint32_t i = 0; i < n; i++)
                text_printf(out, "%u, ", r->endpoints ? r->endpoints->items[i].first : 0);
        text_printf(out, "%u};\n", r->n_decisions);
        put_numbers(out, "decisions", r->index);
        if (!r->endpoints) {
                text_printf(out, "%u};\n", r->decisions[0]->index);
                return;
        }
        text_putc(out, '\n');
        for (uint32_t i = 0; i < n; i++)
                put_endpoint(out, r, &r->endpoints->items[i]);
        text_puts(out, "};\n");
}

static void put_routes(Text *out, const PolPolicy *p) {
        emit_ksm_section(out, "Routes: the decisions for the methods of an endpoint, by MID");
        for (uint32_t i = 0; i < p->n_routes; i++)
                put_route(out, p->routes[i]);
        text_puts(out, "\nstatic const KsmMethods methods[] = {\n");
        for (uint32_t i = 0; i < p->n_routes; i++) {
                uint32_t n = count_endpoints(p->routes[i]);

                if (n)
                        text_printf(out,
                                "        {.n_endpoints = %u, .first = first_%u, .decisions = "
                                "decisions_%u},\n",
                                n, i, i);
                else
                        text_puts(out, "        {.n_endpoints = 0},\n");
        }
        text_puts(out, "};\n");
}

/* Rows that sources share are written once, under the number of the first one. */
static uint32_t first_of(const PolRoute *const *const *rows, uint32_t src) {
        uint32_t i = 0;

        while (rows[i] != rows[src])
                i++;
        return i;
}

static void put_rows(Text *out, const PolPolicy *p, const char *event, const PolRoute *const *const *rows) {
        text_putc(out, '\n');
        for (uint32_t src = 0; src <= p->n_classes; src++) {
                if (first_of(rows, src) != src)
                        continue;
                put_numbers(out, event, src);
                for (uint32_t dst = 0; dst <= p->n_classes; dst++)
                        text_printf(out, "%s%u", dst ? ", " : "", rows[src][dst]->index);
                text_puts(out, "};\n");
        }
        text_printf(out, "\nstatic const uint32_t *const %s[] = {\n", event);
        for (uint32_t src = 0; src <= p->n_classes; src++) {
                text_printf(out, "        %s_%u, /* from ", event, first_of(rows, src));
                c_text_comment(out, src < p->n_classes ? p->classes[src]->name : "any other");
                text_puts(out, " */\n");
        }
        text_puts(out, "};\n");
}

/* The module ------------------------------------------------------------------------------------------- */

static void put_table(Text *out, const char *count, const char *name, uint32_t n) {
        text_printf(out, "        .%s = %u,\n", count, n);
        if (n)
                text_printf(out, "        .%s = %s,\n", name, name);
}

static void put_module(Text *out, const PolPolicy *p) {
        text_puts(out, "\nconst KsmModule ksm_module = {\n"
                       "        .magic = KSM_MODULE_MAGIC,\n        .version = KSM_MODULE_VERSION,\n"
                       "        .name = ");
        c_text_name(out, p->path);
        text_puts(out, ",\n");
        put_table(out, "n_classes", "classes", p->n_classes);
        text_puts(out, "        .kernel_class = ");
        c_text_index(out, p->kernel, POL_NONE, "KSM_NONE");
        text_puts(out, ",\n");
        put_table(out, "n_objects", "objects", p->n_objects);
        put_table(out, "n_patterns", "patterns", p->n_patterns);
        put_table(out, "n_sites", "sites", p->n_sites);
        put_table(out, "n_profiles", "profiles", p->n_profiles);
        text_printf(out, "        .audit_level = %u,\n", p->audit_level);
        put_table(out, "n_decisions", "decisions", p->n_decisions);
        put_table(out, "n_methods", "methods", p->n_routes);
        text_puts(out, "        .routes = {\n"
                       "                [KSM_EXECUTE] = on_execute,\n"
                       "                [KSM_REQUEST] = on_request,\n"
                       "                [KSM_RESPONSE] = on_response,\n"
                       "                [KSM_ERROR] = on_error,\n"
                       "                [KSM_SECURITY] = on_security,\n"
                       "        },\n};\n");
}

void emit_ksm(Text *out, Arena *arena, const PolPolicy *p) {
        static const char *const events[PSL_N_EVENTS] = {
                [PSL_EXECUTE] = "on_execute",
                [PSL_REQUEST] = "on_request",
                [PSL_RESPONSE] = "on_response",
                [PSL_ERROR] = "on_error",
                [PSL_SECURITY] = "on_security",
        };

        Text code = TEXT_NULL;

        put_head(&code, p);
        emit_ksm_tables(&code, arena, p);
        emit_ksm_section(&code, "Rules, each list in the order in which it runs");
        emit_ksm_code(&code, arena, p);
        put_decisions(&code, p);
        put_routes(&code, p);
        emit_ksm_section(
                &code, "From an event to its route: by the class that sends, then by the one that receives");
        for (int i = 0; i < PSL_N_EVENTS; i++)
                put_rows(&code, p, events[i], p->rows[i]);
        emit_ksm_section(&code, "The module");
        put_module(&code, p);
        c_text_fold(out, text_str(&code), code.size);
        text_deinit(&code);
}
