/* SPDX-License-Identifier: MIT */
/*
 * Callable handles: what they call, what rights they need, and when they end.
 */
#include <coresrv/syscalls.h>
#include <services/ocap.h>
#include <services/rtl/nk_msg.h>

#include "calls.h"

#define CALLABLE (OCAP_IPC_CALL | OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY)

/* The code that a program gets which makes the system call itself. */
static Retcode call_code(Thing *thing) {
        link_IThing_Echo_req req = {.value = 1};
        link_IThing_Echo_res res;
        SMsgHdr out, in;

        nk_req_reset(&req);
        nk_req_reset(&res);
        nk_msg_set_method_id(&req, INVALID_RIID, link_IThing_Echo_mid);
        PackOutMsg(&out, &req.base_, RTL_NULL);
        PackInMsg(&in, &res.base_, RTL_NULL);
        return Call(thing->handle, &out, &in);
}

static void try_endpoint(Thing *server) {
        Handle handle = give(server, CALLABLE), copy = INVALID_HANDLE;
        Thing thing;

        use(&thing, handle, INVALID_RIID);
        check(echo(&thing, 1, 1000) == NK_EOK, "a callable handle calls its endpoint");
        check(judge(&thing, 3) == NK_EPERM, "calls through it are judged");
        check(secret(&thing) == NK_EPERM, "what no rule grants does not pass through it");
        use(&thing, handle, 0);
        check(echo(&thing, 2, 1000) == NK_EOK, "another endpoint can't be asked for");
        check(KnHandleCopy(handle, OCAP_IPC_CALL, INVALID_HANDLE, &copy) == rcOk, "it can be copied");
        use(&thing, copy, INVALID_RIID);
        check(echo(&thing, 3, 1000) == NK_EOK, "the copy calls");
        check(KnHandleClose(handle) == rcOk && echo(&thing, 4, 1000) == NK_EOK,
                "the copy calls when the first one is closed");
        check(KnHandleClose(copy) == rcOk && call_code(&thing) == rcInvalidArgument,
                "what is closed does not call");
}

static void try_rights(Thing *server) {
        Thing thing;

        use(&thing, give(server, OCAP_HANDLE_TRANSFER), INVALID_RIID);
        check(call_code(&thing) == rcSecurityDisallow, "without the right to call it does not call");
        check(KnHandleClose(thing.handle) == rcOk, "it is closed like others");
        check(give(server, OCAP_IPC_CALL) == INVALID_HANDLE,
                "without the right to be transferred it does not come");
}

static void try_revocation(Thing *server) {
        Thing thing, other;

        use(&thing, give(server, CALLABLE), INVALID_RIID);
        check(echo(&thing, 5, 1000) == NK_EOK, "before it is revoked it calls");
        check(revoke_given(server) == rcOk && call_code(&thing) == rcHandleRevoked, "revoked it does not");
        check(call_code(&thing) == rcHandleRevoked, "and stays revoked");
        check(KnHandleClose(thing.handle) == rcOk, "it can be closed");
        use(&other, give(server, CALLABLE), INVALID_RIID);
        check(echo(&other, 6, 1000) == NK_EOK, "another one calls");
        (void)KnHandleClose(other.handle);
}

void try_callables(Thing *server) {
        try_endpoint(server);
        try_rights(server);
        try_revocation(server);
}
