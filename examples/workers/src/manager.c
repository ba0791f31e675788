/* SPDX-License-Identifier: MIT */
/*
 * Manager: starts a worker for each text, gives it the text in memory, and hears how it ends.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/time/timeout.h>
#include <coresrv/vmm/pmm_api.h>
#include <coresrv/vmm/vmm_api.h>

#include <stdio.h>
#include <stdlib.h>

#define SIZE 4096

/* Memory with a text in it. */
static Handle put(const char *text) {
        const int flags = VMM_FLAG_READ | VMM_FLAG_WRITE;
        Handle memory;
        void *at;

        if (KnPmmMdlCreate(SIZE, flags, &memory) != rcOk ||
                KnPmmMdlMap(memory, 0, SIZE, RTL_NULL, flags, &at) != rcOk)
                return INVALID_HANDLE;
        (void)snprintf(at, SIZE, "%s", text);
        (void)KnVmUnmap(at, SIZE);
        return memory;
}

/* The worker is there from now on, and runs when it is resumed. */
static Handle start(const char *name, const char *text) {
        Handle memory = put(text), worker;

        if (memory == INVALID_HANDLE ||
                KnTaskCreate(name, "works.Worker", RTL_NULL, 0, 0, 0, &worker) != rcOk ||
                nkx_task_give(worker, "text", memory, NKX_MDL_READ) != rcOk || KnTaskResume(worker) != rcOk) {
                fprintf(stderr, "%s can't be started\n", name);
                exit(EXIT_FAILURE);
        }
        (void)KnHandleClose(memory); /* the worker's own handle stays */
        return worker;
}

static void hear(const char *name, Handle worker) {
        rtl_uint32_t reason;
        rtl_int32_t status;

        if (nkx_task_wait(worker, INFINITE_TIMEOUT, &reason, &status) != rcOk)
                fprintf(stderr, "%s: nothing is heard of it\n", name);
        else if (reason == NKX_TASK_EXITED)
                fprintf(stderr, "%s counted %d words\n", name, (int)status);
        else
                fprintf(stderr, "%s was ended%s\n", name, reason == NKX_TASK_TERMINATED ? " by us" : "");
        (void)KnHandleClose(worker);
}

int main(void) {
        Handle first = start("First", "to be or not to be"), second = start("Second", ""), third, rival;

        hear("First", first);
        hear("Second", second);

        third = start("Third", "perchance to dream");
        if (nkx_task_wait(third, 200, RTL_NULL, RTL_NULL) == rcTimeout) {
                fprintf(stderr, "Third takes too long\n");
                (void)nkx_task_terminate(third);
        }
        hear("Third", third);

        /* Its name is free again when it has ended. */
        hear("First", start("First", "the rest is silence"));

        fprintf(stderr, "a rival: %s\n",
                KnTaskCreate("Rival", RTL_NULL, RTL_NULL, 0, 0, 0, &rival) == rcSecurityDisallow
                        ? "not with this policy"
                        : "there it is");
        return EXIT_SUCCESS;
}
