/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: extended attributes. See remote.h.
 */
#include <errno.h>

#include "remote.h"

/* The longest request: path, name and value. */
#define NAMES_MAX (kl_VfsTypes_PathMax + kl_VfsXattr_XattrNameMax + 1)

/* A file, or a path. */
typedef struct Target {
        Handle fd;
        const char *path; /* or NULL */
        nk_uint32_t nofollow;
} Target;

static bool put_text(struct nk_arena *arena, nk_ptr_t *ret, const char *text) {
        return nk_arena_store(char, arena, ret, text, strlen(text) + 1) == NK_EOK;
}

static nk_err_t get_of_path(Remote *r, Handle client, const Target *t, const char *name, nk_ptr_t *ret,
        nk_sint32_t *answered, struct nk_arena *got) {
        struct kl_VfsXattr_GetXattr_req req = {.client = nk_handle_desc(client), .nofollow = t->nofollow};
        struct kl_VfsXattr_GetXattr_res res;
        NK_ARENA_AUTO(arena, NAMES_MAX);
        nk_err_t err = NK_EINVAL;

        if (put_text(&arena, &req.path, t->path) && put_text(&arena, &req.name, name))
                err = kl_VfsXattr_GetXattr(&r->xattrs.base, &req, &arena, &res, got);
        if (err == NK_EOK) {
                *ret = res.value;
                *answered = res.error;
        }
        return err;
}

static nk_err_t get_of_file(Remote *r, const Target *t, const char *name, nk_ptr_t *ret,
        nk_sint32_t *answered, struct nk_arena *got) {
        struct kl_VfsXattr_FGetXattr_req req = {.file = nk_handle_desc(t->fd)};
        struct kl_VfsXattr_FGetXattr_res res;
        struct nk_arena arena = remote_text(name, &req.name);
        nk_err_t err = kl_VfsXattr_FGetXattr(&r->xattrs.base, &req, &arena, &res, got);

        if (err == NK_EOK) {
                *ret = res.value;
                *answered = res.error;
        }
        return err;
}

static nk_err_t list_of_path(Remote *r, Handle client, const Target *t, nk_ptr_t *ret, nk_sint32_t *answered,
        struct nk_arena *got) {
        struct kl_VfsXattr_ListXattr_req req = {.client = nk_handle_desc(client), .nofollow = t->nofollow};
        struct kl_VfsXattr_ListXattr_res res;
        struct nk_arena arena = remote_text(t->path, &req.path);
        nk_err_t err = kl_VfsXattr_ListXattr(&r->xattrs.base, &req, &arena, &res, got);

        if (err == NK_EOK) {
                *ret = res.names;
                *answered = res.error;
        }
        return err;
}

static nk_err_t list_of_file(
        Remote *r, const Target *t, nk_ptr_t *ret, nk_sint32_t *answered, struct nk_arena *got) {
        struct kl_VfsXattr_FListXattr_req req = {.file = nk_handle_desc(t->fd)};
        struct kl_VfsXattr_FListXattr_res res;
        nk_err_t err = kl_VfsXattr_FListXattr(&r->xattrs.base, &req, NULL, &res, got);

        if (err == NK_EOK) {
                *ret = res.names;
                *answered = res.error;
        }
        return err;
}

/* name: NULL asks for the list. */
static nk_err_t ask(Remote *r, const Target *t, const char *name, nk_ptr_t *ret, nk_sint32_t *answered,
        struct nk_arena *got, int *error) {
        Handle client = remote_client(r, error);

        if (client == INVALID_HANDLE)
                return NK_ENOTCONN;
        if (name)
                return t->path ? get_of_path(r, client, t, name, ret, answered, got)
                               : get_of_file(r, t, name, ret, answered, got);
        return t->path ? list_of_path(r, client, t, ret, answered, got)
                       : list_of_file(r, t, ret, answered, got);
}

/* The whole answer always comes: the VFS's calls have no way to ask for its length alone. */
static ssize_t fetch(Remote *r, const Target *t, const char *name, void *value, size_t size, int *error) {
        struct nk_arena got = NK_ARENA_INITIALIZER(r->scratch, r->scratch + sizeof r->scratch);
        nk_sint32_t answered = 0;
        const nk_uint8_t *bytes;
        nk_ptr_t place = {0};
        nk_err_t err;
        size_t n = 0;

        (void)pthread_mutex_lock(&r->scratch_lock);
        err = ask(r, t, name, &place, &answered, &got, error);
        if (remote_settle(r, err, answered, error)) {
                bytes = nk_arena_get(nk_uint8_t, &got, &place, &n);
                if (size > 0 && n > size)
                        *error = ERANGE;
                else if (size > 0 && n > 0)
                        memcpy(value, bytes, n);
        }
        (void)pthread_mutex_unlock(&r->scratch_lock);
        return *error ? -1 : (ssize_t)n;
}

static ssize_t remote_getxattr(struct vfs *self, Handle fd, const char *path, bool follow, const char *name,
        void *value, size_t size, int *error) {
        const Target t = {.fd = fd, .path = path, .nofollow = !follow};
        Remote *r = remote_of(self);

        if (remote_is_acl(name))
                return remote_get_acl(
                        r, &(AclTarget){.path = path, .fd = fd, .follow = follow}, name, value, size, error);
        return fetch(r, &t, name, value, size, error);
}

static ssize_t remote_listxattr(
        struct vfs *self, Handle fd, const char *path, bool follow, char *list, size_t size, int *error) {
        const Target t = {.fd = fd, .path = path, .nofollow = !follow};

        return fetch(remote_of(self), &t, NULL, list, size, error);
}

/* --- changes --- */

/* A value, and what names it. */
typedef struct Change {
        const char *name;
        const void *value;
        size_t size;
        nk_uint32_t flags;
} Change;

static bool set_of_path(Remote *r, Handle client, const Target *t, const Change *c, int *error) {
        struct kl_VfsXattr_SetXattr_req req = {
                .client = nk_handle_desc(client), .nofollow = t->nofollow, .flags = c->flags};
        struct kl_VfsXattr_SetXattr_res res;
        struct nk_arena arena = NK_ARENA_INITIALIZER(r->request, r->request + sizeof r->request);
        nk_err_t err = NK_EINVAL;

        if (put_text(&arena, &req.path, t->path) && put_text(&arena, &req.name, c->name) &&
                nk_arena_store(nk_uint8_t, &arena, &req.value, (const nk_uint8_t *)c->value, c->size) ==
                        NK_EOK)
                err = kl_VfsXattr_SetXattr(&r->xattrs.base, &req, &arena, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

static bool set_of_file(Remote *r, const Target *t, const Change *c, int *error) {
        struct kl_VfsXattr_FSetXattr_req req = {.file = nk_handle_desc(t->fd), .flags = c->flags};
        struct kl_VfsXattr_FSetXattr_res res;
        struct nk_arena arena = NK_ARENA_INITIALIZER(r->request, r->request + sizeof r->request);
        nk_err_t err = NK_EINVAL;

        if (put_text(&arena, &req.name, c->name) && nk_arena_store(nk_uint8_t, &arena, &req.value,
                                                            (const nk_uint8_t *)c->value, c->size) == NK_EOK)
                err = kl_VfsXattr_FSetXattr(&r->xattrs.base, &req, &arena, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

static int remote_setxattr(struct vfs *self, Handle fd, const char *path, bool follow, const char *name,
        const void *value, size_t size, int flags, int *error) {
        const Target t = {.fd = fd, .path = path, .nofollow = !follow};
        const Change c = {.name = name, .value = value, .size = size, .flags = (nk_uint32_t)flags};
        Remote *r = remote_of(self);
        Handle client;
        bool is_done;

        if (remote_is_acl(name))
                return remote_set_acl(
                        r, &(AclTarget){.path = path, .fd = fd, .follow = follow}, name, value, size, error);
        if (size > kl_VfsXattr_XattrSizeMax) {
                *error = E2BIG;
                return -1;
        }
        client = remote_client(r, error);
        if (client == INVALID_HANDLE)
                return -1;
        (void)pthread_mutex_lock(&r->scratch_lock);
        is_done = path ? set_of_path(r, client, &t, &c, error) : set_of_file(r, &t, &c, error);
        (void)pthread_mutex_unlock(&r->scratch_lock);
        return is_done ? 0 : -1;
}

static bool remove_of_path(Remote *r, Handle client, const Target *t, const char *name, int *error) {
        struct kl_VfsXattr_RemoveXattr_req req = {.client = nk_handle_desc(client), .nofollow = t->nofollow};
        struct kl_VfsXattr_RemoveXattr_res res;
        NK_ARENA_AUTO(arena, NAMES_MAX);
        nk_err_t err = NK_EINVAL;

        if (put_text(&arena, &req.path, t->path) && put_text(&arena, &req.name, name))
                err = kl_VfsXattr_RemoveXattr(&r->xattrs.base, &req, &arena, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

static bool remove_of_file(Remote *r, const Target *t, const char *name, int *error) {
        struct kl_VfsXattr_FRemoveXattr_req req = {.file = nk_handle_desc(t->fd)};
        struct kl_VfsXattr_FRemoveXattr_res res;
        struct nk_arena arena = remote_text(name, &req.name);
        nk_err_t err = kl_VfsXattr_FRemoveXattr(&r->xattrs.base, &req, &arena, &res, NULL);

        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error);
}

static int remote_removexattr(
        struct vfs *self, Handle fd, const char *path, bool follow, const char *name, int *error) {
        const Target t = {.fd = fd, .path = path, .nofollow = !follow};
        Remote *r = remote_of(self);
        Handle client;

        if (remote_is_acl(name))
                return remote_remove_acl(
                        r, &(AclTarget){.path = path, .fd = fd, .follow = follow}, name, error);
        client = remote_client(r, error);
        if (client == INVALID_HANDLE)
                return -1;
        return (path ? remove_of_path(r, client, &t, name, error) : remove_of_file(r, &t, name, error)) ? 0
                                                                                                        : -1;
}

void remote_add_xattrs(struct vfs *vfs) {
        vfs->getxattr = remote_getxattr;
        vfs->listxattr = remote_listxattr;
        vfs->setxattr = remote_setxattr;
        vfs->removexattr = remote_removexattr;
}
