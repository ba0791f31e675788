/* SPDX-License-Identifier: MIT */
/*
 * Calls of the client, and what it says of them: a line for each case.
 */
#pragma once

#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>

#include <stdbool.h>

#include <link/IThing.idl.h>

typedef struct Thing {
        NkKosTransport transport;
        struct link_IThing_proxy proxy;
        Handle handle;
} Thing;

void check(bool is_ok, const char *what);
void use(Thing *thing, Handle handle, nk_iid_t riid);
/* A channel to a process, which does with it what the service is called. */
Retcode connect_to(const char *server, const char *service, Thing *thing);

/* Of a method: its answer is `value` + `add`. */
nk_err_t echo(Thing *thing, nk_uint32_t value, nk_uint32_t add);
nk_err_t judge(Thing *thing, nk_uint32_t value);
nk_err_t secret(Thing *thing);
nk_err_t loop(Thing *thing);
Retcode last_code(Thing *thing);
Handle give(Thing *thing, nk_uint32_t rights);
Retcode revoke_given(Thing *thing);
Retcode close_listener(Thing *thing);
nk_err_t die(Thing *thing);
nk_err_t keep(Thing *thing, Handle handle);
nk_err_t hang(Thing *thing);
nk_err_t hold(Thing *thing, Handle kept, Handle *ret_object, Handle *ret_memory);

/* Cases about callable handles (callable.c). */
void try_callables(Thing *server);
