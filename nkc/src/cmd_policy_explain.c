/* SPDX-License-Identifier: MIT */
/*
 * nkc policy explain: which rules decide a call, and which way it takes.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd_policy.h"
#include "nkc_policy.h"
#include "psl/path.h"

enum { OPT_JSON = PCMD_N_OPTS };

static const Opt opts[] = {
        PCMD_OPTS,
        [OPT_JSON] = {.word = "json", .help = "JSON, one object (docs/reference/policy-json.md)"},
};

/* One direction of a call. */
typedef struct Part {
        const char *name;
        NkcEvent event;
        bool is_swapped; /* src and dst of the call change places */
} Part;

static const Part call_parts[] = {{"request", NKC_REQUEST, false}, {"response", NKC_RESPONSE, true},
        {"error", NKC_ERROR_RESPONSE, true}};
static const Part start_part[] = {{"execute", NKC_EXECUTE, false}};
static const Part security_part[] = {{"security", NKC_SECURITY, false}};

typedef struct Question {
        const Part *parts;
        size_t n_parts;
        const char *src;
        const char *dst;      /* NULL: security */
        const char *endpoint; /* NULL: execute */
        const char *method;
} Question;

typedef struct Explain {
        PolicyCmd cmd;
        const PolPolicy *policy;
        Question q;
        NkcDecision decisions[3];
        bool is_call; /* way is set */
        PolWay way;
        bool is_json;
} Explain;

/* Printing ---------------------------------------------------------------------------------------- */

static void print_decision(const Part *part, const NkcDecision *d) {
        static const char *const texts[] = {
                [NKC_NEVER] = "never granted", [NKC_ALWAYS] = "always granted", [NKC_DEPENDS] = "depends"};

        printf("%-8s  %s (%s)\n", part->name, texts[d->verdict], d->reason);
        for (size_t i = 0; i < d->n_rules; i++)
                printf("          %s:%u: %s\n", d->rules[i].file, d->rules[i].line, d->rules[i].text);
}

static void print_way(const Explain *x) {
        static const char *const texts[] = {
                [POL_PATH_DIRECT] = "direct, client and server share memory",
                [POL_PATH_USE] = "direct with handles that the server gave, else as straight",
                [POL_PATH_STRAIGHT] = "the kernel process judges the request, the reply goes straight back",
                [POL_PATH_JUDGED] = "the kernel process judges request and reply",
                [POL_PATH_REFUSED] = "the kernel process refuses the request",
        };

        printf("path      %s\n          (%s)\n", texts[x->way.path], pol_way_why(&x->way, x->cmd.arena));
}

static void print_text(const Explain *x) {
        for (size_t i = 0; i < x->q.n_parts; i++)
                print_decision(&x->q.parts[i], &x->decisions[i]);
        if (x->is_call)
                print_way(x);
}

static void put_decision(Json *j, const Part *part, const NkcDecision *d) {
        static const char *const verdicts[] = {"never", "always", "depends"};

        json_open(j, NULL, '{');
        json_text(j, "event", part->name);
        json_text(j, "verdict", verdicts[d->verdict]);
        json_text(j, "reason", d->reason);
        json_open(j, "rules", '[');
        for (size_t i = 0; i < d->n_rules; i++) {
                json_open(j, NULL, '{');
                json_text(j, "file", d->rules[i].file);
                json_number(j, "line", d->rules[i].line);
                json_number(j, "column", d->rules[i].column);
                json_text(j, "text", d->rules[i].text);
                json_close(j, '}');
        }
        json_close(j, ']');
        json_close(j, '}');
}

static void print_json(const Explain *x) {
        Text out = TEXT_NULL;
        Json json = json_begin(&out);
        Json *j = &json;

        json_text(j, "src", x->q.src);
        json_text(j, "dst", x->q.dst);
        json_text(j, "endpoint", x->q.endpoint);
        json_text(j, "method", x->q.method);
        json_open(j, "events", '[');
        for (size_t i = 0; i < x->q.n_parts; i++)
                put_decision(j, &x->q.parts[i], &x->decisions[i]);
        json_close(j, ']');
        if (x->is_call) {
                json_text(j, "path", pol_path_text(x->way.path));
                json_text(j, "why", pol_way_why(&x->way, x->cmd.arena));
        }
        json_end(j);
        fputs(text_str(&out), stdout);
        text_deinit(&out);
}

/* Asking ------------------------------------------------------------------------------------------- */

/* "endpoint.Method": the last dot splits. */
static bool split(Arena *a, const char *word, Question *q) {
        const char *dot = strrchr(word, '.');

        if (dot && (dot == word || dot[1] == '\0'))
                return false;
        q->endpoint = dot ? arena_copy(a, word, (size_t)(dot - word)) : "";
        q->method = dot ? dot + 1 : word;
        return true;
}

static bool read_question(Explain *x) {
        const char *const *words = x->cmd.words;
        Question *q = &x->q;

        if (x->cmd.n_words != 3)
                return false;
        *q = (Question){.src = words[0], .dst = words[1], .n_parts = 1};
        if (strcmp(words[2], "execute") == 0) {
                q->parts = start_part;
                return true;
        }
        if (strcmp(words[1], "security") == 0) {
                q->parts = security_part;
                q->dst = NULL;
                return split(x->cmd.arena, words[2], q);
        }
        q->parts = call_parts;
        q->n_parts = 3;
        x->is_call = true;
        return strchr(words[2], '.') && split(x->cmd.arena, words[2], q);
}

static bool decide(Explain *x, size_t i) {
        const Part *part = &x->q.parts[i];
        const NkcQuestion question = {.event = part->event,
                .src = part->is_swapped ? x->q.dst : x->q.src,
                .dst = part->is_swapped ? x->q.src : x->q.dst,
                .endpoint = x->q.endpoint,
                .method = x->q.method};
        const char *problem;

        if (nkc_policy_decide(x->cmd.session, x->policy, &question, &x->decisions[i], &problem))
                return true;
        fprintf(stderr, "nkc: error: %s\n", problem);
        return false;
}

/* The names are known: they were decided about. */
static void find_way(Explain *x) {
        uint32_t src = pol_find_class(x->policy, x->q.src), dst = pol_find_class(x->policy, x->q.dst);
        const PolEndpoint *e = pol_endpoints(x->policy, PSL_REQUEST, src, dst)->items;
        uint32_t mid = 0;

        while (strcmp(e->path, x->q.endpoint) != 0)
                e++;
        while (strcmp(e->interface->methods[mid].name, x->q.method) != 0)
                mid++;
        x->way = pol_way(x->policy, src, dst, e->riid, mid);
}

static int answer(Explain *x) {
        x->policy = policy_cmd_read(&x->cmd);
        if (!x->policy)
                return policy_cmd_exit_code(&x->cmd);
        for (size_t i = 0; i < x->q.n_parts; i++) {
                if (!decide(x, i))
                        return CMD_INPUT;
        }
        if (x->is_call)
                find_way(x);
        if (x->is_json)
                print_json(x);
        else
                print_text(x);
        return CMD_OK;
}

static int explain(const Command *self, OptScan *scan) {
        Explain x = {.is_json = false};
        int r;

        policy_cmd_init(&x.cmd, self, scan);
        while (policy_cmd_next(&x.cmd) == OPT_JSON)
                x.is_json = true;
        r = policy_cmd_check(&x.cmd);
        if (r == CMD_OK && !read_question(&x))
                r = cmd_usage(self, "explain takes SRC DST ENDPOINT.METHOD, SRC DST execute, "
                                    "or SRC security [COMPONENT.]METHOD");
        if (r == CMD_OK)
                r = answer(&x);
        policy_cmd_deinit(&x.cmd);
        return r;
}

const Command cmd_policy_explain = {
        .name = "policy explain",
        .synopsis = "[--policy FILE] [--json] [-I DIR]... SRC DST ENDPOINT.METHOD",
        .summary = "Which rules decide a call, where they stand, and which way the call takes.",
        .details = "  explain SRC DST ENDPOINT.METHOD           a call: request, response and error\n"
                   "  explain SRC DST execute                   SRC starts DST\n"
                   "  explain SRC security [COMPONENT.]METHOD   a call of the security interface",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = explain,
};
