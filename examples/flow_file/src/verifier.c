/* SPDX-License-Identifier: MIT */
/*
 * Verifier: a file is good when each number is the sum of the two before it.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <file/IApproval.idl.h>
#include <file/IFile.idl.h>
#include <file/Verifier.edl.h>

struct Checker {
        struct file_ICheck base;
        file_IFile_proxy file;
        file_IApproval_proxy approval;
};

static nk_err_t read_all(file_IFile_proxy *file, nk_uint32_t values[file_IFile_Size]) {
        file_IFile_Read_res res;
        nk_err_t err = NK_EOK;

        for (nk_uint32_t i = 0; err == NK_EOK && i < file_IFile_Size; i++) {
                file_IFile_Read_req req = {.index = i};

                err = file_IFile_Read(&file->base, &req, NULL, &res, NULL);
                values[i] = err == NK_EOK ? res.value : 0;
        }
        return err;
}

static nk_err_t check(struct file_ICheck *self, const file_ICheck_Check_req *req,
        const struct nk_arena *req_arena, file_ICheck_Check_res *res, struct nk_arena *res_arena) {
        struct Checker *checker = (struct Checker *)self;
        nk_uint32_t values[file_IFile_Size];
        file_IApproval_Approve_req approve_req;
        file_IApproval_Approve_res approve_res;
        nk_err_t err = read_all(&checker->file, values);

        (void)req;
        (void)req_arena;
        (void)res_arena;
        if (err != NK_EOK)
                return err;
        res->isGood = 1;
        for (nk_uint32_t i = 2; i < file_IFile_Size; i++)
                res->isGood &= values[i] == values[i - 1] + values[i - 2];
        fprintf(stderr, "the file is %s\n", res->isGood ? "good" : "bad");
        if (!res->isGood)
                return NK_EOK;
        nk_req_reset(&approve_req);
        return file_IApproval_Approve(&checker->approval.base, &approve_req, NULL, &approve_res, NULL);
}

int main(void) {
        static const struct file_ICheck_ops ops = {.Check = check};
        struct Checker checker = {.base = {.ops = &ops}};
        file_Verifier_entity entity;
        file_Verifier_entity_req req;
        file_Verifier_entity_res res;
        NkKosTransport inbound, outbound;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("verifier", NULL, 0, &id);
        Handle storage = ServiceLocatorConnect("storage");

        if (listener == INVALID_HANDLE || storage == INVALID_HANDLE) {
                fprintf(stderr, "the channels \"verifier\" and \"storage\" are not both there\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&inbound, listener, NK_NULL, 0);
        NkKosTransport_Init(&outbound, storage, NK_NULL, 0);
        file_IFile_proxy_init(&checker.file, &outbound.base, ServiceLocatorGetRiid(storage, "content"));
        file_IApproval_proxy_init(
                &checker.approval, &outbound.base, ServiceLocatorGetRiid(storage, "approval"));
        file_Verifier_entity_init(&entity, &checker.base);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&inbound.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)file_Verifier_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&inbound.base, &res.base_, NULL);
        }
}
