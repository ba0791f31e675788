/* SPDX-License-Identifier: MIT */
/*
 * Storage: a file of a few numbers, for everybody who is let through to it.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <file/Storage.edl.h>

struct Content {
        struct file_IFile base;
        nk_uint32_t values[file_IFile_Size];
};

static nk_err_t read_value(struct file_IFile *self, const file_IFile_Read_req *req,
        const struct nk_arena *req_arena, file_IFile_Read_res *res, struct nk_arena *res_arena) {
        struct Content *content = (struct Content *)self;

        (void)req_arena;
        (void)res_arena;
        if (req->index >= file_IFile_Size)
                return NK_EINVAL;
        res->value = content->values[req->index];
        return NK_EOK;
}

static nk_err_t write_value(struct file_IFile *self, const file_IFile_Write_req *req,
        const struct nk_arena *req_arena, file_IFile_Write_res *res, struct nk_arena *res_arena) {
        struct Content *content = (struct Content *)self;

        (void)req_arena;
        (void)res;
        (void)res_arena;
        if (req->index >= file_IFile_Size)
                return NK_EINVAL;
        content->values[req->index] = req->value;
        return NK_EOK;
}

/* That it was called is all that counts: the policy has seen it. */
static nk_err_t approve(struct file_IApproval *self, const file_IApproval_Approve_req *req,
        const struct nk_arena *req_arena, file_IApproval_Approve_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        return NK_EOK;
}

int main(void) {
        static const struct file_IFile_ops file_ops = {.Read = read_value, .Write = write_value};
        static const struct file_IApproval_ops approval_ops = {.Approve = approve};
        struct Content content = {.base = {.ops = &file_ops}, .values = {1, 1, 2, 3}};
        struct file_IApproval approval = {.ops = &approval_ops};
        file_Storage_entity entity;
        file_Storage_entity_req req;
        file_Storage_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("storage", NULL, 0, &id);

        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"storage\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        file_Storage_entity_init(&entity, &content.base, &approval);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)file_Storage_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
