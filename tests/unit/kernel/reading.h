/* SPDX-License-Identifier: MIT */
/*
 * Reading an init file that a test holds as a text.
 */
#pragma once

#include "kernel/init_yaml.h"

typedef struct Reading {
        Pool pool;
        Problems problems;
        Solution sol;
} Reading;

/* Reads `size` bytes; the text must stay until reading_free. */
Reading *reading_new(const char *text, size_t size);
void reading_free(Reading *r);
/* The printed problems; free with free(). */
char *reading_print(Reading *r);
/* Number of problems, and number of the first one (0: none), of a text that is read and dropped. */
size_t reading_count(const char *text, unsigned *ret_number);
