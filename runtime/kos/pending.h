/* SPDX-License-Identifier: MIT */
/*
 * Requests that the calling thread has received and not yet answered.
 *
 * At most one for each listener handle, in thread-local memory: nobody else can answer them. A
 * place is in use while its request has a channel end, and free again as soon as listener_reply
 * has taken that away. A thread that ends releases the senders of what it left unanswered.
 */
#pragma once

#include <handle/handletype.h>
#include <nk/types.h>

#include "nk/verify.h"
#include "transport/chan.h"

typedef struct Pending {
        Handle listener;
        nk_iid_t iid; /* of the request: what an answer must repeat */
        nk_mid_t mid;
        ChanRequest request;
} Pending;

/* The unanswered request of a listener handle. NULL: none. */
Pending *pending_find(Handle listener);

/* A free place for that handle, its request empty. NULL: RECV_PENDING_MAX are in use. */
Pending *pending_reserve(Handle listener);

/* From now on the end of this thread takes back what it has promised (nkx_receive_again()); so it does once a
 * request was reserved. */
void pending_watch_thread(void);

/* For checking the messages that this thread sends. */
VerifyScratch *pending_scratch(void);
