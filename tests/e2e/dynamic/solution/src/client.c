/* SPDX-License-Identifier: MIT */
/*
 * Client: asks for channels in every way, and says what came of it.
 */
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

#define SHORT_MS 50

static Retcode try_names(const char *server, const char *service) {
        Handle handle;
        rtl_uint32_t rsid;

        return KnCmConnect(server, service, SHORT_MS, &handle, &rsid);
}

static void try_wrong_names(void) {
        char name[UCORE_STRING_SIZE + 1];
        Handle handle;
        rtl_uint32_t rsid;

        memset(name, 'x', sizeof name);
        name[UCORE_STRING_SIZE] = '\0';
        check(try_names("Server", name) == rcInvalidArgument, "a service's name of 256 bytes is too long");
        check(try_names(name, "new") == rcInvalidArgument, "a process's name of 256 bytes is too long");
        name[UCORE_STRING_SIZE - 1] = '\0';
        check(try_names(name, name) == rcTimeout, "one of 255 is waited for");
        check(try_names("", "new") == rcInvalidArgument && try_names("Server", "") == rcInvalidArgument,
                "an empty name is none");
        check(try_names(RTL_NULL, "new") == rcInvalidArgument &&
                        try_names("Server", RTL_NULL) == rcInvalidArgument,
                "no name is none");
        check(KnCmConnect("Server", "new", 0, RTL_NULL, &rsid) == rcInvalidArgument &&
                        KnCmConnect("Server", "new", 0, &handle, RTL_NULL) == rcInvalidArgument,
                "results need a place");
}

static void try_nobody(void) {
        Handle handle;
        rtl_uint32_t rsid;

        check(KnCmConnect("Nobody", "new", 0, &handle, &rsid) == rcResourceNotFound,
                "nobody is not waited for");
        check(KnCmConnect("Nobody", "new", SHORT_MS, &handle, &rsid) == rcTimeout, "but for so long");
        check(KnCmConnect("Server", "ignore", SHORT_MS, &handle, &rsid) == rcTimeout,
                "a server that does not care");
        check(KnCmConnect("Server", "drop", INFINITE_TIMEOUT, &handle, &rsid) == rcAbort,
                "a server that does not want");
}

static void try_roles(void) {
        char client[UCORE_STRING_SIZE], service[UCORE_STRING_SIZE];
        Handle handle;

        check(KnCmListen(RTL_NULL, 0, client, service) == rcSecurityDisallow, "a client may not listen");
        check(KnCmAccept("x", "y", 0, INVALID_HANDLE, &handle) == rcSecurityDisallow, "nor accept");
        check(KnCmDrop("x", "y") == rcSecurityDisallow, "nor drop");
        check(KnCmAccept("x", "y", 0, 12345, &handle) == rcInvalidArgument, "a listener must be one");
}

static void try_channel(Thing *thing) {
        Handle copy;

        check(connect_to("Server", "new", thing) == rcOk, "a channel on a new listener");
        check(echo(thing, 1, 0) == NK_EOK, "a direct call over it");
        check(judge(thing, 2) == NK_EOK, "a judged call over it");
        check(judge(thing, 3) == NK_EPERM, "what is judged and denied");
        check(secret(thing) == NK_EPERM, "what no rule grants");
        check(ServiceLocatorGetRiid(thing->handle, "things.second") == 1, "its endpoints have names");
        check(KnHandleCopy(thing->handle, OCAP_IPC_CLIENT, INVALID_HANDLE, &copy) == rcNoCapability,
                "the handle of a channel is not copied");
}

static void try_more(Thing *first) {
        Thing second, third;
        Handle handle;
        rtl_uint32_t rsid;

        check(connect_to("Server", "old", &second) == rcOk, "another one on the same listener");
        check(echo(&second, 7, 0) == NK_EOK && echo(first, 8, 0) == NK_EOK, "both are served");
        check(connect_to("Server", "plain", &third) == rcOk, "one on a listener of the service locator");
        check(echo(&third, 9, 0) == NK_EOK, "it is served there");
        check(KnHandleClose(second.handle) == rcOk && echo(&second, 1, 0) == NK_EINVAL,
                "closed, it does not call");
        check(echo(first, 10, 0) == NK_EOK && echo(&third, 11, 0) == NK_EOK, "the others go on");
        (void)KnHandleClose(third.handle);
        check(connect_to("Server", "twice", &second) == rcOk && last_code(first) == rcResourceNotFound,
                "a request is accepted once");
        (void)KnHandleClose(second.handle);
        check(connect_to("Server", "close", &second) == rcOk && last_code(first) == rcOk &&
                        echo(&second, 1, 0) == NK_ENOTCONN,
                "a server ends one channel by closing its handle");
        (void)KnHandleClose(second.handle);
        check(echo(first, 12, 0) == NK_EOK, "and no other");
        check(KnCmConnect("Server", "number", INFINITE_TIMEOUT, &handle, &rsid) == rcOk && rsid == 70000,
                "the endpoint's number is what the server says");
        (void)KnHandleClose(handle);
        check(loop(first) == NK_EOK, "a process calls itself");
}

/* With one channel at first. */
static void try_limit(void) {
        static Thing things[CM_CALLED_MAX];
        Retcode rc = rcOk;
        unsigned n = 0;
        bool are_served = true;

        while (n < CM_CALLED_MAX && rc == rcOk)
                rc = connect_to("Server", "old", &things[n++]);
        check(rc == rcQuotaExceeded && n == CM_CALLED_MAX,
                "as many channels as a process may have, and no more");
        for (unsigned i = 0; i + 1 < n; i++)
                are_served = are_served && echo(&things[i], i, 0) == NK_EOK;
        check(are_served, "all of them are served");
        (void)KnHandleClose(things[0].handle);
        check(connect_to("Server", "old", &things[0]) == rcOk, "one less, one more");
        for (unsigned i = 0; i + 1 < n; i++)
                (void)KnHandleClose(things[i].handle);
}

static void try_deaths(Thing *first) {
        Thing mortal, second;
        Handle handle;
        rtl_uint32_t rsid;

        check(close_listener(first) == rcOk || true, "closing a listener");
        check(echo(first, 1, 0) == NK_ENOTCONN, "ends its channels");
        check(connect_to("Server", "new", &second) == rcOk && echo(&second, 2, 0) == NK_EOK,
                "another listener serves");
        check(connect_to("Mortal", "new", &mortal) == rcOk && echo(&mortal, 3, 0) == NK_EOK,
                "a second server");
        check(die(&mortal) == NK_ENOTCONN && echo(&mortal, 4, 0) == NK_ENOTCONN, "its channels end with it");
        check(KnHandleClose(mortal.handle) == rcOk, "the handle is closed all the same");
        check(KnCmConnect("Mortal", "new", 0, &handle, &rsid) == rcResourceNotFound, "it is nobody now");
        check(echo(&second, 5, 0) == NK_EOK, "others go on");
        check(KnCmConnect("Server", "die", INFINITE_TIMEOUT, &handle, &rsid) == rcNotConnected,
                "who waits for it hears that a server ends");
}

int main(void) {
        Thing statical, first;

        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        use(&statical, ServiceLocatorConnect("plain"), 0);
        try_wrong_names();
        try_nobody();
        try_roles();
        try_channel(&first);
        try_more(&first);
        try_limit();
        try_callables(&statical);
        check(echo(&statical, 1, 0) == NK_EOK, "the channel of the init file goes on");
        try_deaths(&first);
        return EXIT_SUCCESS;
}
