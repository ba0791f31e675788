/* SPDX-License-Identifier: MIT */
/*
 * `caisson policy`: what is asked of a policy, answered by the compiler `nkc` that lies beside this
 * program. The kernel process itself needs no policy compiler for it, so it hands over to that program.
 */
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NKC "nkc"

/* Its path beside our own program. False: it does not fit. */
static bool find_nkc(char path[static PATH_MAX]) {
        ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
        char *slash;

        path[n > 0 ? n : 0] = '\0';
        slash = strrchr(path, '/');
        if (!slash || (size_t)(slash + 1 - path) + sizeof NKC > PATH_MAX)
                return false;
        memcpy(slash + 1, NKC, sizeof NKC);
        return true;
}

int cmd_policy(int argc, char **argv) {
        char path[PATH_MAX], name[] = NKC;
        char **words = calloc((size_t)argc + 2, sizeof *words);

        if (words && find_nkc(path)) {
                words[0] = name;
                memcpy(words + 1, argv, (size_t)argc * sizeof *argv);
                (void)execv(path, words);
        }
        (void)fprintf(stderr, "caisson policy: cannot run nkc: %s\nhelp: it belongs beside caisson\n",
                strerror(errno));
        free(words);
        return CMD_EXIT_SYSTEM;
}
