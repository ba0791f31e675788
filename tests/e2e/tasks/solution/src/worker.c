/* SPDX-License-Identifier: MIT */
/*
 * Worker: does what its arguments say.
 */
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/vmm/pmm_api.h>
#include <kos/task.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What lies in the memory that it was given is its exit status. */
static int read_given(void) {
        Handle memory, again, nothing = INVALID_HANDLE;
        void *at;

        if (KosTaskLookupResource("memory", &memory) != rcOk ||
                KosTaskLookupResource("memory", &again) != rcOk || memory != again ||
                KosTaskLookupResource("nothing", &nothing) != rcResourceNotFound ||
                KosTaskLookupResource("", &nothing) != rcInvalidArgument || nothing != INVALID_HANDLE)
                return 200;
        if (KnPmmMdlMap(memory, 0, 4096, RTL_NULL, VMM_FLAG_READ | VMM_FLAG_WRITE, &at) != rcNoCapability)
                return 201;
        if (KnPmmMdlMap(memory, 0, 4096, RTL_NULL, VMM_FLAG_READ, &at) != rcOk)
                return 202;
        return *(const unsigned char *)at;
}

int main(int argc, char **argv) {
        Handle child;

        if (argc < 2)
                return 100;
        if (KnTaskCreate("leaver", RTL_NULL, RTL_NULL, 0, 0, 0, &child) != rcSecurityDisallow)
                return 101;
        if (strcmp(argv[1], "exit") == 0 && argc == 3)
                return (int)strtol(argv[2], NULL, 10);
        if (strcmp(argv[1], "given") == 0)
                return read_given();
        if (strcmp(argv[1], "abort") == 0)
                abort();
        for (;;)
                KnSleep(60000);
}
