/* SPDX-License-Identifier: MIT */
/*
 * `caisson policy`: what is asked of a policy, answered by the compiler `nkc` that lies beside this
 * program. The kernel process itself needs no policy compiler for it, so it hands over to that program.
 */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

int cmd_policy(int argc, char **argv) {
        char **words = calloc((size_t)argc + 2, sizeof *words);
        Pool pool = POOL_NULL;
        const char *folder = files_own_folder(&pool);
        char name[] = "nkc";

        if (words && folder) {
                words[0] = name;
                memcpy(words + 1, argv, (size_t)argc * sizeof *argv);
                (void)execv(pool_printf(&pool, "%s/nkc", folder), words);
        }
        (void)fprintf(stderr, "caisson policy: cannot run nkc: %s\nhelp: it belongs beside caisson\n",
                strerror(errno));
        pool_deinit(&pool);
        free(words);
        return CMD_EXIT_SYSTEM;
}
