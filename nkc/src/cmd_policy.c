/* SPDX-License-Identifier: MIT */
/*
 * nkc policy explain: which rules decide a call, and which way it takes.
 */
#include <stdio.h>
#include <string.h>

#include "cmd_input.h"
#include "nkc_policy.h"
#include "policy_input.h"

enum { OPT_POLICY = INPUT_N_OPTS + POLICY_N_OPTS, OPT_JSON, OPT_LENIENT };

static const Opt opts[] = {
        INPUT_OPTS,
        POLICY_OPTS(INPUT_N_OPTS),
        [OPT_POLICY] = {.word = "policy", .value_name = "FILE", .help = "the policy (default: security.psl)"},
        [OPT_JSON] = {.word = "json", .help = "JSON, one object"},
        [OPT_LENIENT] = {.word = "lenient-classes", .help = "classes that are not included are left out"},
};

typedef struct Explain {
        CmdInput in;
        PolicyInput policy;
        const char *path;
        bool is_json;
        bool is_lenient;
} Explain;

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

/* Printing ---------------------------------------------------------------------------------------- */

static const char *path_text(NkcVerdict v) {
        static const char *const texts[] = {[NKC_NEVER] = "denied: refused at the sender",
                [NKC_ALWAYS] = "granted: direct",
                [NKC_DEPENDS] = "depends: mediated"};

        return texts[v];
}

static void print_text(const Part *part, const NkcDecision *d) {
        printf("%-8s  %s (%s)\n", part->name, path_text(d->verdict), d->reason);
        for (size_t i = 0; i < d->n_rules; i++)
                printf("          %s:%u: %s\n", d->rules[i].file, d->rules[i].line, d->rules[i].text);
}

static void print_string(const char *s) {
        putchar('"');
        for (; *s; s++) {
                unsigned char c = (unsigned char)*s;

                if (c == '"' || c == '\\')
                        printf("\\%c", c);
                else if (c < 0x20)
                        printf("\\u%04x", c);
                else
                        putchar(c);
        }
        putchar('"');
}

static void print_json(const Part *part, const NkcDecision *d, bool is_first) {
        static const char *const verdicts[] = {"never", "always", "depends"};
        static const char *const paths[] = {"refused", "direct", "mediated"};

        printf("%s{\"event\":\"%s\",\"verdict\":\"%s\",\"path\":\"%s\",\"reason\":", is_first ? "" : ",",
                part->name, verdicts[d->verdict], paths[d->verdict]);
        print_string(d->reason);
        printf(",\"rules\":[");
        for (size_t i = 0; i < d->n_rules; i++) {
                printf("%s{\"file\":", i ? "," : "");
                print_string(d->rules[i].file);
                printf(",\"line\":%u,\"column\":%u,\"text\":", d->rules[i].line, d->rules[i].column);
                print_string(d->rules[i].text);
                putchar('}');
        }
        printf("]}");
}

/* Asking ------------------------------------------------------------------------------------------- */

typedef struct Question {
        const Part *parts;
        size_t n_parts;
        const char *src;
        const char *dst;
        const char *endpoint;
        const char *method;
} Question;

/* "endpoint.Method": the last dot splits. */
static bool split(Arena *a, const char *word, Question *q) {
        const char *dot = strrchr(word, '.');

        if (dot && (dot == word || dot[1] == '\0'))
                return false;
        q->endpoint = dot ? arena_copy(a, word, (size_t)(dot - word)) : "";
        q->method = dot ? dot + 1 : word;
        return true;
}

static bool read_question(const CmdInput *in, Question *q) {
        if (in->n_files != 4)
                return false;
        *q = (Question){.src = in->files[1], .dst = in->files[2]};
        if (strcmp(in->files[3], "execute") == 0) {
                q->parts = start_part;
                q->n_parts = 1;
                return true;
        }
        if (strcmp(in->files[2], "security") == 0) {
                q->parts = security_part;
                q->n_parts = 1;
                return split(in->arena, in->files[3], q);
        }
        q->parts = call_parts;
        q->n_parts = 3;
        return strchr(in->files[3], '.') && split(in->arena, in->files[3], q);
}

static int answer(const Explain *x, const NkcPolicy *policy, const Question *q) {
        if (x->is_json)
                putchar('[');
        for (size_t i = 0; i < q->n_parts; i++) {
                const Part *part = &q->parts[i];
                const NkcQuestion question = {.event = part->event,
                        .src = part->is_swapped ? q->dst : q->src,
                        .dst = part->event == NKC_SECURITY ? NULL
                               : part->is_swapped          ? q->src
                                                           : q->dst,
                        .endpoint = q->endpoint,
                        .method = q->method};
                const char *problem;
                NkcDecision d;

                if (!nkc_policy_decide(x->in.session, policy, &question, &d, &problem)) {
                        fprintf(stderr, "nkc: %s\n", problem);
                        return CMD_INPUT;
                }
                if (x->is_json)
                        print_json(part, &d, i == 0);
                else
                        print_text(part, &d);
        }
        if (x->is_json)
                puts("]");
        return CMD_OK;
}

static int explain(const Command *self, const Explain *x) {
        const NkcPolicy *policy;
        Question q;

        if (!read_question(&x->in, &q))
                return cmd_usage(self, "explain takes SRC DST ENDPOINT.METHOD, SRC DST execute, "
                                       "or SRC security [COMPONENT.]METHOD");
        policy = nkc_policy_resolve(x->in.session, x->path, &x->policy.options, x->is_lenient);
        if (!policy)
                return cmd_input_exit_code(&x->in);
        return answer(x, policy, &q);
}

static void take(Explain *x, int opt, const char *value) {
        cmd_input_take(&x->in, opt, value);
        policy_input_take(&x->policy, opt - INPUT_N_OPTS, value);
        if (opt == OPT_POLICY)
                x->path = value;
        x->is_json |= opt == OPT_JSON;
        x->is_lenient |= opt == OPT_LENIENT;
}

static int policy_command(const Command *self, OptScan *scan) {
        Explain x = {.path = "security.psl"};
        int opt, r;

        cmd_input_init(&x.in, scan);
        policy_input_init(&x.policy, x.in.arena, scan);
        while ((opt = opt_next(scan)) != OPT_END && opt != OPT_BAD)
                take(&x, opt, scan->value);
        r = cmd_input_check(&x.in, self, opt, scan);
        if (r == CMD_OK)
                r = policy_input_check(&x.policy, self);
        if (r == CMD_OK && strcmp(x.in.files[0], "explain") != 0)
                r = cmd_usage(self, "unknown action '%s'", x.in.files[0]);
        if (r == CMD_OK)
                r = explain(self, &x);
        policy_input_deinit(&x.policy);
        cmd_input_deinit(&x.in);
        return r;
}

const Command cmd_policy = {
        .name = "policy",
        .synopsis = "explain [--policy FILE] [-I DIR]... SRC DST ENDPOINT.METHOD",
        .summary = "Answers questions about a policy.",
        .details =
                "explain tells which rules decide a call, where they stand, and which way the call takes:\n"
                "  explain SRC DST ENDPOINT.METHOD       a call: request, response and error\n"
                "  explain SRC DST execute               SRC starts DST\n"
                "  explain SRC security [COMPONENT.]METHOD   a call of the security interface",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = policy_command,
};
