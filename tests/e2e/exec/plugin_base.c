/* SPDX-License-Identifier: MIT */
/* The library that plugin.c needs. */
int base_answer(void);

int base_answer(void) {
        return 40;
}
