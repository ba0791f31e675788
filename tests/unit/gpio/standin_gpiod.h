/* SPDX-License-Identifier: MIT */
/*
 * A stand-in for libgpiod 1.6, behind the same symbols: chips whose lines are only there in memory. What the
 * driver calls of the library is there, and nothing else.
 */
#pragma once

#include <stdbool.h>

#define STANDIN_LINES 8u

/* The chip "/dev/NAME" is there, with so many lines; NULL: none is. */
void standin_plug(const char *name, unsigned n_lines);
/* A line of the host: errno of the next request of any line, 0: it succeeds. */
void standin_fail_next(int error);
/* Somebody outside drives a line. Reported as an edge, if that was asked for. */
void standin_drive(unsigned line, int level, long long ns);
/* What the driver made of a line. */
bool standin_is_requested(unsigned line);
int standin_level(unsigned line);
unsigned standin_count_open(void); /* chips */
