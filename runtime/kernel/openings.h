/* SPDX-License-Identifier: MIT */
/*
 * Openings: read-only files of ours, as processes that run already get them.
 *
 * Processes that have a file from one opening share its offset and its flags, and would tell each other what
 * no policy sees: so each process has openings of its own. It has the same ones again whenever it is sent the
 * file again, as long as they are remembered here: an opening costs more than all else of a letter.
 *
 * Threads: none of its own; under the relay's lock.
 */
#pragma once

#include <stdint.h>

#define OPENINGS_MAX 32u /* that are remembered, of all files and processes: descriptors of this process */

typedef struct Opening {
        int of; /* the file, as it lies here; -1: none */
        uint32_t task;
        int fd;
} Opening;

typedef struct Openings {
        Opening list[OPENINGS_MAX];
        uint32_t n; /* ever made: the oldest one's place is the next one's */
} Openings;

void openings_init(Openings *o);
void openings_deinit(Openings *o);

/* *ret_fd stays ours, until the next call. 0, or a negative errno. */
int openings_get(Openings *o, int of, uint32_t task, int *ret_fd);
/* The file is going to be closed. */
void openings_forget(Openings *o, int of);
/* The process has ended, or its last channel has. */
void openings_drop_task(Openings *o, uint32_t task);
