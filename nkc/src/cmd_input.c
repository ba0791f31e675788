/* SPDX-License-Identifier: MIT */
/*
 * Options and exit code of the commands that compile descriptions.
 */
#include "cmd_input.h"

#include <stdio.h>

static void print_message(void *userdata, NkcSeverity severity, unsigned number, const char *text) {
        (void)userdata;
        (void)severity;
        (void)number;
        fputs(text, stderr);
}

void cmd_input_init(CmdInput *in, const OptScan *scan) {
        *in = (CmdInput){.session = nkc_session_new(print_message, NULL), .arena = arena_new()};
        in->files = ARENA_ARRAY(in->arena, const char *, (size_t)scan->argc);
}

void cmd_input_deinit(CmdInput *in) {
        in->session = nkc_session_free(in->session);
        in->arena = arena_free(in->arena);
}

void cmd_input_take(CmdInput *in, int opt, const char *value) {
        if (opt == OPT_ARGUMENT)
                in->files[in->n_files++] = value;
        else if (opt == INPUT_OPT_INCLUDE)
                nkc_session_add_include(in->session, value);
        else if (opt == INPUT_OPT_EXTENDED)
                in->extended_errors = true;
}

int cmd_input_check(const CmdInput *in, const Command *self, int last_opt, const OptScan *scan) {
        if (last_opt == OPT_BAD)
                return cmd_usage(self, "%s", text_str(&scan->problem));
        return in->n_files > 0 ? CMD_OK : cmd_usage(self, "no input file");
}

int cmd_input_exit_code(const CmdInput *in) {
        if (nkc_session_io_failed(in->session))
                return CMD_FAILED;
        return nkc_session_errors(in->session) > 0 ? CMD_INPUT : CMD_OK;
}
