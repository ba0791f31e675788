/* SPDX-License-Identifier: MIT */
/*
 * Victim: waits for a signal, goes to a step, says so, and stays there until it is killed. victim STEP. With
 * `check` it uses every sort of channel once, so that what is made once for two classes is there, before it
 * says that it is ready, and with each further signal.
 */
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"

#define CALLABLE (OCAP_IPC_CALL | OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY)

static Thing statical;

static void wait_for_signal(void) {
        sigset_t set;
        int number;

        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        if (sigwait(&set, &number) != 0)
                exit(EXIT_FAILURE);
}

static void open_one(Thing *thing, const char *service) {
        if (connect_to("Server", service, thing) != rcOk || echo(thing, 1, 0) != NK_EOK)
                exit(EXIT_FAILURE);
}

static void call_back(Thing *thing) {
        use(thing, give(&statical, CALLABLE), INVALID_RIID);
        if (echo(thing, 1, 1000) != NK_EOK)
                exit(EXIT_FAILURE);
}

static void check_all(const char *service) {
        Thing one, other;

        open_one(&one, service);
        call_back(&other);
        if (loop(&one) != NK_EOK)
                exit(EXIT_FAILURE);
        (void)KnHandleClose(one.handle);
        (void)KnHandleClose(other.handle);
        /* What the kernel process takes apart after a call is done when it has come round to us twice more.
         */
        (void)KnHandleClose(one.handle);
        (void)KnHandleClose(other.handle);
        puts("served");
}

static _Noreturn void go_to(const char *step) {
        Handle handle;
        rtl_uint32_t rsid;
        Thing thing;

        if (strcmp(step, "open") == 0)
                open_one(&thing, "old");
        if (strcmp(step, "called") == 0)
                call_back(&thing);
        if (strcmp(step, "crowd") == 0)
                for (int i = 0; i < 50; i++)
                        open_one(&thing, "old");
        if (strcmp(step, "waiting") == 0 && connect_to("Server", "deaf", &thing) != rcOk)
                exit(EXIT_FAILURE);
        puts("there");
        if (strcmp(step, "waiting") == 0)
                (void)echo(&thing, 1, 0); /* without end */
        if (strcmp(step, "asking") == 0)
                (void)KnCmConnect("Server", "ignore", INFINITE_TIMEOUT, &handle, &rsid);
        while (strcmp(step, "opening") == 0) {
                open_one(&thing, "old");
                (void)KnHandleClose(thing.handle);
        }
        if (strcmp(step, "calling") == 0) {
                open_one(&thing, "old");
                for (;;)
                        (void)echo(&thing, 1, 0);
        }
        for (;;)
                (void)pause();
}

int main(int argc, char *argv[]) {
        const char *step = argc > 1 ? argv[1] : "";
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        use(&statical, ServiceLocatorConnect("plain"), 0);
        if (strcmp(step, "check") == 0)
                check_all("new");
        puts("ready");
        wait_for_signal();
        if (strcmp(step, "check") != 0)
                go_to(step);
        check_all("old");
        wait_for_signal();
        return EXIT_SUCCESS;
}
