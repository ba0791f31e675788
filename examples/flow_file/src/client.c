/* SPDX-License-Identifier: MIT */
/*
 * Client: reads the file before and after it was verified, changes it, and reads again.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <file/ICheck.idl.h>
#include <file/IFile.idl.h>

static int read_last(file_IFile_proxy *file) {
        file_IFile_Read_req req = {.index = file_IFile_Size - 1};
        file_IFile_Read_res res;
        nk_err_t err = file_IFile_Read(&file->base, &req, NULL, &res, NULL);

        if (err == NK_EOK)
                fprintf(stderr, "read %u\n", res.value);
        else if (err == NK_EPERM)
                fprintf(stderr, "may not read\n");
        return err == NK_EOK || err == NK_EPERM ? 0 : -1;
}

static int write_last(file_IFile_proxy *file, nk_uint32_t value) {
        file_IFile_Write_req req = {.index = file_IFile_Size - 1, .value = value};
        file_IFile_Write_res res;

        fprintf(stderr, "writes %u\n", value);
        return file_IFile_Write(&file->base, &req, NULL, &res, NULL) == NK_EOK ? 0 : -1;
}

static int check(file_ICheck_proxy *verifier) {
        file_ICheck_Check_req req;
        file_ICheck_Check_res res;

        nk_req_reset(&req);
        return file_ICheck_Check(&verifier->base, &req, NULL, &res, NULL) == NK_EOK ? 0 : -1;
}

int main(void) {
        NkKosTransport to_storage, to_verifier;
        file_IFile_proxy file;
        file_ICheck_proxy verifier;
        Handle storage = ServiceLocatorConnect("storage");
        Handle check_channel = ServiceLocatorConnect("verifier");
        int failed = 0;

        if (storage == INVALID_HANDLE || check_channel == INVALID_HANDLE) {
                fprintf(stderr, "the channels \"storage\" and \"verifier\" are not both there\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&to_storage, storage, NK_NULL, 0);
        NkKosTransport_Init(&to_verifier, check_channel, NK_NULL, 0);
        file_IFile_proxy_init(&file, &to_storage.base, ServiceLocatorGetRiid(storage, "content"));
        file_ICheck_proxy_init(&verifier, &to_verifier.base, ServiceLocatorGetRiid(check_channel, "check"));

        failed |= read_last(&file);
        failed |= check(&verifier) | read_last(&file);
        failed |= write_last(&file, 8) | read_last(&file);
        failed |= check(&verifier) | read_last(&file);
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
