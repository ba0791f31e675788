/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: what is a file of the VFS without a path, standard streams and sockets. See
 * remote.h.
 */
#include "remote.h"

/* A handle that was to be bound, by the outcome of the call: if it is not, it is spare again. */
static Handle bound(Remote *r, Handle file, nk_err_t err, nk_sint32_t answered, int *error) {
        if (remote_settle(r, err, answered, error))
                return file;
        remote_put_spare(r, file);
        return INVALID_HANDLE;
}

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
                return bound(r, file, err, err == NK_EOK ? res.error : 0, error);                            \
        }

STREAM(get_stdin, GetStdin)
STREAM(get_stdout, GetStdout)
STREAM(get_stderr, GetStderr)

static Handle get_socket(struct vfs *self, int domain, int type, int protocol, int *error) {
        Remote *r = remote_of(self);
        Handle file = remote_take_spare(r, error);
        struct kl_VfsSocket_Socket_req req = {
                .file = nk_handle_desc(file), .domain = domain, .type = type, .protocol = protocol};
        struct kl_VfsSocket_Socket_res res;
        nk_err_t err;

        if (file == INVALID_HANDLE)
                return file;
        req.client = nk_handle_desc(remote_client(r, error));
        err = kl_VfsSocket_Socket(&r->sockets.base, &req, NULL, &res, NULL);
        return bound(r, file, err, err == NK_EOK ? res.error : 0, error);
}

void remote_add_streams(struct vfs *vfs) {
        vfs->getstdin = get_stdin;
        vfs->getstdout = get_stdout;
        vfs->getstderr = get_stderr;
        vfs->socket = get_socket;
}
