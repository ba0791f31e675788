/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `name`: what paths lead to.
 */
#include <fcntl.h>

#include "serve.h"
#include "wire.h"

/* Flags other than these are refused. */
static int check_flags(uint32_t flags, int known) {
        return flags & ~(uint32_t)known ? -EINVAL : 0;
}

static bool follows(uint32_t flags) {
        return !(flags & AT_SYMLINK_NOFOLLOW);
}

/* Does the call mean the directory itself? *ret: an open file, or NULL for the working directory. */
static bool is_dir_itself(const Way *w, uint32_t flags) {
        return (flags & AT_EMPTY_PATH) && w->path[0] == '\0';
}

METHOD(VfsName, Stat) {
        struct stat st;
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = check_flags(req->flags, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT);
        if (r == 0 && is_dir_itself(&w, req->flags))
                r = w.dir.file ? vfs_fstat(w.dir.file, &st)
                               : vfs_stat(&w.session->client, NULL, ".", true, &st);
        else if (r == 0)
                r = vfs_stat(&w.session->client, w.dir.file, w.path, follows(req->flags), &st);
        if (r == 0)
                wire_stat(&st, &res->stat);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, StatVfs) {
        struct statvfs st;
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0)
                r = vfs_statvfs(&w.session->client, w.path, &st);
        if (r == 0)
                wire_statvfs(&st, &res->stat);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, Access) {
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = check_flags(req->flags, AT_EACCESS);
        if (r == 0)
                r = vfs_access(&w.session->client, w.dir.file, w.path, (int)(req->mode & INT32_MAX));
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, ChMod) {
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = check_flags(req->flags, AT_SYMLINK_NOFOLLOW);
        if (r == 0)
                r = vfs_chmod(&w.session->client, w.dir.file, w.path, follows(req->flags), (mode_t)req->mode);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, ChOwn) {
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = check_flags(req->flags, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
        if (r == 0 && is_dir_itself(&w, req->flags) && w.dir.file)
                r = vfs_fchown(w.dir.file, req->uid, req->gid);
        else if (r == 0)
                r = vfs_chown(&w.session->client, w.dir.file, is_dir_itself(&w, req->flags) ? "." : w.path,
                        follows(req->flags), req->uid, req->gid);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, Utimens) {
        const struct timespec times[2] = {wire_time(&req->atime), wire_time(&req->mtime)};
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = check_flags(req->flags, AT_SYMLINK_NOFOLLOW);
        if (r == 0)
                r = vfs_utimens(&w.session->client, w.dir.file, w.path, follows(req->flags), times);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, Truncate) {
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0)
                r = vfs_truncate(&w.session->client, w.path, req->size);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, ReadLink) {
        size_t size = kl_VfsTypes_PathMax, length = 0;
        char *target = answer_room(res_arena, &res->target, &size);
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = target ? vfs_readlink(&w.session->client, w.dir.file, w.path, target, size - 1, &length)
                           : -ENOMEM;
        if (r == 0)
                target[length] = '\0';
        if (target)
                answer_cut(res_arena, &res->target, r == 0 ? length + 1 : 0);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, MkDir) {
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = vfs_mkdir(&w.session->client, w.dir.file, w.path, (mode_t)req->mode);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, RmDir) {
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0)
                r = vfs_rmdir(&w.session->client, NULL, w.path);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, SymLink) {
        const char *target;
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = text_of(req_arena, &req->target, &target);
        if (r == 0)
                r = vfs_symlink(&w.session->client, target, w.dir.file, w.path);
        way_end(&w);
        return answer(&res->error, r);
}

/* The second path of a call, and where it begins. Give back with opened_end() in any case. */
static int second_way(const Way *first, const nk_handle_desc_t *dir, const struct nk_arena *arena,
        const nk_ptr_t *path, Opened *ret_dir, const char **ret_path) {
        int r = opened_dir(dir, ret_dir);

        if (r == 0 && ret_dir->slot && ret_dir->slot->session != first->session)
                r = -EBADF;
        return r < 0 ? r : text_of(arena, path, ret_path);
}

METHOD(VfsName, Link) {
        const char *path = "";
        Opened dir;
        Way w;
        int r = way_begin(&req->client, &req->old_dir, req_arena, &req->old, &w);
        int other = second_way(&w, &req->new_dir, req_arena, &req->path, &dir, &path);

        r = r < 0 ? r : other;
        if (r == 0)
                r = check_flags(req->flags, AT_SYMLINK_FOLLOW);
        if (r == 0)
                r = vfs_link(&w.session->client, w.dir.file, w.path, dir.file, path,
                        (req->flags & AT_SYMLINK_FOLLOW) != 0);
        opened_end(&dir);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, Unlink) {
        Way w;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);

        if (r == 0)
                r = check_flags(req->flags, AT_REMOVEDIR);
        if (r == 0 && (req->flags & AT_REMOVEDIR))
                r = vfs_rmdir(&w.session->client, w.dir.file, w.path);
        else if (r == 0)
                r = vfs_unlink(&w.session->client, w.dir.file, w.path);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsName, Rename) {
        const char *path = "";
        Opened dir;
        Way w;
        int r = way_begin(&req->client, &req->old_dir, req_arena, &req->old, &w);
        int other = second_way(&w, &req->new_dir, req_arena, &req->path, &dir, &path);

        r = r < 0 ? r : other;
        if (r == 0)
                r = vfs_rename(&w.session->client, w.dir.file, w.path, dir.file, path, req->flags);
        opened_end(&dir);
        way_end(&w);
        return answer(&res->error, r);
}

const struct kl_VfsName_ops serve_name_ops = {
        .Stat = Stat_method,
        .StatVfs = StatVfs_method,
        .Access = Access_method,
        .ChMod = ChMod_method,
        .ChOwn = ChOwn_method,
        .Utimens = Utimens_method,
        .Truncate = Truncate_method,
        .ReadLink = ReadLink_method,
        .MkDir = MkDir_method,
        .RmDir = RmDir_method,
        .SymLink = SymLink_method,
        .Link = Link_method,
        .Unlink = Unlink_method,
        .Rename = Rename_method,
};
