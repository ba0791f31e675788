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

/* What both lists ask of the file. */
static int look(const Way *w, uint32_t type, struct stat *ret) {
        int r = name_of(type) ? vfs_stat(&w->session->client, NULL, w->path, true, ret) : -EINVAL;

        if (r == 0 && type == kl_VfsAcl_AclDefault && !S_ISDIR(ret->st_mode))
                r = -EACCES;
        return r;
}

static int set_list(const Way *w, uint32_t type, const void *list, size_t size) {
        const VfsTarget t = {.path = w->path, .follow = true};
        struct stat st;
        int r = look(w, type, &st);

        return r < 0 ? r : vfs_setxattr(&w->session->client, &t, name_of(type), list, size, 0);
}

METHOD(VfsAcl, AclSetFile) {
        nk_uint32_t size = 0;
        const void *list = nk_arena_get(const nk_uint8_t, req_arena, &req->acl, &size);
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0)
                r = set_list(&w, req->type, list, size);
        way_end(&w);
        return answer(&res->error, r);
}

/* ret: AclSizeMax bytes. */
static int get_list(const Way *w, uint32_t type, void *ret, size_t *ret_size) {
        const VfsTarget t = {.path = w->path, .follow = true};
        struct stat st;
        int r = look(w, type, &st);

        if (r < 0)
                return r;
        r = vfs_getxattr(&w->session->client, &t, name_of(type), ret, kl_VfsAcl_AclSizeMax, ret_size);
        if (r != -ENODATA && r != -EOPNOTSUPP)
                return r;
        *ret_size = type == kl_VfsAcl_AclAccess ? ACLFORM_SIZE_MINIMAL : 0;
        if (*ret_size > 0)
                aclform_of_mode(st.st_mode, ret);
        return 0;
}

METHOD(VfsAcl, AclGetFile) {
        size_t room = kl_VfsAcl_AclSizeMax, size = 0;
        void *list = answer_room(res_arena, &res->acl, &room);
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0)
                r = list && room == kl_VfsAcl_AclSizeMax ? get_list(&w, req->type, list, &size) : -ENOMEM;
        if (list)
                answer_cut(res_arena, &res->acl, r == 0 ? size : 0);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsAcl, AclDeleteDefFile) {
        struct stat st;
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);
        const VfsTarget t = {.path = w.path, .follow = true};

        if (r == 0)
                r = look(&w, kl_VfsAcl_AclDefault, &st);
        if (r == 0)
                r = vfs_removexattr(&w.session->client, &t, name_of(kl_VfsAcl_AclDefault));
        way_end(&w);
        return answer(&res->error, r);
}

const struct kl_VfsAcl_ops serve_acl_ops = {
        .AclSetFile = AclSetFile_method,
        .AclGetFile = AclGetFile_method,
        .AclDeleteDefFile = AclDeleteDefFile_method,
};
