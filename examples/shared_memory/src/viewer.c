/* SPDX-License-Identifier: MIT */
/*
 * Viewer: shows what lies in the painter's memory. The painter may change it at any time: what is looked at
 * twice is copied first.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/vmm/pmm_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <picture/Viewer.edl.h>

#define TEXT_SIZE 32

static const char *picture; /* mapped, read-only */
static nk_uint32_t picture_size;
static Handle memory = INVALID_HANDLE;

static void print(const char *what, const char *from) {
        char text[TEXT_SIZE];

        memcpy(text, from, sizeof(text));
        text[sizeof(text) - 1] = '\0';
        fprintf(stderr, "%s: %s\n", what, text);
}

static const char *outcome(Retcode rc) {
        if (rc == rcOk)
                return "there it is";
        if (rc == rcNoCapability)
                return "the handle has no right to";
        return rc == rcHandleRevoked ? "the handle was revoked" : "no";
}

/* What a client says about the size is a claim. */
static Retcode map(Handle handle, nk_uint32_t size) {
        rtl_size_t real_size;
        void *address;
        Retcode rc = nkx_mdl_query(handle, &real_size, RTL_NULL);

        if (rc == rcOk && (size < TEXT_SIZE || size > real_size))
                rc = rcInvalidArgument;
        if (rc == rcOk)
                rc = KnPmmMdlMap(handle, 0, size, RTL_NULL, VMM_FLAG_READ, &address);
        if (rc != rcOk)
                return rc;
        memory = handle;
        picture = address;
        picture_size = size;
        return rcOk;
}

static nk_err_t show_method(struct picture_IScreen *self, const struct picture_IScreen_Show_req *req,
        const struct nk_arena *req_arena, struct picture_IScreen_Show_res *res, struct nk_arena *res_arena) {
        void *address;

        (void)self;
        (void)req_arena;
        (void)res_arena;
        res->result = picture ? rcAlreadyExists : map(nk_get_handle(&req->memory), req->size);
        if (res->result != rcOk) {
                (void)KnHandleClose(nk_get_handle(&req->memory)); /* it is ours, wanted or not */
                return NK_EOK;
        }
        print("the picture", picture);
        fprintf(stderr, "writing into it: %s\n",
                outcome(KnPmmMdlMap(
                        memory, 0, picture_size, RTL_NULL, VMM_FLAG_READ | VMM_FLAG_WRITE, &address)));
        return NK_EOK;
}

static nk_err_t look_method(struct picture_IScreen *self, const struct picture_IScreen_Look_req *req,
        const struct nk_arena *req_arena, struct picture_IScreen_Look_res *res, struct nk_arena *res_arena) {
        void *address;
        Retcode rc;

        (void)self;
        (void)req;
        (void)req_arena;
        (void)res_arena;
        res->result = picture ? rcOk : rcNotReady;
        if (picture == NULL)
                return NK_EOK;
        print("the same memory", picture);
        print("its end", picture + picture_size - TEXT_SIZE);
        rc = KnPmmMdlMap(memory, 0, picture_size, RTL_NULL, VMM_FLAG_READ, &address);
        fprintf(stderr, "mapping it again: %s\n", outcome(rc));
        return NK_EOK;
}

int main(void) {
        static const struct picture_IScreen_ops ops = {.Show = show_method, .Look = look_method};
        struct picture_IScreen impl = {.ops = &ops};
        picture_Viewer_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(picture_Viewer, entity);
        ServiceId id;
        Handle listener = ServiceLocatorRegister("screen", NULL, 0, &id);

        picture_Viewer_entity_init(&entity, &impl);
        return NkKosDoDispatch(listener, &info) == NK_EOK ? EXIT_SUCCESS : EXIT_FAILURE;
}
