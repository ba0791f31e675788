/* SPDX-License-Identifier: MIT */
/*
 * coresrv/nk/transport-kos-dispatch.h: the ready-made server loop.
 */
#include <coresrv/nk/transport-kos-dispatch.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <caisson/post.h>
#include <coresrv/time/timeout.h>
#include <services/rtl/nk_msg.h>

#include "ipc.h"

/* Buffers of one running loop, in one block. */
typedef struct Loop {
        struct nk_message *req;
        struct nk_message *res;
        struct nk_arena req_arena;
        struct nk_arena res_arena;
} Loop;

/* Each buffer begins on a cache line. */
#define LINE 64u

static nk_size_t rounded(nk_size_t size) {
        return (size + LINE - 1) / LINE * LINE;
}

/* NULL: no memory. Free the result. */
static char *loop_init(Loop *loop, const NkKosDispatchInfo *info) {
        nk_size_t req_size = rounded(info->req_size), res_size = rounded(info->res_size);
        nk_size_t arena_size = rounded(info->req_arena_size);
        char *block = aligned_alloc(LINE, req_size + res_size + arena_size + rounded(info->res_arena_size));
        char *arenas = block + req_size + res_size;

        if (!block)
                return NULL;
        loop->req = (struct nk_message *)(void *)block;
        loop->res = (struct nk_message *)(void *)(block + req_size);
        nk_arena_init(&loop->req_arena, arenas, arenas + info->req_arena_size);
        nk_arena_init(&loop->res_arena, arenas + arena_size, arenas + arena_size + info->res_arena_size);
        return block;
}

/* rcOk, or the code of the receipt that failed. The response starts as zeros: what a method leaves as it
 * is must not be what another client was told. */
static int32_t serve_one(Handle handle, const NkKosDispatchInfo *info, Loop *loop) {
        SMsgHdr in, out;
        nk_err_t err;
        int32_t rc;

        nk_message_make_req(loop->req, (nk_uint32_t)info->req_size);
        memset(loop->res, 0, info->res_size);
        nk_message_make_req(loop->res, (nk_uint32_t)info->res_size);
        nk_arena_reset(&loop->res_arena);
        PackInMsg(&in, loop->req, &loop->req_arena);
        PackOutMsg(&out, loop->res, &loop->res_arena);

        rc = ipc_recv(handle, &in, INFINITE_TIMEOUT, INVALID_HANDLE);
        if (rc != rcOk)
                return rc;
        err = info->dispatch(info->entity, loop->req, &loop->req_arena, loop->res, &loop->res_arena);
        /* A client that did not wait for the answer is no reason to stop. */
        (void)(err == NK_EOK ? ipc_reply(handle, &out) : ipc_reply_status(handle, err));
        return rcOk;
}

/* What one message was refused for says nothing about the next one. */
static bool is_only_that_message(int32_t rc) {
        return rc == rcOk || rc == rcOutOfMemory || rc == rcSecurityDisallow;
}

nk_err_t NkKosDoDispatch(Handle handle, const NkKosDispatchInfo *info) {
        Loop loop;
        char *block;
        int32_t rc;

        if (!info || !info->dispatch || !info->entity)
                return NK_EINVAL;
        block = loop_init(&loop, info);
        if (!block)
                return NK_ENOMEM;
        (void)nkx_receive_again(handle); /* a wrong one is refused by the receipt */
        do
                rc = serve_one(handle, info, &loop);
        while (is_only_that_message(rc));
        (void)nkx_receive_again(INVALID_HANDLE);
        free(block);
        return ipc_nk_err(rc);
}
