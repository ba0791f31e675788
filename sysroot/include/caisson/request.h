/* SPDX-License-Identifier: MIT */
/*
 * Who sent a request: for servers that keep something for each of their clients.
 *
 *      err = nk_transport_recv(&transport.base, &req.base_, &req_arena);
 *      client = find_client(nkx_request_channel(listener));
 *
 * A channel belongs to one client, which cannot give it away or take another's, so its number says who calls
 * without anything in the message that could be forged, and methods that need it can be direct.
 *
 * Source: our own extension.
 */
#ifndef CAISSON_REQUEST_H
#define CAISSON_REQUEST_H

#include <handle/handletype.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Number of the channel through which the request came that the calling thread has received and not answered.
 *
 * listener: handle from which it was received; in a method that NkKosDoDispatch() calls, the loop's.
 * Returns the number, from 1: the same for every request of one channel, and of no other channel of this
 * listener, also after the channel has ended. 0: the thread has no such request. Does not block. Any thread.
 */
rtl_uint64_t nkx_request_channel(Handle listener);

#ifdef __cplusplus
}
#endif

#endif
