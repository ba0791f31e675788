/* SPDX-License-Identifier: MIT */
/*
 * Maker: makes memory, has others take it, and counts what it may still make.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/vmm/pmm_api.h>
#include <coresrv/vmm/vmm_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <mem/ITaker.idl.h>

#define PAGE  4096u
#define LIMIT (1024u * 1024u) /* of init.yaml */
#define RW    (VMM_FLAG_READ | VMM_FLAG_WRITE)

typedef struct Peer {
        struct mem_ITaker_proxy proxy;
        NkKosTransport transport;
} Peer;

static Peer taker, mortal;

static void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
}

static void connect_to(Peer *peer, const char *channel) {
        Handle handle = ServiceLocatorConnect(channel);

        NkKosTransport_Init(&peer->transport, handle, NK_NULL, 0);
        mem_ITaker_proxy_init(&peer->proxy, &peer->transport.base, ServiceLocatorGetRiid(handle, "main"));
}

static Handle make(rtl_size_t size) {
        Handle handle = INVALID_HANDLE;

        return KnPmmMdlCreate(size, RW, &handle) == rcOk ? handle : INVALID_HANDLE;
}

/* Everything is free: all of the limit can be made, and no page more. */
static int is_all_free(void) {
        Handle all = make(LIMIT), more = make(PAGE);

        return all != INVALID_HANDLE && more == INVALID_HANDLE && KnHandleClose(all) == rcOk;
}

static Retcode have_mapped(Peer *peer, Handle memory, nk_rights_t rights, nk_uint32_t size, int for_writing) {
        mem_ITaker_Map_req req = {.memory = nk_handle_desc(memory, rights),
                .size = size,
                .forWriting = (nk_uint8_t)for_writing};
        mem_ITaker_Map_res res;

        return mem_ITaker_Map(&peer->proxy.base, &req, NULL, &res, NULL) == NK_EOK ? res.result : rcFail;
}

static int touch(Peer *peer, nk_uint32_t offset, int for_writing) {
        mem_ITaker_Touch_req req = {.offset = offset, .forWriting = (nk_uint8_t)for_writing};
        mem_ITaker_Touch_res res;

        return mem_ITaker_Touch(&peer->proxy.base, &req, NULL, &res, NULL) == NK_EOK ? res.byte : -1;
}

static Retcode have_unmapped(Peer *peer) {
        mem_ITaker_Unmap_req req;
        mem_ITaker_Unmap_res res;

        nk_req_reset(&req);
        return mem_ITaker_Unmap(&peer->proxy.base, &req, NULL, &res, NULL) == NK_EOK ? res.result : rcFail;
}

static Retcode have_guessed(nk_uint32_t number) {
        mem_ITaker_Guess_req req = {.number = number};
        mem_ITaker_Guess_res res;

        return mem_ITaker_Guess(&taker.proxy.base, &req, NULL, &res, NULL) == NK_EOK ? res.result : rcFail;
}

static void kill_it(Peer *peer) {
        mem_ITaker_Die_req req;
        mem_ITaker_Die_res res;

        nk_req_reset(&req);
        check(mem_ITaker_Die(&peer->proxy.base, &req, NULL, &res, NULL) == NK_ENOTCONN, "taker dies");
}

/* ---------------------------------------------------------------------------------------------------------
 */

static void try_arguments(void) {
        Handle handle = INVALID_HANDLE, memory = make(2 * PAGE + 1);
        rtl_size_t size = 0;
        void *at = RTL_NULL;
        int flags = 0;

        check(KnPmmMdlCreate(0, RW, &handle) == rcInvalidArgument, "nothing is no memory");
        check(KnPmmMdlCreate((rtl_size_t)-1, RW, &handle) == rcInvalidArgument, "size that is none");
        check(KnPmmMdlCreate(PAGE, RW | VMM_FLAG_EXECUTE, &handle) == rcInvalidArgument, "no code");
        check(KnPmmMdlCreate(PAGE, RW, RTL_NULL) == rcInvalidArgument, "no place for the handle");
        check(nkx_mdl_query(memory, &size, &flags) == rcOk && size == 3 * PAGE && flags == RW,
                "size is whole pages");
        check(KnPmmMdlMap(memory, PAGE, 2 * PAGE, RTL_NULL, RW, &at) == rcOk, "part is mapped");
        check(at != RTL_NULL && ((char *)at)[2 * PAGE - 1] == 0, "memory is zero");
        check(KnVmUnmap(at, 2 * PAGE) == rcOk, "part is unmapped");
        check(KnPmmMdlMap(memory, PAGE, 3 * PAGE, RTL_NULL, RW, &at) == rcInvalidArgument,
                "more than there is");
        check(KnPmmMdlMap(memory, 1, PAGE, RTL_NULL, RW, &at) == rcInvalidArgument, "offset within a page");
        check(KnPmmMdlMap(memory, 0, PAGE, (void *)1, RW, &at) == rcInvalidArgument, "hint within a page");
        check(KnPmmMdlMap(memory, 0, PAGE, RTL_NULL, VMM_FLAG_WRITE, &at) == rcInvalidArgument,
                "writing alone");
        check(KnPmmMdlMap(INVALID_HANDLE, 0, PAGE, RTL_NULL, RW, &at) == rcInvalidArgument, "no handle");
        check(KnHandleClose(memory) == rcOk && nkx_mdl_query(memory, &size, &flags) == rcInvalidArgument,
                "closed handle");
        check(is_all_free(), "nothing is left of the arguments");
}

static void try_rights(void) {
        Handle memory = make(PAGE), weak = INVALID_HANDLE;
        void *at = RTL_NULL;

        check(have_mapped(&taker, memory, NKX_MDL_READ, PAGE, 1) == rcNoCapability, "reader does not write");
        check(have_mapped(&taker, memory, NKX_MDL_WRITE, PAGE, 0) == rcNoCapability,
                "right to write alone maps nothing");
        check(KnHandleCopy(memory, OCAP_HANDLE_COPY | NKX_MDL_READ, INVALID_HANDLE, &weak) == rcOk &&
                        KnPmmMdlMap(weak, 0, PAGE, RTL_NULL, RW, &at) == rcNoCapability,
                "weak copy does not write");
        check(KnHandleCopy(weak, NKX_MDL_READ | NKX_MDL_WRITE, INVALID_HANDLE, &weak) == rcNoCapability,
                "weak copy does not grow");
        check(have_guessed(memory) == rcInvalidArgument && have_guessed(memory + 1) == rcInvalidArgument,
                "handle means nothing elsewhere");
        check(have_mapped(&taker, memory, NKX_MDL_READ | NKX_MDL_WRITE, PAGE, 1) == rcOk &&
                        touch(&taker, 7, 1) == 0 && touch(&taker, 7, 0) == 1,
                "writer writes");
        check(KnPmmMdlMap(memory, 0, PAGE, RTL_NULL, VMM_FLAG_READ, &at) == rcOk && ((char *)at)[7] == 1,
                "what was written is read");
        check(KnVmUnmap(at, PAGE) == rcOk && have_unmapped(&taker) == rcOk, "both unmap");
        check(KnHandleClose(memory) == rcOk && KnHandleClose(weak) == rcOk && is_all_free(),
                "nothing is left of the rights");
}

static void try_limits(void) {
        Handle handles[NKX_MDL_OBJECTS_MAX], more = INVALID_HANDLE;
        unsigned n = 0;

        check(make(LIMIT + 1) == INVALID_HANDLE, "limit of bytes is one");
        while (n < NKX_MDL_OBJECTS_MAX && (handles[n] = make(PAGE)) != INVALID_HANDLE)
                n++;
        check(n == NKX_MDL_OBJECTS_MAX && KnPmmMdlCreate(PAGE, RW, &more) == rcQuotaExceeded,
                "limit of objects is one");
        while (n > 0 && KnHandleClose(handles[n - 1]) == rcOk)
                n--;
        check(n == 0 && is_all_free(), "nothing is left of the limits");
}

static void try_holding(void) {
        Handle memory = make(LIMIT);
        void *at = RTL_NULL;

        check(KnPmmMdlMap(memory, 0, LIMIT, RTL_NULL, RW, &at) == rcOk && KnHandleClose(memory) == rcOk &&
                        make(PAGE) == INVALID_HANDLE,
                "own mapping counts without a handle");
        check(KnVmUnmap(at, LIMIT) == rcOk && is_all_free(), "unmapped memory is free");
        memory = make(LIMIT);
        check(have_mapped(&taker, memory, NKX_MDL_READ, LIMIT, 0) == rcOk && KnHandleRevoke(memory) == rcOk &&
                        make(PAGE) == INVALID_HANDLE,
                "other's mapping counts without a handle");
        check(touch(&taker, LIMIT - 1, 0) == 0, "revoking leaves the mapping");
        check(have_unmapped(&taker) == rcOk && is_all_free(), "what the other unmapped is free");
}

static nk_uint32_t have_kept(Handle memory, nk_uint32_t count) {
        mem_ITaker_Keep_req req = {.memory = nk_handle_desc(memory, NKX_MDL_READ), .count = count};
        mem_ITaker_Keep_res res;

        return mem_ITaker_Keep(&mortal.proxy.base, &req, NULL, &res, NULL) == NK_EOK ? res.kept : 0;
}

static void try_death(void) {
        Handle memory = make(LIMIT);

        check(have_kept(memory, 5000) == 5000, "mapping needs no descriptor afterwards");
        check(KnHandleClose(memory) == rcOk && make(PAGE) == INVALID_HANDLE, "many mappings count once");
        kill_it(&mortal);
        for (int i = 0; i < 100000 && !is_all_free(); i++)
                continue;
        check(is_all_free(), "memory of the dead is free");
}

int main(int argc, char **argv) {
        Handle handle;

        (void)argv;
        if (argc > 1) { /* in a solution where no two processes share memory */
                check(KnPmmMdlCreate(PAGE, RW, &handle) == rcSecurityDisallow, "nobody shares memory");
                return EXIT_SUCCESS;
        }
        connect_to(&taker, "taker");
        connect_to(&mortal, "mortal");
        try_arguments();
        try_rights();
        try_limits();
        try_holding();
        try_death();
        return EXIT_SUCCESS;
}
