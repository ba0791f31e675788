/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `file`: open files. What is read goes straight into the answer's arena, what is written comes
 * straight out of the request's.
 */
#include <fcntl.h>

#include "crew.h"
#include "pipe.h"
#include "serve.h"
#include "stdstream.h"
#include "wire.h"

/* --- opening and closing --- */

/* A spare slot of that client, reserved. Give back with slot_put(). */
static int reserve(const Session *s, const nk_handle_desc_t *handle, FileSlot **ret) {
        *ret = slot_get(handle);
        if (!s || !*ret || (*ret)->session != s)
                return -EBADF;
        return slot_reserve(*ret);
}

/* *ret_file may be NULL. */
static int open_way(const Way *w, uint32_t flags, uint32_t mode, VfsFile **ret_file, nk_uint32_t *ret_type) {
        int r;

        if (flags > INT32_MAX)
                return -EINVAL;
        r = vfs_open(&w->session->client, w->dir.file, w->path, (int)flags, (mode_t)mode, ret_file);
        if (r == 0)
                *ret_type = vfs_get_type(*ret_file);
        return r;
}

METHOD(VfsFile, Open) {
        Way w;
        VfsFile *file = NULL;
        FileSlot *slot;
        int r = way_begin(&req->client, &req->dir, req_arena, &req->path, &w);
        int reserved = reserve(w.session, &req->file, &slot);

        if (r == 0)
                r = reserved;
        if (r == 0)
                r = open_way(&w, req->flags, req->mode, &file, &res->type);
        if (reserved == 0)
                slot_fill(slot, r == 0 ? file : NULL, NULL);
        slot_put(slot);
        way_end(&w);
        return answer(&res->error, r);
}

METHOD(VfsFile, Close) {
        FileSlot *slot = slot_get(&req->file);
        int r = slot ? slot_close(slot) : -EBADF;

        slot_put(slot);
        return answer(&res->error, r);
}

METHOD(VfsFile, Pipe) {
        Session *s = session_get(&req->client);
        FileSlot *reader, *writer;
        Stream *in = NULL, *out = NULL;
        int reader_reserved = reserve(s, &req->reader, &reader);
        int writer_reserved = reserve(s, &req->writer, &writer);
        int r = reader_reserved < 0 ? reader_reserved : writer_reserved;

        if (r == 0)
                r = req->flags & ~(uint32_t)O_NONBLOCK
                            ? -EINVAL
                            : pipe_new(peer_bell(s->peer), (int)req->flags, &in, &out);
        if (reader_reserved == 0)
                slot_fill(reader, NULL, in);
        if (writer_reserved == 0)
                slot_fill(writer, NULL, out);
        slot_put(reader);
        slot_put(writer);
        session_put(s);
        return answer(&res->error, r);
}

static int get_standard(const nk_handle_desc_t *client, const nk_handle_desc_t *file, unsigned number) {
        Session *s = session_get(client);
        Stream *stream = NULL;
        FileSlot *slot;
        int r = reserve(s, file, &slot);

        if (r == 0) {
                r = stdstream_new(number, crew_peer(), &stream);
                slot_fill(slot, NULL, stream);
        }
        slot_put(slot);
        session_put(s);
        return r;
}

METHOD(VfsFile, GetStdin) {
        return answer(&res->error, get_standard(&req->client, &req->file, 0));
}

METHOD(VfsFile, GetStdout) {
        return answer(&res->error, get_standard(&req->client, &req->file, 1));
}

METHOD(VfsFile, GetStderr) {
        return answer(&res->error, get_standard(&req->client, &req->file, 2));
}

/* --- reading and writing --- */

static int read_stream(Stream *s, void *buffer, size_t size, size_t *ret_got, nk_uint32_t *ret_nodata) {
        int r = s->ops->read ? s->ops->read(s, buffer, size, ret_got) : -EBADF;

        if (r != -EAGAIN)
                return r;
        *ret_nodata = 1;
        return 0;
}

METHOD(VfsFile, Read) {
        size_t size = req->size < kl_VfsTypes_DataMax ? req->size : kl_VfsTypes_DataMax, got = 0;
        void *buffer = answer_room(res_arena, &res->data, &size);
        Opened o;
        int r = opened_begin(&req->file, &o);

        if (r == 0 && !buffer)
                r = -ENOMEM;
        if (r == 0)
                r = o.stream ? read_stream(o.stream, buffer, size, &got, &res->nodata)
                             : vfs_read(o.file, buffer, size, &got);
        if (buffer)
                answer_cut(res_arena, &res->data, r == 0 ? got : 0);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsFile, PRead) {
        size_t size = req->size < kl_VfsTypes_DataMax ? req->size : kl_VfsTypes_DataMax, got = 0;
        void *buffer = answer_room(res_arena, &res->data, &size);
        Opened o;
        int r = opened_file(&req->file, -ESPIPE, &o);

        if (r == 0 && !buffer)
                r = -ENOMEM;
        if (r == 0)
                r = vfs_pread(o.file, buffer, size, req->offset, &got);
        if (buffer)
                answer_cut(res_arena, &res->data, r == 0 ? got : 0);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsFile, Write) {
        nk_uint32_t size = 0;
        const void *data = nk_arena_get(const nk_uint8_t, req_arena, &req->data, &size);
        size_t put = 0;
        Opened o;
        int r = opened_begin(&req->file, &o);

        if (r == 0)
                r = opened_write(&o, data, size, &put);
        res->written = (nk_uint32_t)put;
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsFile, PWrite) {
        nk_uint32_t size = 0;
        const void *data = nk_arena_get(const nk_uint8_t, req_arena, &req->data, &size);
        size_t put = 0;
        Opened o;
        int r = opened_file(&req->file, -ESPIPE, &o);

        if (r == 0)
                r = vfs_pwrite(o.file, data, size, req->offset, &put);
        res->written = (nk_uint32_t)put;
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsFile, LSeek) {
        off_t at = 0;
        Opened o;
        int r = opened_file(&req->file, -ESPIPE, &o);

        if (r == 0)
                r = req->whence > INT32_MAX ? -EINVAL : vfs_lseek(o.file, req->offset, (int)req->whence, &at);
        res->at = at;
        opened_end(&o);
        return answer(&res->error, r);
}

/* --- the file itself --- */

METHOD(VfsFile, FTruncate) {
        Opened o;
        int r = opened_file(&req->file, -EINVAL, &o);

        if (r == 0)
                r = vfs_ftruncate(o.file, req->size);
        opened_end(&o);
        return answer(&res->error, r);
}

static int sync_file(const nk_handle_desc_t *file, bool only_data) {
        Opened o;
        int r = opened_file(file, -EINVAL, &o);

        if (r == 0)
                r = vfs_fsync(o.file, only_data);
        opened_end(&o);
        return r;
}

METHOD(VfsFile, FSync) {
        return answer(&res->error, sync_file(&req->file, false));
}

METHOD(VfsFile, FDataSync) {
        return answer(&res->error, sync_file(&req->file, true));
}

METHOD(VfsFile, FStat) {
        struct stat st;
        Opened o;
        int r = opened_begin(&req->file, &o);

        if (r == 0 && o.stream)
                o.stream->ops->stat(o.stream, &st);
        else if (r == 0)
                r = vfs_fstat(o.file, &st);
        if (r == 0)
                wire_stat(&st, &res->stat);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsFile, FStatVfs) {
        struct statvfs st;
        Opened o;
        int r = opened_file(&req->file, -ENOSYS, &o);

        if (r == 0)
                r = vfs_fstatvfs(o.file, &st);
        if (r == 0)
                wire_statvfs(&st, &res->stat);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsFile, FChMod) {
        Opened o;
        int r = opened_file(&req->file, -EINVAL, &o);

        if (r == 0)
                r = vfs_fchmod(o.file, (mode_t)req->mode);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsFile, FChOwn) {
        Opened o;
        int r = opened_file(&req->file, -EINVAL, &o);

        if (r == 0)
                r = vfs_fchown(o.file, (uid_t)req->uid, (gid_t)req->gid);
        opened_end(&o);
        return answer(&res->error, r);
}

METHOD(VfsFile, FUtimens) {
        const struct timespec times[2] = {wire_time(&req->atime), wire_time(&req->mtime)};
        Opened o;
        int r = opened_file(&req->file, -EINVAL, &o);

        if (r == 0)
                r = vfs_futimens(o.file, times);
        opened_end(&o);
        return answer(&res->error, r);
}

/* --- control --- */

static int control_stream(Stream *s, uint32_t command, int64_t argument, nk_sint64_t *ret) {
        int flags = atomic_load(&s->flags);

        if (command == F_GETFL) {
                *ret = flags;
                return 0;
        }
        if (command != F_SETFL)
                return -EINVAL;
        atomic_store(&s->flags, (flags & O_ACCMODE) | ((int)argument & (O_APPEND | O_NONBLOCK)));
        return 0;
}

static int control_file(VfsFile *f, uint32_t command, int64_t argument, nk_sint64_t *ret) {
        if (command == F_GETFL) {
                *ret = vfs_get_flags(f);
                return 0;
        }
        return command == F_SETFL ? vfs_set_flags(f, (int)argument) : -EINVAL;
}

METHOD(VfsFile, Fcntl) {
        nk_sint64_t result = 0;
        Opened o;
        int r = opened_begin(&req->file, &o);

        if (r == 0)
                r = o.stream ? control_stream(o.stream, req->command, req->argument, &result)
                             : control_file(o.file, req->command, req->argument, &result);
        res->result = result;
        opened_end(&o);
        return answer(&res->error, r);
}

/* No file system here has requests of its own. */
METHOD(VfsFile, Ioctl) {
        Opened o;
        int r = opened_begin(&req->file, &o);

        opened_end(&o);
        return answer(&res->error, r < 0 ? r : -ENOTTY);
}

const struct kl_VfsFile_ops serve_file_ops = {
        .Open = Open_method,
        .Close = Close_method,
        .Pipe = Pipe_method,
        .GetStdin = GetStdin_method,
        .GetStdout = GetStdout_method,
        .GetStderr = GetStderr_method,
        .Read = Read_method,
        .PRead = PRead_method,
        .Write = Write_method,
        .PWrite = PWrite_method,
        .SendFile = serve_sendfile,
        .LSeek = LSeek_method,
        .FTruncate = FTruncate_method,
        .FSync = FSync_method,
        .FDataSync = FDataSync_method,
        .FStat = FStat_method,
        .FStatVfs = FStatVfs_method,
        .FChMod = FChMod_method,
        .FChOwn = FChOwn_method,
        .FUtimens = FUtimens_method,
        .GetDents = serve_getdents,
        .Fcntl = Fcntl_method,
        .Lock = serve_lock,
        .FLock = serve_flock,
        .Ioctl = Ioctl_method,
        .Poll = serve_poll,
};
