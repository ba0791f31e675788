/* SPDX-License-Identifier: MIT */
/*
 * One exchange: see ipc.h.
 */
#include "ipc.h"

#include <stdbool.h>

#include <caisson/post.h>
#include <caisson/request.h>
#include <coresrv/syscalls.h>
#include <nk/arena.h>
#include <services/rtl/nk_msg.h>

#include "dyn.h"
#include "handle/handle_kinds.h"
#include "nk/verify.h"
#include "pending.h"
#include "rtl/rc.h"
#include "transport/chan_mem.h"

_Static_assert(INFINITE_TIMEOUT == CHAN_FOREVER, "a public time limit is passed on as it is");
_Static_assert(NKX_POSTS_MAX == CHAN_POSTS_MAX, "a public limit is the channel's");
_Static_assert(CALL_MESSAGE_MAX == CHAN_MESSAGE_MAX, "the documented limit is the channel's");

/* --- codes --- */

Retcode ipc_retcode_from_chan(int r) {
        static const Retcode codes[CHAN_E_MAX] = {
                [0] = rcOk,
                [CHAN_E_CLOSED] = rcNotConnected,
                [CHAN_E_TIMEOUT] = rcTimeout,
                [CHAN_E_INTERRUPTED] = rcIpcInterrupt,
                [CHAN_E_TOO_BIG] = rcOutOfMemory, /* the receiver's buffers: what is sent is checked before */
                [CHAN_E_MALFORMED] = rcInvalidArgument,
                [CHAN_E_METHOD] = rcResourceNotFound,
                [CHAN_E_DENIED] = rcSecurityDisallow,
                [CHAN_E_STATE] = rcInvalidOperation,
        };

        if (r < 0)
                return rtl_retcode_from_errno(r);
        return r < CHAN_E_MAX ? codes[r] : rcInternalError;
}

/* The numbers of NK_E* are those of errno (nk/errno.h). */
Retcode ipc_retcode(int32_t outcome) {
        return outcome > 0 ? rtl_retcode_from_errno(outcome) : outcome;
}

nk_err_t ipc_nk_err(int32_t outcome) {
        return outcome > 0 ? outcome : rtl_nk_err_from_retcode(outcome);
}

/* --- from headers to buffers and back --- */

/* False: a wrong header, or a message that no channel carries. */
static bool bind_out(const SMsgHdr *hdr, ChanOut *ret_out) {
        nk_size_t arena_size;

        if (!hdr || !hdr->out_msg || hdr->out_msg->size < sizeof(struct nk_message))
                return false;
        arena_size = nkx_arena_used(hdr->out_arena); /* huge when the pointers are mixed up */
        if (arena_size > CHAN_MESSAGE_MAX || !chan_fits(hdr->out_msg->size, (uint32_t)arena_size))
                return false;
        *ret_out = (ChanOut){
                .msg = hdr->out_msg,
                .msg_size = hdr->out_msg->size,
                .arena = hdr->out_arena ? hdr->out_arena->start : NULL,
                .arena_size = (uint32_t)arena_size,
        };
        return true;
}

/* False: a wrong header. Empties the arena: nothing has been received yet. */
static bool bind_in(SMsgHdr *hdr, ChanIn *ret_in) {
        nk_size_t capacity;

        if (!hdr || !hdr->in_msg || hdr->in_msg->size < sizeof(struct nk_message))
                return false;
        capacity = nkx_arena_capacity(hdr->in_arena);
        if (capacity > PTRDIFF_MAX)
                return false;
        nk_arena_reset(hdr->in_arena);
        *ret_in = (ChanIn){
                .msg = hdr->in_msg,
                .msg_max = hdr->in_msg->size,
                .arena = hdr->in_arena ? hdr->in_arena->start : NULL,
                .arena_max = capacity > CHAN_MESSAGE_MAX ? CHAN_MESSAGE_MAX : (uint32_t)capacity,
        };
        return true;
}

/* Makes the caller's message and arena say what was received. */
static void deliver(SMsgHdr *hdr, const ChanIn *in) {
        nk_message_set_size(hdr->in_msg, in->got_msg);
        (void)nkx_arena_set_used(hdr->in_arena, in->got_arena);
}

/* --- waiting --- */

typedef struct Limits {
        ChanWait wait;
        HndEntry *sync; /* NULL: not interruptible */
} Limits;

/* False: `sync` is no open sync object. */
static bool limits_begin(Limits *limits, uint32_t timeout_ms, Handle sync) {
        *limits = (Limits){.wait = {.timeout_ms = timeout_ms}};
        if (sync == INVALID_HANDLE)
                return true;
        limits->sync = hnd_get(sync, &hnd_sync);
        if (!limits->sync)
                return false;
        limits->wait.sync = limits->sync->object;
        return true;
}

static void limits_end(Limits *limits) {
        if (limits->sync)
                hnd_put(limits->sync);
}

/* --- client --- */

/* Its channel is made before the first call, or after the end of one of the init file. A call that was under
 * way at the end is not made again: nobody knows how far it had come. */
static Retcode get_client(Handle handle, HndEntry **ret_client) {
        HndEntry *client = hnd_get(handle, &hnd_client);
        Retcode rc;

        if (client && (hnd_is_kernels(handle) || !chan_client_has_ended(client->object))) {
                *ret_client = client;
                return rcOk;
        }
        if (client)
                hnd_put(client);
        else if (!hnd_is_kernels(handle))
                return rcInvalidArgument;
        rc = client ? dyn_reopen(handle) : dyn_open(handle);
        if (rc != rcOk)
                return rc;
        *ret_client = hnd_get(handle, &hnd_client);
        return *ret_client ? rcOk : rcInvalidArgument;
}

int32_t ipc_call(Handle handle, const SMsgHdr *out, SMsgHdr *in, uint32_t timeout_ms, Handle sync) {
        ChanOut chan_out;
        ChanIn chan_in;
        Limits limits;
        HndEntry *client;
        int32_t status = rcOk;
        Retcode rc;
        int r;

        if (!bind_out(out, &chan_out) || !bind_in(in, &chan_in))
                return rcInvalidArgument;
        rc = get_client(handle, &client);
        if (rc != rcOk)
                return rc;
        if (!limits_begin(&limits, timeout_ms, sync)) {
                hnd_put(client);
                return rcInvalidArgument;
        }
        r = chan_call(client->object, &chan_out, &chan_in, &limits.wait, &status);
        limits_end(&limits);
        hnd_put(client);
        if (r == CHAN_E_CLOSED && hnd_is_kernels(handle))
                return dyn_why_closed(handle);
        if (r)
                return ipc_retcode_from_chan(r);
        if (status == rcOk)
                deliver(in, &chan_in);
        return status;
}

/* --- calls that nobody waits for --- */

static Retcode retcode_of_post(int r) {
        if (r == CHAN_E_STATE)
                return rcBusy;
        return r == CHAN_E_TOO_BIG ? rcInvalidArgument : ipc_retcode_from_chan(r);
}

static NkxTicket public_ticket(Handle client, const ChanTicket *t) {
        return (NkxTicket){.channel = t->client,
                .number = t->number,
                .client = client,
                .slot = t->slot,
                .iid = t->iid,
                .mid = t->mid};
}

Retcode nkx_post(
        Handle handle, const struct nk_message *req, const struct nk_arena *req_arena, NkxTicket *ticket) {
        HndEntry *client;
        ChanTicket inner;
        ChanOut chan_out;
        SMsgHdr out;
        Retcode rc;
        int r;

        PackOutMsg(&out, req, req_arena);
        if (!ticket || !bind_out(&out, &chan_out))
                return rcInvalidArgument;
        rc = get_client(handle, &client);
        if (rc != rcOk)
                return rc;
        r = chan_post(client->object, &chan_out, &inner);
        hnd_put(client);
        if (r == 0)
                *ticket = public_ticket(handle, &inner);
        return retcode_of_post(r);
}

static Retcode retcode_of_take(int r, int32_t status) {
        if (r == 0)
                return status == CHAN_ELSEWHERE ? rcBusy : rcOk;
        return r == CHAN_E_TIMEOUT || r == CHAN_E_CLOSED ? ipc_retcode_from_chan(r) : rcInvalidArgument;
}

Retcode nkx_post_take(const NkxTicket *ticket, struct nk_message *res, struct nk_arena *res_arena,
        rtl_uint32_t timeout_ms, nk_err_t *outcome) {
        const ChanWait wait = {.timeout_ms = timeout_ms};
        int32_t status = rcOk;
        HndEntry *client;
        ChanTicket inner;
        ChanIn chan_in;
        SMsgHdr in;
        Retcode rc;

        PackInMsg(&in, res, res_arena);
        if (!ticket || !outcome || !bind_in(&in, &chan_in))
                return rcInvalidArgument;
        inner = (ChanTicket){.client = ticket->channel,
                .number = ticket->number,
                .slot = ticket->slot,
                .iid = ticket->iid,
                .mid = ticket->mid};
        client = hnd_get(ticket->client, &hnd_client);
        if (!client)
                return rcInvalidArgument;
        rc = retcode_of_take(chan_post_take(client->object, &inner, &chan_in, &wait, &status), status);
        hnd_put(client);
        if (rc == rcOk && status == rcOk)
                deliver(&in, &chan_in);
        if (rc == rcOk)
                *outcome = ipc_nk_err(status);
        return rc;
}

/* --- server --- */

/* Ends a request without a message. The caller's part of the result is `status`. */
static Retcode send_status(HndEntry *listener, Pending *p, int32_t status) {
        return ipc_retcode_from_chan(listener_reply(listener->object, &p->request, NULL, status));
}

static Retcode receive(
        HndEntry *listener, Handle handle, SMsgHdr *in, ChanIn *chan_in, const ChanWait *wait) {
        Pending *p = pending_find(handle);
        int r;

        if (p)
                (void)send_status(listener, p, rcFail); /* dropped: its sender must not wait for ever */
        p = pending_reserve(handle);
        if (!p)
                return rcQuotaExceeded;
        r = listener_recv(listener->object, chan_in, wait, &p->request);
        if (r)
                return ipc_retcode_from_chan(r);
        deliver(in, chan_in);
        /* Whoever answers in the same memory must mark his answer himself. */
        in->in_msg->flags &= ~NKX_MESSAGE_MARKED;
        p->iid = in->in_msg->iid;
        p->mid = in->in_msg->mid;
        return rcOk;
}

int32_t ipc_recv(Handle handle, SMsgHdr *in, uint32_t timeout_ms, Handle sync) {
        ChanIn chan_in;
        Limits limits;
        HndEntry *listener;
        Retcode rc = rcInvalidArgument;

        if (!bind_in(in, &chan_in))
                return rcInvalidArgument;
        listener = hnd_get(handle, &hnd_listener);
        if (!listener)
                return rcInvalidArgument;
        if (limits_begin(&limits, timeout_ms, sync)) {
                rc = receive(listener, handle, in, &chan_in, &limits.wait);
                limits_end(&limits);
        }
        hnd_put(listener);
        return rc;
}

static bool is_answer_to(const struct nk_message *msg, const Pending *p) {
        return (msg->flags & NKX_MESSAGE_MARKED) && msg->iid == p->iid && msg->mid == p->mid;
}

/* An answer is sent once: left as it is it would pass for the next one when that dispatch fails. It is
 * const in the public signatures, yet always lies in a buffer of the server. */
static void take_mark(const struct nk_message *msg) {
        ((struct nk_message *)(uintptr_t)msg)->flags &= ~NKX_MESSAGE_MARKED;
}

static bool is_well_formed(const HndEntry *listener, const Pending *p, const ChanOut *out) {
        return !listener->shape || verify_reply(listener->shape, p->iid, p->mid, out->msg, out->msg_size,
                                           out->arena, out->arena_size, pending_scratch()) == 0;
}

static Retcode answer(HndEntry *listener, Pending *p, const SMsgHdr *out) {
        ChanOut chan_out;
        int r;

        if (!out || !out->out_msg) {
                (void)send_status(listener, p, rcInvalidArgument);
                return rcInvalidArgument;
        }
        if (!is_answer_to(out->out_msg, p))
                return send_status(listener, p, NK_ENOENT);
        if (!bind_out(out, &chan_out) || !is_well_formed(listener, p, &chan_out)) {
                (void)send_status(listener, p, rcInvalidArgument);
                take_mark(out->out_msg);
                return rcInvalidArgument;
        }
        r = listener_reply(listener->object, &p->request, &chan_out, rcOk);
        take_mark(out->out_msg);
        return ipc_retcode_from_chan(r);
}

int32_t ipc_reply(Handle handle, const SMsgHdr *out) {
        HndEntry *listener = hnd_get(handle, &hnd_listener);
        Pending *p = pending_find(handle);
        Retcode rc;

        if (!listener)
                return rcInvalidArgument;
        rc = p ? answer(listener, p, out) : rcInvalidOperation;
        hnd_put(listener);
        return rc;
}

/* Kept until the promise is taken back: the channel's side remembers it, too. */
static _Thread_local HndEntry *promised;

Retcode nkx_receive_again(Handle handle) {
        HndEntry *listener = handle == INVALID_HANDLE ? NULL : hnd_get(handle, &hnd_listener);

        if (!listener && handle != INVALID_HANDLE)
                return rcInvalidArgument;
        if (listener)
                pending_watch_thread();
        listener_promise(listener ? listener->object : NULL);
        if (promised)
                hnd_put(promised);
        promised = listener;
        return rcOk;
}

rtl_uint64_t nkx_request_channel(Handle listener) {
        const Pending *p = pending_find(listener);

        return p ? listener_channel_of(&p->request) : 0;
}

int32_t ipc_reply_status(Handle handle, int32_t status) {
        HndEntry *listener = hnd_get(handle, &hnd_listener);
        Pending *p = pending_find(handle);
        Retcode rc;

        if (!listener)
                return rcInvalidArgument;
        rc = p ? send_status(listener, p, status) : rcInvalidOperation;
        hnd_put(listener);
        return rc;
}
