/* SPDX-License-Identifier: MIT */
/*
 * nkc dump: the layout model of descriptions, as text for people or as JSON for tools.
 */
#include "cmd_input.h"
#include "layout/dump.h"

#include <stdio.h>

enum { OPT_JSON = INPUT_N_OPTS, OPT_LAYOUT };

static const Opt opts[] = {
        INPUT_OPTS,
        [OPT_JSON] = {.word = "json",
                .help = "JSON, one object for each file (docs/reference/json-model.md)"},
        [OPT_LAYOUT] = {.word = "layout", .help = "text: every offset, size and id (the default)"},
};

static void dump_files(const CmdInput *in, bool is_json) {
        Text out = TEXT_NULL;

        for (size_t i = 0; i < in->n_files; i++) {
                const LayUnit *unit = nkc_unit_compile(in->session, in->files[i], in->extended_errors);

                if (unit && is_json)
                        lay_dump_json(unit, &out);
                else if (unit)
                        lay_dump_text(unit, &out);
        }
        fputs(text_str(&out), stdout);
        text_deinit(&out);
}

static int dump(const Command *self, OptScan *scan) {
        bool is_json = false;
        CmdInput in;
        int opt, r;

        cmd_input_init(&in, scan);
        while ((opt = opt_next(scan)) != OPT_END && opt != OPT_BAD) {
                cmd_input_take(&in, opt, scan->value);
                if (opt == OPT_JSON || opt == OPT_LAYOUT)
                        is_json = opt == OPT_JSON;
        }
        r = cmd_input_check(&in, self, opt, scan);
        if (r == CMD_OK) {
                dump_files(&in, is_json);
                r = cmd_input_exit_code(&in);
        }
        cmd_input_deinit(&in);
        return r;
}

const Command cmd_dump = {
        .name = "dump",
        .synopsis = "[--json] [-I DIR]... [--extended-errors] FILE...",
        .summary = "Prints the layout of messages: offsets, sizes, capacities, ids.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = dump,
};
