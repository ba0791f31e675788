/* SPDX-License-Identifier: MIT */
/*
 * Taker: does with memory what it is told.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/vmm/pmm_api.h>
#include <coresrv/vmm/vmm_api.h>

#include <stdlib.h>
#include <string.h>

#include <mem/Taker.edl.h>

#define ARGS(method)                                                                                         \
        struct mem_ITaker *self, const mem_ITaker_##method##_req *req, const struct nk_arena *req_arena,     \
                mem_ITaker_##method##_res *res, struct nk_arena *res_arena
#define UNUSED ((void)self, (void)req, (void)req_arena, (void)res, (void)res_arena)

static volatile nk_uint8_t *mapped;
static nk_uint32_t mapped_size;

static nk_err_t map_method(ARGS(Map)) {
        int flags = VMM_FLAG_READ | (req->forWriting ? VMM_FLAG_WRITE : 0);
        void *address;

        UNUSED;
        res->result = KnPmmMdlMap(nk_get_handle(&req->memory), 0, req->size, RTL_NULL, flags, &address);
        if (res->result == rcOk) {
                mapped = address;
                mapped_size = req->size;
        }
        (void)KnHandleClose(nk_get_handle(&req->memory));
        return NK_EOK;
}

static nk_err_t guess_method(ARGS(Guess)) {
        void *address;

        UNUSED;
        res->result = KnPmmMdlMap(req->number, 0, 4096, RTL_NULL, VMM_FLAG_READ, &address);
        return NK_EOK;
}

static nk_err_t touch_method(ARGS(Touch)) {
        UNUSED;
        res->byte = mapped[req->offset];
        if (req->forWriting)
                mapped[req->offset]++;
        return NK_EOK;
}

static nk_err_t unmap_method(ARGS(Unmap)) {
        UNUSED;
        res->result = KnVmUnmap((void *)(rtl_uintptr_t)mapped, mapped_size);
        return NK_EOK;
}

/* Each mapping is another descriptor on the way; all stay mapped. */
static nk_err_t keep_method(ARGS(Keep)) {
        void *address;

        UNUSED;
        res->kept = 0;
        while (res->kept < req->count &&
                KnPmmMdlMap(nk_get_handle(&req->memory), 0, 4096, RTL_NULL, VMM_FLAG_READ, &address) == rcOk)
                res->kept++;
        (void)KnHandleClose(nk_get_handle(&req->memory));
        return NK_EOK;
}

static nk_err_t die_method(ARGS(Die)) {
        UNUSED;
        _Exit(0);
}

int main(void) {
        static const struct mem_ITaker_ops ops = {.Map = map_method,
                .Guess = guess_method,
                .Touch = touch_method,
                .Unmap = unmap_method,
                .Keep = keep_method,
                .Die = die_method};
        struct mem_ITaker impl = {.ops = &ops};
        mem_Taker_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(mem_Taker, entity);
        char self[256];
        ServiceId id;
        Handle listener;

        if (KnTaskGetName(self, sizeof self) != rcOk)
                return EXIT_FAILURE;
        listener = ServiceLocatorRegister(strcmp(self, "mem.Mortal") ? "taker" : "mortal", NULL, 0, &id);
        mem_Taker_entity_init(&entity, &impl);
        return NkKosDoDispatch(listener, &info) == NK_EOK ? EXIT_SUCCESS : EXIT_FAILURE;
}
