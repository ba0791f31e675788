/* SPDX-License-Identifier: MIT */
/*
 * The endpoint cm.CM: requests for channels stand in cm.h; an accepted one becomes a connection (conn.h), of
 * which the client hears in the answer to the call that it still waits in.
 */
#include <string.h>

#include <handle/handletype.h>
#include <services/ocap.h>

#include "conn.h"
#include "state.h"

#define FOREVER_MS 0xffffffffull /* INFINITE_TIMEOUT, as it comes in a message */

#define CLIENT_RIGHTS (OCAP_IPC_CLIENT | OCAP_HANDLE_GET_EVENT | OCAP_HANDLE_GET_SID)
#define SERVER_RIGHTS (OCAP_IPC_SERVER | OCAP_HANDLE_GET_EVENT | OCAP_HANDLE_GET_SID)

static const nk_handle_desc_t no_handle = {.handle = INVALID_HANDLE};

static const char *text_of(const struct nk_arena *arena, const nk_ptr_t *ptr) {
        nk_size_t n;
        const char *text = nk_arena_get(nk_char_t, arena, ptr, &n);

        return text ? text : "";
}

static uint64_t until(const Core *core, uint32_t msecs) {
        return msecs >= FOREVER_MS ? CM_NEVER : core->now_ms + msecs;
}

static CmTask me(const Core *core) {
        return (CmTask){core->caller->number, core->caller->name};
}

static CoreTask *find_task(const Core *core, const char *name) {
        CoreTask *task = core->tasks;

        while (task && strcmp(task->name, name) != 0)
                task = task->next;
        return task;
}

/* --- a client --- */

static nk_err_t connect(kl_core_CM *self, const kl_core_CM_Connect_req *req, const struct nk_arena *req_arena,
        kl_core_CM_Connect_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_cm(self);
        const char *server = text_of(req_arena, &req->server);
        CmTask client = me(core);

        nk_unused(res_arena);
        res->handle = no_handle;
        res->rc = cm_connect(core->cm, &client, core->ticket, server, find_task(core, server) != NULL,
                text_of(req_arena, &req->service), core->now_ms, until(core, req->msecs));
        core->is_later = res->rc == rcOk;
        return NK_EOK;
}

typedef struct Offer {
        nk_handle_desc_t handle;
        uint32_t id;
        Retcode rc;
        CoreMail mail;
} Offer;

static void answer_connect(Core *core, CoreTicket ticket, const Offer *offer) {
        kl_core_CM_Connect_res res;

        /* Gaps between members go to another process too. */
        memset(&res, 0, sizeof(res));
        res.handle = offer->handle;
        res.id = offer->id;
        res.rc = offer->rc;
        nk_req_reset(&res);
        nk_msg_set_method_id(&res, kl_core_Core_cm_iidOffset + kl_core_CCM_CM_iid, kl_core_CM_Connect_mid);
        core->host.answer(core->host.arg, &(CoreAnswer){.ticket = ticket,
                                                  .message = &res.base_,
                                                  .message_size = sizeof(res),
                                                  .mail = offer->mail});
}

/* --- a server --- */

static nk_err_t listen(kl_core_CM *self, const kl_core_CM_Listen_req *req, const struct nk_arena *req_arena,
        kl_core_CM_Listen_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_cm(self);
        CmTask server = me(core);

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = cm_listen(core->cm, &server, core->ticket, core->now_ms, until(core, req->msecs));
        core->is_later = res->rc == rcOk;
        return NK_EOK;
}

static void answer_listen(Core *core, const CmEnd *end) {
        kl_core_CM_Listen_res res;
        uint64_t bytes[(kl_core_CM_Listen_res_arena_size + 7) / 8] = {0};
        struct nk_arena arena = NK_ARENA_INITIALIZER((char *)bytes, (char *)bytes + sizeof(bytes));
        CoreAnswer answer = {
                .ticket = end->ticket, .message = &res.base_, .message_size = sizeof(res), .arena = bytes};

        memset(&res, 0, sizeof(res));
        res.rc = end->rc;
        nk_req_reset(&res);
        nk_msg_set_method_id(&res, kl_core_Core_cm_iidOffset + kl_core_CCM_CM_iid, kl_core_CM_Listen_mid);
        if (end->rc == rcOk) {
                (void)nk_arena_store(nk_char_t, &arena, &res.client, end->client, strlen(end->client) + 1);
                (void)nk_arena_store(nk_char_t, &arena, &res.service, end->service, strlen(end->service) + 1);
        }
        answer.arena_size = (uint32_t)nkx_arena_used(&arena);
        core->host.answer(core->host.arg, &answer);
}

void core_say_cm(void *host, const CmEnd *end) {
        if (end->is_listen)
                answer_listen(host, end);
        else
                answer_connect(host, end->ticket, &(Offer){.handle = no_handle, .rc = end->rc});
}

static nk_err_t drop(kl_core_CM *self, const kl_core_CM_Drop_req *req, const struct nk_arena *req_arena,
        kl_core_CM_Drop_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_cm(self);
        CmTask server = me(core);

        nk_unused(res_arena);
        res->rc = cm_drop(
                core->cm, &server, text_of(req_arena, &req->client), text_of(req_arena, &req->service));
        return NK_EOK;
}

/* The client's handle, with its channel on it; the object goes with that. */
static Retcode make_client(
        CoreTask *client, ConnListener *listener, uint32_t *ret_number, MailFds *ret_fds, Conn **ret_conn) {
        CoreObjectSpec spec = {.kind = &core_client_kind, .rights = CLIENT_RIGHTS, .listener = listener};
        CoreObject *object;
        Retcode rc = core_object_new(client, &spec, &object, ret_number);

        if (rc != rcOk)
                return rc;
        object->is_single = true;
        rc = conn_open(&(ConnPlan){.listener = listener, .client = client, .number = *ret_number}, ret_fds,
                ret_conn);
        if (rc == rcOk)
                conn_bind_client(*ret_conn, object);
        else
                (void)htree_close(client->space, *ret_number);
        return rc;
}

/* For a channel of somebody else's listener a handle of its own; a new listener is its first channel's. */
static Retcode make_server(CoreTask *server, Conn *conn, uint32_t *ret_number) {
        CoreObjectSpec spec = {
                .kind = &core_server_kind, .rights = SERVER_RIGHTS, .listener = conn_listener_of(conn)};
        CoreObject *object;
        Retcode rc = core_object_new(server, &spec, &object, ret_number);

        if (rc == rcOk)
                conn_bind_server(conn, object);
        return rc;
}

typedef struct Accepting {
        CoreTask *server, *client;
        ConnListener *listener;
        CoreObject *made; /* the listener, if it is new */
        MailFds listener_fds, client_fds;
        uint32_t server_number, client_number;
        Conn *conn;
} Accepting;

static Retcode find_or_make_listener(Accepting *a, uint32_t number) {
        Retcode rc;

        if (number != INVALID_HANDLE)
                return conn_listener_find(a->server, number, &a->listener);
        rc = core_listener_new(a->server, &a->listener_fds, &a->made);
        if (rc == rcOk)
                a->listener = a->made->listener;
        return rc;
}

static Retcode make_channel(Accepting *a) {
        Retcode rc = make_client(a->client, a->listener, &a->client_number, &a->client_fds, &a->conn);

        if (rc != rcOk)
                return rc;
        if (a->made) {
                a->server_number = a->listener->tag;
                return rcOk;
        }
        rc = make_server(a->server, a->conn, &a->server_number);
        if (rc != rcOk)
                (void)htree_close(a->client->space, a->client_number);
        return rc;
}

/* Closes what nobody will ever hear of. */
static void undo(Accepting *a) {
        conn_close_fds(&a->listener_fds);
        if (a->made)
                (void)htree_close(a->server->space, a->listener->tag);
}

/* The request is out of the queue: whatever comes of it, the client is told. */
static Retcode accept_request(Core *core, Accepting *a, CoreTicket ticket, const kl_core_CM_Accept_req *req) {
        Offer offer = {.handle = no_handle, .id = req->id};

        offer.rc = make_channel(a);
        if (offer.rc == rcOk) {
                offer.mail = (CoreMail){.id = core->host.mail_new(core->host.arg, a->client->number),
                        .fds = a->client_fds.list,
                        .n_fds = a->client_fds.n};
                offer.handle = core_desc_of(a->client->space, a->client_number, offer.mail.id);
        }
        answer_connect(core, ticket, &offer);
        conn_close_fds(&a->client_fds);
        return offer.rc;
}

static nk_err_t accept(kl_core_CM *self, const kl_core_CM_Accept_req *req, const struct nk_arena *req_arena,
        kl_core_CM_Accept_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_cm(self);
        Accepting a = {.server = core->caller};
        CmTask server = me(core);
        CoreTicket ticket;
        uint32_t client;

        nk_unused(res_arena);
        res->handle = no_handle;
        res->rc = find_or_make_listener(&a, req->listener.handle);
        if (res->rc == rcOk)
                res->rc = cm_accept(core->cm, &server, text_of(req_arena, &req->client),
                        text_of(req_arena, &req->service), &ticket, &client);
        if (res->rc == rcOk) {
                a.client = core_find_number(core, client);
                res->rc = accept_request(core, &a, ticket, req);
        }
        if (res->rc == rcOk)
                res->handle = core_desc_of(a.server->space, a.server_number,
                        a.made ? core_attach_own(core, &a.listener_fds) : 0);
        else
                undo(&a);
        return NK_EOK;
}

const kl_core_CM_ops core_cm_ops = {
        .Connect = connect,
        .Listen = listen,
        .Drop = drop,
        .Accept = accept,
};
