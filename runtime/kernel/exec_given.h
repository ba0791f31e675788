/* SPDX-License-Identifier: MIT */
/*
 * What a program of `caisson exec` is given of this machine's files besides itself and the libraries it
 * names: libraries that it loads while it runs, and the script that it is to interpret. Each is one file,
 * looked at before anything runs; of a folder those that are libraries, and nothing to which a link leads out
 * of it.
 */
#pragma once

#include "exec_plan.h"

#define EXEC_GIVEN_PATH_MAX  1024u /* bytes of a path, with the NUL */
#define EXEC_GIVEN_DEPTH_MAX 16u   /* folders in a folder */
#define EXEC_GIVEN_DIRS_MAX  1024u /* folders in all that are looked into for one */
#define EXEC_SCRIPT_LINE_MAX 256u  /* bytes of a script's first line, as Linux reads it */

/* Adds a library, or all that are in a folder. NULL, or what is wrong with it. */
const char *exec_give_library(Pool *pool, ExecPlan *plan, const char *value);

/* Is it a file that begins with "#!"? */
bool exec_is_script(const char *path);
/* Makes the script's interpreter the program of the plan, the script its argument before those of the plan,
 * and a file that it sees. `find`: a program in PATH, or NULL. NULL, or why not. */
const char *exec_take_script(
        Pool *pool, ExecPlan *plan, const char *path, const char *(*find)(Pool *pool, const char *name));
