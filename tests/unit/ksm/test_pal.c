/* SPDX-License-Identifier: MIT */
/*
 * Programs of policy tests: what they print and return, who their participants are, and that a sequence
 * leaves nothing behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "ksm/pal.h"
#include "policy.h"

static TPolicy p;

typedef struct Message {
        struct nk_message base_;
        uint32_t what;
        uint32_t reserved;
        nk_handle_desc_t handle;
} Message;

enum { OPEN, SHUT, LOCK, GRANT, INIT_HANDLE, INIT_BAD_HANDLE, IS_OPEN };

/* A start makes a door; a request moves the door of its destination, or gives one to a handle. */
static void rules(KsmCall *c) {
        uint32_t what;

        if (!c->message) {
                ksm_flow_init(c, t_site(T_DOOR, KSM_FLOW_INIT), c->dst_sid);
                return;
        }
        what = (uint32_t)ksm_load(c, ksm_message(c), offsetof(Message, what), KSM_U32);
        if (what <= LOCK)
                ksm_flow_enter(c, t_site(T_DOOR, KSM_FLOW_ENTER), c->dst_sid, what);
        else if (what == GRANT)
                ksm_base_grant(c, t_site(T_BASE, KSM_BASE_GRANT));
        else if (what == INIT_HANDLE)
                ksm_flow_init(c, t_site(T_DOOR, KSM_FLOW_INIT),
                        ksm_load_handle(c, ksm_message(c), offsetof(Message, handle)).sid);
        else
                ksm_flow_allow(
                        c, t_site(T_DOOR, KSM_FLOW_ALLOW), c->dst_sid, (const uint64_t[]){1u << T_OPEN});
}

static int setup(void **state) {
        (void)state;
        t_policy_init(&p);
        t_set_body(rules);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        t_policy_deinit(&p);
        return 0;
}

/* Cases ---------------------------------------------------------------------------------------------- */

static Message messages[] = {
        [OPEN] = {.what = OPEN},
        [SHUT] = {.what = SHUT},
        [LOCK] = {.what = LOCK},
        [GRANT] = {.what = GRANT},
        [INIT_HANDLE] = {.what = INIT_HANDLE},
        [INIT_BAD_HANDLE] = {.what = INIT_HANDLE},
        [IS_OPEN] = {.what = IS_OPEN},
};

static PalRef class(uint32_t index) {
        return (PalRef){.kind = PAL_CLASS, .index = index};
}

static PalRef variable(uint32_t index) {
        return (PalRef){.kind = PAL_VARIABLE, .index = index};
}

static PalCase start(uint32_t of_class, uint32_t into) {
        return (PalCase){.file = "t.psl",
                .line = 5,
                .text = "v <- execute dst=…",
                .kind = KSM_EXECUTE,
                .dst = class(of_class),
                .variable = into};
}

static PalCase ask(PalExpect expect, PalRef src, PalRef dst, int what) {
        return (PalCase){.file = "t.psl",
                .line = 7,
                .text = "a ~> b : ctl.door.Open {…}",
                .expect = expect,
                .kind = KSM_REQUEST,
                .src = src,
                .dst = dst,
                .variable = KSM_NONE,
                .message = messages + what,
                .message_size = sizeof(Message)};
}

/* Output and status of a program with these sets. */
static char *output;

static int run_suite(const PalSuite *suite, int argc, const char *const *words) {
        char *argv[8] = {NULL};
        size_t size;
        FILE *out;
        int status;

        free(output);
        output = NULL;
        out = open_memstream(&output, &size);
        assert_non_null(out);
        if (argc > 0)
                memcpy(argv, words, (size_t)argc * sizeof(*words));
        status = pal_main(argc, argv, &p.module, suite, out);
        fclose(out);
        return status;
}

static int run_sequence(const PalCase *cases, uint32_t n) {
        const PalSequence sequence = {.title = "one", .file = "t.psl", .line = 1, .cases = {n, cases}};
        const PalSet set = {.title = "doors", .n_sequences = 1, .sequences = &sequence};
        const PalSuite suite = {.n_sets = 1, .n_variables = 2, .sets = &set};

        return run_suite(&suite, 0, NULL);
}

#define RUN(...)                                                                                             \
        run_sequence((const PalCase[]){__VA_ARGS__}, sizeof((const PalCase[]){__VA_ARGS__}) / sizeof(PalCase))

static int free_output(void **state) {
        (void)state;
        free(output);
        return 0;
}

static void shows(const char *text) {
        if (!strstr(output, text))
                fail_msg("'%s' is not in:\n%s", text, output);
}

/* Tests ---------------------------------------------------------------------------------------------- */

static void a_sequence_as_expected_passes(void **state) {
        (void)state;
        assert_int_equal(RUN(start(1, 0), ask(PAL_GRANT, class(0), variable(0), OPEN),
                                 ask(PAL_DENY, class(0), variable(0), LOCK)),
                0);
        assert_string_equal(output, "[==========] Running 1 test.\n"
                                    "[----------] 1 test from doors\n"
                                    "[ RUN      ] doors.one\n"
                                    "[       OK ] doors.one\n"
                                    "[==========] 1 test ran.\n"
                                    "[  PASSED  ] 1 test.\n");
}

static void a_case_that_is_not_as_expected_fails(void **state) {
        (void)state;
        assert_int_equal(RUN(start(1, 0), ask(PAL_DENY, class(0), variable(0), OPEN)), 1);
        assert_string_equal(output, "[==========] Running 1 test.\n"
                                    "[----------] 1 test from doors\n"
                                    "[ RUN      ] doors.one\n"
                                    "t.psl:7: Failure\n"
                                    "  a ~> b : ctl.door.Open {…}\n"
                                    "  expected: denied\n"
                                    "  decision: granted request test.A 3 -> test.B 2 ctl.door.Open\n"
                                    "[  FAILED  ] doors.one\n"
                                    "[==========] 1 test ran.\n"
                                    "[  FAILED  ] 1 test, listed below:\n"
                                    "[  FAILED  ] doors.one (t.psl:1)\n");
}

static void a_denial_that_was_not_expected_shows_the_rule(void **state) {
        PalCase lock = ask(PAL_GRANT, class(0), variable(0), LOCK);

        (void)state;
        lock.title = "locks at once";
        assert_int_equal(RUN(start(1, 0), ask(PAL_GRANT, class(0), variable(0), OPEN), lock), 1);
        shows("  title:    locks at once\n  expected: granted\n  decision: denied request test.A 3 -> test.B "
              "2 "
              "ctl.door.Open: door.enter denied (no such transition) test.psl:3\n");
}

static void a_sequence_stops_at_its_first_failing_case(void **state) {
        (void)state;
        assert_int_equal(RUN(start(1, 0), ask(PAL_DENY, class(0), variable(0), OPEN),
                                 ask(PAL_DENY, class(0), variable(0), SHUT)),
                1);
        assert_non_null(strstr(output, "Failure"));
        assert_null(strstr(strstr(output, "Failure") + 1, "Failure"));
}

static void any_accepts_both_decisions_but_no_fault(void **state) {
        (void)state;
        assert_int_equal(RUN(start(1, 0), ask(PAL_ANY, class(0), variable(0), OPEN),
                                 ask(PAL_ANY, class(0), variable(0), LOCK)),
                0);
        assert_int_equal(RUN(ask(PAL_ANY, class(0), variable(1), OPEN)), 1);
        shows("a variable is used before a process was started into it");
}

static void rules_that_contradict_the_verdict_fail(void **state) {
        KsmDecision decisions[2] = {p.module.decisions[0], p.module.decisions[1]};
        const KsmDecision *before = p.module.decisions;

        (void)state;
        p.module.decisions = decisions;
        decisions[1].verdict = KSM_ALWAYS;
        assert_int_equal(RUN(start(1, 0), ask(PAL_ANY, class(0), variable(0), OPEN)), 0);
        assert_int_equal(RUN(start(1, 0), ask(PAL_DENY, class(0), variable(0), SHUT)), 1);
        shows("contradict the verdict");
        decisions[1].verdict = KSM_NEVER;
        assert_int_equal(RUN(start(1, 0)), 1);
        shows("contradict the verdict");
        p.module.decisions = before;
}

static void a_denied_start_binds_no_variable(void **state) {
        PalCase again = start(1, 1);

        (void)state;
        p.module.kernel_class = 1; /* the kernel's class: both starts are about the kernel */
        again.expect = PAL_DENY;
        assert_int_equal(RUN(start(1, 0), again, ask(PAL_ANY, variable(0), variable(1), GRANT)), 1);
        shows("a variable is used before");
        p.module.kernel_class = KSM_NONE;
}

static void a_class_means_its_latest_process(void **state) {
        (void)state;
        assert_int_equal(RUN(start(1, 0), ask(PAL_GRANT, class(0), class(1), OPEN),
                                 ask(PAL_GRANT, class(0), variable(0), IS_OPEN), start(1, 1),
                                 ask(PAL_DENY, class(0), class(1), IS_OPEN),
                                 ask(PAL_DENY, class(0), variable(1), IS_OPEN),
                                 ask(PAL_GRANT, class(0), variable(0), IS_OPEN)),
                0);
}

static void a_class_without_process_is_one_that_never_started(void **state) {
        (void)state;
        assert_int_equal(
                RUN(ask(PAL_DENY, class(0), class(1), OPEN), ask(PAL_GRANT, class(0), class(1), GRANT)), 0);
}

static void the_kernel_starts_what_has_no_source(void **state) {
        PalCase by_other = start(1, 1);
        const char *argv[] = {"t", "--audit"};
        const PalCase cases[] = {start(0, 0), by_other};
        PalSequence sequence = {.title = "one", .file = "t.psl", .line = 1, .cases = {2, cases}};
        const PalSet set = {.title = "doors", .n_sequences = 1, .sequences = &sequence};
        const PalSuite suite = {.n_sets = 1, .n_variables = 2, .sets = &set};
        PalCase second[2];

        (void)state;
        assert_int_equal(run_suite(&suite, 2, argv), 0);
        shows("granted execute ? 1 -> test.A 2\ngranted execute ? 1 -> test.B 3\n");
        second[0] = cases[0];
        second[1] = by_other;
        second[1].src = variable(0);
        sequence.cases.cases = second;
        p.module.kernel_class = 0;
        assert_int_equal(run_suite(&suite, 2, argv), 0);
        shows("granted execute test.A 1 -> test.A 1\ngranted execute test.A 1 -> test.B 2\n");
        p.module.kernel_class = KSM_NONE;
}

static void handles_name_variables_and_numbers(void **state) {
        static const PalHandle seven = {.offset = offsetof(Message, handle), .ref = {PAL_NUMBER, 7}};
        static const PalHandle nine = {.offset = offsetof(Message, handle), .ref = {PAL_NUMBER, 9}};
        static const PalHandle process = {.offset = offsetof(Message, handle), .ref = {PAL_VARIABLE, 0}};
        static const PalHandle nobody = {.offset = offsetof(Message, handle), .ref = {PAL_NOBODY, 0}};
        PalCase init = ask(PAL_GRANT, class(0), class(1), INIT_HANDLE), again = init, other = init,
                started = init, none = init;

        (void)state;
        init.n_handles = again.n_handles = other.n_handles = started.n_handles = none.n_handles = 1;
        init.handles = again.handles = &seven;
        other.handles = &nine;
        started.handles = &process;
        none.handles = &nobody;
        again.expect = started.expect = none.expect = PAL_DENY;
        assert_int_equal(RUN(start(1, 0), init, again, other, started, none), 0);
}

static void a_sequence_has_as_many_processes_as_there_are_sids(void **state) {
        PalCase *cases = calloc(KSM_SIDS_MAX, sizeof(*cases));

        (void)state;
        for (uint32_t i = 0; i < KSM_SIDS_MAX; i++)
                cases[i] = start(1, KSM_NONE);
        assert_int_equal(run_sequence(cases, KSM_SIDS_MAX - 2), 0);
        assert_int_equal(run_sequence(cases, KSM_SIDS_MAX - 1), 0); /* and the kernel */
        assert_int_equal(run_sequence(cases, KSM_SIDS_MAX), 1);
        shows("too many processes and resources in one sequence");
        free(cases);
}

static void a_handle_outside_the_message_fails(void **state) {
        static const PalHandle outside = {.offset = sizeof(Message) - 3, .ref = {PAL_NUMBER, 7}};
        PalCase init = ask(PAL_ANY, class(0), class(1), INIT_HANDLE);

        (void)state;
        init.n_handles = 1;
        init.handles = &outside;
        assert_int_equal(RUN(init), 1);
        shows("a handle lies outside the message");
}

/* Two sets; the sequences of the first have setup and finally. */
static PalSuite big_suite(void) {
        static PalCase prepare[1], first[2], second[1], last[1], alone[1];
        static PalSequence sequences[2], other[1];
        static PalSet sets[2];

        prepare[0] = start(1, 0);
        first[0] = ask(PAL_GRANT, class(0), variable(0), OPEN);
        first[1] = ask(PAL_GRANT, class(0), variable(0), IS_OPEN);
        second[0] = ask(PAL_DENY, class(0), variable(0), IS_OPEN);
        last[0] = ask(PAL_GRANT, class(0), variable(0), GRANT);
        alone[0] = ask(PAL_DENY, class(0), class(1), IS_OPEN);
        sequences[0] = (PalSequence){.title = "opens", .file = "t.psl", .line = 3, .cases = {2, first}};
        sequences[1] =
                (PalSequence){.title = "begins shut", .file = "t.psl", .line = 4, .cases = {1, second}};
        other[0] = (PalSequence){.title = "has no door", .file = "t.psl", .line = 5, .cases = {1, alone}};
        sets[0] = (PalSet){.title = "doors",
                .setup = {1, prepare},
                .finally = {1, last},
                .n_sequences = 2,
                .sequences = sequences};
        sets[1] = (PalSet){.title = "others", .n_sequences = 1, .sequences = other};
        return (PalSuite){.n_sets = 2, .n_variables = 1, .sets = sets};
}

static void each_sequence_has_its_own_setup_and_leaves_nothing(void **state) {
        PalSuite suite = big_suite();

        (void)state;
        assert_int_equal(run_suite(&suite, 0, NULL), 0);
        shows("[----------] 2 tests from doors\n[ RUN      ] doors.opens\n[       OK ] doors.opens\n"
              "[ RUN      ] doors.begins shut\n[       OK ] doors.begins shut\n[----------] 1 test from "
              "others\n");
        shows("[  PASSED  ] 3 tests.\n");
}

static void the_other_sequences_run_after_a_failure(void **state) {
        PalSuite suite = big_suite();
        PalSequence sequences[2] = {suite.sets[0].sequences[0], suite.sets[0].sequences[1]};
        PalCase wrong = ask(PAL_DENY, class(0), variable(0), OPEN);
        PalSet sets[2] = {suite.sets[0], suite.sets[1]};

        (void)state;
        sequences[0].cases = (PalCases){1, &wrong};
        sets[0].sequences = sequences;
        suite.sets = sets;
        assert_int_equal(run_suite(&suite, 0, NULL), 1);
        shows("[  FAILED  ] doors.opens\n[ RUN      ] doors.begins shut\n[       OK ] doors.begins shut\n");
        shows("[==========] 3 tests ran.\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] doors.opens "
              "(t.psl:3)\n");
        assert_null(strstr(output, "PASSED"));
}

static void a_fault_in_finally_fails_the_sequence(void **state) {
        PalSuite suite = big_suite();
        PalSet set = suite.sets[0];
        PalCase wrong = ask(PAL_DENY, class(0), variable(0), GRANT);

        (void)state;
        set.finally = (PalCases){1, &wrong};
        suite.sets = &set;
        suite.n_sets = 1;
        assert_int_equal(run_suite(&suite, 0, NULL), 1);
        shows("2 tests, listed below");
}

static void a_filter_and_a_list(void **state) {
        PalSuite suite = big_suite();
        const char *list[] = {"t", "--list"}, *filter[] = {"t", "--filter", "doors.b"};
        const char *nothing[] = {"t", "--filter", "xyz"}, *both[] = {"t", "--filter", "others", "--list"};

        (void)state;
        assert_int_equal(run_suite(&suite, 2, list), 0);
        assert_string_equal(output, "doors.opens\ndoors.begins shut\nothers.has no door\n");
        assert_int_equal(run_suite(&suite, 4, both), 0);
        assert_string_equal(output, "others.has no door\n");
        assert_int_equal(run_suite(&suite, 3, filter), 0);
        shows("Running 1 test.");
        shows("[ RUN      ] doors.begins shut");
        assert_null(strstr(output, "opens"));
        assert_int_equal(run_suite(&suite, 3, nothing), 2);
        assert_string_equal(output, "no test has 'xyz' in its name\n");
}

static void a_harness_gets_its_lines(void **state) {
        PalSuite suite = big_suite();
        PalSequence sequences[2] = {suite.sets[0].sequences[0], suite.sets[0].sequences[1]};
        PalCase wrong = ask(PAL_DENY, class(0), variable(0), OPEN);
        PalSet sets[2] = {suite.sets[0], suite.sets[1]};
        const char *tap[] = {"t", "--tap"}, *filter[] = {"t", "--tap", "--filter", "others"};

        (void)state;
        sequences[0].cases = (PalCases){1, &wrong};
        sets[0].sequences = sequences;
        suite.sets = sets;
        assert_int_equal(run_suite(&suite, 2, tap), 1);
        assert_string_equal(output, "1..3\n"
                                    "# t.psl:7: Failure\n"
                                    "#   a ~> b : ctl.door.Open {…}\n"
                                    "#   expected: denied\n"
                                    "#   decision: granted request test.A 3 -> test.B 2 ctl.door.Open\n"
                                    "not ok 1 - doors.opens\n"
                                    "ok 2 - doors.begins shut\n"
                                    "ok 3 - others.has no door\n");
        assert_int_equal(run_suite(&suite, 4, filter), 0);
        assert_string_equal(output, "1..1\nok 1 - others.has no door\n");
}

static void wrong_options_are_refused(void **state) {
        PalSuite suite = big_suite();
        const char *unknown[] = {"t", "--lisd"}, *no_value[] = {"t", "--filter"};

        (void)state;
        assert_int_equal(run_suite(&suite, 2, unknown), 2);
        shows("usage: t [--list] [--filter TEXT] [--tap] [--audit] [--coverage FILE]");
        assert_int_equal(run_suite(&suite, 2, no_value), 2);
}

static void a_module_that_is_not_sound_cannot_run(void **state) {
        PalSuite suite = big_suite();

        (void)state;
        p.module.version++;
        assert_int_equal(run_suite(&suite, 0, NULL), 3);
        shows("test.psl: the security module has version 3");
        p.module.version--;
}

static void read_file(const char *path, char *buf, size_t size) {
        FILE *file = fopen(path, "r");
        size_t n;

        assert_non_null(file);
        n = fread(buf, 1, size - 1, file);
        buf[n] = '\0';
        fclose(file);
}

static void coverage_counts_sites_and_events(void **state) {
        PalSuite suite = big_suite();
        char path[] = "coverage.XXXXXX";
        const char *argv[] = {"t", "--coverage", path};
        static char text[65536];
        int fd = mkstemp(path);

        (void)state;
        assert_true(fd >= 0);
        close(fd);
        assert_int_equal(run_suite(&suite, 3, argv), 0);
        read_file(path, text, sizeof(text));
        unlink(path);
        assert_non_null(
                strstr(text, "{\"policy\":\"test.psl\",\n\"sites\":[\n{\"file\":\"test.psl\",\"line\":1,"
                             "\"column\":1,\"text\":\"a call\",\"object\":\"base\",\"method\":\"grant\","
                             "\"granted\":2,\"denied\":0,\"failed\":0},\n"));
        assert_non_null(strstr(text, "\"object\":\"door\",\"method\":\"allow\",\"granted\":1,\"denied\":2,"));
        assert_non_null(strstr(text,
                "\"events\":[\n{\"event\":\"execute\",\"src\":null,\"dst\":\"test.B\",\"riid\":0,"
                "\"mid\":0,\"granted\":2,\"denied\":0},\n{\"event\":\"request\",\"src\":"
                "\"test.A\",\"dst\":\"test.B\",\"riid\":0,\"mid\":0,\"granted\":4,\"denied\":2}"
                "]}\n"));
}

static void coverage_that_cannot_be_written_is_told(void **state) {
        PalSuite suite = big_suite();
        const char *argv[] = {"t", "--coverage", "/nowhere/coverage.json"};

        (void)state;
        assert_int_equal(run_suite(&suite, 3, argv), 3);
        shows("/nowhere/coverage.json: cannot be written");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_sequence_as_expected_passes, setup, teardown),
                cmocka_unit_test_setup_teardown(a_case_that_is_not_as_expected_fails, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_denial_that_was_not_expected_shows_the_rule, setup, teardown),
                cmocka_unit_test_setup_teardown(a_sequence_stops_at_its_first_failing_case, setup, teardown),
                cmocka_unit_test_setup_teardown(any_accepts_both_decisions_but_no_fault, setup, teardown),
                cmocka_unit_test_setup_teardown(rules_that_contradict_the_verdict_fail, setup, teardown),
                cmocka_unit_test_setup_teardown(a_denied_start_binds_no_variable, setup, teardown),
                cmocka_unit_test_setup_teardown(a_class_means_its_latest_process, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_class_without_process_is_one_that_never_started, setup, teardown),
                cmocka_unit_test_setup_teardown(the_kernel_starts_what_has_no_source, setup, teardown),
                cmocka_unit_test_setup_teardown(handles_name_variables_and_numbers, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_sequence_has_as_many_processes_as_there_are_sids, setup, teardown),
                cmocka_unit_test_setup_teardown(a_handle_outside_the_message_fails, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        each_sequence_has_its_own_setup_and_leaves_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(the_other_sequences_run_after_a_failure, setup, teardown),
                cmocka_unit_test_setup_teardown(a_fault_in_finally_fails_the_sequence, setup, teardown),
                cmocka_unit_test_setup_teardown(a_filter_and_a_list, setup, teardown),
                cmocka_unit_test_setup_teardown(a_harness_gets_its_lines, setup, teardown),
                cmocka_unit_test_setup_teardown(wrong_options_are_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(a_module_that_is_not_sound_cannot_run, setup, teardown),
                cmocka_unit_test_setup_teardown(coverage_counts_sites_and_events, setup, teardown),
                cmocka_unit_test_setup_teardown(coverage_that_cannot_be_written_is_told, setup, teardown),
        };

        return cmocka_run_group_tests_name("pal", tests, NULL, free_output);
}
