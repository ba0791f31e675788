/* SPDX-License-Identifier: MIT */
/*
 * Calls that nobody waits for: a request is posted, its answer taken later.
 *
 *      static NkxTicket closing;
 *
 *      nk_req_reset(&req);
 *      nk_msg_set_method_id(&req, proxy.iid, files_IFile_Close_mid);
 *      nk_msg_set_ncaps(&req, files_IFile_Close_req_handles);
 *      if (nkx_post(channel, &req.base_, NULL, &closing) != rcOk)
 *              err = files_IFile_Close(&proxy.base, &req, NULL, &res, NULL);
 *
 * A posted request saves the caller the way there and back. What he calls over that channel afterwards, by
 * any thread and method, is received by the server only after it has answered what was posted before: so
 * whatever the posted request changes, later calls find it changed. It also means that a method that may wait
 * long keeps all calls of the channel waiting, and one that waits for another of them waits for ever: post
 * only what the server does by itself. Calls over other channels, and of other processes, know no such order;
 * neither do posted requests among each other.
 *
 * Only a request that concerns nobody but the two processes can be posted: the policy must always grant the
 * method, and every handle in the request must be one to use at the server. So there is always a call to fall
 * back to; one that the server sends back for the sake of a handle (rcBusy of nkx_post_take()) has kept no
 * later call waiting.
 *
 * Source: our own extension.
 */
#ifndef CAISSON_POST_H
#define CAISSON_POST_H

#include <handle/handletype.h>
#include <nk/arena.h>
#include <nk/types.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Posted requests of one channel whose answers have not been taken. */
#define NKX_POSTS_MAX 4u

/* A posted request. Its content is nobody's business; it may be copied, and is taken once. */
typedef struct NkxTicket {
        rtl_uint64_t channel, number;
        Handle client;
        rtl_uint32_t slot;
        nk_iid_t iid;
        nk_mid_t mid;
} NkxTicket;

/*
 * Sends a request and returns.
 *
 * client:    a client's handle: of ServiceLocatorConnect(), KnCmConnect() or KnHandleConnect().
 * req:       size, RIID, MID and number of handles set, as a proxy does it (see above). Only read.
 * req_arena: may be null. Only read.
 * ticket:    out, for nkx_post_take(); untouched on failure.
 * Returns rcOk.
 * rcBusy:            not this way: NKX_POSTS_MAX are under way, all slots of the channel are taken, or the
 *                    call must be judged. Nothing was sent: call instead.
 * rcNotConnected:    the channel has ended.
 * rcInvalidArgument: no client's handle, a null pointer, or a message larger than a channel carries.
 * Does not block, unless the channel is made by its first call. Any thread; also in a signal handler.
 */
Retcode nkx_post(
        Handle client, const struct nk_message *req, const struct nk_arena *req_arena, NkxTicket *ticket);

/*
 * Takes the answer of a posted request, and gives its place back. Nobody else does: a ticket that is
 * forgotten costs its channel one of the NKX_POSTS_MAX.
 *
 * ticket:     by one thread at a time.
 * res:        res->size says how much room there is (nk_req_reset); out: the answer, when *outcome is NK_EOK.
 * res_arena:  may be null; emptied, then filled.
 * timeout_ms: how long to wait; 0: not at all; INFINITE_TIMEOUT: as long as a call would.
 * outcome:    out: what the call would have returned; untouched unless the function returns rcOk.
 * Returns rcOk: the ticket is used up, the server has answered.
 * rcTimeout:         not yet; the ticket is as good as before.
 * rcBusy:            the ticket is used up; the server has not served the request, because it doesn't know a
 *                    handle of it: call instead.
 * rcNotConnected:    the ticket is used up; the channel has ended, and nobody knows whether it was served.
 * rcInvalidArgument: a null pointer, the ticket was used before, its handle was closed, or its channel was
 *                    replaced (nkx_channel_renewals()); or the answer has not the shape of the method or more
 * than there is room for: then it is used up as well. Blocks for timeout_ms. Any thread.
 */
Retcode nkx_post_take(const NkxTicket *ticket, struct nk_message *res, struct nk_arena *res_arena,
        rtl_uint32_t timeout_ms, nk_err_t *outcome);

/*
 * For servers: the calling thread promises to receive from that listener again after each answer. Then what a
 * client called after a posted request is left to the thread that serves this one; without the promise
 * another thread of the server is woken for it. NkKosDoDispatch() promises by itself.
 *
 * listener: INVALID_HANDLE: the thread takes its promise back, which it does before it goes on to something
 * else; the end of the thread does so, too. A second promise takes the first one's place. Returns rcOk;
 * rcInvalidArgument: no listener's handle. Does not block. Any thread.
 */
Retcode nkx_receive_again(Handle listener);

#ifdef __cplusplus
}
#endif

#endif
