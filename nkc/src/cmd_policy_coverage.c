/* SPDX-License-Identifier: MIT */
/*
 * nkc policy coverage: which rules no test (and no audit record) reached, and what the policy allows
 * although nobody ever did it.
 */
#include <stdio.h>
#include <string.h>

#include "base/intern.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/map.h"
#include "cmd_policy.h"
#include "policy_audit.h"
#include "policy_program.h"
#include "psl/models.h"

enum { OPT_AUDIT = PCMD_N_OPTS, OPT_NO_TESTS, OPT_JSON };

#define REPORT_FILE "coverage.json"

static const Opt opts[] = {
        PCMD_OPTS,
        [OPT_AUDIT] = {.word = "audit",
                .value_name = "FILE",
                .help = "count what a system did as well (caisson run --audit), repeatable"},
        [OPT_NO_TESTS] = {.word = "no-tests", .help = "count audit records alone"},
        [OPT_JSON] = {.word = "json", .help = "JSON, one object (docs/reference/policy-json.md)"},
};

typedef enum Outcome { GRANTED, DENIED, FAILED, N_OUTCOMES } Outcome;

static const char *const outcomes[N_OUTCOMES] = {"granted", "denied", "failed"};

/* How often a rule ran. Rules that an audit record cannot tell apart are a list. */
typedef struct RuleCount {
        const PolSite *site;
        uint64_t n[N_OUTCOMES];
        struct RuleCount *next;
} RuleCount;

typedef struct Coverage {
        PolicyCmd cmd;
        const PolPolicy *policy;
        const char **audits;
        size_t n_audits;
        bool has_tests;
        bool is_json;
        Intern *names;
        RuleCount *rules; /* by index of their site */
        Map by_place;     /* RuleCount */
        Map done;         /* uint64_t: how often an event was granted */
        AuditCount audit_count;
        size_t n_foreign; /* calls in audit records that are no rules of this policy */
        bool tests_failed;
} Coverage;

/* Counting -------------------------------------------------------------------------------------------- */

static const char *last_part(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* One of the paths is the end of the other one: the policy may have been compiled from another folder. */
static bool is_same_file(const char *a, const char *b) {
        size_t n = strlen(a), m = strlen(b);
        const char *longer = n > m ? a : b, *shorter = n > m ? b : a;
        size_t rest = n > m ? n - m : m - n;

        return strcmp(longer + rest, shorter) == 0 && (rest == 0 || longer[rest - 1] == '/');
}

static const char *place_key(
        Coverage *x, const char *file, uint32_t line, const char *object, const char *method) {
        return intern_printf(x->names, "%s:%u:%s.%s", last_part(file), line, object, method);
}

static void index_rules(Coverage *x) {
        x->rules = ARENA_ARRAY(x->cmd.arena, RuleCount, x->policy->n_sites);
        for (uint32_t i = 0; i < x->policy->n_sites; i++) {
                const PolSite *s = x->policy->sites[i];
                RuleCount *first;

                x->rules[i].site = s;
                first = map_put(&x->by_place,
                        place_key(x, s->file, s->line, s->object->name, pol_method_name(s->method)),
                        &x->rules[i]);
                if (first) {
                        x->rules[i].next = first->next;
                        first->next = &x->rules[i];
                }
        }
}

static uint64_t *times_done(
        Coverage *x, PslEvent event, uint32_t src, uint32_t dst, uint32_t riid, uint32_t mid) {
        const uint32_t key[] = {(uint32_t)event, src, event == PSL_SECURITY ? POL_NONE : dst, riid, mid};
        const char *name = intern_bytes(x->names, (const char *)key, sizeof key);
        uint64_t *n = map_get(&x->done, name);

        if (!n) {
                n = ARENA_NEW(x->cmd.arena, uint64_t);
                map_put(&x->done, name, n);
        }
        return n;
}

static uint32_t class_of(const Coverage *x, const char *name) {
        return name ? pol_find_class(x->policy, name) : POL_NONE;
}

/* What the tests did ---------------------------------------------------------------------------------------
 */

static void count_tested_rules(Coverage *x, const JsonValue *sites) {
        uint32_t i = 0;

        for (const JsonValue *v = sites ? sites->first : NULL; v && i < x->policy->n_sites;
                v = v->next, i++) {
                for (int k = 0; k < N_OUTCOMES; k++)
                        x->rules[i].n[k] += json_get_integer(v, outcomes[k], 0);
        }
}

static void count_tested_events(Coverage *x, const JsonValue *events) {
        for (const JsonValue *v = events ? events->first : NULL; v; v = v->next) {
                const char *kind = json_get_text(v, "event");

                for (int e = 0; kind && e < PSL_N_EVENTS; e++) {
                        if (strcmp(kind, psl_event_text((PslEvent)e)) == 0)
                                *times_done(x, (PslEvent)e, class_of(x, json_get_text(v, "src")),
                                        class_of(x, json_get_text(v, "dst")),
                                        (uint32_t)json_get_integer(v, "riid", 0),
                                        (uint32_t)json_get_integer(v, "mid", 0)) +=
                                        json_get_integer(v, "granted", 0);
                }
        }
}

static bool count_report(Coverage *x, const PolicyProgram *program) {
        PolicyProgram report = *program;
        const JsonValue *v;
        const char *text, *problem;
        size_t size, at;

        report.path = arena_printf(x->cmd.arena, "%s/" REPORT_FILE, program->scratch.path);
        text = policy_program_read(&report, &size);
        if (!text)
                return false;
        v = json_read(x->cmd.arena, text, size, &problem, &at);
        if (!v) {
                fprintf(stderr, "nkc: error: %s, byte %zu: %s\n", report.path, at, problem);
                return false;
        }
        count_tested_rules(x, json_get(v, "sites"));
        count_tested_events(x, json_get(v, "events"));
        return true;
}

/* False after a message. */
static bool run_tests(Coverage *x) {
        static const char *const options[] = {"--coverage", REPORT_FILE, NULL};
        PolicyProgram program = POLICY_PROGRAM_NULL;
        int status = -1;
        bool ok = policy_cmd_need_sdk(&x->cmd) &&
                  policy_program_make(&program, x->cmd.arena, &x->cmd.sdk, x->policy, CC_PROGRAM);

        if (ok) {
                status = policy_program_run(&program, options, "output");
                x->tests_failed = status == 1;
                ok = (status == 0 || status == 1) && count_report(x, &program);
                if (status > 1)
                        fprintf(stderr, "nkc: error: the tests cannot run: exit code %d\n", status);
        }
        policy_program_deinit(&program);
        return ok;
}

/* What a system did ---------------------------------------------------------------------------------------
 */

static void count_call(Coverage *x, const AuditCall *call) {
        RuleCount *rule = NULL;
        bool is_found = false;
        int outcome = 0;

        if (!call->file || !call->object || !call->method || !call->result)
                return;
        while (outcome < N_OUTCOMES && strcmp(call->result, outcomes[outcome]) != 0)
                outcome++;
        if (outcome < N_OUTCOMES)
                rule = map_get(
                        &x->by_place, place_key(x, call->file, call->line, call->object, call->method));
        for (; rule; rule = rule->next) {
                if (is_same_file(rule->site->file, call->file)) {
                        rule->n[outcome]++;
                        is_found = true;
                }
        }
        x->n_foreign += !is_found;
}

static const PolEndpoint *find_endpoint(const PolEndpointList *list, const char *path) {
        for (uint32_t i = 0; list && path && i < list->n; i++) {
                if (strcmp(list->items[i].path, path) == 0)
                        return &list->items[i];
        }
        return NULL;
}

static void count_event(Coverage *x, const AuditEvent *e) {
        uint32_t src = class_of(x, e->src), dst = class_of(x, e->dst);
        const PolEndpoint *endpoint =
                find_endpoint(pol_endpoints(x->policy, e->event, src, dst), e->endpoint);

        if (e->event == PSL_EXECUTE)
                ++*times_done(x, e->event, src, dst, 0, 0);
        for (uint32_t m = 0; endpoint && e->method && m < endpoint->interface->n_methods; m++) {
                if (strcmp(endpoint->interface->methods[m].name, e->method) == 0)
                        ++*times_done(x, e->event, src, dst, endpoint->riid, m);
        }
}

static void take_record(void *userdata, const AuditEvent *e) {
        Coverage *x = userdata;

        for (uint32_t i = 0; i < e->n_calls; i++)
                count_call(x, &e->calls[i]);
        if (e->is_granted)
                count_event(x, e);
}

/* What is allowed -------------------------------------------------------------------------------------------
 */

/* An event that the policy may grant. */
typedef struct Allowed {
        PslEvent event;
        uint32_t src;
        uint32_t dst;
        const PolEndpoint *endpoint; /* NULL: execute */
        uint32_t mid;
        uint64_t n; /* how often it was granted */
} Allowed;

typedef void AllowedTake(void *userdata, const Allowed *a);

static void visit_event(Coverage *x, Allowed a, AllowedTake *take, void *userdata) {
        uint32_t riid = a.endpoint ? a.endpoint->riid : 0;

        if (pol_decision(x->policy, a.event, a.src, a.dst, riid, a.mid)->verdict == POL_NEVER)
                return;
        a.n = *times_done(x, a.event, a.src, a.dst, riid, a.mid);
        take(userdata, &a);
}

static void visit_pair(
        Coverage *x, PslEvent event, uint32_t src, uint32_t dst, AllowedTake *take, void *userdata) {
        const PolEndpointList *list = pol_endpoints(x->policy, event, src, dst);
        Allowed a = {.event = event, .src = src, .dst = dst};

        if (event == PSL_EXECUTE)
                visit_event(x, a, take, userdata);
        for (uint32_t e = 0; list && e < list->n; e++) {
                a.endpoint = &list->items[e];
                for (a.mid = 0; a.mid < a.endpoint->interface->n_methods; a.mid++)
                        visit_event(x, a, take, userdata);
        }
}

/* Starts, requests and calls of security interfaces: responses and errors follow from requests. */
static void visit_allowed(Coverage *x, AllowedTake *take, void *userdata) {
        static const PslEvent events[] = {PSL_EXECUTE, PSL_REQUEST, PSL_SECURITY};

        for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
                uint32_t n_dst = events[i] == PSL_SECURITY ? 1 : x->policy->n_classes;

                for (uint32_t src = 0; src < x->policy->n_classes; src++) {
                        for (uint32_t dst = 0; dst < n_dst; dst++)
                                visit_pair(x, events[i], src, dst, take, userdata);
                }
        }
}

/* Text -------------------------------------------------------------------------------------------------- */

static bool is_reached(const RuleCount *r) {
        return r->n[GRANTED] + r->n[DENIED] + r->n[FAILED] > 0;
}

static void print_rules(const Coverage *x) {
        uint32_t n_reached = 0;

        for (uint32_t i = 0; i < x->policy->n_sites; i++)
                n_reached += is_reached(&x->rules[i]);
        printf("%u of %u rules reached%s\n", n_reached, x->policy->n_sites,
                n_reached < x->policy->n_sites ? "; not these:" : "");
        for (uint32_t i = 0; i < x->policy->n_sites; i++) {
                const PolSite *s = x->rules[i].site;

                if (!is_reached(&x->rules[i]))
                        printf("  %s:%u:%u: %s\n", s->file, s->line, s->column, s->text);
        }
}

/* Methods of one endpoint are one line. */
typedef struct Listing {
        const Coverage *x;
        Allowed head; /* of the line at hand */
        Text names;
        uint32_t n_names;
        uint32_t n_allowed;
        uint32_t n_never;
        Text lines;
} Listing;

static void end_line(Listing *l) {
        const PolPolicy *p = l->x->policy;
        const Allowed *h = &l->head;

        if (l->n_names == 0)
                return;
        text_printf(&l->lines, "  %s %s", psl_event_text(h->event), p->classes[h->src]->name);
        if (h->event != PSL_SECURITY)
                text_printf(&l->lines, " -> %s", p->classes[h->dst]->name);
        if (h->endpoint)
                text_printf(&l->lines, " %s%s", h->endpoint->path, *h->endpoint->path ? ": " : "");
        if (h->endpoint && l->n_names == h->endpoint->interface->n_methods && l->n_names > 1)
                text_printf(&l->lines, "all %u methods\n", l->n_names);
        else
                text_printf(&l->lines, "%s\n", text_str(&l->names));
        text_clear(&l->names);
        l->n_names = 0;
}

static void list_allowed(void *userdata, const Allowed *a) {
        Listing *l = userdata;
        const Allowed *h = &l->head;

        if (a->event != h->event || a->src != h->src || a->dst != h->dst || a->endpoint != h->endpoint)
                end_line(l);
        l->head = *a;
        l->n_allowed++;
        if (a->n > 0)
                return;
        l->n_never++;
        text_printf(&l->names, "%s%s", l->n_names++ ? ", " : "",
                a->endpoint ? a->endpoint->interface->methods[a->mid].name : "");
}

static void print_text(Coverage *x) {
        Listing l = {.x = x};

        print_rules(x);
        visit_allowed(x, list_allowed, &l);
        end_line(&l);
        printf("%u of %u allowed events happened%s\n%s", l.n_allowed - l.n_never, l.n_allowed,
                l.n_never ? "; never these:" : "", text_str(&l.lines));
        text_deinit(&l.names);
        text_deinit(&l.lines);
}

/* JSON --------------------------------------------------------------------------------------------------- */

static void put_rules(Json *j, const Coverage *x) {
        json_open(j, "rules", '[');
        for (uint32_t i = 0; i < x->policy->n_sites; i++) {
                const PolSite *s = x->rules[i].site;

                json_open(j, NULL, '{');
                j->is_line = true;
                json_text(j, "file", s->file);
                json_number(j, "line", s->line);
                json_number(j, "column", s->column);
                json_text(j, "text", s->text);
                json_bool(j, "reached", is_reached(&x->rules[i]));
                for (int k = 0; k < N_OUTCOMES; k++)
                        json_number(j, outcomes[k], x->rules[i].n[k]);
                json_close(j, '}');
                j->is_line = false;
        }
        json_close(j, ']');
}

typedef struct JsonListing {
        Json *j;
        const PolPolicy *policy;
} JsonListing;

static void put_allowed(void *userdata, const Allowed *a) {
        const JsonListing *l = userdata;

        json_open(l->j, NULL, '{');
        l->j->is_line = true;
        json_text(l->j, "event", psl_event_text(a->event));
        json_text(l->j, "src", l->policy->classes[a->src]->name);
        if (a->event != PSL_SECURITY)
                json_text(l->j, "dst", l->policy->classes[a->dst]->name);
        if (a->endpoint) {
                json_text(l->j, "endpoint", a->endpoint->path);
                json_text(l->j, "method", a->endpoint->interface->methods[a->mid].name);
        }
        json_number(l->j, "granted", a->n);
        json_close(l->j, '}');
        l->j->is_line = false;
}

static void print_json(Coverage *x) {
        Text out = TEXT_NULL;
        Json json = json_begin(&out);
        JsonListing listing = {.j = &json, .policy = x->policy};

        json_number(&json, "model_version", 1);
        json_text(&json, "policy", x->policy->path);
        json_number(&json, "tests", x->has_tests ? x->policy->n_tests : 0);
        json_bool(&json, "tests_failed", x->tests_failed);
        json_number(&json, "audit_records", x->audit_count.n_records);
        put_rules(&json, x);
        json_open(&json, "allowed", '[');
        visit_allowed(x, put_allowed, &listing);
        json_close(&json, ']');
        json_end(&json);
        fputs(text_str(&out), stdout);
        text_deinit(&out);
}

/* The command ---------------------------------------------------------------------------------------------
 */

static void warn(const Coverage *x) {
        if (x->tests_failed)
                fputs("nkc: warning: some tests fail; what a failed test did not come to is not counted\n"
                      "help: nkc policy test\n",
                        stderr);
        if (x->n_foreign > 0)
                fprintf(stderr,
                        "nkc: warning: %zu call%s in the audit %s of no rule of '%s'; was it made with "
                        "another "
                        "policy?\n",
                        x->n_foreign, x->n_foreign == 1 ? "" : "s", x->n_foreign == 1 ? "is" : "are",
                        x->policy->path);
}

static int cover(Coverage *x) {
        x->names = intern_new(x->cmd.arena);
        map_init(&x->by_place, x->cmd.arena);
        map_init(&x->done, x->cmd.arena);
        index_rules(x);
        if (x->has_tests && x->policy->n_tests > 0 && !run_tests(x))
                return CMD_FAILED;
        for (size_t i = 0; i < x->n_audits; i++)
                audit_read(x->audits[i], take_record, x, &x->audit_count);
        if (x->audit_count.io_failed)
                return CMD_FAILED;
        (x->is_json ? print_json : print_text)(x);
        warn(x);
        return x->audit_count.n_bad > 0 ? CMD_INPUT : CMD_OK;
}

static int coverage(const Command *self, OptScan *scan) {
        Coverage x = {.has_tests = true};
        int opt, r;

        policy_cmd_init(&x.cmd, self, scan);
        x.audits = ARENA_ARRAY(x.cmd.arena, const char *, (size_t)scan->argc);
        while ((opt = policy_cmd_next(&x.cmd)) != OPT_END) {
                x.is_json |= opt == OPT_JSON;
                x.has_tests &= opt != OPT_NO_TESTS;
                if (opt == OPT_AUDIT)
                        x.audits[x.n_audits++] = scan->value;
        }
        r = policy_cmd_check_path(&x.cmd);
        if (r == CMD_OK) {
                x.policy = policy_cmd_read(&x.cmd);
                r = policy_cmd_exit_code(&x.cmd);
        }
        if (x.policy && r == CMD_OK)
                r = cover(&x);
        policy_cmd_deinit(&x.cmd);
        return r;
}

const Command cmd_policy_coverage = {
        .name = "policy coverage",
        .synopsis = "[--audit FILE]... [--no-tests] [--json] [-I DIR]... [POLICY]",
        .summary = "Rules that nothing reached, and what is allowed and never happened.",
        .details = "Runs the tests of the policy, and reads audit files. An event that is allowed has "
                   "happened when it "
                   "was\ngranted; audit files hold the granted events that an audit profile asks for.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = coverage,
};
