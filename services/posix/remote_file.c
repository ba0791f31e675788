/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: open files. See remote.h.
 */
#include "remote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "remote_convert.h"

/* One call of a method with a file: the request's other fields, arenas, and the outcome as 0 or -1. */
#define ON_FILE(method, in, out, ...)                                                                        \
        Remote *r = remote_of(self);                                                                         \
        struct kl_VfsFile_##method##_req req = {.file = nk_handle_desc(fd), __VA_ARGS__};                    \
        struct kl_VfsFile_##method##_res res;                                                                \
        nk_err_t err = kl_VfsFile_##method(&r->files.base, &req, in, &res, out);                             \
        int outcome = remote_settle(r, err, err == NK_EOK ? res.error : 0, error) ? 0 : -1

/* --- opening --- */

static bool open_spare(
        Remote *r, Handle file, Handle dir, const char *path, int flags, mode_t mode, int *error) {
        struct kl_VfsFile_Open_req req = {.dir = nk_handle_desc(dir),
                .file = nk_handle_desc(file),
                .flags = (nk_uint32_t)flags,
                .mode = mode};
        struct kl_VfsFile_Open_res res;
        struct nk_arena arena = remote_text(path, &req.path);
        Handle client;
        nk_err_t err;

        client = remote_client(r, error);
        if (client == INVALID_HANDLE)
                return false;
        req.client = nk_handle_desc(client);
        err = kl_VfsFile_Open(&r->files.base, &req, &arena, &res, NULL);
        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return false;
        closings_note_open(r, file, res.type, flags);
        return true;
}

static Handle remote_openat(
        struct vfs *self, Handle dir, const char *path, int flags, mode_t mode, int *error) {
        Remote *r = remote_of(self);
        Handle file = remote_take_spare(r, error);

        if (file == INVALID_HANDLE || open_spare(r, file, dir, path, flags, mode, error))
                return file;
        remote_put_spare(r, file);
        return INVALID_HANDLE;
}

static Handle remote_open(struct vfs *self, const char *path, int flags, mode_t mode, int *error) {
        return remote_openat(self, INVALID_HANDLE, path, flags, mode, error);
}

static int close_and_wait(struct vfs *self, Handle fd, int *error) {
        ON_FILE(Close, NULL, NULL, NOTHING_ELSE);

        if (err == NK_EOK)
                remote_put_spare(r, fd);
        else
                remote_drop_stale(r, fd);
        return outcome;
}

static int remote_close(struct vfs *self, Handle fd, int *error) {
        return closings_post(remote_of(self), fd) ? 0 : close_and_wait(self, fd, error);
}

/* --- contents --- */

static nk_uint32_t part(size_t count) {
        return count > kl_VfsTypes_DataMax ? kl_VfsTypes_DataMax : (nk_uint32_t)count;
}

/* Data is received in the caller's memory; another server might put it elsewhere there. */
static ssize_t take_data(const struct nk_arena *arena, const nk_ptr_t *data) {
        nk_uint32_t n = 0;
        const nk_uint8_t *bytes = nk_arena_get(nk_uint8_t, arena, data, &n);

        if (n > 0 && bytes != arena->start)
                memmove(arena->start, bytes, n);
        return (ssize_t)n;
}

static struct nk_arena memory_for(void *buffer, size_t size) {
        char *start = buffer;

        return (struct nk_arena)NK_ARENA_INITIALIZER(start, start + size);
}

static ssize_t remote_read(struct vfs *self, Handle fd, void *buf, size_t count, bool *nodata, int *error) {
        struct nk_arena arena = memory_for(buf, part(count));
        ON_FILE(Read, NULL, &arena, .size = part(count));

        if (outcome < 0)
                return -1;
        *nodata = res.nodata != 0;
        return take_data(&arena, &res.data);
}

static ssize_t remote_pread(struct vfs *self, Handle fd, void *buf, size_t count, off_t offset, int *error) {
        struct nk_arena arena = memory_for(buf, part(count));
        ON_FILE(PRead, NULL, &arena, .size = part(count), .offset = offset);

        return outcome < 0 ? -1 : take_data(&arena, &res.data);
}

/* Data is sent from the caller's memory. */
static struct nk_arena memory_of(const void *buf, size_t size) {
        char *start = (char *)(uintptr_t)buf;

        return (struct nk_arena){.start = start, .current = start + size, .end = start + size};
}

#define DATA_OF(count)                                                                                       \
        { .size = part(count) }

static ssize_t wrote(nk_uint32_t written, size_t count) {
        return (ssize_t)(written > part(count) ? part(count) : written);
}

static ssize_t remote_write(struct vfs *self, Handle fd, const void *buf, size_t count, int *error) {
        struct nk_arena arena = memory_of(buf, part(count));
        ON_FILE(Write, &arena, NULL, .data = DATA_OF(count));

        return outcome < 0 ? -1 : wrote(res.written, count);
}

static ssize_t remote_pwrite(
        struct vfs *self, Handle fd, const void *buf, size_t count, off_t offset, int *error) {
        struct nk_arena arena = memory_of(buf, part(count));
        ON_FILE(PWrite, &arena, NULL, .data = DATA_OF(count), .offset = offset);

        return outcome < 0 ? -1 : wrote(res.written, count);
}

static ssize_t remote_sendfile(
        struct vfs *self, Handle out, Handle in, off_t *offset, size_t count, int *error) {
        Remote *r = remote_of(self);
        struct kl_VfsFile_SendFile_req req = {.output = nk_handle_desc(out),
                .input = nk_handle_desc(in),
                .offset = offset ? *offset : -1,
                .count = part(count)};
        struct kl_VfsFile_SendFile_res res;
        nk_err_t err = kl_VfsFile_SendFile(&r->files.base, &req, NULL, &res, NULL);

        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return -1;
        if (offset)
                *offset += wrote(res.sent, count);
        return wrote(res.sent, count);
}

static off_t remote_lseek(struct vfs *self, Handle fd, off_t offset, int whence, int *error) {
        ON_FILE(LSeek, NULL, NULL, .offset = offset, .whence = (nk_uint32_t)whence);

        return outcome < 0 ? -1 : res.at;
}

static int remote_ftruncate(struct vfs *self, Handle fd, off_t length, int *error) {
        ON_FILE(FTruncate, NULL, NULL, .size = length);

        return outcome;
}

static int remote_fsync(struct vfs *self, Handle fd, int *error) {
        ON_FILE(FSync, NULL, NULL, NOTHING_ELSE);

        return outcome;
}

static int remote_fdatasync(struct vfs *self, Handle fd, int *error) {
        ON_FILE(FDataSync, NULL, NULL, NOTHING_ELSE);

        return outcome;
}

/* --- what it is --- */

static int remote_fstat(struct vfs *self, Handle fd, struct stat *st, int *error) {
        ON_FILE(FStat, NULL, NULL, NOTHING_ELSE);

        if (outcome == 0)
                remote_stat(st, &res.stat);
        return outcome;
}

static int remote_fstatvfs(struct vfs *self, Handle fd, struct statvfs *st, int *error) {
        ON_FILE(FStatVfs, NULL, NULL, NOTHING_ELSE);

        if (outcome == 0)
                remote_statvfs(st, &res.stat);
        return outcome;
}

static int remote_fchmod(struct vfs *self, Handle fd, mode_t mode, int *error) {
        ON_FILE(FChMod, NULL, NULL, .mode = mode);

        return outcome;
}

static int remote_fchown(struct vfs *self, Handle fd, uid_t uid, gid_t gid, int *error) {
        ON_FILE(FChOwn, NULL, NULL, .uid = uid, .gid = gid);

        return outcome;
}

static int remote_futimens(struct vfs *self, Handle fd, const struct timespec times[2], int *error) {
        ON_FILE(FUtimens, NULL, NULL, .atime = remote_time(times, 0), .mtime = remote_time(times, 1));

        return outcome;
}

static ssize_t remote_getdents(struct vfs *self, Handle fd, void *buf, size_t size, int *error) {
        nk_uint32_t room = size > kl_VfsFile_EntriesMax ? kl_VfsFile_EntriesMax : (nk_uint32_t)size;
        struct nk_arena arena = memory_for(buf, room);
        ssize_t n;
        ON_FILE(GetDents, NULL, &arena, .size = room);

        if (outcome < 0)
                return -1;
        n = take_data(&arena, &res.entries);
        if (!remote_entries_are_sound(buf, (size_t)n)) {
                *error = EIO; /* the C library believes them */
                return -1;
        }
        return n;
}

/* --- control --- */

static int flags_of(struct vfs *self, Handle fd, int command, uintptr_t arg, int *error) {
        ON_FILE(Fcntl, NULL, NULL, .command = (nk_uint32_t)command, .argument = (nk_sint64_t)arg);

        return outcome < 0 ? -1 : (int)res.result;
}

#define LOCK_PAUSE_NS 5000000L

/* Somebody has the lock, who may have ended; or so many wait that the VFS takes no more: then it is asked
 * again a little later. */
static int lock_refused(bool waits, int *error) {
        const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

        (void)remote_look_for_ended(*error);
        if (waits && *error == EAGAIN) {
                (void)nanosleep(&pause, NULL);
                *error = EINTR;
        }
        return -1;
}

/* Where a lock begins, counted from the file's start; -1: *error is set. */
static off_t lock_start(struct vfs *self, Handle fd, const struct flock *lock, int *error) {
        struct stat st;
        off_t from = 0;

        if (lock->l_whence == SEEK_CUR)
                from = remote_lseek(self, fd, 0, SEEK_CUR, error);
        else if (lock->l_whence == SEEK_END)
                from = remote_fstat(self, fd, &st, error) < 0 ? -1 : st.st_size;
        else if (lock->l_whence != SEEK_SET)
                *error = EINVAL;
        if (*error)
                return -1;
        if (__builtin_add_overflow(from, lock->l_start, &from) ||
                (lock->l_len < 0 && __builtin_add_overflow(from, lock->l_len, &from)))
                *error = EOVERFLOW;
        else if (from < 0)
                *error = EINVAL;
        return *error ? -1 : from;
}

static int lock_range(struct vfs *self, Handle fd, int command, struct flock *lock, int *error) {
        off_t start = lock_start(self, fd, lock, error);

        if (start < 0)
                return -1;
        /* A length below 0 has been added to the start, so it is above -start. */
        ON_FILE(Lock, NULL, NULL, .command = (nk_uint32_t)command, .type = (nk_uint32_t)lock->l_type,
                .start = start, .length = lock->l_len < 0 ? -lock->l_len : lock->l_len);
        if (outcome < 0)
                return lock_refused(command == F_SETLKW || command == F_OFD_SETLKW, error);
        if (command != F_GETLK && command != F_OFD_GETLK)
                return outcome;
        lock->l_type = (short)res.held_type;
        if (lock->l_type == F_UNLCK)
                return 0;
        *lock = (struct flock){.l_type = (short)res.held_type,
                .l_whence = SEEK_SET,
                .l_start = res.held_start,
                .l_len = res.held_length,
                .l_pid = res.held_by};
        return 0;
}

static int remote_fcntl(struct vfs *self, Handle fd, int cmd, uintptr_t arg, int *error) {
        if (cmd == F_GETFL || cmd == F_SETFL)
                return flags_of(self, fd, cmd, arg, error);
        closings_note_lock(remote_of(self), fd, cmd == F_SETLK || cmd == F_SETLKW);
        return lock_range(self, fd, cmd, (struct flock *)arg, error);
}

static int remote_flock(struct vfs *self, Handle fd, int operation, int *error) {
        closings_note_lock(remote_of(self), fd, false);
        ON_FILE(FLock, NULL, NULL, .operation = (nk_uint32_t)operation);

        return outcome < 0 ? lock_refused(!(operation & LOCK_NB), error) : outcome;
}

/* Requests whose argument tells its size; the others are older than that. */
static size_t ioctl_size(unsigned long request) {
        return request == FIONREAD ? sizeof(int) : _IOC_SIZE(request);
}

static int remote_ioctl(struct vfs *self, Handle fd, unsigned long request, void *argument, int *error) {
        char answer[kl_VfsFile_IoctlMax];
        size_t size = ioctl_size(request);
        struct nk_arena in, out = memory_for(answer, sizeof answer);
        ssize_t n;

        if (size > sizeof answer || (size > 0 && !argument)) {
                *error = size > sizeof answer ? ENOTTY : EFAULT;
                return -1;
        }
        in = memory_of(argument, size);
        ON_FILE(Ioctl, size ? &in : NULL, &out, .request = request, .argument = {.size = (nk_uint32_t)size});
        if (outcome < 0)
                return -1;
        n = take_data(&out, &res.answer);
        if (n > 0 && (size_t)n <= size)
                memcpy(argument, answer, (size_t)n);
        return res.result;
}

/* The VFS ends long waits by itself; who waits for ever asks again. */
static int remote_poll(struct vfs *self, Handle fd, int events, int timeout_ms, int *error) {
        Remote *r = remote_of(self);
        struct kl_VfsFile_Poll_req req = {.timeout_ms = (nk_uint32_t)timeout_ms};
        struct kl_VfsFile_Poll_res res;
        nk_err_t err;

        for (size_t i = 0; i < kl_VfsFile_PollMax; i++)
                req.files[i] = nk_handle_desc(i == 0 ? fd : INVALID_HANDLE);
        req.events[0] = (nk_uint32_t)events;
        err = kl_VfsFile_Poll(&r->files.base, &req, NULL, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error) ? (int)res.revents[0] : -1;
}

void remote_add_files(struct vfs *vfs) {
        vfs->open = remote_open;
        vfs->openat = remote_openat;
        vfs->close = remote_close;
        vfs->read = remote_read;
        vfs->pread = remote_pread;
        vfs->write = remote_write;
        vfs->pwrite = remote_pwrite;
        vfs->sendfile = remote_sendfile;
        vfs->lseek = remote_lseek;
        vfs->ftruncate = remote_ftruncate;
        vfs->fsync = remote_fsync;
        vfs->fdatasync = remote_fdatasync;
        vfs->fstat = remote_fstat;
        vfs->fstatvfs = remote_fstatvfs;
        vfs->fchmod = remote_fchmod;
        vfs->fchown = remote_fchown;
        vfs->futimens = remote_futimens;
        vfs->getdents = remote_getdents;
        vfs->fcntl = remote_fcntl;
        vfs->flock = remote_flock;
        vfs->ioctl = remote_ioctl;
        vfs->poll = remote_poll;
}
