/* SPDX-License-Identifier: MIT */
/*
 * Parent: starts one process, and ends.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>

#include <stdio.h>
#include <stdlib.h>

int main(void) {
        Handle child, thief;
        Retcode rc = KnTaskCreate("leaver", RTL_NULL, RTL_NULL, 0, 0, 0, &thief);

        fprintf(stderr, "%s another's program is not this one's to start\n",
                rc == rcSecurityDisallow ? "ok" : "not ok");
        if (KnTaskCreate("tasks.Orphan", "tasks.Orphan", "Orphan", 0, 0, 0, &child) != rcOk ||
                KnTaskResume(child) != rcOk)
                return EXIT_FAILURE;
        return EXIT_SUCCESS;
}
