/* SPDX-License-Identifier: MIT */
/*
 * Emitters, C compiler and temporary folder put together.
 */
#include "policy_program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "out/outdir.h"
#include "psl/emit_pal.h"

#define SOURCE      "policy.c"
#define OPTIONS_MAX 16

static bool write_source(const PolicyProgram *p, const PolPolicy *policy, CcKind kind) {
        Text text = TEXT_NULL;
        OutDir out = OUTDIR_NULL;
        int r;

        emit_ksm(&text, p->arena, policy);
        if (kind == CC_PROGRAM)
                emit_pal(&text, p->arena, policy);
        r = outdir_open(&out, p->scratch.path);
        if (!r)
                r = outdir_write(&out, SOURCE, text_str(&text), text.size);
        if (r)
                fprintf(stderr, "nkc: error: cannot write into '%s': %s\n", p->scratch.path,
                        outdir_problem(r));
        outdir_close(&out);
        text_deinit(&text);
        return r == 0;
}

bool policy_program_make(
        PolicyProgram *p, Arena *arena, const Sdk *sdk, const PolPolicy *policy, CcKind kind) {
        const char *name = kind == CC_MODULE ? "ksm.module" : "policy-tests";
        int r;

        *p = (PolicyProgram){.arena = arena};
        r = scratch_open(&p->scratch, arena);
        if (r < 0) {
                fprintf(stderr, "nkc: error: no temporary folder: %s\nhelp: TMPDIR says where\n",
                        strerror(-r));
                return false;
        }
        p->path = arena_printf(arena, "%s/%s", p->scratch.path, name);
        return write_source(p, policy, kind) && cc_compile(&p->scratch, arena, sdk, kind, SOURCE, name);
}

void policy_program_deinit(PolicyProgram *p) {
        scratch_close(&p->scratch);
}

static const char *read_stream(const PolicyProgram *p, FILE *file, size_t *size) {
        char *bytes;
        long length;

        if (fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0)
                return NULL;
        bytes = arena_alloc(p->arena, (size_t)length + 1);
        *size = fread(bytes, 1, (size_t)length, file);
        return *size == (size_t)length ? bytes : NULL;
}

const char *policy_program_read(const PolicyProgram *p, size_t *size) {
        FILE *file = fopen(p->path, "rbe");
        const char *bytes = file ? read_stream(p, file, size) : NULL;

        if (!bytes)
                fprintf(stderr, "nkc: error: cannot read '%s': %s\n", p->path, strerror(errno));
        if (file)
                (void)fclose(file);
        return bytes;
}

int policy_program_run(const PolicyProgram *p, const char *const *options, const char *out) {
        const char *argv[OPTIONS_MAX + 2] = {p->path};
        size_t n = 1;

        for (; options[n - 1] && n <= OPTIONS_MAX; n++)
                argv[n] = options[n - 1];
        argv[n] = NULL;
        return cc_run(
                argv, p->scratch.path, out ? arena_printf(p->arena, "%s/%s", p->scratch.path, out) : NULL);
}
