/* SPDX-License-Identifier: MIT */
/*
 * nkc policy suggest: from denials in audit files to rules that admit them and nothing else.
 *
 * Only an event without any rule can be admitted by a new one, since all rules of an event must grant. What
 * an existing rule denied is listed with that rule's place: only its author can narrow it. The output is
 * PSL as a whole; what is no rule stands in comments.
 */
#include <stdio.h>
#include <string.h>

#include "base/intern.h"
#include "base/map.h"
#include "cmd_policy.h"
#include "policy_audit.h"
#include "psl/c_text.h"

#define UNBOUND "no rule is bound" /* the reason that the security module gives */

static const Opt opts[] = {PCMD_OPTS};

/* A rule that denied an event, or failed. */
typedef struct Blocker {
        struct Blocker *next;
        const char *file;
        uint32_t line;
        const char *call; /* "door.enter" */
        const char *why;
} Blocker;

typedef enum Kind {
        ADMIT,          /* by a new rule */
        BLOCKED,        /* by rules that exist */
        MALFORMED,      /* no rule was asked */
        UNKNOWN_CLASS,  /* not in the policy */
        UNKNOWN_METHOD, /* neither there nor in the description */
        GRANTED_NOW,    /* the policy at hand has a rule for it */
} Kind;

/* Equal denials. */
typedef struct Denial {
        struct Denial *next;
        Kind kind;
        PslEvent event;
        const char *names[4]; /* src, dst, endpoint, method, as in the record */
        const char *file;     /* of the first record */
        unsigned line;
        size_t n;
        const char *reason;
        Blocker *blockers;
        uint32_t src, dst; /* ADMIT, BLOCKED, GRANTED_NOW: */
        const PolEndpoint *endpoint;
        uint32_t mid;
        bool is_written;
} Denial;

typedef struct Suggestion {
        PolicyCmd cmd;
        const PolPolicy *policy;
        Intern *names;
        Map seen; /* Denial */
        Denial *first;
        Denial **last;
        size_t n_denials; /* records */
        size_t n_different;
        AuditCount count;
        Text out;
} Suggestion;

/* Reading ------------------------------------------------------------------------------------------------ */

static const char *keep(Suggestion *x, const char *text) {
        return text ? intern_text(x->names, text) : NULL;
}

static Denial *find_denial(Suggestion *x, const AuditEvent *e) {
        const char *const words[] = {e->src, e->dst, e->endpoint, e->method, e->reason};
        Text key = TEXT_NULL;
        const char *name;
        Denial *d;

        text_uint(&key, (uint64_t)e->event);
        for (size_t i = 0; i < 5; i++)
                text_printf(&key, "%c%s", words[i] ? '\1' : '\2', words[i] ? words[i] : "");
        name = intern_bytes(x->names, text_str(&key), key.size);
        text_deinit(&key);
        d = map_get(&x->seen, name);
        if (d)
                return d;
        d = ARENA_NEW(x->cmd.arena, Denial);
        *d = (Denial){.event = e->event,
                .names = {keep(x, e->src), keep(x, e->dst), keep(x, e->endpoint), keep(x, e->method)},
                .file = keep(x, e->file),
                .line = e->line,
                .reason = keep(x, e->reason)};
        map_put(&x->seen, name, d);
        *x->last = d;
        x->last = &d->next;
        x->n_different++;
        return d;
}

static void add_blocker(Suggestion *x, Denial *d, const AuditCall *call) {
        const char *name = intern_printf(x->names, "%s%s%s", call->object ? call->object : "",
                call->object ? "." : "", call->method ? call->method : "?");
        Blocker **at = &d->blockers;

        for (; *at; at = &(*at)->next) {
                if ((*at)->line == call->line && (*at)->call == name && (*at)->file == keep(x, call->file))
                        return;
        }
        *at = ARENA_NEW(x->cmd.arena, Blocker);
        **at = (Blocker){
                .file = keep(x, call->file), .line = call->line, .call = name, .why = keep(x, call->why)};
}

static void take_record(void *userdata, const AuditEvent *e) {
        Suggestion *x = userdata;
        Denial *d;

        if (e->is_granted)
                return;
        x->n_denials++;
        d = find_denial(x, e);
        d->n++;
        for (uint32_t i = 0; i < e->n_calls; i++) {
                if (e->calls[i].result && strcmp(e->calls[i].result, "granted") != 0)
                        add_blocker(x, d, &e->calls[i]);
        }
}

/* Understanding ---------------------------------------------------------------------------------------------
 */

static bool find_method(Denial *d, const PolEndpointList *list) {
        for (uint32_t i = 0; list && d->names[2] && d->names[3] && i < list->n; i++) {
                const PolEndpoint *e = &list->items[i];

                for (d->mid = 0; strcmp(e->path, d->names[2]) == 0 && d->mid < e->interface->n_methods;
                        d->mid++) {
                        d->endpoint = e;
                        if (strcmp(e->interface->methods[d->mid].name, d->names[3]) == 0)
                                return true;
                }
        }
        return false;
}

static Kind understand(const Suggestion *x, Denial *d) {
        const PolPolicy *p = x->policy;
        bool is_security = d->event == PSL_SECURITY;
        const PolDecision *decision;

        if (d->reason && strcmp(d->reason, UNBOUND) != 0)
                return MALFORMED;
        d->src = pol_find_class(p, d->names[0]);
        d->dst = is_security ? POL_NONE : pol_find_class(p, d->names[1]);
        if (d->src == POL_NONE || (d->dst == POL_NONE && !is_security))
                return UNKNOWN_CLASS;
        if (d->event != PSL_EXECUTE && !find_method(d, pol_endpoints(p, d->event, d->src, d->dst)))
                return UNKNOWN_METHOD;
        decision = pol_decision(p, d->event, d->src, d->dst, d->endpoint ? d->endpoint->riid : 0, d->mid);
        if (d->blockers)
                return BLOCKED;
        return decision->n_sites == 0 ? ADMIT : GRANTED_NOW;
}

/* Comments
 * ---------------------------------------------------------------------------------------------------- */

static void put_safe(Suggestion *x, const char *text) {
        c_text_comment(&x->out, text ? text : "?");
}

static void put_place(Suggestion *x, const Denial *d) {
        text_printf(
                &x->out, "%zu denial%s, %s ", d->n, d->n == 1 ? "" : "s", d->n == 1 ? "at" : "the first at");
        put_safe(x, d->file);
        text_printf(&x->out, ":%u", d->line);
}

static const LayMessage *message_of(const Denial *d) {
        return d->endpoint ? pol_message(d->event, &d->endpoint->interface->methods[d->mid]) : NULL;
}

/* What the rule cannot tell from what was denied. */
static void put_also(Suggestion *x, const Denial *d) {
        const LayMessage *m = message_of(d);

        text_puts(&x->out, "Admits also: ");
        if (m && m->n_fields > 0) {
                text_puts(&x->out, "every value of ");
                for (uint32_t i = 0; i < m->n_fields; i++)
                        text_printf(&x->out, "%s%s%s", i ? ", " : "", m->fields[i].name,
                                m->fields[i].type->kind == LAY_HANDLE ? " (a handle)" : "");
                text_puts(&x->out, "; ");
        }
        text_puts(&x->out, "every process of these classes, whatever happened before.");
}

static void put_comment(Suggestion *x, const Denial *d, const char *indent) {
        text_printf(&x->out, "%s/* ", indent);
        put_place(x, d);
        text_puts(&x->out, ". ");
        put_also(x, d);
        text_puts(&x->out, " */\n");
}

/* Rules
 * -------------------------------------------------------------------------------------------------------- */

/* Security interfaces of the class that have the method and fit the other selectors. */
static uint32_t count_security(
        const PolEndpointList *list, const Denial *d, const char *interface, const char *component) {
        const char *method = d->endpoint->interface->methods[d->mid].name;
        uint32_t n = 0;

        for (uint32_t i = 0; i < list->n; i++) {
                const PolEndpoint *e = &list->items[i];
                bool is_inside = !component;

                for (const PolInside *in = e->inside; in && !is_inside; in = in->next)
                        is_inside = in->component == component;
                if (!is_inside || (interface && e->interface_name != interface))
                        continue;
                for (uint32_t m = 0; m < e->interface->n_methods; m++)
                        n += strcmp(e->interface->methods[m].name, method) == 0;
        }
        return n;
}

static void put_security_selectors(Suggestion *x, const Denial *d) {
        const PolEndpointList *list = &x->policy->classes[d->src]->security;
        const char *component = d->endpoint->inside ? d->endpoint->inside->component : NULL;

        if (count_security(list, d, NULL, NULL) > 1) {
                if (component &&
                        count_security(list, d, NULL, component) < count_security(list, d, NULL, NULL))
                        text_printf(&x->out, " component=%s", component);
                if (count_security(list, d, d->endpoint->interface_name, component) <
                        count_security(list, d, NULL, component))
                        text_printf(&x->out, " interface=%s", d->endpoint->interface_name);
        }
        text_printf(&x->out, " method=%s", d->endpoint->interface->methods[d->mid].name);
}

static void put_method_selectors(Suggestion *x, const Denial *d) {
        if (d->event == PSL_SECURITY)
                put_security_selectors(x, d);
        else if (d->endpoint)
                text_printf(&x->out, " endpoint=%s method=%s", d->endpoint->path,
                        d->endpoint->interface->methods[d->mid].name);
}

static void put_class_selectors(Suggestion *x, const Denial *d) {
        text_printf(&x->out, "%s src=%s", psl_event_text(d->event), x->policy->classes[d->src]->name);
        if (d->event != PSL_SECURITY)
                text_printf(&x->out, " dst=%s", x->policy->classes[d->dst]->name);
}

static bool belongs_to(const Denial *d, const Denial *head) {
        return d->kind == ADMIT && d->event == head->event && d->src == head->src && d->dst == head->dst;
}

/* One binding for all methods between two classes. */
static void put_binding(Suggestion *x, Denial *head) {
        size_t n = 0;

        for (const Denial *d = head; d; d = d->next)
                n += belongs_to(d, head);
        text_putc(&x->out, '\n');
        if (n == 1)
                put_comment(x, head, "");
        put_class_selectors(x, head);
        if (n == 1) {
                put_method_selectors(x, head);
                text_puts(&x->out, " { grant () }\n");
                return;
        }
        text_puts(&x->out, " {\n");
        for (Denial *d = head; d; d = d->next) {
                if (!belongs_to(d, head))
                        continue;
                put_comment(x, d, "    ");
                text_puts(&x->out, "    match");
                put_method_selectors(x, d);
                text_puts(&x->out, " { grant () }\n");
                d->is_written = true;
        }
        text_puts(&x->out, "}\n");
}

static void put_rules(Suggestion *x) {
        for (int event = 0; event < PSL_N_EVENTS; event++) {
                for (Denial *d = x->first; d; d = d->next) {
                        if ((int)d->event == event && d->kind == ADMIT && !d->is_written)
                                put_binding(x, d);
                }
        }
}

/* Everything else
 * ---------------------------------------------------------------------------------------------- */

static void put_event(Suggestion *x, const Denial *d) {
        static const char *const before[] = {" ", " -> ", " ", "."};

        text_puts(&x->out, psl_event_text(d->event));
        for (size_t i = 0; i < 4; i++) {
                if (!d->names[i] || (i == 2 && !*d->names[i]))
                        continue;
                text_puts(&x->out, i == 3 && !(d->names[2] && *d->names[2]) ? " " : before[i]);
                put_safe(x, d->names[i]);
        }
}

static void put_blockers(Suggestion *x, const Denial *d) {
        for (const Blocker *b = d->blockers; b; b = b->next) {
                text_puts(&x->out, "\n       ");
                put_safe(x, b->file);
                text_printf(&x->out, ":%u: ", b->line);
                put_safe(x, b->call);
                if (b->why) {
                        text_puts(&x->out, ": ");
                        put_safe(x, b->why);
                }
        }
}

static void put_left_out(Suggestion *x, const Denial *d) {
        static const char *const texts[] = {
                [BLOCKED] = "rules that exist deny it, and a new one cannot outweigh them; narrow:",
                [MALFORMED] = "no policy can admit it: ",
                [UNKNOWN_CLASS] = "a class of it is not in the policy ('use EDL' includes classes)",
                [UNKNOWN_METHOD] = "there is no such endpoint or method in the descriptions",
                [GRANTED_NOW] = "the policy has a rule for it by now",
        };

        text_puts(&x->out, "\n/* Not admitted: ");
        put_event(x, d);
        text_puts(&x->out, " (");
        put_place(x, d);
        text_printf(&x->out, ").\n   %c%s", texts[d->kind][0] - 'a' + 'A', texts[d->kind] + 1);
        if (d->kind == MALFORMED)
                put_safe(x, d->reason);
        if (d->kind == BLOCKED)
                put_blockers(x, d);
        text_puts(&x->out, " */\n");
}

/* A request that is granted will have a reply. */
static void put_reply(Suggestion *x, const Denial *d, PslEvent event) {
        const PolEndpoint *e = d->endpoint;

        if (pol_decision(x->policy, event, d->dst, d->src, e->riid, d->mid)->n_sites > 0)
                return;
        for (const Denial *o = x->first; o; o = o->next) {
                if (o->kind == ADMIT && o->event == event && o->src == d->dst && o->dst == d->src &&
                        o->endpoint == e && o->mid == d->mid)
                        return;
        }
        text_printf(&x->out, "\n/* Not granted yet: %s src=%s dst=%s endpoint=%s method=%s */\n",
                psl_event_text(event), x->policy->classes[d->dst]->name, x->policy->classes[d->src]->name,
                e->path, e->interface->methods[d->mid].name);
}

static void put_all(Suggestion *x) {
        text_printf(&x->out,
                "/* Proposed by 'nkc policy suggest': %zu denial%s, %zu different. Read each rule before "
                "you take it. */\n",
                x->n_denials, x->n_denials == 1 ? "" : "s", x->n_different);
        for (Denial *d = x->first; d; d = d->next)
                d->kind = understand(x, d);
        put_rules(x);
        for (const Denial *d = x->first; d; d = d->next) {
                if (d->kind == ADMIT && d->event == PSL_REQUEST) {
                        put_reply(x, d, PSL_RESPONSE);
                        put_reply(x, d, PSL_ERROR);
                } else if (d->kind != ADMIT) {
                        put_left_out(x, d);
                }
        }
}

/* The command
 * ---------------------------------------------------------------------------------------------------- */

static int propose(Suggestion *x) {
        Text folded = TEXT_NULL;

        x->names = intern_new(x->cmd.arena);
        map_init(&x->seen, x->cmd.arena);
        x->last = &x->first;
        for (size_t i = 0; i < x->cmd.n_words; i++)
                audit_read(x->cmd.words[i], take_record, x, &x->count);
        if (x->count.io_failed)
                return CMD_FAILED;
        put_all(x);
        c_text_fold(&folded, text_str(&x->out), x->out.size);
        fputs(text_str(&folded), stdout);
        text_deinit(&folded);
        text_deinit(&x->out);
        return x->count.n_bad > 0 ? CMD_INPUT : CMD_OK;
}

static int suggest(const Command *self, OptScan *scan) {
        Suggestion x = {.n_denials = 0};
        int r;

        policy_cmd_init(&x.cmd, self, scan);
        while (policy_cmd_next(&x.cmd) != OPT_END)
                ;
        r = policy_cmd_check(&x.cmd);
        if (r == CMD_OK && x.cmd.n_words == 0)
                r = cmd_usage(self, "no audit file");
        if (r == CMD_OK) {
                x.policy = policy_cmd_read(&x.cmd);
                r = policy_cmd_exit_code(&x.cmd);
        }
        if (x.policy && r == CMD_OK)
                r = propose(&x);
        policy_cmd_deinit(&x.cmd);
        return r;
}

const Command cmd_policy_suggest = {
        .name = "policy suggest",
        .synopsis = "[--policy FILE] [-I DIR]... AUDIT...",
        .summary = "The smallest rules that admit what an audit says was denied.",
        .details = "AUDIT is what 'caisson run --audit FILE' writes. The output is PSL; comments say what "
                   "else each rule\n"
                   "would admit, and what no new rule can admit.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = suggest,
};
