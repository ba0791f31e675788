/* SPDX-License-Identifier: MIT */
/*
 * How fast nkc compiles: 1,000 and 10,000 methods with structs and strings, as one package, beside the
 * compilers of other interface languages that are installed, given descriptions of the same shape.
 *
 * The gate is a time, unlike elsewhere: that is how the requirement is put. The best of several runs
 * counts, since a slower one tells about the machine.
 */
#include "bench.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS      7
#define PATH_SIZE 512

static char folder[PATH_SIZE];

static _Noreturn void die(const char *what) {
        perror(what);
        exit(3);
}

static void in_folder(char path[static PATH_SIZE], const char *name) {
        if (snprintf(path, PATH_SIZE, "%s/%s", folder, name) >= PATH_SIZE)
                die("a path is too long");
}

static FILE *create(const char *name) {
        char path[PATH_SIZE];
        FILE *f;

        in_folder(path, name);
        f = fopen(path, "w");
        if (!f)
                die(path);
        return f;
}

static void finish(FILE *f) {
        if (fclose(f) != 0)
                die("writing a description");
}

/* --- descriptions of one shape in each language: a struct and a method at a time --- */

static void write_idl(int n) {
        FILE *f = create("Big.idl");

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
        finish(f);
}

static void write_proto(int n) {
        FILE *f = create("big.proto");

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
        finish(f);
}

static void write_fbs(int n) {
        FILE *f = create("big.fbs");

        (void)fprintf(f, "namespace big;\n");
        for (int i = 0; i < n; i++)
                (void)fprintf(f,
                        "table Item%d { id:uint; stamp:ulong; name:string; }\n"
                        "table Req%d { item:Item%d; flags:uint; }\n"
                        "table Res%d { count:ulong; text:string; }\n",
                        i, i, i, i);
        finish(f);
}

/* --- running --- */

/* Seconds, or a negative number when the tool is missing or fails. */
static double run_once(const char *const argv[]) {
        posix_spawn_file_actions_t quiet;
        uint64_t start = bench_now_ns();
        int status;
        pid_t pid;

        if (posix_spawn_file_actions_init(&quiet) != 0 ||
                posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0) != 0)
                die("posix_spawn_file_actions");
        status = posix_spawnp(&pid, argv[0], &quiet, NULL, (char *const *)(uintptr_t)argv, environ);
        (void)posix_spawn_file_actions_destroy(&quiet);
        if (status != 0 || waitpid(pid, &status, 0) < 0 || status != 0)
                return -1;
        return (double)(bench_now_ns() - start) / 1e9;
}

static void remove_output(void) {
        static const char *const made[] = {
                "Big.idl.h", "Big.idl.nk.d", "big.pb-c.c", "big.pb-c.h", "big_generated.h"};
        char path[PATH_SIZE];

        for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
                in_folder(path, made[i]);
                (void)unlink(path);
        }
}

static double best_of(const char *const argv[]) {
        double best = -1;

        for (int i = 0; i < RUNS; i++) {
                double t;

                remove_output(); /* a file that is there already is not written again */
                t = run_once(argv);
                if (t < 0)
                        return -1;
                if (best < 0 || t < best)
                        best = t;
        }
        return best;
}

static off_t size_of(const char *name) {
        struct stat st;
        char path[PATH_SIZE];

        in_folder(path, name);
        return stat(path, &st) < 0 ? 0 : st.st_size;
}

static void print_row(const char *name, int n, double seconds, off_t bytes) {
        if (seconds < 0)
                return;
        printf("  %-22s %8d methods %10.1f ms %10.0f methods/s %8.0f bytes a method\n", name, n,
                seconds * 1e3, n / seconds, (double)bytes / n);
}

static double nkc_row(int n) {
        char path[PATH_SIZE];
        const char *const argv[] = {NKC_PROGRAM, "gen", "-I", folder, "-o", folder, path, NULL};
        double t;

        write_idl(n);
        in_folder(path, "Big.idl");
        t = best_of(argv);
        print_row("nkc gen (C)", n, t, size_of("Big.idl.h"));
        return t;
}

static void peer_rows(int n) {
        char out[PATH_SIZE + 8], include[PATH_SIZE + 8], proto[PATH_SIZE], fbs[PATH_SIZE];
        const char *const protoc_c[] = {"protoc-c", out, include, proto, NULL};
        const char *const flatc[] = {"flatc", "--cpp", "-o", folder, fbs, NULL};

        double t;

        (void)snprintf(out, sizeof out, "--c_out=%s", folder);
        (void)snprintf(include, sizeof include, "-I%s", folder);
        in_folder(proto, "big.proto");
        in_folder(fbs, "big.fbs");
        write_proto(n);
        t = run_once(protoc_c);
        print_row("protoc-c (C)", n, t, size_of("big.pb-c.c") + size_of("big.pb-c.h"));
        write_fbs(n);
        t = run_once(flatc);
        print_row("flatc (C++)", n, t, size_of("big_generated.h"));
}

static void remove_folder(void) {
        static const char *const sources[] = {"Big.idl", "big.proto", "big.fbs"};
        char path[PATH_SIZE];

        remove_output();
        for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
                in_folder(path, sources[i]);
                (void)unlink(path);
        }
        (void)rmdir(folder);
}

int main(void) {
        const char *tmp = getenv("TMPDIR");
        double small, large;

        (void)snprintf(folder, sizeof folder, "%s/caisson-bench-XXXXXX", tmp ? tmp : "/tmp");
        if (!mkdtemp(folder))
                die(folder);
        printf("interface compilers, best of %d runs\n", RUNS);
        small = nkc_row(1000);
        large = nkc_row(10000);
        peer_rows(10000);
        remove_folder();
        bench_gate("10,000 methods, milliseconds", large * 1e3, "<=", 150);
        bench_gate("10,000 methods over ten times 1,000", large / (small * 10), "<=", 1.3);
        return bench_finish();
}
