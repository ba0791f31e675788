/* SPDX-License-Identifier: MIT */
/*
 * What a VFS server asks of the kernel process and of the transport, answered without any of them: handles
 * are made and mean nothing, no message comes, and what a client loses whoever plays it tells.
 */
#include "no_kernel.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <caisson/console.h>
#include <caisson/grant.h>
#include <caisson/peer.h>
#include <caisson/post.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/handle/notice_api.h>
#include <coresrv/nk/transport-kos.h>

#define OBJECT 1u
#define BADGE  2u

_Atomic uint32_t no_kernel_n_badges;
void (*no_kernel_on_badge)(void);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

Retcode KnHandleCreateUserObject(rtl_uint32_t type, rtl_uint32_t rights, void *context, Handle *ret) {
        (void)type;
        (void)rights;
        (void)context;
        *ret = OBJECT;
        return rcOk;
}

Retcode KnHandleCreateBadge(Notice notice, rtl_uintptr_t id, void *context, Handle *ret) {
        (void)notice;
        (void)id;
        (void)context;
        *ret = BADGE;
        atomic_fetch_add(&no_kernel_n_badges, 1);
        if (no_kernel_on_badge)
                no_kernel_on_badge();
        return rcOk;
}

Retcode KnHandleClose(Handle handle) {
        if (handle == BADGE)
                atomic_fetch_sub(&no_kernel_n_badges, 1);
        return rcOk;
}

Retcode KnNoticeCreate(Notice *ret) {
        *ret = (Notice)3;
        return rcOk;
}

Retcode KnNoticeGetEvent(
        Notice notice, rtl_uint64_t ms, rtl_size_t size, EventDesc *events, rtl_size_t *ret_n) {
        (void)notice;
        (void)ms;
        (void)size;
        (void)events;
        *ret_n = 0;
        return rcFail; /* there is nobody to lose anything */
}

Retcode KnNoticeRelease(Notice notice) {
        (void)notice;
        return rcOk;
}

Retcode KnNoticeUnsubscribeFromObject(Notice notice, Handle object) {
        (void)notice;
        (void)object;
        return rcOk;
}

nk_err_t NkKosTransport_Init(NkKosTransport *transport, Handle handle, void *reserved, nk_uint32_t flags) {
        (void)transport;
        (void)handle;
        (void)reserved;
        (void)flags;
        return NK_ENOMEM; /* nobody receives here */
}

Retcode nkx_receive_again(Handle listener) {
        (void)listener;
        return rcOk;
}

Retcode nkx_peer_name(Handle listener, char *name, rtl_size_t size) {
        (void)listener;
        must(size > 1);
        memcpy(name, "a", 2);
        return rcOk;
}

Retcode nkx_console_write(
        const char *client, rtl_uint32_t stream, const void *data, rtl_size_t size, rtl_size_t *ret_taken) {
        (void)data;
        must(client[0] != '\0' && stream < 3);
        *ret_taken = size / 2;
        return rcOk;
}

rtl_bool nkx_console_has_room(void) {
        return true;
}

int nkx_grant_fd(const char *name) {
        (void)name;
        return -1;
}

const char *nkx_grant_name(unsigned index) {
        (void)index;
        return NULL;
}
