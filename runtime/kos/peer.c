/* SPDX-License-Identifier: MIT */
/*
 * caisson/peer.h: the channel of the request at hand knows whose it is.
 */
#include <caisson/peer.h>

#include <string.h>

#include "pending.h"

Retcode nkx_peer_name(Handle listener, char *buf, rtl_size_t size) {
        const Pending *p = pending_find(listener);
        const char *name;
        rtl_size_t name_size;

        if (!buf)
                return rcInvalidArgument;
        if (!p)
                return rcInvalidOperation;
        name = listener_peer(&p->request);
        if (!name)
                return rcResourceNotFound;
        name_size = strlen(name) + 1;
        if (name_size > size)
                return rcBufferTooSmall;
        memcpy(buf, name, name_size);
        return rcOk;
}
