/* SPDX-License-Identifier: MIT */
/*
 * Ends of channels that the process gets while it runs: from letters (mailbox.h) to objects with handles.
 *
 * The kernel gives the number; what stands behind it in this process is made here and found under the same
 * number (handle_alias.h). A client's end comes with the answer of the call that makes it, a server's end
 * unasked, for whichever thread looks first.
 */
#pragma once

#include <stdint.h>

#include <handle/handletype.h>
#include <rtl/retcode.h>

/* What came in a letter, under the number of an answer. rcOk; rcOutOfMemory, rcFail: it is not there. */
Retcode dyn_take_client(Handle number, uint64_t letter);
Retcode dyn_take_listener(Handle number, uint64_t letter);

/* The number of a channel's server end: receives whatever its listener receives. */
void dyn_join_listener(Handle number, Handle listener);

/* What the kernel calls a listener: the handle itself, or the index of one that the process was born with, to
 * which channels can be added from now on. INVALID_HANDLE stays; any other handle comes back as
 * INVALID_HANDLE too, and false. */
rtl_bool dyn_name_listener(Handle handle, Handle *ret_name);

/* Before the first call through a handle that the kernel keeps. rcOk: it has an end now; rcInvalidArgument:
 * nothing that can be called; rcHandleRevoked, rcNotConnected, rcSecurityDisallow: without the right. */
Retcode dyn_open(Handle number);
/* Before a call through a handle of the service locator whose channel has ended, as one of its processes did:
 * rcOk: it has another one, as that process lives again; rcNotConnected: it does not, or the channel has no
 * more to come; rcQuotaExceeded, rcOutOfMemory. */
Retcode dyn_reopen(Handle handle);
/* After its channel has ended: what a caller is told, rcNotConnected or rcHandleRevoked. */
Retcode dyn_why_closed(Handle number);
