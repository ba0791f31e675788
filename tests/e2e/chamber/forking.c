/* SPDX-License-Identifier: MIT */
/*
 * Runs a solution like `caisson run --policy=none`, but processes whose names begin with H may fork, as the
 * program of `caisson exec` may.
 *
 *      forking run -I DIR SOLUTION
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/load.h"
#include "kernel/loop.h"

int main(int argc, char **argv) {
        const LoopOptions options = {.isolation = ISOLATION_STRICT, .needs_no_policy = true};
        Load load = LOAD_NULL;
        int status;

        if (argc != 5 || load_add_folder(&load.includes, argv[3]))
                return EXIT_FAILURE;
        status = load_solution(&load, argv[4], stderr);
        for (uint32_t i = 0; status == 0 && i < load.solution.n_tasks; i++)
                load.solution.tasks[i].may_fork = load.solution.tasks[i].name.text[0] == 'H';
        if (status == 0)
                status = loop_run(&load.solution, &options);
        load_deinit(&load);
        return status;
}
