/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: lists of access rights. To programs, and to libacl, they are two attributes of a
 * file; to a VFS they are an endpoint of their own, which a policy may deny. See remote.h.
 */
#include <errno.h>
#include <sys/stat.h>

#include "remote.h"

#define HEAD_SIZE    4u
#define ENTRY_SIZE   8u
#define MINIMAL_SIZE (HEAD_SIZE + 3 * ENTRY_SIZE) /* says what the mode says: to Linux that is no list */

static nk_uint32_t type_of(const char *name) {
        if (strcmp(name, "system.posix_acl_access") == 0)
                return kl_VfsAcl_AclAccess;
        return strcmp(name, "system.posix_acl_default") == 0 ? kl_VfsAcl_AclDefault : 0;
}

bool remote_is_acl(const char *name) {
        return type_of(name) != 0;
}

/* What a program gets of a list that came. */
static ssize_t hand_over(
        const char *name, const nk_uint8_t *list, size_t n, void *value, size_t size, int *error) {
        if (n == 0 || (n <= MINIMAL_SIZE && type_of(name) == kl_VfsAcl_AclAccess))
                *error = ENODATA;
        else if (size > 0 && n > size)
                *error = ERANGE;
        else if (size > 0)
                memcpy(value, list, n);
        return *error ? -1 : (ssize_t)n;
}

/* --- by path: the calls follow links, and links themselves have no lists --- */

/* The session; INVALID_HANDLE: *error says why. */
static Handle begin(Remote *r, const AclTarget *t, int *error) {
        struct stat st;

        if (!t->follow && r->vfs.lstat(&r->vfs, t->path, &st, error) < 0)
                return INVALID_HANDLE;
        if (t->follow || !S_ISLNK(st.st_mode))
                return remote_client(r, error);
        *error = EOPNOTSUPP;
        return INVALID_HANDLE;
}

static bool get_of_path(
        Remote *r, const AclTarget *t, const char *name, struct nk_arena *got, nk_ptr_t *ret, int *error) {
        Handle client = begin(r, t, error);
        struct kl_VfsAcl_AclGetFile_req req = {.client = nk_handle_desc(client), .type = type_of(name)};
        struct kl_VfsAcl_AclGetFile_res res;
        struct nk_arena arena;
        nk_err_t err;

        if (client == INVALID_HANDLE)
                return false;
        arena = remote_text(t->path, &req.path);
        err = kl_VfsAcl_AclGetFile(&r->acls.base, &req, &arena, &res, got);
        *ret = res.acl;
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

static bool set_of_path(
        Remote *r, const AclTarget *t, const char *name, const void *value, size_t size, int *error) {
        Handle client = begin(r, t, error);
        struct kl_VfsAcl_AclSetFile_req req = {.client = nk_handle_desc(client), .type = type_of(name)};
        struct kl_VfsAcl_AclSetFile_res res;
        NK_ARENA_AUTO(arena, kl_VfsTypes_PathMax + kl_VfsAcl_AclSizeMax);
        nk_err_t err = NK_EINVAL;

        if (client == INVALID_HANDLE)
                return false;
        if (nk_arena_store(char, &arena, &req.path, t->path, strlen(t->path) + 1) == NK_EOK &&
                nk_arena_store(nk_uint8_t, &arena, &req.acl, (const nk_uint8_t *)value, size) == NK_EOK)
                err = kl_VfsAcl_AclSetFile(&r->acls.base, &req, &arena, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

static bool remove_default(Remote *r, const AclTarget *t, int *error) {
        Handle client = begin(r, t, error);
        struct kl_VfsAcl_AclDeleteDefFile_req req = {.client = nk_handle_desc(client)};
        struct kl_VfsAcl_AclDeleteDefFile_res res;
        struct nk_arena arena;
        nk_err_t err;

        if (client == INVALID_HANDLE)
                return false;
        arena = remote_text(t->path, &req.path);
        err = kl_VfsAcl_AclDeleteDefFile(&r->acls.base, &req, &arena, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

/* --- of open files --- */

static bool get_of_file(
        Remote *r, Handle fd, const char *name, struct nk_arena *got, nk_ptr_t *ret, int *error) {
        struct kl_VfsAcl_AclGetFd_req req = {.file = nk_handle_desc(fd), .type = type_of(name)};
        struct kl_VfsAcl_AclGetFd_res res;
        nk_err_t err = kl_VfsAcl_AclGetFd(&r->acls.base, &req, NULL, &res, got);

        *ret = res.acl;
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

static bool set_of_file(Remote *r, Handle fd, const char *name, const void *value, size_t size, int *error) {
        struct kl_VfsAcl_AclSetFd_req req = {.file = nk_handle_desc(fd), .type = type_of(name)};
        struct kl_VfsAcl_AclSetFd_res res;
        NK_ARENA_AUTO(arena, kl_VfsAcl_AclSizeMax);
        nk_err_t err = NK_EINVAL;

        if (nk_arena_store(nk_uint8_t, &arena, &req.acl, (const nk_uint8_t *)value, size) == NK_EOK)
                err = kl_VfsAcl_AclSetFd(&r->acls.base, &req, &arena, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

/* --- as attributes --- */

ssize_t remote_get_acl(
        Remote *r, const AclTarget *t, const char *name, void *value, size_t size, int *error) {
        NK_ARENA_AUTO(got, kl_VfsAcl_AclSizeMax);
        const nk_uint8_t *list;
        nk_ptr_t ptr;
        size_t n = 0;

        if (!(t->path ? get_of_path(r, t, name, &got, &ptr, error)
                      : get_of_file(r, t->fd, name, &got, &ptr, error)))
                return -1;
        list = nk_arena_get(nk_uint8_t, &got, &ptr, &n);
        return hand_over(name, list, n, value, size, error);
}

int remote_set_acl(
        Remote *r, const AclTarget *t, const char *name, const void *value, size_t size, int *error) {
        if (size > kl_VfsAcl_AclSizeMax)
                *error = E2BIG;
        else if (size == 0)
                *error = EINVAL; /* that would take it away */
        if (*error)
                return -1;
        return (t->path ? set_of_path(r, t, name, value, size, error)
                        : set_of_file(r, t->fd, name, value, size, error))
                       ? 0
                       : -1;
}

int remote_remove_acl(Remote *r, const AclTarget *t, const char *name, int *error) {
        if (!t->path)
                return set_of_file(r, t->fd, name, NULL, 0, error) ? 0 : -1;
        if (type_of(name) == kl_VfsAcl_AclDefault)
                return remove_default(r, t, error) ? 0 : -1;
        return set_of_path(r, t, name, NULL, 0, error) ? 0 : -1;
}
