/* SPDX-License-Identifier: MIT */
/*
 * Abstract transport: what proxies call through and servers receive from.
 *
 * A concrete transport embeds struct nk_transport as its member `base` and sets `ops`. This header
 * is all a generated header includes, with <nk/types.h>.
 * Source: names and prototypes observed in public programs; nkx_ names are our own.
 */
#ifndef NK_TRANSPORT_H
#define NK_TRANSPORT_H

#include <nk/arena.h>
#include <nk/errno.h>
#include <nk/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct nk_transport;

/* An operation that a transport does not have is NULL. */
typedef struct nk_transport_ops {
        nk_err_t (*call)(struct nk_transport *self, const struct nk_message *req,
                const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena);
        nk_err_t (*recv)(struct nk_transport *self, struct nk_message *req, struct nk_arena *req_arena);
        nk_err_t (*reply)(
                struct nk_transport *self, const struct nk_message *res, const struct nk_arena *res_arena);
} nk_transport_ops;

typedef struct nk_transport {
        const struct nk_transport_ops *ops;
} nk_transport;

/*
 * One exchange: sends the request, waits, receives the response.
 * req:       complete header (size, RIID, MID, handle count) and parameters; only read.
 * req_arena: its used part is sent; NULL when the message has no variable part.
 * res:       res->size says how many bytes there is room for; receives the response or its error form
 *            (nk_msg_check_err). Must not overlap req.
 * res_arena: receives the response's arena over what it held; NULL: no room.
 * Returns NK_EOK; NK_EPERM: denied by the policy; NK_EINVAL: wrong structure, or a transport that
 * cannot call; NK_ENOENT: the server has no such endpoint or method, or no result; NK_ENOMEM: res or
 * res_arena is too small; NK_ENOTCONN: the server is gone; NK_EAGAIN: interrupted or out of time;
 * NK_EBADMSG: any other failure. Blocks until then. Threads: one call at a time per transport object.
 */
static inline nk_err_t nk_transport_call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        return self->ops->call ? self->ops->call(self, req, req_arena, res, res_arena) : NK_EINVAL;
}

/*
 * Waits for a request.
 * req:       req->size says how many bytes there is room for (nk_req_reset of the server's union).
 * req_arena: reset by the caller; receives the request's arena; NULL: no room.
 * Returns NK_EOK; NK_ENOMEM: a request came that does not fit, and was answered with a failure;
 * NK_EPERM, NK_EINVAL, NK_ENOTCONN, NK_EAGAIN, NK_EBADMSG as for a call. Blocks until then.
 */
static inline nk_err_t nk_transport_recv(
        struct nk_transport *self, struct nk_message *req, struct nk_arena *req_arena) {
        return self->ops->recv ? self->ops->recv(self, req, req_arena) : NK_EINVAL;
}

/*
 * Answers the request received last through this transport, and so releases its sender, whatever
 * the result. To be called by the thread that received.
 * res, res_arena: only read, but NkKosTransport takes the mark of nk_msg_set_method_id off *res, so that it
 * is not sent twice; res_arena may be NULL. A *res without that mark carries no result.
 * Returns NK_EOK; NK_ENOTCONN: the client is gone; NK_EPERM: the policy denied the response;
 * NK_EINVAL: wrong structure, or no request to answer; NK_EBADMSG: any other failure.
 */
static inline nk_err_t nk_transport_reply(
        struct nk_transport *self, const struct nk_message *res, const struct nk_arena *res_arena) {
        return self->ops->reply ? self->ops->reply(self, res, res_arena) : NK_EINVAL;
}

/* --- tracing --- */

enum {
        NKX_TRACE_CLIENT_REQ, /* a proxy is about to send */
        NKX_TRACE_CLIENT_RES, /* a proxy got the response, or `err` */
        NKX_TRACE_SERVER_REQ, /* a dispatcher got a request */
        NKX_TRACE_SERVER_RES  /* a dispatcher gives the response, or `err` */
};

/*
 * Writes one line about a message to standard error; for code generated with --trace-client-ipc or
 * --trace-server-ipc.
 * what: NKX_TRACE_*. dump: true adds the bytes of the constant part and of the used arena in hex.
 * owner: generated prefix of the proxy, component or class. endpoint, method: names; "" if none.
 * msg: read up to msg->size. arena: may be NULL. err: NK_EOK, or why there is no message; then only the
 * ids of *msg are printed. None of the texts may be NULL.
 * Never fails; a line that cannot be written is lost. Threads: lines of two threads do not mix.
 */
void nkx_trace_message(unsigned what, int dump, const char *owner, const char *endpoint, const char *method,
        const struct nk_message *msg, const struct nk_arena *arena, nk_err_t err);

#ifdef __cplusplus
}
#endif

#include <nk/method.h>

#endif
