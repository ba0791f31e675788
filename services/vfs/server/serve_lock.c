/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `file`: locks, from the numbers of a request to ranges of bytes and who they belong to.
 */
#include <fcntl.h>
#include <stddef.h>
#include <sys/file.h>

#include "serve.h"

static bool is_lock_type(uint32_t type) {
        return type == F_RDLCK || type == F_WRLCK || type == F_UNLCK;
}

/* A length below 0 goes backwards from the start, as POSIX has it; 0 is up to the end. */
static int range_of(int64_t start, int64_t length, LockRange *ret) {
        int64_t last;

        if (start < 0)
                return -EINVAL;
        if (length < 0) {
                last = start - 1;
                if (__builtin_add_overflow(start, length, &start))
                        return -EINVAL;
        } else if (length == 0) {
                ret->first = (uint64_t)start;
                ret->last = UINT64_MAX;
                return 0;
        } else if (__builtin_add_overflow(start, length - 1, &last)) {
                return -EOVERFLOW;
        }
        if (start < 0 || last < start)
                return -EINVAL;
        ret->first = (uint64_t)start;
        ret->last = (uint64_t)last;
        return 0;
}

/* Whoever locks must have opened the file in the way that he locks it. */
static int check_access(const VfsFile *f, int type) {
        int access = vfs_get_flags(f);

        if (access & O_PATH)
                return -EBADF;
        access &= O_ACCMODE;
        if (type == F_RDLCK && access == O_WRONLY)
                return -EBADF;
        return type == F_WRLCK && access == O_RDONLY ? -EBADF : 0;
}

static int lock_record(const Opened *o, const struct kl_VfsFile_Lock_req *req, LockRange *held) {
        bool is_test = req->command == F_GETLK || req->command == F_OFD_GETLK;
        LockCall call = {.session = o->slot->session,
                .file = o->file,
                .is_of_file = req->command >= F_OFD_GETLK,
                .waits = req->command == F_SETLKW || req->command == F_OFD_SETLKW,
                .range = {.type = (int)req->type}};
        int r = is_lock_type(req->type) ? range_of(req->start, req->length, &call.range) : -EINVAL;

        if (r == 0 && !is_test)
                r = check_access(o->file, call.range.type);
        if (r < 0)
                return r;
        call.range.pid = call.is_of_file ? -1 : (int32_t)((uint32_t)call.session->number + 1);
        if (!is_test)
                return slot_lock(o->slot, &call);
        locks_test(&call, held);
        return 0;
}

static bool is_lock_command(uint32_t command) {
        return command == F_GETLK || command == F_SETLK || command == F_SETLKW || command == F_OFD_GETLK ||
               command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

nk_err_t serve_lock(struct kl_VfsFile *self, const struct kl_VfsFile_Lock_req *req,
        const struct nk_arena *req_arena, struct kl_VfsFile_Lock_res *res, struct nk_arena *res_arena) {
        LockRange held = {.type = F_UNLCK};
        Opened o;
        int r = opened_file(&req->file, -EINVAL, &o);

        (void)self;
        (void)req_arena;
        (void)res_arena;
        if (r == 0)
                r = is_lock_command(req->command) ? lock_record(&o, req, &held) : -EINVAL;
        res->held_type = (nk_uint32_t)held.type;
        res->held_start = (nk_sint64_t)held.first;
        res->held_length = held.last == UINT64_MAX ? 0 : (nk_sint64_t)(held.last - held.first + 1);
        res->held_by = held.pid;
        opened_end(&o);
        return answer(&res->error, r);
}

static int lock_whole(const Opened *o, uint32_t operation) {
        LockCall call = {.session = o->slot->session,
                .file = o->file,
                .is_flock = true,
                .is_of_file = true,
                .waits = !(operation & LOCK_NB),
                .range = {.first = 0, .last = UINT64_MAX, .pid = -1}};

        switch (operation & ~(uint32_t)LOCK_NB) {
        case LOCK_SH:
                call.range.type = F_RDLCK;
                break;
        case LOCK_EX:
                call.range.type = F_WRLCK;
                break;
        case LOCK_UN:
                call.range.type = F_UNLCK;
                break;
        default:
                return -EINVAL;
        }
        if (vfs_get_flags(o->file) & O_PATH)
                return -EBADF;
        return slot_lock(o->slot, &call);
}

nk_err_t serve_flock(struct kl_VfsFile *self, const struct kl_VfsFile_FLock_req *req,
        const struct nk_arena *req_arena, struct kl_VfsFile_FLock_res *res, struct nk_arena *res_arena) {
        Opened o;
        int r = opened_file(&req->file, -EINVAL, &o);

        (void)self;
        (void)req_arena;
        (void)res_arena;
        if (r == 0)
                r = lock_whole(&o, req->operation);
        opened_end(&o);
        return answer(&res->error, r);
}
