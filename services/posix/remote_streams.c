/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: the standard streams, which are files of the VFS like others. See remote.h.
 */
#include "remote.h"

/* A member of struct vfs that binds a spare handle to a stream. */
#define STREAM(name, method)                                                                                 \
        static Handle name(struct vfs *self, int *error) {                                                   \
                Remote *r = remote_of(self);                                                                 \
                Handle file = remote_take_spare(r, error);                                                   \
                struct kl_VfsFile_##method##_req req = {.file = nk_handle_desc(file)};                       \
                struct kl_VfsFile_##method##_res res;                                                        \
                nk_err_t err;                                                                                \
                                                                                                             \
                if (file == INVALID_HANDLE)                                                                  \
                        return file;                                                                         \
                req.client = nk_handle_desc(remote_client(r, error));                                        \
                err = kl_VfsFile_##method(&r->files.base, &req, NULL, &res, NULL);                           \
                if (remote_settle(err, err == NK_EOK ? res.error : 0, error))                                \
                        return file;                                                                         \
                remote_put_spare(r, file);                                                                   \
                return INVALID_HANDLE;                                                                       \
        }

STREAM(get_stdin, GetStdin)
STREAM(get_stdout, GetStdout)
STREAM(get_stderr, GetStderr)

void remote_add_streams(struct vfs *vfs) {
        vfs->getstdin = get_stdin;
        vfs->getstdout = get_stdout;
        vfs->getstderr = get_stderr;
}
