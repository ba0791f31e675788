/* SPDX-License-Identifier: MIT */
/*
 * How fast nkc compiles policies: 300 and 3,000 rules of every kind between 40 classes, to C, to JSON, and
 * only checked. What the C compiler then needs for the module is shown beside it.
 *
 * The gate is a time, as the requirement is; the best of several runs counts.
 */
#include "bench.h"

#include <stdio.h>

#include "tool.h"

#define RUNS      5
#define CLASSES   40
#define ENDPOINTS 2 /* of a class */
#define METHODS   8 /* of an interface */

static Tool tool;

/* --- a policy --- */

static void write_classes(void) {
        FILE *f = tool_create(&tool, "big/Api.idl");

        (void)fprintf(f, "package big.Api\ninterface {\n");
        for (int m = 0; m < METHODS; m++)
                (void)fprintf(f,
                        "    Do%d(in UInt32 value, in string<32> text, in Handle file, out UInt32 rc);\n", m);
        (void)fprintf(f, "}\n");
        tool_finish(f);
        for (int i = 0; i < CLASSES; i++) {
                char name[64];

                (void)snprintf(name, sizeof name, "big/C%d.edl", i);
                f = tool_create(&tool, name);
                (void)fprintf(f, "entity big.C%d\nendpoints {\n", i);
                for (int e = 0; e < ENDPOINTS; e++)
                        (void)fprintf(f, "    api%d : big.Api\n", e);
                (void)fprintf(f, "}\n");
                tool_finish(f);
        }
}

static const char head[] =
        "use nk.base._\nuse nk.basic._\nuse nk.regex._\nuse nk.flow._\nuse nk.hashmap._\nuse nk.staticmap._\n"
        "use nk.mic._\n"
        "policy object flow : Flow {\n    type State = \"a\" | \"b\"\n"
        "    config = { states : [\"a\", \"b\"], initial : \"a\", transitions : { \"a\" : [\"b\"], \"b\" : "
        "[\"a\"] } }\n}\n"
        "policy object set : HashSet {\n    type Entry = UInt32\n    config = { set_size : 8, pool_size : 64 "
        "}\n}\n"
        "policy object map : StaticMap {\n    type Value = UInt32\n"
        "    config = { keys : { \"low\" : 0, \"high\" : 9 }, pool_size : 64 }\n}\n"
        "policy object mic : Mic { config = [\"LOW\", \"HIGH\"] }\n";

/* One of each kind in turn. */
static const char *const rules[] = {
        "grant ()",
        "assert (message.value < 7 || message.value == 9)",
        "flow.enter {sid : dst_sid, state : \"b\"}",
        "set.add {sid : src_sid, entry : message.value}",
        "assert (re.match {text : message.text, pattern : \"[a-z]+\"})",
        "mic.call {source : src_sid, target : dst_sid}",
        "map.set {sid : dst_sid, key : \"low\", value : message.value}",
        "flow.init {sid : message.file.handle}",
        "deny (message.value == 13)",
        "choice (flow.query {sid : dst_sid}) { \"a\" : grant () _ : deny () }",
};

#define N_RULES ((int)(sizeof rules / sizeof rules[0]))

/* Each in a binding of its own, for another pair of classes and another method. */
static void write_policy(int n) {
        FILE *f = tool_create(&tool, "big.psl");

        (void)fputs(head, f);
        for (int i = 0; i < CLASSES; i++)
                (void)fprintf(f, "use EDL big.C%d\n", i);
        for (int i = 0; i < n; i++)
                (void)fprintf(f, "request src=big.C%d dst=big.C%d endpoint=api%d method=Do%d { %s }\n",
                        i % CLASSES, (i * 7 + i / CLASSES) % CLASSES, i % ENDPOINTS, i / 3 % METHODS,
                        rules[i % N_RULES]);
        tool_finish(f);
}

/* --- rows --- */

static void print_row(const char *name, int n, double seconds, off_t bytes) {
        printf("  %-28s %6d rules %10.1f ms %12jd bytes\n", name, n, seconds * 1e3, (intmax_t)bytes);
}

static double compile_row(const char *name, int n, const char *option) {
        static const char *const made[] = {"out.c", NULL};
        char path[TOOL_PATH], out[TOOL_PATH];
        const char *const argv[] = {NKC_PROGRAM, "policy", "compile", "-I", IDL_ROOT, "-I", tool.folder, "-o",
                out, path, option, NULL};
        double seconds;

        tool_path(&tool, path, "big.psl");
        tool_path(&tool, out, "out.c");
        seconds = tool_best(&tool, argv, made, RUNS);
        print_row(name, n, seconds, tool_size(&tool, "out.c"));
        return seconds;
}

/* For the reader: it is not ours. */
static void module_row(int n) {
        char in[TOOL_PATH], out[TOOL_PATH];
        const char *const argv[] = {"cc", "-std=c11", "-O2", "-fPIC", "-shared", "-I", KSM_HEADERS, "-I",
                NK_HEADERS, in, "-o", out, NULL};
        double seconds;

        tool_path(&tool, in, "out.c");
        tool_path(&tool, out, "ksm.module");
        seconds = tool_run(argv);
        if (seconds >= 0)
                print_row("cc -O2, the module", n, seconds, tool_size(&tool, "ksm.module"));
}

int main(void) {
        double small, large;

        tool_open(&tool);
        write_classes();
        printf("nkc policy compile, best of %d runs\n", RUNS);
        write_policy(300);
        small = compile_row("to C", 300, NULL);
        write_policy(3000);
        (void)compile_row("to JSON", 3000, "--json");
        large = compile_row("to C", 3000, NULL);
        module_row(3000);
        tool_close(&tool);
        bench_gate("3,000 rules, milliseconds", large < 0 ? 1e9 : large * 1e3, "<=", 1000);
        bench_gate("3,000 rules over ten times 300", large / (small * 10), "<=", 1.3);
        return bench_finish();
}
