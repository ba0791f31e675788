/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `xattr`: extended attributes of paths and of open files.
 */
#include "serve.h"

/* Lists of access rights are checked before they get there: that is another endpoint's business, which a
 * policy may deny. */
static int check_name(const char *name) {
        if (name[0] == '\0')
                return -ERANGE;
        return strncmp(name, "system.", 7) == 0 ? -EOPNOTSUPP : 0;
}

static VfsTarget target_of_way(const Way *w, uint32_t nofollow) {
        return (VfsTarget){.path = w->path, .follow = nofollow == 0};
}

static int get_value(
        VfsClient *c, const VfsTarget *t, const char *name, struct nk_arena *arena, nk_ptr_t *ret) {
        size_t size = kl_VfsXattr_XattrSizeMax, length = 0;
        void *room = answer_room(arena, ret, &size);
        int r = room ? check_name(name) : -ENOMEM;

        if (r == 0)
                r = vfs_getxattr(c, t, name, room, size, &length);
        if (room)
                answer_cut(arena, ret, r == 0 ? length : 0);
        return r;
}

static int list_names(VfsClient *c, const VfsTarget *t, struct nk_arena *arena, nk_ptr_t *ret) {
        size_t size = kl_VfsXattr_XattrSizeMax, length = 0;
        void *room = answer_room(arena, ret, &size);
        int r = room ? vfs_listxattr(c, t, room, size, &length) : -ENOMEM;

        if (room)
                answer_cut(arena, ret, r == 0 ? length : 0);
        return r;
}

static int set_value(VfsClient *c, const VfsTarget *t, const char *name, const struct nk_arena *arena,
        const nk_ptr_t *value, uint32_t flags) {
        nk_uint32_t size = 0;
        const void *data = nk_arena_get(const nk_uint8_t, arena, value, &size);
        int r = check_name(name);

        return r < 0 ? r : vfs_setxattr(c, t, name, data, size, (int)(flags & INT32_MAX));
}

/* --- of a path --- */

METHOD(VfsXattr, SetXattr) {
        const char *name = "";
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);
        const VfsTarget t = target_of_way(&w, req->nofollow);

        if (r == 0)
                r = text_of(req_arena, &req->name, &name);
        if (r == 0)
                r = set_value(&w.session->client, &t, name, req_arena, &req->value, req->flags);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsXattr, GetXattr) {
        const char *name = "";
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);
        const VfsTarget t = target_of_way(&w, req->nofollow);

        if (r == 0)
                r = text_of(req_arena, &req->name, &name);
        if (r == 0)
                r = get_value(&w.session->client, &t, name, res_arena, &res->value);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsXattr, ListXattr) {
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);
        const VfsTarget t = target_of_way(&w, req->nofollow);

        if (r == 0)
                r = list_names(&w.session->client, &t, res_arena, &res->names);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsXattr, RemoveXattr) {
        const char *name = "";
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);
        const VfsTarget t = target_of_way(&w, req->nofollow);

        if (r == 0)
                r = text_of(req_arena, &req->name, &name);
        if (r == 0)
                r = check_name(name);
        if (r == 0)
                r = vfs_removexattr(&w.session->client, &t, name);
        way_end(&w);
        return answer(&res->error, r);
}

/* --- of an open file --- */

METHOD(VfsXattr, FSetXattr) {
        const char *name = "";
        Opened o;
        int r = opened_file(&req->file, -EOPNOTSUPP, &o);
        const VfsTarget t = {.file = o.file};

        if (r == 0)
                r = text_of(req_arena, &req->name, &name);
        if (r == 0)
                r = set_value(&o.slot->session->client, &t, name, req_arena, &req->value, req->flags);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsXattr, FGetXattr) {
        const char *name = "";
        Opened o;
        int r = opened_file(&req->file, -EOPNOTSUPP, &o);
        const VfsTarget t = {.file = o.file};

        if (r == 0)
                r = text_of(req_arena, &req->name, &name);
        if (r == 0)
                r = get_value(&o.slot->session->client, &t, name, res_arena, &res->value);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsXattr, FListXattr) {
        Opened o;
        int r = opened_file(&req->file, -EOPNOTSUPP, &o);
        const VfsTarget t = {.file = o.file};

        if (r == 0)
                r = list_names(&o.slot->session->client, &t, res_arena, &res->names);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsXattr, FRemoveXattr) {
        const char *name = "";
        Opened o;
        int r = opened_file(&req->file, -EOPNOTSUPP, &o);
        const VfsTarget t = {.file = o.file};

        if (r == 0)
                r = text_of(req_arena, &req->name, &name);
        if (r == 0)
                r = check_name(name);
        if (r == 0)
                r = vfs_removexattr(&o.slot->session->client, &t, name);
        opened_end(&o);
        return answer(&res->error, r);
}

const struct kl_VfsXattr_ops serve_xattr_ops = {
        .SetXattr = SetXattr_method,
        .GetXattr = GetXattr_method,
        .ListXattr = ListXattr_method,
        .RemoveXattr = RemoveXattr_method,
        .FSetXattr = FSetXattr_method,
        .FGetXattr = FGetXattr_method,
        .FListXattr = FListXattr_method,
        .FRemoveXattr = FRemoveXattr_method,
};
