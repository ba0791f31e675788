/* SPDX-License-Identifier: MIT */
/*
 * The crew: threads that serve one listener.
 *
 * One of them is always free to receive: when the last one gets a request to work on, another one is started.
 * So whatever a call waits for, a lock, a driver, a full pipe, no other client waits for it. There are never
 * more than CREW_MAX, and who is idle for want of work goes home.
 */
#pragma once

#include <handle/handletype.h>
#include <kl/Vfs.cdl.h>

#define CREW_MAX  256u /* threads of all listeners */
#define CREW_IDLE 3u   /* more than so many are not kept waiting */

#define CREW_STACK  (1u << 20) /* bytes of the stack of each */
/* Bytes of all of them, with what they receive and answer: half of what a process has if nobody says. */
#define CREW_MEMORY (1ull << 30)

/* Serves until the listener is closed; the calling thread is one of the crew. offset: RIID of the component's
 * first endpoint. -ENOMEM. */
int crew_serve(Handle listener, struct kl_Vfs_component *component, nk_iid_t offset);

/* The process whose request the calling thread works on: "" if it has no name. Until the thread's next call.
 */
const char *crew_peer(void);
