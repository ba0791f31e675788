/* SPDX-License-Identifier: MIT */
/*
 * Survivor: waits for a signal, takes a server of its own to a step, says so, and after its death says what
 * came of it and gives back all it has. survivor STEP SERVER.
 */
#include <coresrv/time/timeout.h>
#include <coresrv/vmm/pmm_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <handle/handletype.h>
#include <services/ocap.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

#define CALLABLE (OCAP_IPC_CALL | OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY)
#define MOVABLE  (OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY)

static const char *server;
static Thing thing = {.handle = INVALID_HANDLE};

static void wait_for_signal(void) {
        sigset_t set;
        int number;

        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        if (sigwait(&set, &number) != 0)
                exit(EXIT_FAILURE);
}

/* The step is reached, and the server dead, when the signal comes. */
static void stay(void) {
        puts("there");
        wait_for_signal();
}

static void say(const char *what, int code) {
        printf("%s gives %d\n", what, code);
}

static void open_thing(const char *service) {
        if (connect_to(server, service, &thing) != rcOk)
                exit(EXIT_FAILURE);
}

static void close_thing(void) {
        say("closing", KnHandleClose(thing.handle));
}

/* --- steps --- */

static void listening(void) {
        Handle handle;
        rtl_uint32_t id;

        stay();
        say("connecting", KnCmConnect(server, "new", 0, &handle, &id));
}

static void queued(void) {
        Handle handle;
        rtl_uint32_t id;

        puts("there");
        say("connecting", KnCmConnect(server, "stall", INFINITE_TIMEOUT, &handle, &id));
}

/* The call is on its way, and nobody receives it. */
static void accepted(void) {
        open_thing("deaf");
        puts("there");
        say("calling", echo(&thing, 1, 0));
        close_thing();
}

static void served(void) {
        open_thing("new");
        puts("there");
        say("calling", hang(&thing));
        say("calling again", echo(&thing, 1, 0));
        close_thing();
}

static void between(void) {
        open_thing("new");
        if (echo(&thing, 1, 0) != NK_EOK)
                exit(EXIT_FAILURE);
        stay();
        say("calling", echo(&thing, 1, 0));
        close_thing();
}

/* `is_open`: it has been called through before. */
static void call_given(bool is_open) {
        Thing given;

        open_thing("new");
        use(&given, give(&thing, CALLABLE), INVALID_RIID);
        if (given.handle == INVALID_HANDLE || (is_open && echo(&given, 1, 1000) != NK_EOK))
                exit(EXIT_FAILURE);
        stay();
        say("calling", echo(&given, 1, 1000));
        say("closing the given one", KnHandleClose(given.handle));
        close_thing();
}

static void gave(void) {
        call_given(false);
}

static void gave_open(void) {
        call_given(true);
}

/* What the server had of ours goes with it. */
static void kept(void) {
        Handle own;

        if (KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, MOVABLE, NULL, &own) != rcOk)
                exit(EXIT_FAILURE);
        open_thing("new");
        if (keep(&thing, own) != NK_EOK || keep(&thing, own) != NK_EOK)
                exit(EXIT_FAILURE);
        stay();
        say("calling", keep(&thing, own));
        say("revoking", KnHandleRevoke(own));
        close_thing();
}

/* It has one of everything, and we have an object, memory and a callable handle of it, and it one of ours. */
static void holding(void) {
        Handle own, object, memory;
        Thing given;
        void *address;

        if (KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, MOVABLE, NULL, &own) != rcOk)
                exit(EXIT_FAILURE);
        open_thing("new");
        use(&given, give(&thing, CALLABLE), INVALID_RIID);
        if (echo(&given, 1, 1000) != NK_EOK || hold(&thing, own, &object, &memory) != NK_EOK)
                exit(EXIT_FAILURE);
        stay();
        say("calling", echo(&thing, 1, 0));
        say("mapping", KnPmmMdlMap(memory, 0, 4096, RTL_NULL, VMM_FLAG_READ | VMM_FLAG_WRITE, &address));
        say("unmapping", KnVmUnmap(address, 4096));
        say("closing memory", KnHandleClose(memory));
        say("closing the object", KnHandleClose(object));
        say("closing the given one", KnHandleClose(given.handle));
        say("revoking", KnHandleRevoke(own));
        close_thing();
}

static const struct {
        const char *name;
        void (*go)(void);
} steps[] = {{"listening", listening}, {"queued", queued}, {"accepted", accepted}, {"served", served},
        {"between", between}, {"gave", gave}, {"gave-open", gave_open}, {"kept", kept}, {"holding", holding}};

static void go_to(const char *step) {
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
                if (strcmp(steps[i].name, step) == 0)
                        steps[i].go();
        puts("over");
}

int main(int argc, char *argv[]) {
        sigset_t set;

        if (argc != 3)
                return EXIT_FAILURE;
        server = argv[2];
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        puts("ready");
        wait_for_signal();
        go_to(argv[1]);
        wait_for_signal();
        return EXIT_SUCCESS;
}
