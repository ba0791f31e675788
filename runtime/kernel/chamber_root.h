/* SPDX-License-Identifier: MIT */
/*
 * Root: the few files that a process sees. A plan is made before the process exists, from the
 * program's ELF headers; in the child it becomes a memory file system with nothing but those files,
 * each a read-only mount of the original. No /proc, no /dev, no /tmp, nothing to write to.
 */
#pragma once

#include <limits.h>
#include <stddef.h>

#define ROOT_FILES_MAX  128u /* program, loader and libraries of one process */
#define ROOT_OBJECT_MAX 256u /* bytes of what an error is about; longer ones are cut */

#define ROOT_PRELOADED "/lib/preloaded.so"

typedef struct RootFile {
        char *source; /* outside */
        char *target; /* inside, absolute */
} RootFile;

typedef struct RootPlan {
        RootFile list[ROOT_FILES_MAX]; /* the first is the program */
        size_t n_files;
        char object[ROOT_OBJECT_MAX]; /* what an error is about */
} RootPlan;

/* preload: a library to be found in there too, ROOT_PRELOADED; NULL: none. A file that is no program gets a
 * plan too: exec says what is wrong with it. Negative errno: -ENOENT when a library (plan->object) is in none
 * of the folders, and the errors of elf_needs(); -ELIBBAD: the loader or a library is none. */
int root_plan_init(RootPlan *plan, const char *executable, const char *preload);
void root_plan_deinit(RootPlan *plan);

/* In the child, in a mount namespace of its own, one after the other. 0, or -1 with errno and
 * plan->object: what it happened at. `fds` has room for ROOT_FILES_MAX. */
int root_take_files(RootPlan *plan, int *fds);  /* while the caller may still look into the folders */
int root_build(RootPlan *plan, const int *fds); /* as the user that the process will be */
