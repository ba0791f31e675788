/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `acl`: lists of access rights, kept as attributes of files.
 */
#include "aclform.h"
#include "serve.h"

static const char *name_of(uint32_t type) {
        if (type == kl_VfsAcl_AclAccess)
                return "system.posix_acl_access";
        return type == kl_VfsAcl_AclDefault ? "system.posix_acl_default" : NULL;
}

/* A file of a client, by path or open. */
typedef struct Whose {
        VfsClient *client;
        VfsTarget target;
} Whose;

static Whose by_path(const Way *w) {
        return (Whose){.client = &w->session->client, .target = {.path = w->path, .follow = true}};
}

static Whose by_file(const Opened *o) {
        return (Whose){.client = &o->slot->session->client, .target = {.file = o->file}};
}

/* What both lists ask of the file. */
static int look(const Whose *f, uint32_t type, struct stat *ret) {
        int r = -EINVAL;

        if (name_of(type))
                r = f->target.file ? vfs_fstat(f->target.file, ret)
                                   : vfs_stat(f->client, NULL, f->target.path, true, ret);
        if (r == 0 && type == kl_VfsAcl_AclDefault && !S_ISDIR(ret->st_mode))
                r = -EACCES;
        return r;
}

static int set_list(const Whose *f, uint32_t type, const void *list, size_t size) {
        struct stat st;
        int r = look(f, type, &st);

        if (r < 0)
                return r;
        if (size == 0)
                return vfs_removexattr(f->client, &f->target, name_of(type));
        return vfs_setxattr(f->client, &f->target, name_of(type), list, size, 0);
}

METHOD(VfsAcl, AclSetFile) {
        nk_uint32_t size = 0;
        const void *list = nk_arena_get(const nk_uint8_t, req_arena, &req->acl, &size);
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0) {
                const Whose f = by_path(&w);

                r = set_list(&f, req->type, list, size);
        }
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsAcl, AclSetFd) {
        nk_uint32_t size = 0;
        const void *list = nk_arena_get(const nk_uint8_t, req_arena, &req->acl, &size);
        Opened o;
        int r = opened_file(&req->file, -EOPNOTSUPP, &o);

        if (r == 0) {
                const Whose f = by_file(&o);

                r = set_list(&f, req->type, list, size);
        }
        opened_end(&o);
        return answer(&res->error, r);
}

/* ret: AclSizeMax bytes. */
static int get_list(const Whose *f, uint32_t type, void *ret, size_t *ret_size) {
        struct stat st;
        int r = look(f, type, &st);

        if (r < 0)
                return r;
        r = vfs_getxattr(f->client, &f->target, name_of(type), ret, kl_VfsAcl_AclSizeMax, ret_size);
        if (r != -ENODATA && r != -EOPNOTSUPP)
                return r;
        *ret_size = type == kl_VfsAcl_AclAccess ? ACLFORM_SIZE_MINIMAL : 0;
        if (*ret_size > 0)
                aclform_of_mode(st.st_mode, ret);
        return 0;
}

/* The answer's list, of a file that was found when r is 0. */
static int answer_list(int r, const Whose *f, uint32_t type, struct nk_arena *arena, nk_ptr_t *ret) {
        size_t room = kl_VfsAcl_AclSizeMax, size = 0;
        void *list = answer_room(arena, ret, &room);

        if (r == 0)
                r = list && room == kl_VfsAcl_AclSizeMax ? get_list(f, type, list, &size) : -ENOMEM;
        if (list)
                answer_cut(arena, ret, r == 0 ? size : 0);
        return r;
}

METHOD(VfsAcl, AclGetFile) {
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);
        const Whose f = r == 0 ? by_path(&w) : (Whose){.client = NULL};

        r = answer_list(r, &f, req->type, res_arena, &res->acl);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsAcl, AclGetFd) {
        Opened o;
        int r = opened_file(&req->file, -EOPNOTSUPP, &o);
        const Whose f = r == 0 ? by_file(&o) : (Whose){.client = NULL};

        r = answer_list(r, &f, req->type, res_arena, &res->acl);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsAcl, AclDeleteDefFile) {
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0) {
                const Whose f = by_path(&w);

                r = set_list(&f, kl_VfsAcl_AclDefault, NULL, 0);
        }
        way_end(&w);
        return answer(&res->error, r);
}

const struct kl_VfsAcl_ops serve_acl_ops = {
        .AclSetFile = AclSetFile_method,
        .AclGetFile = AclGetFile_method,
        .AclDeleteDefFile = AclDeleteDefFile_method,
        .AclSetFd = AclSetFd_method,
        .AclGetFd = AclGetFd_method,
};
