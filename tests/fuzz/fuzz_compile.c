/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the whole compiler without its emitters. An input is up to three descriptions, divided
 * by form feeds and without their heads: a package Fuzz, a component CFuzz, a class FuzzServer. What
 * compiles is dumped; the shape table of a class must pass the check of the runtime.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layout/dump.h"
#include "nk/verify.h"
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 14, PARTS = 3 };

static const struct {
        const char *file;
        const char *head;
} parts[PARTS] = {
        {"Fuzz.idl", "package Fuzz\n"},
        {"CFuzz.cdl", "component CFuzz\n"},
        {"FuzzServer.edl", "entity FuzzServer\n"},
};

static char folder[] = "/tmp/nkc-fuzz-XXXXXX";

static void part_path(char path[64], int part) {
        (void)snprintf(path, 64, "%s/%s", folder, parts[part].file);
}

static void remove_folder(void) {
        char path[64];

        for (int i = 0; i < PARTS; i++) {
                part_path(path, i);
                (void)unlink(path);
        }
        (void)rmdir(folder);
}

static void write_part(int part, const uint8_t *data, size_t size) {
        char path[64];
        FILE *f;

        part_path(path, part);
        f = fopen(path, "w");
        if (!f || fputs(parts[part].head, f) < 0 || fwrite(data, 1, size, f) != size || fclose(f) != 0)
                abort();
}

static void write_parts(const uint8_t *data, size_t size) {
        static int is_made;

        if (!is_made && (!mkdtemp(folder) || atexit(remove_folder) != 0))
                abort();
        is_made = 1;
        for (int i = 0; i < PARTS; i++) {
                const uint8_t *end = size ? memchr(data, '\f', size) : NULL;
                size_t n = end && i < PARTS - 1 ? (size_t)(end - data) : size;

                write_part(i, data, n);
                data += n + (n < size);
                size -= n + (n < size);
        }
}

static void compile_all(NkcSession *s, bool extended_errors) {
        Text out = TEXT_NULL;
        char path[64];

        for (int i = 0; i < PARTS; i++) {
                const LayUnit *unit;

                part_path(path, i);
                unit = nkc_unit_compile(s, path, extended_errors);
                if (!unit)
                        continue;
                lay_dump_text(unit, &out);
                lay_dump_json(unit, &out);
                text_clear(&out);
        }
        text_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const NkcClass *class;
        NkcSession *s;

        if (size > INPUT_MAX)
                return 0;
        write_parts(data, size);
        s = nkc_session_new(NULL, NULL);
        nkc_session_add_include(s, folder);
        compile_all(s, false);
        compile_all(s, true);
        class = nkc_class_load(s, "FuzzServer");
        if (class && verify_table(class->shape, class->shape_size) != 0)
                abort();
        nkc_session_free(s);
        return 0;
}
