/* SPDX-License-Identifier: MIT */
/*
 * Root: the few files that a process sees. A plan is made before the process exists, from the
 * program's ELF headers; in the child it becomes a memory file system with nothing but those files,
 * each a read-only mount of the original. No /proc, no /dev, no /tmp, nothing to write to.
 *
 * Files that the process is given besides (libraries that it may load while it runs, its script) lie in a
 * folder of their own, under numbers; what they are called is told it by a variable.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ROOT_FILES_MAX      128u        /* program, loader and libraries of one process */
#define ROOT_GIVEN_MAX      384u        /* files that it is given, and libraries those need */
#define ROOT_NAMES_MAX      1024u       /* paths of what it is given */
#define ROOT_NAMES_SIZE_MAX (96u << 10) /* bytes of those together; Linux takes 128 KiB in one variable */
#define ROOT_OBJECT_MAX     256u        /* bytes of what an error is about; longer ones are cut */

#define ROOT_PRELOADED "/lib/preloaded.so"
#define ROOT_GIVEN     "/lib/given"    /* folder; the files in it are called 0, 1 … */
#define ROOT_VARIABLE  "CAISSON_GIVEN" /* a line each: kind ('x': code, 'r': data), number, a tab, path */

/* A file for the process. */
typedef struct RootGiven {
        const char *path;   /* how the process calls it, absolute */
        const char *source; /* resolved */
        bool is_code;       /* a library: those that it needs come with it */
        bool is_named;      /* its user asked for this one: an error if one of those is nowhere */
} RootGiven;

typedef struct RootFile {
        char *source; /* outside */
        char *target; /* inside, absolute */
        dev_t device; /* which file the source was when it was looked at: no other one is taken, */
        ino_t inode;  /* whatever lies there by then */
        bool is_code, is_named;
} RootFile;

typedef struct RootName {
        char *path;
        size_t file; /* index of the list */
} RootName;

typedef struct RootPlan {
        RootFile list[ROOT_FILES_MAX + ROOT_GIVEN_MAX]; /* the first is the program */
        size_t n_files;
        size_t n_own; /* those before what it is given */
        RootName names[ROOT_NAMES_MAX];
        size_t n_names;
        char *libraries;              /* where they lie inside; NULL: the program has no loader */
        char object[ROOT_OBJECT_MAX]; /* what an error is about */
} RootPlan;

/* preload: a library to be found in there too, ROOT_PRELOADED; NULL: none. A file that is no program gets a
 * plan too: exec says what is wrong with it. Negative errno: -ENOENT when a library (plan->object) is in none
 * of the folders, and the errors of elf_needs(); -ELIBBAD: the loader or a library is none. */
int root_plan_init(RootPlan *plan, const char *executable, const char *preload);
/* Adds files to a plan that was made, and what they need. -E2BIG: beyond a bound; -ENOENT: a library
 * (plan->object) that one of them needs is nowhere; and the errors above. After an error the plan is empty.
 */
int root_plan_give(RootPlan *plan, const RootGiven *list, size_t n);
/* The variable's value, sorted by paths; the caller frees it. NULL: no memory. */
char *root_plan_names(const RootPlan *plan);
void root_plan_deinit(RootPlan *plan);

/* In the child, in a mount namespace of its own, one after the other. 0, or -1 with errno and
 * plan->object: what it happened at; ESTALE: another file than was planned. `fds` has room for all files. */
int root_take_files(RootPlan *plan, int *fds);  /* while the caller may still look into the folders */
int root_build(RootPlan *plan, const int *fds); /* as the user that the process will be */
