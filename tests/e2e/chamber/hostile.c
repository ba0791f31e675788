/* SPDX-License-Identifier: MIT */
/*
 * A process that has been taken over: it tries one thing that a chamber must refuse, named by its first
 * argument, and tells what came of it. The second argument is a process outside. If it may fork, a child of
 * it tries.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <caisson/family.h>

#include "attempts.h"
#include "boot/boot.h"

pid_t outside;

static const Attempts *const tables[] = {&attempts_files, &attempts_sockets, &attempts_processes,
        &attempts_kernel, &attempts_amounts, &attempts_channels, &attempts_family};

#define N_TABLES (sizeof tables / sizeof *tables)

static void print_list(void) {
        for (size_t i = 0; i < N_TABLES; i++)
                for (size_t j = 0; j < tables[i]->n; j++)
                        (void)printf("%s\n", tables[i]->list[j].name);
}

static const Attempt *find(const char *name) {
        for (size_t i = 0; i < N_TABLES; i++)
                for (size_t j = 0; j < tables[i]->n; j++)
                        if (strcmp(tables[i]->list[j].name, name) == 0)
                                return &tables[i]->list[j];
        return NULL;
}

/* In the parent: how the child has ended, when it has. */
static bool is_child(void) {
        uint32_t member;
        long pid = nkx_family_reserve(&member);
        int status = 0;

        if (pid == 0)
                pid = nkx_family_fork(member, NULL);
        if (pid == 0)
                return true;
        if (pid < 0 || waitpid((pid_t)pid, &status, 0) < 0)
                (void)fprintf(stderr, "no child\n");
        else if (WIFSIGNALED(status))
                (void)fprintf(
                        stderr, WTERMSIG(status) == SIGSYS ? "refused: killed by SIGSYS\n" : "killed\n");
        return false;
}

int main(int argc, char **argv) {
        const Attempt *attempt;
        int r;

        if (argc == 2 && strcmp(argv[1], "list") == 0) {
                print_list();
                return EXIT_SUCCESS;
        }
        if (argc != 3 || !boot_get() || !(attempt = find(argv[1])))
                return EXIT_FAILURE;
        outside = (pid_t)strtol(argv[2], NULL, 10);
        if (nkx_family_may_fork() && !is_child())
                return EXIT_SUCCESS;
        r = attempt->attempt();
        if (r < 0)
                (void)fprintf(stderr, "refused: %s\n", strerror(errno));
        else
                (void)fprintf(stderr, r == CONTAINED ? "contained\n" : "DONE\n");
        return EXIT_SUCCESS;
}
