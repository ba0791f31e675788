/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `session`: coming, spare files, and where a client is.
 */
#include <string.h>

#include "crew.h"
#include "serve.h"

METHOD(VfsSession, Connect) {
        uint64_t number;
        int r = session_new(crew_peer(), &number, &res->client);

        if (r == 0) {
                serve_promise(number);
                res->open_max = PEER_FILES_MAX;
        } else {
                res->client = nk_handle_desc(INVALID_HANDLE);
        }
        return answer(&res->error, r);
}

METHOD(VfsSession, NewFiles) {
        uint64_t numbers[kl_VfsSession_NewFilesMax];
        Session *s = session_get(&req->client);
        uint32_t n = 0;
        int r = s ? 0 : -EBADF;

        if (r == 0 && (req->count == 0 || req->count > kl_VfsSession_NewFilesMax))
                r = -EINVAL;
        if (r == 0)
                r = session_new_files(s, req->count, numbers, res->files, &n);
        for (uint32_t i = 0; i < n; i++)
                serve_promise(numbers[i]);
        for (uint32_t i = n; i < kl_VfsSession_NewFilesMax; i++)
                res->files[i] = nk_handle_desc(INVALID_HANDLE);
        session_put(s);
        return answer(&res->error, r);
}

METHOD(VfsSession, Fork) {
        Session *s = session_get(&req->client);
        uint64_t number;
        int r = s ? session_fork(s, &number, &res->child) : -EBADF;

        if (r == 0)
                serve_promise(number);
        else
                res->child = nk_handle_desc(INVALID_HANDLE);
        session_put(s);
        return answer(&res->error, r);
}

/* All of them, or none. */
static int copy_files(Session *child, FileSlot *const *files, uint32_t count, nk_handle_desc_t *ret_copies) {
        uint64_t numbers[kl_VfsSession_CopyFilesMax];
        uint32_t n = 0;
        int r = 0;

        for (uint32_t i = 0; i < count && r == 0; i++) {
                r = files[i] ? session_copy_file(child, files[i], &numbers[n], &ret_copies[i]) : -EBADF;
                n += r == 0;
                r = r == -EBADF ? 0 : r; /* there is none to copy */
        }
        for (uint32_t i = 0; i < n; i++) {
                if (r == 0)
                        serve_promise(numbers[i]);
                else
                        session_forget(numbers[i]);
        }
        return r;
}

METHOD(VfsSession, CopyFiles) {
        FileSlot *files[kl_VfsSession_CopyFilesMax];
        Session *child = session_get(&req->child);
        int r = child ? 0 : -EBADF;

        for (uint32_t i = 0; i < kl_VfsSession_CopyFilesMax; i++) {
                files[i] = slot_get(&req->files[i]);
                res->copies[i] = nk_handle_desc(INVALID_HANDLE);
        }
        if (r == 0 && (req->count == 0 || req->count > kl_VfsSession_CopyFilesMax))
                r = -EINVAL;
        if (r == 0)
                r = copy_files(child, files, req->count, res->copies);
        for (uint32_t i = 0; i < kl_VfsSession_CopyFilesMax; i++) {
                slot_put(files[i]);
                if (r < 0)
                        res->copies[i] = nk_handle_desc(INVALID_HANDLE);
        }
        session_put(child);
        return answer(&res->error, r);
}

METHOD(VfsSession, End) {
        Session *s = session_get(&req->client);

        if (s)
                session_forget(s->number);
        session_put(s);
        return answer(&res->error, s ? 0 : -EBADF);
}

METHOD(VfsSession, ChDir) {
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0)
                r = vfs_chdir(&w.session->client, w.path);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsSession, FChDir) {
        Session *s = session_get(&req->client);
        Opened dir;
        int r = opened_file(&req->dir, -ENOTDIR, &dir);

        if (r == 0 && (!s || dir.slot->session != s))
                r = -EBADF;
        if (r == 0)
                r = vfs_fchdir(&s->client, dir.file);
        opened_end(&dir);
        session_put(s);
        return answer(&res->error, r);
}

METHOD(VfsSession, ChRoot) {
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->path, &w);

        if (r == 0)
                r = vfs_chroot(&w.session->client, w.path);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsSession, GetCwd) {
        Session *s = session_get(&req->client);
        size_t size = kl_VfsTypes_PathMax;
        char *path = answer_room(res_arena, &res->path, &size);
        int r = s ? 0 : -EBADF;

        if (r == 0)
                r = path ? vfs_getcwd(&s->client, path, size) : -ENOMEM;
        if (path)
                answer_cut(res_arena, &res->path, r == 0 ? strlen(path) + 1 : 0);
        session_put(s);
        return answer(&res->error, r);
}

METHOD(VfsSession, Umask) {
        Session *s = session_get(&req->client);

        if (s)
                res->old = vfs_umask(&s->client, (mode_t)req->mask);
        session_put(s);
        return answer(&res->error, s ? 0 : -EBADF);
}

const struct kl_VfsSession_ops serve_session_ops = {
        .Connect = Connect_method,
        .NewFiles = NewFiles_method,
        .Fork = Fork_method,
        .CopyFiles = CopyFiles_method,
        .End = End_method,
        .ChDir = ChDir_method,
        .FChDir = FChDir_method,
        .ChRoot = ChRoot_method,
        .GetCwd = GetCwd_method,
        .Umask = Umask_method,
};
