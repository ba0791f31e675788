/* SPDX-License-Identifier: MIT */
/*
 * The client's calls against the host's own: one random sequence of calls goes to a file system and to a
 * folder of the host, and every result, every errno and every file must be the same.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fs.h"

#define T_NO_ROOT 77 /* this host gives no process a root of its own */

/* An empty file system; 0 or an error. It is called in the process that compares, which can't open files. */
typedef int TMakeFs(Fs **ret_fs);

/* Compares in a process of its own, where cmocka prints one case. 0: all was the same. */
int t_against_host(TMakeFs *make, unsigned steps, uint32_t seed);

typedef struct TAgainst {
        TMakeFs *make;
        unsigned steps;
        uint32_t seed;
        bool is_plain;      /* no links, no modes, no exchange of names: the rest is compared */
        bool lasts;         /* made again it must have the same files */
        bool is_part;       /* of a test that prints its own cases: this one goes to standard error */
        bool (*done)(void); /* when all is unmounted, still in that process; NULL: nothing. False: a fault */
} TAgainst;

/* The same, told more exactly. */
int t_against_host_as(const TAgainst *what);
