/* SPDX-License-Identifier: MIT */
/*
 * nkc explain: what a diagnostic means, with an input that gives it and the same input mended.
 * With --all: the whole registry as the reference page docs/reference/diagnostics.md.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd.h"

enum { OPT_ALL, OPT_LIST };

static const Opt opts[] = {
        [OPT_ALL] = {.word = "all", .help = "every diagnostic, as Markdown"},
        [OPT_LIST] = {.word = "list", .help = "one line for every diagnostic"},
};

static const struct {
        unsigned first;
        const char *title;
} chapters[] = {
        {100, "Bytes, words and the shape of a file"},
        {200, "Names and types"},
        {300, "Constants and limits"},
        {400, "Components and classes"},
        {500, "Files and the command line"},
        {600, "init.yaml and solutions"},
        {700, "Policies: bytes, words, shape, files"},
        {800, "Policies: what they mean"},
};

static const char *severity_text(DiagSeverity severity) {
        return severity == DIAG_ERROR ? "error" : "warning";
}

static bool ends_in_dots(const Text *t) {
        return t->size >= 3 && memcmp(t->data + t->size - 3, "…", 3) == 0;
}

/* The printf template as a reader sees it: conversions become "…". */
static void put_template(Text *out, const char *format) {
        for (const char *c = format; *c; c++) {
                if (*c != '%') {
                        text_putc(out, *c);
                        continue;
                }
                if (*++c == '%') {
                        text_putc(out, '%');
                        continue;
                }
                while (!isalpha((unsigned char)*c) || *c == 'z' || *c == 'l')
                        c++;
                if (!ends_in_dots(out))
                        text_puts(out, "…");
        }
}

static void put_title(Text *out, const DiagInfo *info) {
        text_printf(out, "NKC-%u: %s: ", info->number, severity_text(info->severity));
        put_template(out, info->text);
        text_putc(out, '\n');
}

static void put_line(Text *out, const DiagInfo *info) {
        text_printf(out, "NKC-%u %s: %s: ", info->number, info->name, severity_text(info->severity));
        put_template(out, info->text);
        text_putc(out, '\n');
}

static void put_example(Text *out, const char *word, const char *example, const char *fence) {
        if (example[0])
                text_printf(out, "\n%s:\n\n%s%s%s", word, fence, example, fence[0] ? "```\n" : "");
}

static void put_markdown(Text *out, const DiagInfo *info) {
        text_puts(out, "\n### ");
        put_title(out, info);
        text_printf(out, "\n%s\n", info->explanation);
        put_example(out, "Gives it", info->bad, "```\n");
        put_example(out, "Does not", info->good, "```\n");
}

static void put_all(Text *out) {
        size_t chapter = 0;

        text_puts(out, "# Diagnostics of nkc\n\n"
                       "Made by `nkc explain --all` from the registry in nkc/src/base/diag_registry.def; do "
                       "not edit.\n"
                       "Numbers are permanent. `nkc explain NKC-110` prints one of these entries.\n");
        for (size_t i = 0; i < diag_n_infos; i++) {
                for (; chapter < sizeof chapters / sizeof chapters[0] &&
                        diag_infos[i].number >= chapters[chapter].first;
                        chapter++)
                        text_printf(out, "\n## %s\n", chapters[chapter].title);
                put_markdown(out, &diag_infos[i]);
        }
}

static void put_one(Text *out, const DiagInfo *info) {
        put_title(out, info);
        text_printf(out, "\n%s\n", info->explanation);
        put_example(out, "Gives it", info->bad, "");
        put_example(out, "Does not", info->good, "");
}

static void put_list(Text *out) {
        for (size_t i = 0; i < diag_n_infos; i++)
                put_line(out, &diag_infos[i]);
}

/* "NKC-110", "nkc-110" or "110". */
static const DiagInfo *find_info(const char *name) {
        unsigned long number;
        char *end;

        if (strncasecmp(name, "NKC-", 4) == 0)
                name += 4;
        if (!isdigit((unsigned char)name[0]))
                return NULL;
        number = strtoul(name, &end, 10);
        return *end == '\0' && number < 1000 ? diag_info((unsigned)number) : NULL;
}

static int explain_arguments(const Command *self, OptScan *scan, Text *out) {
        unsigned n = 0;
        int opt;

        while ((opt = opt_next(scan)) != OPT_END) {
                const DiagInfo *info;

                if (opt == OPT_BAD)
                        return cmd_usage(self, "%s", text_str(&scan->problem));
                n++;
                if (opt == OPT_ALL)
                        put_all(out);
                if (opt == OPT_LIST)
                        put_list(out);
                if (opt != OPT_ARGUMENT)
                        continue;
                info = find_info(scan->value);
                if (!info)
                        return cmd_usage(self, "there is no diagnostic '%s'; 'nkc explain --list' shows all",
                                scan->value);
                put_one(out, info);
        }
        return n > 0 ? CMD_OK : cmd_usage(self, "which diagnostic?");
}

static int explain(const Command *self, OptScan *scan) {
        Text out = TEXT_NULL;
        int r = explain_arguments(self, scan, &out);

        if (r == CMD_OK)
                fputs(text_str(&out), stdout);
        text_deinit(&out);
        return r;
}

const Command cmd_explain = {
        .name = "explain",
        .synopsis = "NKC-NUMBER...",
        .summary = "Tells what a diagnostic means, with examples.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = explain,
};
