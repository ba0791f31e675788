/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `xattr`: extended attributes of paths and of open files.
 */
#include "serve.h"

/* Whose attributes they are: a path's, or an open file's. */
typedef struct Subject {
        Way way; /* of an open file: only `dir`, which it is */
        VfsClient *client;
        VfsTarget target;
} Subject;

/* Both: -EBADF and others; subject_end() in any case. */
static int subject_of_path(const nk_handle_desc_t *client, const struct nk_arena *arena, const nk_ptr_t *path,
        uint32_t nofollow, Subject *ret) {
        int r = way_begin(client, NULL, arena, path, &ret->way);

        if (r < 0)
                return r;
        ret->client = &ret->way.session->client;
        ret->target = (VfsTarget){.path = ret->way.path, .follow = nofollow == 0};
        return 0;
}

static int subject_of_file(const nk_handle_desc_t *file, Subject *ret) {
        int r;

        ret->way = (Way){.session = NULL};
        r = opened_file(file, -EOPNOTSUPP, &ret->way.dir);
        if (r < 0)
                return r;
        ret->client = &ret->way.dir.slot->session->client;
        ret->target = (VfsTarget){.file = ret->way.dir.file};
        return 0;
}

static nk_err_t subject_end(Subject *s, nk_sint32_t *error, int r) {
        way_end(&s->way);
        return answer(error, r);
}

/* --- what is done with them --- */

/* Lists of access rights are checked before they get there: that is another endpoint's business, which a
 * policy may deny. */
static int name_of(const struct nk_arena *arena, const nk_ptr_t *ptr, const char **ret) {
        int r = text_of(arena, ptr, ret);

        if (r < 0)
                return r;
        if ((*ret)[0] == '\0')
                return -ERANGE;
        return strncmp(*ret, "system.", 7) == 0 ? -EOPNOTSUPP : 0;
}

static int set_value(const Subject *s, const struct nk_arena *arena, const nk_ptr_t *name_ptr,
        const nk_ptr_t *value, uint32_t flags) {
        nk_uint32_t size = 0;
        const void *data = nk_arena_get(const nk_uint8_t, arena, value, &size);
        const char *name;
        int r = name_of(arena, name_ptr, &name);

        return r < 0 ? r : vfs_setxattr(s->client, &s->target, name, data, size, (int)(flags & INT32_MAX));
}

static int get_value(const Subject *s, const struct nk_arena *arena, const nk_ptr_t *name_ptr,
        struct nk_arena *res_arena, nk_ptr_t *ret) {
        size_t size = kl_VfsXattr_XattrSizeMax, length = 0;
        void *room = answer_room(res_arena, ret, &size);
        const char *name;
        int r = room ? name_of(arena, name_ptr, &name) : -ENOMEM;

        if (r == 0)
                r = vfs_getxattr(s->client, &s->target, name, room, size, &length);
        if (room)
                answer_cut(res_arena, ret, r == 0 ? length : 0);
        return r;
}

static int list_names(const Subject *s, struct nk_arena *res_arena, nk_ptr_t *ret) {
        size_t size = kl_VfsXattr_XattrSizeMax, length = 0;
        void *room = answer_room(res_arena, ret, &size);
        int r = room ? vfs_listxattr(s->client, &s->target, room, size, &length) : -ENOMEM;

        if (room)
                answer_cut(res_arena, ret, r == 0 ? length : 0);
        return r;
}

static int remove_value(const Subject *s, const struct nk_arena *arena, const nk_ptr_t *name_ptr) {
        const char *name;
        int r = name_of(arena, name_ptr, &name);

        return r < 0 ? r : vfs_removexattr(s->client, &s->target, name);
}

/* --- of a path --- */

METHOD(VfsXattr, SetXattr) {
        Subject s;
        int r = subject_of_path(&req->client, req_arena, &req->path, req->nofollow, &s);

        if (r == 0)
                r = set_value(&s, req_arena, &req->name, &req->value, req->flags);
        return subject_end(&s, &res->error, r);
}

METHOD(VfsXattr, GetXattr) {
        Subject s;
        int r = subject_of_path(&req->client, req_arena, &req->path, req->nofollow, &s);

        if (r == 0)
                r = get_value(&s, req_arena, &req->name, res_arena, &res->value);
        return subject_end(&s, &res->error, r);
}

METHOD(VfsXattr, ListXattr) {
        Subject s;
        int r = subject_of_path(&req->client, req_arena, &req->path, req->nofollow, &s);

        if (r == 0)
                r = list_names(&s, res_arena, &res->names);
        return subject_end(&s, &res->error, r);
}

METHOD(VfsXattr, RemoveXattr) {
        Subject s;
        int r = subject_of_path(&req->client, req_arena, &req->path, req->nofollow, &s);

        if (r == 0)
                r = remove_value(&s, req_arena, &req->name);
        return subject_end(&s, &res->error, r);
}

/* --- of an open file --- */

METHOD(VfsXattr, FSetXattr) {
        Subject s;
        int r = subject_of_file(&req->file, &s);

        if (r == 0)
                r = set_value(&s, req_arena, &req->name, &req->value, req->flags);
        return subject_end(&s, &res->error, r);
}

METHOD(VfsXattr, FGetXattr) {
        Subject s;
        int r = subject_of_file(&req->file, &s);

        if (r == 0)
                r = get_value(&s, req_arena, &req->name, res_arena, &res->value);
        return subject_end(&s, &res->error, r);
}

METHOD(VfsXattr, FListXattr) {
        Subject s;
        int r = subject_of_file(&req->file, &s);

        if (r == 0)
                r = list_names(&s, res_arena, &res->names);
        return subject_end(&s, &res->error, r);
}

METHOD(VfsXattr, FRemoveXattr) {
        Subject s;
        int r = subject_of_file(&req->file, &s);

        if (r == 0)
                r = remove_value(&s, req_arena, &req->name);
        return subject_end(&s, &res->error, r);
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
