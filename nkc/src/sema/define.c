/* SPDX-License-Identifier: MIT */
/*
 * Pass "define": gives each symbol its value or type, in the order of the file. A declaration uses
 * only what stands before it, so one walk is enough and nothing can go round in a circle.
 */
#include "passes.h"

void sema_define(Sema *s, SemaFile *f) {
        for (uint32_t i = 0; i < f->n_symbols; i++) {
                SemaSymbol *symbol = &f->symbols[i];

                if (!symbol->is_poisoned && symbol->kind == SEMA_SYM_CONST)
                        sema_define_constant(s, f, symbol);
                else if (!symbol->is_poisoned)
                        sema_define_type(s, f, symbol);
                symbol->is_defined = true;
        }
}
