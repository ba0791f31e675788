/* SPDX-License-Identifier: MIT */
/*
 * Running policy tests: pal.h. One security module serves all sequences; after each it goes back to
 * where it was.
 */
#include "pal.h"

#include <stdlib.h>
#include <string.h>

#include "pal_coverage.h"
#include "pal_world.h"

enum { ALL_PASSED, SOME_FAILED, WRONG_USAGE, CANNOT_RUN }; /* exit statuses */

typedef struct Options {
        bool is_list;
        bool is_tap;
        bool shows_audit;
        const char *filter;
        const char *coverage_path;
} Options;

typedef struct Run {
        const PalSuite *suite;
        Options options;
        FILE *out;
        Ksm *ksm;
        KsmRecord record;
        PalWorld world;
        PalCoverage coverage;
        void *message; /* room for the largest one of the suite */
        uint32_t n_selected;
        uint32_t n_passed;
        uint32_t n_failed;
        bool *failed; /* by number of the test */
} Run;

/* Names ------------------------------------------------------------------------------------------------ */

static bool is_selected(const Run *run, const PalSet *set, const PalSequence *sequence) {
        char name[512];

        if (!run->options.filter)
                return true;
        snprintf(name, sizeof(name), "%s.%s", set->title, sequence->title);
        return strstr(name, run->options.filter) != NULL;
}

static uint32_t count_selected(const Run *run, const PalSet *set) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < set->n_sequences; i++)
                n += is_selected(run, set, set->sequences + i);
        return n;
}

static const char *plural(uint32_t n) {
        return n == 1 ? "" : "s";
}

/* In front of lines that a harness does not read. */
static const char *margin(const Run *run) {
        return run->options.is_tap ? "# " : "";
}

/* One case --------------------------------------------------------------------------------------------- */

/* The line without its time, which means nothing here. */
static void print_audit(Run *run, const char *indent) {
        char line[KSM_LINE_SIZE];
        const char *rest;

        ksm_record_text(run->ksm, &run->record, line, sizeof(line));
        rest = strchr(line, ' ');
        fprintf(run->out, "%s%s%s\n", margin(run), indent, rest ? rest + 1 : line);
}

static bool fail_case(Run *run, const PalCase *test, const char *fault) {
        static const char *const expectations[] = {
                [PAL_GRANT] = "granted", [PAL_DENY] = "denied", [PAL_ANY] = "any decision"};

        fprintf(run->out, "%s%s:%u: Failure\n", margin(run), test->file, test->line);
        fprintf(run->out, "%s  %s\n", margin(run), test->text);
        if (test->title)
                fprintf(run->out, "%s  title:    %s\n", margin(run), test->title);
        fprintf(run->out, "%s  expected: %s\n", margin(run), expectations[test->expect]);
        if (fault)
                fprintf(run->out, "%s  problem:  %s\n", margin(run), fault);
        else
                print_audit(run, "  decision: ");
        return false;
}

/* The message with SIDs in the place of its handles. */
static const char *make_message(Run *run, const PalCase *test, KsmEvent *event) {
        if (!test->message)
                return NULL;
        memcpy(run->message, test->message, test->message_size);
        for (uint32_t i = 0; i < test->n_handles; i++) {
                const PalHandle *handle = test->handles + i;
                const char *fault;
                KsmSid sid;

                if (handle->offset > test->message_size || sizeof(sid) > test->message_size - handle->offset)
                        return "a handle lies outside the message";
                fault = pal_world_find(&run->world, handle->ref, &sid);
                if (fault)
                        return fault;
                memcpy((char *)run->message + handle->offset, &sid, sizeof(sid));
        }
        event->message = run->message;
        event->message_size = test->message_size;
        event->arena = test->arena;
        event->arena_size = test->arena_size;
        return NULL;
}

static const char *make_parties(Run *run, const PalCase *test, KsmEvent *event) {
        const char *fault;

        if (test->kind == KSM_EXECUTE && test->src.kind == PAL_NOBODY) {
                event->src = KSM_SID_KERNEL;
        } else {
                fault = pal_world_find(&run->world, test->src, &event->src);
                if (fault)
                        return fault;
        }
        if (test->kind == KSM_EXECUTE && test->dst.kind == PAL_CLASS)
                return pal_world_start(&run->world, test->dst.index, &event->dst);
        return pal_world_find(&run->world, test->dst, &event->dst);
}

/* What the kernel process leaves to the channels, it leaves by the verdict: the rules must agree with it. */
static const char *check_verdict(const Run *run) {
        const KsmModule *module = ksm_get_module(run->ksm);
        KsmVerdict verdict = module->decisions[run->record.decision].verdict;

        if (run->record.is_granted ? verdict == KSM_NEVER : verdict == KSM_ALWAYS)
                return "the rules contradict the verdict in the tables; the compiler is wrong";
        return NULL;
}

/* True: as expected. */
static bool run_case(Run *run, const PalCase *test) {
        KsmEvent event = {.kind = test->kind, .riid = test->riid, .mid = test->mid};
        const char *fault = make_parties(run, test, &event);
        bool is_granted;

        if (!fault)
                fault = make_message(run, test, &event);
        if (fault)
                return fail_case(run, test, fault);
        is_granted = ksm_decide(run->ksm, &event, &run->record);
        if (pal_coverage_add(&run->coverage, &run->record) < 0)
                return fail_case(run, test, "out of memory");
        if (run->options.shows_audit)
                print_audit(run, "");
        if (is_granted && test->kind == KSM_EXECUTE && test->dst.kind == PAL_CLASS)
                pal_world_name(&run->world, test->dst.index, test->variable, event.dst);
        if (run->record.event.malformed)
                return fail_case(run, test, run->record.event.malformed);
        fault = check_verdict(run);
        if (fault)
                return fail_case(run, test, fault);
        if (test->expect == PAL_ANY || is_granted == (test->expect == PAL_GRANT))
                return true;
        return fail_case(run, test, NULL);
}

/* Sequences and sets --------------------------------------------------------------------------------------
 */

static bool run_cases(Run *run, const PalCases *cases) {
        for (uint32_t i = 0; i < cases->n; i++)
                if (!run_case(run, cases->cases + i))
                        return false;
        return true;
}

static void print_start(const Run *run, const PalSet *set, const PalSequence *sequence) {
        if (!run->options.is_tap)
                fprintf(run->out, "[ RUN      ] %s.%s\n", set->title, sequence->title);
}

static void print_result(const Run *run, const PalSet *set, const PalSequence *sequence, bool passed) {
        if (run->options.is_tap)
                fprintf(run->out, "%sok %u - %s.%s\n", passed ? "" : "not ",
                        run->n_passed + run->n_failed + 1, set->title, sequence->title);
        else
                fprintf(run->out, "[  %s ] %s.%s\n", passed ? "     OK" : "FAILED ", set->title,
                        sequence->title);
}

static bool run_sequence(Run *run, const PalSet *set, const PalSequence *sequence) {
        bool passed;

        print_start(run, set, sequence);
        pal_world_reset(&run->world);
        passed = run_cases(run, &set->setup) && run_cases(run, &sequence->cases) &&
                 run_cases(run, &set->finally);
        ksm_return(run->ksm);
        print_result(run, set, sequence, passed);
        return passed;
}

static void run_set(Run *run, const PalSet *set, uint32_t first) {
        uint32_t n = count_selected(run, set);

        if (n == 0)
                return;
        if (!run->options.is_tap)
                fprintf(run->out, "[----------] %u test%s from %s\n", n, plural(n), set->title);
        for (uint32_t i = 0; i < set->n_sequences; i++) {
                if (!is_selected(run, set, set->sequences + i))
                        continue;
                run->failed[first + i] = !run_sequence(run, set, set->sequences + i);
                run->n_failed += run->failed[first + i];
                run->n_passed += !run->failed[first + i];
                fflush(run->out);
        }
}

static void print_failed(Run *run) {
        uint32_t number = 0;

        fprintf(run->out, "[  FAILED  ] %u test%s, listed below:\n", run->n_failed, plural(run->n_failed));
        for (uint32_t s = 0; s < run->suite->n_sets; s++) {
                const PalSet *set = run->suite->sets + s;

                for (uint32_t i = 0; i < set->n_sequences; i++)
                        if (run->failed[number++])
                                fprintf(run->out, "[  FAILED  ] %s.%s (%s:%u)\n", set->title,
                                        set->sequences[i].title, set->sequences[i].file,
                                        set->sequences[i].line);
        }
}

/* The line that scripts wait for appears only when nothing failed. */
static void print_end(Run *run) {
        uint32_t n = run->n_passed + run->n_failed;

        if (run->options.is_tap)
                return;
        fprintf(run->out, "[==========] %u test%s ran.\n", n, plural(n));
        if (run->n_failed)
                print_failed(run);
        else
                fprintf(run->out, "[  PASSED  ] %u test%s.\n", n, plural(n));
}

static void run_all(Run *run) {
        uint32_t n = run->n_selected, first = 0;

        if (run->options.is_tap)
                fprintf(run->out, "1..%u\n", n);
        else
                fprintf(run->out, "[==========] Running %u test%s.\n", n, plural(n));
        for (uint32_t i = 0; i < run->suite->n_sets; i++) {
                run_set(run, run->suite->sets + i, first);
                first += run->suite->sets[i].n_sequences;
        }
        print_end(run);
}

static void list_all(const Run *run) {
        for (uint32_t s = 0; s < run->suite->n_sets; s++) {
                const PalSet *set = run->suite->sets + s;

                for (uint32_t i = 0; i < set->n_sequences; i++)
                        if (is_selected(run, set, set->sequences + i))
                                fprintf(run->out, "%s.%s\n", set->title, set->sequences[i].title);
        }
}

/* The program ------------------------------------------------------------------------------------------- */

static uint32_t largest_of(const PalCases *cases, uint32_t largest) {
        for (uint32_t i = 0; i < cases->n; i++)
                if (cases->cases[i].message_size > largest)
                        largest = cases->cases[i].message_size;
        return largest;
}

/* Room for messages, and one flag for each test. */
static bool allocate(Run *run) {
        uint32_t largest = 1, n_tests = 0;

        for (uint32_t s = 0; s < run->suite->n_sets; s++) {
                const PalSet *set = run->suite->sets + s;

                largest = largest_of(&set->setup, largest_of(&set->finally, largest));
                for (uint32_t i = 0; i < set->n_sequences; i++)
                        largest = largest_of(&set->sequences[i].cases, largest);
                n_tests += set->n_sequences;
        }
        run->message = malloc(largest);
        run->failed = calloc(n_tests + 1, sizeof(*run->failed));
        return run->message && run->failed;
}

static bool start(Run *run, const KsmModule *module) {
        KsmProblem problem = {"out of memory"};

        if (ksm_new(module, &problem, &run->ksm) != 0) {
                fprintf(run->out, "%s: %s\n", module->name ? module->name : "policy", problem.text);
                return false;
        }
        if (ksm_record_init(&run->record, run->ksm) < 0 || pal_coverage_init(&run->coverage, module) < 0 ||
                pal_world_init(&run->world, run->ksm, run->suite->n_variables) < 0 || !allocate(run)) {
                fprintf(run->out, "%s: out of memory\n", module->name);
                return false;
        }
        ksm_mark(run->ksm);
        return true;
}

static void end(Run *run) {
        free(run->message);
        free(run->failed);
        pal_world_deinit(&run->world);
        pal_coverage_deinit(&run->coverage);
        ksm_record_deinit(&run->record);
        run->ksm = ksm_free(run->ksm);
}

static bool write_coverage(Run *run) {
        const char *path = run->options.coverage_path;
        FILE *file = path ? fopen(path, "we") : NULL;
        bool is_written;

        if (!path)
                return true;
        is_written = file && pal_coverage_write(&run->coverage, file) == 0;
        if (file && fclose(file) != 0)
                is_written = false;
        if (!is_written)
                fprintf(run->out, "%s: cannot be written\n", path);
        return is_written;
}

static bool parse_options(int argc, char **argv, Options *options) {
        for (int i = 1; i < argc; i++) {
                bool has_value = i + 1 < argc;

                if (strcmp(argv[i], "--list") == 0)
                        options->is_list = true;
                else if (strcmp(argv[i], "--tap") == 0)
                        options->is_tap = true;
                else if (strcmp(argv[i], "--audit") == 0)
                        options->shows_audit = true;
                else if (strcmp(argv[i], "--filter") == 0 && has_value)
                        options->filter = argv[++i];
                else if (strcmp(argv[i], "--coverage") == 0 && has_value)
                        options->coverage_path = argv[++i];
                else
                        return false;
        }
        return true;
}

int pal_main(int argc, char **argv, const KsmModule *module, const PalSuite *suite, FILE *out) {
        Run run = {.suite = suite, .out = out};
        int status = CANNOT_RUN;

        if (!parse_options(argc, argv, &run.options)) {
                fprintf(out, "usage: %s [--list] [--filter TEXT] [--tap] [--audit] [--coverage FILE]\n",
                        argc > 0 ? argv[0] : "paltest");
                return WRONG_USAGE;
        }
        for (uint32_t i = 0; i < suite->n_sets; i++)
                run.n_selected += count_selected(&run, suite->sets + i);
        if (run.options.filter && run.n_selected == 0) {
                fprintf(out, "%sno test has '%s' in its name\n", margin(&run), run.options.filter);
                return WRONG_USAGE;
        }
        if (run.options.is_list) {
                list_all(&run);
                return ALL_PASSED;
        }
        if (start(&run, module)) {
                run_all(&run);
                status = !write_coverage(&run) ? CANNOT_RUN : run.n_failed ? SOME_FAILED : ALL_PASSED;
        }
        end(&run);
        return status;
}
