/* SPDX-License-Identifier: MIT */
/*
 * The table that requests to the kernel are verified with: the file that nkc wrote together with the
 * dispatchers, as part of the program, so that the two can't differ.
 */
#include "state.h" /* also so that this file is compiled anew with the dispatchers */

extern const ShapeTable core_shape_table;

__asm__(".pushsection .rodata\n"
        ".balign 8\n"
        ".globl core_shape_table\n"
        ".hidden core_shape_table\n"
        "core_shape_table:\n"
        ".incbin \"" CORE_SHAPE_FILE "\"\n"
        ".popsection\n");

const ShapeTable *core_shape(void) {
        return &core_shape_table;
}
