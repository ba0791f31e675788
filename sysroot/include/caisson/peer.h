/* SPDX-License-Identifier: MIT */
/*
 * Who calls: the name of the process whose request a thread is serving.
 *
 *      char client[NKX_PEER_NAME_SIZE];
 *
 *      if (nkx_peer_name(listener, client, sizeof(client)) == rcOk)
 *              account_to(client);
 *
 * The kernel process made the channel for that process and no other, so a client can't pretend to be somebody
 * else. What a client may do is for the policy to say; this is for what a server keeps of each.
 *
 * Source: our own extension.
 */
#ifndef CAISSON_PEER_H
#define CAISSON_PEER_H

#include <handle/handletype.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for every name of a process, its zero included. */
#define NKX_PEER_NAME_SIZE 256u

/*
 * The name of the process that sent the request which the calling thread received last and has not answered.
 *
 * listener: the handle that it was received through.
 * buf:      out, NUL-terminated; untouched on failure.
 * size:     bytes of it.
 * Returns rcOk; rcInvalidArgument: buf is null; rcInvalidOperation: this thread has no unanswered request of
 * that handle; rcBufferTooSmall; rcResourceNotFound: the channel was made by somebody who gave no name.
 * Does not block. Any thread.
 */
Retcode nkx_peer_name(Handle listener, char *buf, rtl_size_t size);

#ifdef __cplusplus
}
#endif

#endif
