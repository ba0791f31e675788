/* SPDX-License-Identifier: MIT */
/* A library that a program loads while it runs; it needs another one, and has data of its own. */
int base_answer(void);
int plugin_answer(void);

static int n_calls;

int plugin_answer(void) {
        return base_answer() + n_calls++;
}
