/* SPDX-License-Identifier: MIT */
/*
 * Names: the methods of kl.core.NameServer.
 */
#include "names.h"

#include <caisson/peer.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>
#include <services/rtl/nk_cstr.h>
#include <services/rtl/nk_msg.h>

static Names *names_of(kl_core_NameServer *self) {
        return (Names *)(void *)self; /* the first member */
}

/* Sessions ------------------------------------------------------------------------------------------------
 */

static void close_session(Names *n, RegistrySession session) {
        uint32_t badge;
        bool was_open;

        (void)pthread_mutex_lock(&n->lock);
        was_open = registry_close(n->registry, session, &badge);
        (void)pthread_mutex_unlock(&n->lock);
        if (was_open)
                (void)KnHandleClose(badge);
}

static Retcode open_session(Names *n, const char *process, Handle *ret_badge) {
        RegistrySession session;
        Handle badge;
        Retcode rc;

        (void)pthread_mutex_lock(&n->lock);
        rc = registry_open(n->registry, process, &session);
        if (rc == rcOk) {
                rc = KnHandleCreateBadge(
                        n->notice, (rtl_uintptr_t)session, (void *)(rtl_uintptr_t)session, &badge);
                if (rc == rcOk)
                        registry_set_tag(n->registry, session, badge);
                else
                        (void)registry_close(n->registry, session, NULL);
        }
        (void)pthread_mutex_unlock(&n->lock);
        if (rc != rcOk)
                return rc;
        n->unsent = session;
        *ret_badge = badge;
        return rcOk;
}

static nk_err_t open_method(kl_core_NameServer *self, const kl_core_NameServer_Open_req *req,
        const struct nk_arena *req_arena, kl_core_NameServer_Open_res *res, struct nk_arena *res_arena) {
        Names *n = names_of(self);
        char process[NKX_PEER_NAME_SIZE];
        Handle badge = INVALID_HANDLE;

        nk_unused(req);
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = nkx_peer_name(n->listener, process, sizeof(process));
        if (res->rc == rcOk)
                res->rc = open_session(n, process, &badge);
        res->session =
                res->rc == rcOk ? nk_handle_desc(n->sessions, 0, badge) : nk_handle_desc(INVALID_HANDLE);
        return NK_EOK;
}

void names_answered(Names *n, bool was_sent) {
        if (n->unsent && !was_sent)
                close_session(n, n->unsent);
        n->unsent = 0;
}

Retcode names_end_sessions(Names *n) {
        EventDesc event;
        rtl_size_t count;
        Retcode rc;

        while ((rc = KnNoticeGetEvent(n->notice, INFINITE_TIMEOUT, 1, &event, &count)) == rcOk)
                if (event.eventMask & EVENT_BADGE_CLOSED)
                        close_session(n, event.eventId);
        return rc;
}

/* Services ------------------------------------------------------------------------------------------------
 */

/* 0: no session of ours, which is none of the registry's either. What a client hands over instead would stay
 * in our table. */
static RegistrySession session_of(const nk_handle_desc_t *desc) {
        nk_badge_t context = 0;

        if (nk_get_badge_op(desc, 0, &context) == NK_EOK)
                return (RegistrySession)(rtl_uintptr_t)context;
        if (nk_get_handle(desc) != INVALID_HANDLE)
                (void)KnHandleClose(nk_get_handle(desc));
        return 0;
}

/* What a request names. */
typedef struct Named {
        const struct nk_arena *arena;
        const nk_ptr_t *type, *server, *service;
} Named;

/* False: a name is empty. */
static bool take_service(const Named *named, RegistryService *ret) {
        return RtlArenaGetCStr(named->arena, named->type, &ret->type) == NK_EOK &&
               RtlArenaGetCStr(named->arena, named->server, &ret->server) == NK_EOK &&
               RtlArenaGetCStr(named->arena, named->service, &ret->service) == NK_EOK && ret->type[0] &&
               ret->server[0] && ret->service[0];
}

/* The session first: a handle that is none of ours must not stay. */
static Retcode change(Names *n, const nk_handle_desc_t *handle, const Named *named,
        Retcode act(Registry *r, RegistrySession session, const RegistryService *s)) {
        RegistrySession session = session_of(handle);
        RegistryService s;
        Retcode rc;

        if (!take_service(named, &s))
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&n->lock);
        rc = act(n->registry, session, &s);
        (void)pthread_mutex_unlock(&n->lock);
        return rc;
}

static nk_err_t publish(kl_core_NameServer *self, const kl_core_NameServer_Publish_req *req,
        const struct nk_arena *req_arena, kl_core_NameServer_Publish_res *res, struct nk_arena *res_arena) {
        const Named named = {req_arena, &req->type, &req->server, &req->service};

        nk_unused(res_arena);
        res->rc = change(names_of(self), &req->session, &named, registry_publish);
        return NK_EOK;
}

static nk_err_t unpublish(kl_core_NameServer *self, const kl_core_NameServer_UnPublish_req *req,
        const struct nk_arena *req_arena, kl_core_NameServer_UnPublish_res *res, struct nk_arena *res_arena) {
        const Named named = {req_arena, &req->type, &req->server, &req->service};

        nk_unused(res_arena);
        res->rc = change(names_of(self), &req->session, &named, registry_unpublish);
        return NK_EOK;
}

/* The arena has room for the longest names. */
static nk_err_t store(struct nk_arena *arena, const RegistryService *s, kl_core_NameServer_Enum_res *res) {
        nk_err_t err = NkKosCopyStringToArena(arena, &res->server, s->server);

        return err == NK_EOK ? NkKosCopyStringToArena(arena, &res->service, s->service) : err;
}

static nk_err_t enumerate(kl_core_NameServer *self, const kl_core_NameServer_Enum_req *req,
        const struct nk_arena *req_arena, kl_core_NameServer_Enum_res *res, struct nk_arena *res_arena) {
        Names *n = names_of(self);
        const char *type = NULL;
        nk_err_t err = NK_EOK;
        RegistryService s;

        res->rc = rcInvalidArgument;
        if (RtlArenaGetCStr(req_arena, &req->type, &type) != NK_EOK)
                return NK_EOK;
        (void)pthread_mutex_lock(&n->lock);
        res->rc = registry_find(n->registry, type, req->index, &s);
        if (res->rc == rcOk)
                err = store(res_arena, &s, res);
        (void)pthread_mutex_unlock(&n->lock);
        return err;
}

/* ---------------------------------------------------------------------------------------------------------
 */

Retcode names_init(Names *n, Handle listener) {
        static const kl_core_NameServer_ops ops = {
                .Open = open_method, .Publish = publish, .UnPublish = unpublish, .Enum = enumerate};
        Retcode rc;

        *n = (Names){.base = {.ops = &ops},
                .listener = listener,
                .lock = PTHREAD_MUTEX_INITIALIZER,
                .registry = registry_new()};
        if (!n->registry)
                return rcOutOfMemory;
        rc = KnNoticeCreate(&n->notice);
        return rc ? rc
                  : KnHandleCreateUserObject(
                            HANDLE_TYPE_USER_FIRST, OCAP_HANDLE_TRANSFER, NULL, &n->sessions);
}
