/* SPDX-License-Identifier: MIT */
/*
 * Dependency rules: the escapes that make and ninja both understand.
 */
#include "depfile.h"

static void put_name(Text *out, const char *name) {
        for (; *name; name++) {
                if (*name == ' ' || *name == '#' || *name == '\\')
                        text_putc(out, '\\');
                if (*name == '$')
                        text_putc(out, '$');
                text_putc(out, *name);
        }
}

void depfile_rule(Text *out, const char *target, const char *const *needs, size_t n_needs) {
        put_name(out, target);
        text_putc(out, ':');
        for (size_t i = 0; i < n_needs; i++) {
                text_puts(out, " \\\n  ");
                put_name(out, needs[i]);
        }
        text_putc(out, '\n');
}
