/* SPDX-License-Identifier: MIT */
/*
 * Options of the preprocessor of policies, and the writing of what it leaves.
 */
#include "policy_input.h"

#include <stdio.h>
#include <string.h>

/* Below its own name when that lies inside of the folder, else by its last part alone. */
static void write_dump(void *userdata, const SrcFile *source) {
        PolicyInput *in = userdata;
        const char *last = strrchr(source->path, '/');
        int r = outdir_write(&in->dump, source->path, source->text, source->size);

        if (r == OUTDIR_E_OUTSIDE && last)
                r = outdir_write(&in->dump, last + 1, source->text, source->size);
        if (r == 0)
                return;
        fprintf(stderr, "nkc: error: cannot write '%s' in '%s': %s\n", source->path, in->dump_folder,
                outdir_problem(r));
        in->exit_code = CMD_FAILED;
}

void policy_input_init(PolicyInput *in, Arena *arena, const OptScan *scan) {
        *in = (PolicyInput){.dump = OUTDIR_NULL};
        in->definitions = ARENA_ARRAY(arena, const char *, (size_t)scan->argc);
        in->options.definitions = in->definitions;
        in->options.userdata = in;
}

void policy_input_deinit(PolicyInput *in) {
        outdir_close(&in->dump);
}

void policy_input_take(PolicyInput *in, int opt, const char *value) {
        switch (opt) {
        case POLICY_OPT_PREPROCESS:
                in->options.has_preprocessor = true;
                break;
        case POLICY_OPT_DEFINE:
                if (!psl_is_definition(value) && !in->bad_definition)
                        in->bad_definition = value;
                in->definitions[in->options.n_definitions++] = value;
                break;
        case POLICY_OPT_DUMP:
                in->dump_folder = value;
                in->options.dump = write_dump;
                break;
        default:
                break;
        }
}

int policy_input_check(PolicyInput *in, const Command *self) {
        int r;

        if (in->bad_definition)
                return cmd_usage(self, "'%s' is not NAME or NAME=VALUE", in->bad_definition);
        if (!in->dump_folder)
                return CMD_OK;
        r = outdir_open(&in->dump, in->dump_folder);
        if (r == 0)
                return CMD_OK;
        fprintf(stderr, "nkc: error: cannot write into '%s': %s\n", in->dump_folder, outdir_problem(r));
        return CMD_FAILED;
}

bool policy_input_is_policy(const char *path) {
        size_t length = strlen(path);

        return length > 4 && strcmp(path + length - 4, ".psl") == 0;
}
