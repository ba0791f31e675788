/* SPDX-License-Identifier: MIT */
/*
 * Calls: see calls.h.
 */
#include "calls.h"

#include <sched.h>
#include <stdio.h>

#define PATIENCE_MS 20000

void check(bool is_ok, const char *what) {
        printf("%s %s\n", is_ok ? "ok" : "not ok", what);
}

void use(Thing *thing, Handle handle, nk_iid_t riid) {
        thing->handle = handle;
        NkKosTransport_Init(&thing->transport, handle, NK_NULL, 0);
        link_IThing_proxy_init(&thing->proxy, &thing->transport.base, riid);
}

Retcode connect_to(const char *server, const char *service, Thing *thing) {
        Handle handle;
        rtl_uint32_t rsid;
        Retcode rc = KnCmConnect(server, service, PATIENCE_MS, &handle, &rsid);

        if (rc == rcOk)
                use(thing, handle, (nk_iid_t)rsid);
        return rc;
}

nk_err_t echo(Thing *thing, nk_uint32_t value, nk_uint32_t add) {
        link_IThing_Echo_req req = {.value = value};
        link_IThing_Echo_res res;
        nk_err_t err = link_IThing_Echo(&thing->proxy.base, &req, NULL, &res, NULL);

        return err != NK_EOK || res.again == value + add ? err : NK_EBADMSG;
}

nk_err_t judge(Thing *thing, nk_uint32_t value) {
        link_IThing_Judge_req req = {.value = value};
        link_IThing_Judge_res res;
        nk_err_t err = link_IThing_Judge(&thing->proxy.base, &req, NULL, &res, NULL);

        return err != NK_EOK || res.again == value ? err : NK_EBADMSG;
}

nk_err_t secret(Thing *thing) {
        static link_IThing_Secret_req req;
        link_IThing_Secret_res res;

        return link_IThing_Secret(&thing->proxy.base, &req, NULL, &res, NULL);
}

nk_err_t loop(Thing *thing) {
        link_IThing_Loop_req req = {.value = 5};
        link_IThing_Loop_res res;
        nk_err_t err = link_IThing_Loop(&thing->proxy.base, &req, NULL, &res, NULL);

        return err != NK_EOK || res.again == 1005 ? err : NK_EBADMSG;
}

/* Positive: the server is still at it. */
Retcode last_code(Thing *thing) {
        static link_IThing_LastCode_req req;
        link_IThing_LastCode_res res;
        nk_err_t err;

        do {
                (void)sched_yield();
                err = link_IThing_LastCode(&thing->proxy.base, &req, NULL, &res, NULL);
        } while (err == NK_EOK && res.code > 0);
        return err == NK_EOK ? res.code : rcFail;
}

Handle give(Thing *thing, nk_uint32_t rights) {
        link_IThing_Give_req req = {.rights = rights};
        link_IThing_Give_res res;

        return link_IThing_Give(&thing->proxy.base, &req, NULL, &res, NULL) == NK_EOK
                       ? nk_get_handle(&res.callable)
                       : INVALID_HANDLE;
}

Retcode revoke_given(Thing *thing) {
        static link_IThing_Revoke_req req;
        link_IThing_Revoke_res res;

        return link_IThing_Revoke(&thing->proxy.base, &req, NULL, &res, NULL) == NK_EOK ? res.code : rcFail;
}

Retcode close_listener(Thing *thing) {
        static link_IThing_CloseListener_req req;
        link_IThing_CloseListener_res res;

        return link_IThing_CloseListener(&thing->proxy.base, &req, NULL, &res, NULL) == NK_EOK ? res.code
                                                                                               : rcFail;
}

nk_err_t die(Thing *thing) {
        static link_IThing_Die_req req;
        link_IThing_Die_res res;

        return link_IThing_Die(&thing->proxy.base, &req, NULL, &res, NULL);
}

nk_err_t keep(Thing *thing, Handle handle) {
        link_IThing_Keep_req req = {.kept = nk_handle_desc(handle)};
        link_IThing_Keep_res res;

        return link_IThing_Keep(&thing->proxy.base, &req, NULL, &res, NULL);
}

nk_err_t hang(Thing *thing) {
        static link_IThing_Hang_req req;
        link_IThing_Hang_res res;

        return link_IThing_Hang(&thing->proxy.base, &req, NULL, &res, NULL);
}

nk_err_t hold(Thing *thing, Handle kept, Handle *ret_object, Handle *ret_memory) {
        link_IThing_Hold_req req = {.kept = nk_handle_desc(kept)};
        link_IThing_Hold_res res;
        nk_err_t err = link_IThing_Hold(&thing->proxy.base, &req, NULL, &res, NULL);

        if (err == NK_EOK) {
                *ret_object = nk_get_handle(&res.object);
                *ret_memory = nk_get_handle(&res.memory);
        }
        return err;
}
