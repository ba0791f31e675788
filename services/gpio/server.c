/* SPDX-License-Identifier: MIT */
/*
 * Server: see server.h.
 */
#include "server.h"

#include <caisson/peer.h>
#include <caisson/request.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/handle/notice_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>

#include <stdlib.h>
#include <string.h>

#include <kl/drivers/GPIO.edl.h>

#include "codes.h"
#include "due.h"

_Static_assert(
        MODE_IN == kl_drivers_GPIO_DirIn && MODE_OUT == kl_drivers_GPIO_DirOut &&
                MODE_RISE == kl_drivers_GPIO_EventRiseEdge && MODE_FALL == kl_drivers_GPIO_EventFallEdge &&
                MODE_LOW == kl_drivers_GPIO_EventLowLevel && MODE_HIGH == kl_drivers_GPIO_EventHighLevel,
        "the bank's modes are those of the interface");
_Static_assert(PIN_RISES == kl_drivers_GPIO_TypeEdgeRise && PIN_FALLS == kl_drivers_GPIO_TypeEdgeFall &&
                       PIN_IS_LOW == kl_drivers_GPIO_TypeLevelLow &&
                       PIN_IS_HIGH == kl_drivers_GPIO_TypeLevelHigh,
        "so are the types of events");
_Static_assert(sizeof(PinEvent) == sizeof(kl_drivers_GPIO_Event), "events are copied as they are");
_Static_assert(BANK_NAME_MAX == kl_drivers_GPIO_NameMax, "names have one limit");

#define RIGHTS_OURS   (OCAP_HANDLE_TRANSFER | OCAP_HANDLE_GET_EVENT | OCAP_HANDLE_SET_EVENT)
#define RIGHTS_THEIRS OCAP_HANDLE_GET_EVENT
#define HEARD_MAX     16u /* notifications of one call */

typedef struct Session {
        uint64_t id; /* of the channel; 0: free place */
        Handle object;
        Handle badge;
} Session;

struct Server {
        struct kl_drivers_GPIO impl;
        Bank *bank; /* its lock is ours too */
        Handle listener;
        uint64_t unsent; /* the session that the request at hand has begun; 0: none */
        Notice notice;
        pthread_cond_t bell;
        Due due; /* ports whose events are to be signalled, by the session's place */
        Session sessions[BANK_OWNERS_MAX];
};

static Server *server_of(struct kl_drivers_GPIO *impl) {
        return (Server *)(void *)impl; /* its first member */
}

static uint64_t channel_of(const Server *s) {
        return nkx_request_channel(s->listener);
}

/* --- sessions --- */

/* Under the lock. id 0: a free place. */
static Session *find_session(Server *s, uint64_t id) {
        for (uint32_t i = 0; i < BANK_OWNERS_MAX; i++)
                if (s->sessions[i].id == id)
                        return &s->sessions[i];
        return NULL;
}

static Retcode make_objects(const Server *s, uint64_t id, Handle *ret_object, Handle *ret_badge) {
        Retcode rc = KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, RIGHTS_OURS, NULL, ret_object);

        if (rc != rcOk)
                return rc;
        rc = KnHandleCreateBadge(s->notice, (rtl_uintptr_t)id, NULL, ret_badge);
        if (rc != rcOk)
                (void)KnHandleClose(*ret_object);
        return rc;
}

static Retcode begin_session(Server *s, uint64_t id, Session *ret_session) {
        char name[NKX_PEER_NAME_SIZE] = "?";
        Session session = {.id = id};
        Session *place;
        Retcode rc;
        int r;

        (void)nkx_peer_name(s->listener, name, sizeof name);
        bank_lock(s->bank);
        r = bank_begin(s->bank, id, name);
        if (r && id && find_session(s, id))
                r = BANK_E_IS_OPEN;
        bank_unlock(s->bank);
        if (r)
                return codes_retcode(r);
        rc = make_objects(s, id, &session.object, &session.badge);
        bank_lock(s->bank);
        place = find_session(s, 0);
        if (rc == rcOk)
                *place = session; /* there is one for each owner */
        else
                bank_end(s->bank, id);
        bank_unlock(s->bank);
        *ret_session = session;
        return rc;
}

/* The last handle of it is closed: what it had is free again. */
static void end_session(Server *s, uint64_t id) {
        Session session = {.id = 0};
        Session *place;

        bank_lock(s->bank);
        place = id ? find_session(s, id) : NULL;
        if (place) {
                session = *place;
                (void)due_drop(&s->due, (uint32_t)(place - s->sessions));
                *place = (Session){.id = 0};
                bank_end(s->bank, id);
        }
        bank_unlock(s->bank);
        if (!session.id)
                return;
        (void)KnHandleClose(session.badge);
        (void)KnHandleClose(session.object);
}

static void *hear(void *arg) {
        Server *s = arg;
        EventDesc events[HEARD_MAX];
        rtl_size_t n;

        while (KnNoticeGetEvent(s->notice, INFINITE_TIMEOUT, HEARD_MAX, events, &n) == rcOk)
                for (rtl_size_t i = 0; i < n; i++)
                        if (events[i].eventMask & EVENT_BADGE_CLOSED)
                                end_session(s, events[i].eventId);
        return NULL;
}

/* --- the bell --- */

void server_ring(void *arg, uint64_t owner, uint32_t port) {
        Server *s = arg;
        Session *session = find_session(s, owner);

        if (!session)
                return;
        due_add(&s->due, (uint32_t)(session - s->sessions), OBJECT_EVENT_USER(0) << port);
        (void)pthread_cond_signal(&s->bell);
}

/* A thread of its own, so that who moves a pin does not wait for the kernel. */
static void *toll(void *arg) {
        Server *s = arg;

        for (;;) {
                uint32_t ports;
                Handle object;

                bank_lock(s->bank);
                while (s->due.n == 0)
                        bank_wait(s->bank, &s->bell);
                object = s->sessions[due_take(&s->due, &ports)].object;
                bank_unlock(s->bank);
                (void)KnNoticeSetObjectEvent(object, ports); /* it may be gone by now */
        }
        return NULL;
}

/* --- methods --- */

static nk_err_t connect_method(struct kl_drivers_GPIO *self, const kl_drivers_GPIO_Connect_req *req,
        const struct nk_arena *req_arena, kl_drivers_GPIO_Connect_res *res, struct nk_arena *res_arena) {
        Server *s = server_of(self);
        Session session = {.object = INVALID_HANDLE};

        nk_unused(req);
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = begin_session(s, channel_of(s), &session);
        if (res->rc == rcOk)
                s->unsent = session.id;
        res->session = res->rc == rcOk ? nk_handle_desc(session.object, RIGHTS_THEIRS, session.badge)
                                       : nk_handle_desc(INVALID_HANDLE);
        return NK_EOK;
}

static nk_err_t open_port_method(struct kl_drivers_GPIO *self, const kl_drivers_GPIO_OpenPort_req *req,
        const struct nk_arena *req_arena, kl_drivers_GPIO_OpenPort_res *res, struct nk_arena *res_arena) {
        Server *s = server_of(self);
        nk_uint32_t size;
        const char *name = nk_arena_get(char, req_arena, &req->name, &size);
        int r;

        nk_unused(res_arena);
        bank_lock(s->bank);
        r = name ? bank_open(s->bank, channel_of(s), name, &res->port) : BANK_E_PORT;
        if (r == 0)
                res->pins = bank_count_pins(s->bank, res->port);
        bank_unlock(s->bank);
        res->rc = codes_retcode(r);
        return NK_EOK;
}

static nk_err_t close_port_method(struct kl_drivers_GPIO *self, const kl_drivers_GPIO_ClosePort_req *req,
        const struct nk_arena *req_arena, kl_drivers_GPIO_ClosePort_res *res, struct nk_arena *res_arena) {
        Server *s = server_of(self);

        nk_unused(req_arena);
        nk_unused(res_arena);
        bank_lock(s->bank);
        res->rc = codes_retcode(bank_close(s->bank, channel_of(s), req->port));
        bank_unlock(s->bank);
        return NK_EOK;
}

static nk_err_t set_mode_method(struct kl_drivers_GPIO *self, const kl_drivers_GPIO_SetMode_req *req,
        const struct nk_arena *req_arena, kl_drivers_GPIO_SetMode_res *res, struct nk_arena *res_arena) {
        Server *s = server_of(self);

        nk_unused(req_arena);
        nk_unused(res_arena);
        bank_lock(s->bank);
        res->rc = codes_retcode(bank_set_mode(s->bank, channel_of(s), req->port, req->pin, req->mode));
        bank_unlock(s->bank);
        return NK_EOK;
}

static nk_err_t release_mode_method(struct kl_drivers_GPIO *self, const kl_drivers_GPIO_ReleaseMode_req *req,
        const struct nk_arena *req_arena, kl_drivers_GPIO_ReleaseMode_res *res, struct nk_arena *res_arena) {
        Server *s = server_of(self);

        nk_unused(req_arena);
        nk_unused(res_arena);
        bank_lock(s->bank);
        res->rc = codes_retcode(bank_release_mode(s->bank, channel_of(s), req->port, req->pin));
        bank_unlock(s->bank);
        return NK_EOK;
}

static nk_err_t out_method(struct kl_drivers_GPIO *self, const kl_drivers_GPIO_Out_req *req,
        const struct nk_arena *req_arena, kl_drivers_GPIO_Out_res *res, struct nk_arena *res_arena) {
        Server *s = server_of(self);

        nk_unused(req_arena);
        nk_unused(res_arena);
        bank_lock(s->bank);
        res->rc = codes_retcode(bank_out(s->bank, channel_of(s), req->port, req->pin, req->value));
        bank_unlock(s->bank);
        return NK_EOK;
}

static nk_err_t in_method(struct kl_drivers_GPIO *self, const kl_drivers_GPIO_In_req *req,
        const struct nk_arena *req_arena, kl_drivers_GPIO_In_res *res, struct nk_arena *res_arena) {
        Server *s = server_of(self);

        nk_unused(req_arena);
        nk_unused(res_arena);
        bank_lock(s->bank);
        res->rc = codes_retcode(bank_in(s->bank, channel_of(s), req->port, req->pin, &res->value));
        bank_unlock(s->bank);
        return NK_EOK;
}

static uint32_t min(uint32_t a, uint32_t b) {
        return a < b ? a : b;
}

static nk_err_t get_events_method(struct kl_drivers_GPIO *self, const kl_drivers_GPIO_GetEvents_req *req,
        const struct nk_arena *req_arena, kl_drivers_GPIO_GetEvents_res *res, struct nk_arena *res_arena) {
        Server *s = server_of(self);
        PinEvent events[kl_drivers_GPIO_EventsMax];
        uint64_t n_lost = 0;
        uint32_t n = 0;

        nk_unused(req_arena);
        bank_lock(s->bank);
        res->rc = codes_retcode(bank_take(s->bank, channel_of(s), req->port,
                min(req->countMax, kl_drivers_GPIO_EventsMax), events, &n, &n_lost));
        bank_unlock(s->bank);
        res->lost = n_lost < UINT32_MAX ? (uint32_t)n_lost : UINT32_MAX;
        if (n == 0)
                return NK_EOK;
        return nk_arena_store(kl_drivers_GPIO_Event, res_arena, &res->events,
                (const kl_drivers_GPIO_Event *)(const void *)events, n);
}

/* --- the whole --- */

static bool start(void *(*run)(void *), void *arg) {
        pthread_t thread;

        return pthread_create(&thread, NULL, run, arg) == 0 && pthread_detach(thread) == 0;
}

int server_new(Bank *bank, Server **ret_server) {
        static const struct kl_drivers_GPIO_ops ops = {.Connect = connect_method,
                .OpenPort = open_port_method,
                .ClosePort = close_port_method,
                .SetMode = set_mode_method,
                .ReleaseMode = release_mode_method,
                .Out = out_method,
                .In = in_method,
                .GetEvents = get_events_method};
        Server *s = calloc(1, sizeof *s);
        Retcode rc;

        if (!s)
                return rcOutOfMemory;
        s->impl.ops = &ops;
        s->bank = bank;
        (void)pthread_cond_init(&s->bell, NULL);
        rc = KnNoticeCreate(&s->notice);
        if (rc == rcOk && !(start(hear, s) && start(toll, s)))
                rc = rcOutOfMemory;
        if (rc == rcOk)
                *ret_server = s; /* for as long as the process lives: its threads have it */
        return rc;
}

/* As NkKosDoDispatch(), but that it hears whether an answer was delivered: of a session whose handle did not
 * arrive nobody would ever say that it is over. */
int server_run(Server *s, Handle listener) {
        struct kl_drivers_CGPIO_component component;
        struct kl_drivers_GPIO_entity entity;
        kl_drivers_GPIO_entity_req req;
        kl_drivers_GPIO_entity_res res;
        NK_ARENA_AUTO(req_arena, kl_drivers_GPIO_entity_req_arena_size);
        NK_ARENA_AUTO(res_arena, kl_drivers_GPIO_entity_res_arena_size);
        NkKosTransport transport;
        nk_err_t err;

        s->listener = listener;
        kl_drivers_CGPIO_component_init(&component, &s->impl);
        kl_drivers_GPIO_entity_init(&entity, &component);
        (void)NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        for (;;) {
                memset(&res, 0, sizeof res); /* what a method leaves as it is must not be the last answer's */
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&req_arena);
                nk_arena_reset(&res_arena);
                s->unsent = 0;
                err = nk_transport_recv(&transport.base, &req.base_, &req_arena);
                if (err == NK_ENOTCONN || err == NK_EINVAL)
                        return err;
                if (err != NK_EOK)
                        continue;
                (void)kl_drivers_GPIO_entity_dispatch(
                        &entity, &req.base_, &req_arena, &res.base_, &res_arena);
                if (nk_transport_reply(&transport.base, &res.base_, &res_arena) != NK_EOK && s->unsent)
                        end_session(s, s->unsent);
        }
}
