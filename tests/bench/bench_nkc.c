/* SPDX-License-Identifier: MIT */
/*
 * How fast nkc compiles: 1,000 and 10,000 methods with structs and strings, as one package, beside the
 * compilers of other interface languages that are installed, given descriptions of the same shape.
 *
 * The gate is a time, unlike elsewhere: that is how the requirement is put. The best of several runs
 * counts, since a slower one tells about the machine.
 */
#include "bench.h"

#include <stdio.h>

#include "tool.h"

#define RUNS 7

static Tool tool;

/* --- descriptions of one shape in each language: a struct and a method at a time --- */

static void write_idl(int n) {
        FILE *f = tool_create(&tool, "Big.idl");

        (void)fprintf(f, "package Big\n\n");
        for (int i = 0; i < n; i++)
                (void)fprintf(f,
                        "struct Item%d {\n    UInt32 id;\n    UInt64 stamp;\n    string<64> name;\n}\n\n", i);
        (void)fprintf(f, "interface {\n");
        for (int i = 0; i < n; i++)
                (void)fprintf(f,
                        "    Do%d(in Item%d item, in UInt32 flags, out UInt64 count, out string<32> text);\n",
                        i, i);
        (void)fprintf(f, "}\n");
        tool_finish(f);
}

static void write_proto(int n) {
        FILE *f = tool_create(&tool, "big.proto");

        (void)fprintf(f, "syntax = \"proto3\";\npackage big;\n");
        for (int i = 0; i < n; i++)
                (void)fprintf(f,
                        "message Item%d { uint32 id = 1; uint64 stamp = 2; string name = 3; }\n"
                        "message Req%d { Item%d item = 1; uint32 flags = 2; }\n"
                        "message Res%d { uint64 count = 1; string text = 2; }\n",
                        i, i, i, i);
        (void)fprintf(f, "service Big {\n");
        for (int i = 0; i < n; i++)
                (void)fprintf(f, "  rpc Do%d (Req%d) returns (Res%d);\n", i, i, i);
        (void)fprintf(f, "}\n");
        tool_finish(f);
}

static void write_fbs(int n) {
        FILE *f = tool_create(&tool, "big.fbs");

        (void)fprintf(f, "namespace big;\n");
        for (int i = 0; i < n; i++)
                (void)fprintf(f,
                        "table Item%d { id:uint; stamp:ulong; name:string; }\n"
                        "table Req%d { item:Item%d; flags:uint; }\n"
                        "table Res%d { count:ulong; text:string; }\n",
                        i, i, i, i);
        tool_finish(f);
}

/* --- running --- */

static const char *const made[] = {
        "Big.idl.h", "Big.idl.nk.d", "big.pb-c.c", "big.pb-c.h", "big_generated.h", NULL};

static void print_row(const char *name, int n, double seconds, off_t bytes) {
        if (seconds < 0)
                return;
        printf("  %-22s %8d methods %10.1f ms %10.0f methods/s %8.0f bytes a method\n", name, n,
                seconds * 1e3, n / seconds, (double)bytes / n);
}

static double nkc_row(int n) {
        char path[TOOL_PATH];
        const char *const argv[] = {NKC_PROGRAM, "gen", "-I", tool.folder, "-o", tool.folder, path, NULL};
        double t;

        write_idl(n);
        tool_path(&tool, path, "Big.idl");
        t = tool_best(&tool, argv, made, RUNS);
        print_row("nkc gen (C)", n, t, tool_size(&tool, "Big.idl.h"));
        return t;
}

static void peer_rows(int n) {
        char out[TOOL_PATH + 8], include[TOOL_PATH + 8], proto[TOOL_PATH], fbs[TOOL_PATH];
        const char *const protoc_c[] = {"protoc-c", out, include, proto, NULL};
        const char *const flatc[] = {"flatc", "--cpp", "-o", tool.folder, fbs, NULL};

        double t;

        (void)snprintf(out, sizeof out, "--c_out=%s", tool.folder);
        (void)snprintf(include, sizeof include, "-I%s", tool.folder);
        tool_path(&tool, proto, "big.proto");
        tool_path(&tool, fbs, "big.fbs");
        write_proto(n);
        t = tool_run(protoc_c);
        print_row("protoc-c (C)", n, t, tool_size(&tool, "big.pb-c.c") + tool_size(&tool, "big.pb-c.h"));
        write_fbs(n);
        t = tool_run(flatc);
        print_row("flatc (C++)", n, t, tool_size(&tool, "big_generated.h"));
}

int main(void) {
        double small, large;

        tool_open(&tool);
        printf("interface compilers, best of %d runs\n", RUNS);
        small = nkc_row(1000);
        large = nkc_row(10000);
        peer_rows(10000);
        tool_close(&tool);
        bench_gate("10,000 methods, milliseconds", large * 1e3, "<=", 150);
        bench_gate("10,000 methods over ten times 1,000", large / (small * 10), "<=", 1.3);
        return bench_finish();
}
