/* SPDX-License-Identifier: MIT */
/*
 * coresrv/ns/ns_api.h: calls to the name server.
 *
 * A connection is made once for each name and stays. Its session, which publishing needs, is opened when
 * something is published first: whoever only asks needs no handles.
 */
#include <coresrv/ns/ns_api.h>

#include <pthread.h>
#include <string.h>

#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <kl/core/NameServer.idl.h>
#include <services/rtl/nk_cstr.h>
#include <services/rtl/nk_msg.h>

#include "fork_locks.h"
#include "kernel_call.h"

#define NAME_MAX_SIZE kl_core_Types_UCoreStringSize
#define USUAL_NAME    "ns" /* of the process, where it is not called as its class */

struct NsConnection {
        rtl_bool is_open;
        rtl_bool is_broken;       /* the name server is gone: never used again */
        char name[NAME_MAX_SIZE]; /* as it was asked for; "": the usual one, or over the static channel */
        NkKosTransport transport;
        kl_core_NameServer_proxy proxy;
        pthread_mutex_t lock; /* of the session */
        Handle session;       /* INVALID_HANDLE: not opened yet */
};

static struct NsConnection connections[NS_CONNECTIONS_MAX];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t create_lock = PTHREAD_MUTEX_INITIALIZER; /* held while one is being made */

pthread_mutex_t *ns_get_table_lock(void) {
        return &table_lock;
}

pthread_mutex_t *ns_get_create_lock(void) {
        return &create_lock;
}

static rtl_bool is_name(const char *name) {
        rtl_size_t n = name ? strnlen(name, NAME_MAX_SIZE) : 0;

        return n > 0 && n < NAME_MAX_SIZE;
}

/* NULL: not one of ours. */
static struct NsConnection *find(NsHandle ns) {
        struct NsConnection *found = RTL_NULL;

        (void)pthread_mutex_lock(&table_lock);
        for (rtl_size_t i = 0; i < NS_CONNECTIONS_MAX; i++)
                if (&connections[i] == ns && connections[i].is_open)
                        found = &connections[i];
        (void)pthread_mutex_unlock(&table_lock);
        return found;
}

/* What a call has come to. */
static Retcode outcome(struct NsConnection *c, nk_err_t err, Retcode rc) {
        if (err == NK_ENOTCONN) {
                (void)pthread_mutex_lock(&table_lock);
                c->is_broken = rtl_true;
                (void)pthread_mutex_unlock(&table_lock);
        }
        return kernel_outcome(err, rc);
}

/* Connecting ----------------------------------------------------------------------------------------------
 */

/* Under the create lock, as all that follows: only under it a connection is opened. */
static struct NsConnection *find_open(const char *name) {
        struct NsConnection *found = RTL_NULL;

        (void)pthread_mutex_lock(&table_lock);
        for (rtl_size_t i = 0; i < NS_CONNECTIONS_MAX; i++)
                if (connections[i].is_open && !connections[i].is_broken &&
                        strcmp(connections[i].name, name) == 0)
                        found = &connections[i];
        (void)pthread_mutex_unlock(&table_lock);
        return found;
}

static struct NsConnection *find_free(void) {
        for (rtl_size_t i = 0; i < NS_CONNECTIONS_MAX; i++)
                if (!connections[i].is_open)
                        return &connections[i];
        return RTL_NULL;
}

static void open_connection(struct NsConnection *c, Handle channel, nk_iid_t riid) {
        (void)NkKosTransport_Init(&c->transport, channel, NK_NULL, 0);
        kl_core_NameServer_proxy_init(&c->proxy, &c->transport.base, riid);
        (void)pthread_mutex_init(&c->lock, NULL);
        c->session = INVALID_HANDLE;
        (void)pthread_mutex_lock(&table_lock);
        c->is_open = rtl_true;
        (void)pthread_mutex_unlock(&table_lock);
}

static Retcode connect_to(struct NsConnection *c, const char *process, rtl_uint32_t msecs) {
        rtl_uint32_t riid;
        Handle channel;
        Retcode rc = KnCmConnect(process, NS_CHANNEL, msecs, &channel, &riid);

        if (rc == rcOk && riid > NK_IID_MAX) {
                (void)KnHandleClose(channel);
                rc = rcAbort;
        }
        if (rc == rcOk)
                open_connection(c, channel, (nk_iid_t)riid);
        return rc;
}

/* A process with the one usual name, or with the other where there is none. */
static Retcode connect_to_usual(struct NsConnection *c, rtl_uint32_t msecs) {
        Retcode rc = connect_to(c, NS_CHANNEL, 0);

        if (rc == rcResourceNotFound)
                return connect_to(c, USUAL_NAME, msecs);
        return rc == rcTimeout && msecs > 0 ? connect_to(c, NS_CHANNEL, msecs) : rc;
}

static Retcode open_free(
        const char *name, rtl_uint32_t msecs, Handle channel, struct NsConnection **ret_open) {
        struct NsConnection *c = find_free();
        Retcode rc = rcOk;

        if (!c)
                return rcQuotaExceeded;
        memcpy(c->name, name, strlen(name) + 1);
        if (channel != INVALID_HANDLE)
                open_connection(c, channel, ServiceLocatorGetRiid(channel, "names"));
        else
                rc = name[0] ? connect_to(c, name, msecs) : connect_to_usual(c, msecs);
        if (rc == rcOk)
                *ret_open = c;
        return rc;
}

/* Over a static channel there is one name server, whatever it is called. */
Retcode NsCreate(const char *name, rtl_uint32_t msecs, NsHandle *ns) {
        struct NsConnection *c;
        Handle channel;
        Retcode rc = rcOk;

        if ((name && !is_name(name)) || !ns)
                return rcInvalidArgument;
        channel = ServiceLocatorConnect(NS_CHANNEL);
        if (!name || channel != INVALID_HANDLE)
                name = "";
        (void)pthread_mutex_lock(&create_lock);
        c = find_open(name);
        if (!c)
                rc = open_free(name, msecs, channel, &c);
        (void)pthread_mutex_unlock(&create_lock);
        if (rc == rcOk)
                *ns = c;
        return rc;
}

/* Publishing ----------------------------------------------------------------------------------------------
 */

static Retcode open_session(struct NsConnection *c, Handle *ret_session) {
        kl_core_NameServer_Open_req req;
        kl_core_NameServer_Open_res res = {.rc = rcFail};
        Retcode rc = rcOk;

        (void)pthread_mutex_lock(&c->lock);
        if (c->session == INVALID_HANDLE) {
                nk_err_t err = kl_core_NameServer_Open(&c->proxy.base, &req, NULL, &res, NULL);

                rc = outcome(c, err, res.rc);
                if (rc == rcOk)
                        c->session = res.session.handle;
        }
        *ret_session = c->session;
        (void)pthread_mutex_unlock(&c->lock);
        return rc;
}

static rtl_bool are_names(const char *type, const char *server, const char *service) {
        return is_name(type) && is_name(server) && is_name(service);
}

/* The arenas have room for the longest names. */
static nk_err_t store(struct nk_arena *arena, nk_ptr_t *const places[3], const char *type, const char *server,
        const char *service) {
        const char *const texts[] = {type, server, service};
        nk_err_t err = NK_EOK;

        for (int i = 0; i < 3 && err == NK_EOK; i++)
                err = NkKosCopyStringToArena(arena, places[i], texts[i]);
        return err;
}

Retcode NsPublishService(NsHandle ns, const char *type, const char *server, const char *service) {
        struct NsConnection *c = find(ns);
        kl_core_NameServer_Publish_req req;
        kl_core_NameServer_Publish_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, kl_core_NameServer_Publish_req_arena_size);
        nk_ptr_t *const places[] = {&req.type, &req.server, &req.service};
        Handle session;
        Retcode rc;
        nk_err_t err;

        if (!c || !are_names(type, server, service))
                return rcInvalidArgument;
        rc = open_session(c, &session);
        if (rc != rcOk)
                return rc;
        req.session = nk_handle_desc(session);
        err = store(&arena, places, type, server, service);
        if (err == NK_EOK)
                err = kl_core_NameServer_Publish(&c->proxy.base, &req, &arena, &res, NULL);
        return outcome(c, err, res.rc);
}

Retcode NsUnPublishService(NsHandle ns, const char *type, const char *server, const char *service) {
        struct NsConnection *c = find(ns);
        kl_core_NameServer_UnPublish_req req;
        kl_core_NameServer_UnPublish_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, kl_core_NameServer_UnPublish_req_arena_size);
        nk_ptr_t *const places[] = {&req.type, &req.server, &req.service};
        Handle session;
        nk_err_t err;

        if (!c || !are_names(type, server, service))
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&c->lock);
        session = c->session;
        (void)pthread_mutex_unlock(&c->lock);
        if (session == INVALID_HANDLE)
                return rcResourceNotFound; /* nothing was published */
        req.session = nk_handle_desc(session);
        err = store(&arena, places, type, server, service);
        if (err == NK_EOK)
                err = kl_core_NameServer_UnPublish(&c->proxy.base, &req, &arena, &res, NULL);
        return outcome(c, err, res.rc);
}

/* Asking --------------------------------------------------------------------------------------------------
 */

/* Both or none. */
static Retcode copy_names(const char *const from[2], char *const to[2], const rtl_size_t sizes[2]) {
        for (int i = 0; i < 2; i++)
                if (strlen(from[i]) >= sizes[i])
                        return rcBufferTooSmall;
        for (int i = 0; i < 2; i++)
                memcpy(to[i], from[i], strlen(from[i]) + 1);
        return rcOk;
}

Retcode NsEnumServices(NsHandle ns, const char *type, unsigned index, char *server, rtl_size_t serverSize,
        char *service, rtl_size_t serviceSize) {
        struct NsConnection *c = find(ns);
        kl_core_NameServer_Enum_req req = {.index = index};
        kl_core_NameServer_Enum_res res = {.rc = rcFail};
        NK_ARENA_AUTO(req_arena, kl_core_NameServer_Enum_req_arena_size);
        NK_ARENA_AUTO(res_arena, kl_core_NameServer_Enum_res_arena_size);
        const char *names[2];
        nk_err_t err;
        Retcode rc;

        if (!c || !is_name(type) || !server || !service)
                return rcInvalidArgument;
        err = NkKosCopyStringToArena(&req_arena, &req.type, type);
        if (err == NK_EOK)
                err = kl_core_NameServer_Enum(&c->proxy.base, &req, &req_arena, &res, &res_arena);
        rc = outcome(c, err, res.rc);
        if (rc != rcOk)
                return rc;
        if (RtlArenaGetCStr(&res_arena, &res.server, &names[0]) != NK_EOK ||
                RtlArenaGetCStr(&res_arena, &res.service, &names[1]) != NK_EOK)
                return rcInternalError;
        return copy_names(
                names, (char *const[]){server, service}, (const rtl_size_t[]){serverSize, serviceSize});
}
