/* SPDX-License-Identifier: MIT */
/*
 * What the methods share: from requests to sessions, files and paths, and back to answers.
 *
 * Everything in a request is a client's word. Handles become objects or nothing, paths become C strings or
 * nothing; a method first takes all its handles, so that none that isn't ours stays with us, and gives all
 * back at its end.
 */
#pragma once

#include <errno.h>

#include <handle/handletype.h>
#include <nk/arena.h>

#include <kl/Vfs.cdl.h>

#include "session.h"

/* Head of a method; each uses what it needs of its parameters. */
#define METHOD(interface, method)                                                                            \
        static nk_err_t method##_method(__attribute__((unused)) struct kl_##interface *self,                 \
                __attribute__((unused)) const struct kl_##interface##_##method##_req *req,                   \
                __attribute__((unused)) const struct nk_arena *req_arena,                                    \
                __attribute__((unused)) struct kl_##interface##_##method##_res *res,                         \
                __attribute__((unused)) struct nk_arena *res_arena)

/* r: 0 or a negative errno. */
static inline nk_err_t answer(nk_sint32_t *error, int r) {
        *error = -r;
        return NK_EOK;
}

/* --- open files --- */

/* -EBADF. Give back with opened_end() in any case. */
int opened_begin(const nk_handle_desc_t *handle, Opened *ret);
void opened_end(Opened *o);
/* The same for those that only a file system has; stream_error for a stream. */
int opened_file(const nk_handle_desc_t *handle, int stream_error, Opened *ret);
/* Where the file's position is, or into the stream. -EAGAIN, -EPIPE: as StreamOps.write. */
int opened_write(const Opened *o, const void *data, size_t size, size_t *ret_put);

/* --- clients and paths --- */

/* INVALID_HANDLE: no directory, *ret_file is NULL. -EBADF: not an open file; -ENOTDIR: a stream. */
int opened_dir(const nk_handle_desc_t *handle, Opened *ret);

typedef struct Way {
        Session *session;
        Opened dir;
        const char *path;
} Way;

/* From a client, a directory (NULL: none) and a path. -EBADF; -EINVAL: a zero inside the path. Give back with
 * way_end() in any case. */
int way_begin(const nk_handle_desc_t *client, const nk_handle_desc_t *dir, const struct nk_arena *arena,
        const nk_ptr_t *path, Way *ret);
void way_end(Way *w);

/* A string of a request: "" if it is absent. -EINVAL: a zero inside. */
int text_of(const struct nk_arena *arena, const nk_ptr_t *ptr, const char **ret);

/* --- answers --- */

/* Room for bytes in an answer, at most as many as fit; NULL: none. Then how many it became. */
void *answer_room(struct nk_arena *arena, nk_ptr_t *ptr, size_t *size);
void answer_cut(struct nk_arena *arena, nk_ptr_t *ptr, size_t size);

/* What is undone when the answer with its handle does not arrive. */
void serve_promise(uint64_t number);
/* Once after each answer, by the thread that gave it. */
void serve_settled(bool has_arrived);

/* --- the endpoints --- */

extern const struct kl_VfsSession_ops serve_session_ops;
extern const struct kl_VfsFile_ops serve_file_ops;
extern const struct kl_VfsName_ops serve_name_ops;
extern const struct kl_VfsMount_ops serve_mount_ops;
extern const struct kl_VfsXattr_ops serve_xattr_ops;
extern const struct kl_VfsAcl_ops serve_acl_ops;
extern const struct kl_VfsSocket_ops serve_socket_ops;
extern const struct kl_VfsNetConfig_ops serve_netconfig_ops;

/* Parts of serve_file_ops that stand in other files. */
extern kl_VfsFile_Lock_fn serve_lock;
extern kl_VfsFile_FLock_fn serve_flock;
extern kl_VfsFile_Poll_fn serve_poll;
extern kl_VfsFile_SendFile_fn serve_sendfile;
extern kl_VfsFile_GetDents_fn serve_getdents;
