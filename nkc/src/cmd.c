/* SPDX-License-Identifier: MIT */
/*
 * What all commands say in the same way: wrong usage, diagnostics, the exit code.
 */
#include "cmd.h"

#include <stdio.h>

int cmd_usage(const Command *self, const char *format, ...) {
        va_list args;

        fputs("nkc: error: ", stderr);
        va_start(args, format);
        vfprintf(stderr, format, args);
        va_end(args);
        if (self)
                fprintf(stderr, "\nhelp: nkc %s --help\n", self->name);
        else
                fputs("\nhelp: nkc --help\n", stderr);
        return CMD_USAGE;
}

void cmd_print_diag(void *userdata, DiagSeverity severity, unsigned number, const char *text) {
        (void)userdata;
        (void)severity;
        (void)number;
        fputs(text, stderr);
}

int cmd_finish(Ctx *ctx) {
        diag_flush(ctx->diags, cmd_print_diag, NULL);
        if (diag_io_failed(ctx->diags))
                return CMD_FAILED;
        return diag_errors(ctx->diags) > 0 ? CMD_INPUT : CMD_OK;
}
