/* SPDX-License-Identifier: MIT */
/*
 * Loading: from the word on the command line to a checked solution, for every command alike.
 */
#pragma once

#include <stdio.h>

#include "solution.h"

#define LOAD_FOLDERS_MAX 64u /* of one kind: given ones and the built-in ones */

typedef struct LoadFolders {
        const char *list[LOAD_FOLDERS_MAX];
        size_t n_given; /* by options; the built-in ones come behind */
        size_t n_all;
} LoadFolders;

typedef struct Load {
        LoadFolders includes, bins;
        Pool pool;
        bool ignores_programs;      /* they need not be there */
        const char *unpacked;       /* folder of an unpacked image, removed in the end; NULL: it is none */
        bool is_image_ours;         /* nobody else may write to it */
        struct NkcSession *session; /* owns the classes */
        Solution solution;
        const char *file;   /* the init file; problems name that of an image otherwise */
        Problems *problems; /* after load_solution(): none, or already printed */
} Load;

#define LOAD_NULL ((Load){.session = NULL})

/* Adds a folder given by an option: borrowed. Returns NULL, or what is wrong. */
const char *load_add_folder(LoadFolders *folders, const char *folder);

/* Loads `name`, a folder with an init.yaml in it, that file itself, or an image. What is wrong is said on
 * `out`. Returns an exit status of cmd.h; load_deinit() afterwards in any case. */
int load_solution(Load *load, const char *name, FILE *out);
void load_deinit(Load *load);
