/* SPDX-License-Identifier: MIT */
/*
 * Answers about the contents of files.
 *
 * A back end moves what it likes of a call; what is missing is asked for again here, so that a program sees
 * what POSIX promises of files: all that there is up to the size it asked for.
 */
#include "answers.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "log.h"
#include "raw.h"

#define IO_MAX     0x7ffff000l /* bytes of one call, as on Linux */
#define BOUNCE_MAX 8192u       /* bytes on the stack, which may be a small one */
#define PAGE       4096l

/* One range of a file's contents and of memory; at: where, or -1: the file's position. */
typedef struct Range {
        char *memory;
        size_t size;
        off_t at;
} Range;

typedef long Move(FdtFile *file, const Range *range);

/* --- once --- */

/* Nothing to read yet, or no room: waits, if the file is to be waited for. */
static bool waits(FdtFile *file, int events) {
        struct vfs *vfs = file->vfs;
        int error = 0;

        if ((atomic_load(&file->flags) & O_NONBLOCK) || !vfs->poll)
                return false;
        return vfs->poll(vfs, file->handle, events, -1, &error) >= 0;
}

static long read_here(FdtFile *file, const Range *range) {
        struct vfs *vfs = file->vfs;
        bool nodata;
        int error;
        long r;

        if (!vfs->read)
                return -EIO;
        do {
                nodata = false;
                error = 0;
                r = call_result(
                        vfs->read(vfs, file->handle, range->memory, range->size, &nodata, &error), &error);
                if (r != 0 || !nodata)
                        return r;
        } while (waits(file, POLLIN));
        return -EAGAIN;
}

static long write_here(FdtFile *file, const Range *range) {
        struct vfs *vfs = file->vfs;
        int error;
        long r;

        if (!vfs->write)
                return -EIO;
        do {
                error = 0;
                r = call_result(vfs->write(vfs, file->handle, range->memory, range->size, &error), &error);
        } while (r == -EAGAIN && waits(file, POLLOUT));
        return r;
}

static long read_some(FdtFile *file, const Range *range) {
        int error = 0;

        if (range->at < 0)
                return read_here(file, range);
        if (!file->vfs->pread)
                return -EIO;
        return call_result(
                file->vfs->pread(file->vfs, file->handle, range->memory, range->size, range->at, &error),
                &error);
}

static long write_some(FdtFile *file, const Range *range) {
        int error = 0;

        if (range->at < 0)
                return write_here(file, range);
        if (!file->vfs->pwrite)
                return -EIO;
        return call_result(
                file->vfs->pwrite(file->vfs, file->handle, range->memory, range->size, range->at, &error),
                &error);
}

/* --- all of it --- */

/* A short answer to a large question is asked for again: back ends have a limit. One to a small question is
 * the end of the file, or a terminal's line, and final; but what is printed is printed whole. */
#define SURELY_WHOLE 65536

/* --- standard streams --- */

/* This thread is in a call of one: what the runtime says meanwhile, or a signal handler, must not go there.
 */
static _Thread_local bool is_inside;

/* False: the call is the kernel's. */
static bool stream_begin(const FdtFile *file) {
        if (!file->take)
                return true;
        if (is_inside)
                return false;
        is_inside = true;
        return true;
}

/* The result; of the kernel, when the back end is gone, does not know its own stream, or can't be waited for:
 * last words are not lost. */
static long stream_end(FdtFile *file, const CallArgs *args, long r) {
        if (!file->take)
                return r;
        is_inside = false;
        if (r == -EIO || r == -EBADF || (r == -EAGAIN && !(atomic_load(&file->flags) & O_NONBLOCK)))
                return call_kernel(args);
        return r;
}

/* --- whole calls --- */

static bool may_have_more(const FdtFile *file, Move *move, long moved) {
        return moved >= SURELY_WHOLE || (file->take && move == write_some);
}

static long move_all(FdtFile *file, Move *move, const Range *whole) {
        Range rest = *whole;
        long done = 0, r;

        if (rest.size > IO_MAX)
                rest.size = IO_MAX;
        do {
                r = move(file, &rest);
                if (r <= 0)
                        break;
                done += r;
                rest.memory += r;
                rest.size -= (size_t)r;
                rest.at = rest.at < 0 ? rest.at : rest.at + r;
        } while (rest.size > 0 && may_have_more(file, move, r));
        return done > 0 ? done : r;
}

static long answer_move(const CallArgs *args, Move *move, off_t at) {
        const Range range = {.memory = (char *)args->a[1], .size = (size_t)args->a[2], .at = at};
        FdtFile *file = fdt_get((int)args->a[0]);
        long r;

        if (!file)
                return call_kernel(args);
        if (args->a[2] < 0)
                r = -EINVAL;
        else if (!range.memory && range.size > 0)
                r = -EFAULT;
        else if (stream_begin(file))
                r = stream_end(file, args, move_all(file, move, &range));
        else
                r = call_kernel(args);
        (void)fdt_file_put(file);
        return r;
}

long answer_read(const CallArgs *args) {
        return answer_move(args, read_some, -1);
}

long answer_write(const CallArgs *args) {
        return answer_move(args, write_some, -1);
}

long answer_pread(const CallArgs *args) {
        if (args->a[3] < 0)
                return fdt_is_virtual((int)args->a[0]) ? -EINVAL : call_kernel(args);
        return answer_move(args, read_some, args->a[3]);
}

long answer_pwrite(const CallArgs *args) {
        if (args->a[3] < 0)
                return fdt_is_virtual((int)args->a[0]) ? -EINVAL : call_kernel(args);
        return answer_move(args, write_some, args->a[3]);
}

/* --- vectors --- */

/* 0, or -EINVAL: too many parts, or too much in them. */
static long check_vector(const struct iovec *parts, long n) {
        size_t total = 0;

        if (n < 0 || n > IOV_MAX || (!parts && n > 0))
                return -EINVAL;
        for (long i = 0; i < n; i++) {
                if (parts[i].iov_len > SSIZE_MAX - total)
                        return -EINVAL;
                total += parts[i].iov_len;
        }
        return 0;
}

static long move_vector(FdtFile *file, Move *move, const struct iovec *parts, long n, off_t at) {
        long done = 0;

        for (long i = 0; i < n; i++) {
                Range range = {.memory = parts[i].iov_base, .size = parts[i].iov_len, .at = at};
                long r = range.size > 0 ? move_all(file, move, &range) : 0;

                if (r < 0)
                        return done > 0 ? done : r;
                done += r;
                at = at < 0 ? at : at + r;
                if ((size_t)r < range.size)
                        break;
        }
        return done;
}

/* Several small parts: the back end is asked once, and they come together here. */
static long gather(FdtFile *file, const struct iovec *parts, long n, off_t at) {
        char bounce[BOUNCE_MAX];
        size_t size = 0;

        for (long i = 0; i < n; i++) {
                if (parts[i].iov_len > sizeof bounce - size)
                        return move_vector(file, write_some, parts, n, at);
                if (parts[i].iov_len > 0)
                        memcpy(bounce + size, parts[i].iov_base, parts[i].iov_len);
                size += parts[i].iov_len;
        }
        return move_all(file, write_some, &(Range){.memory = bounce, .size = size, .at = at});
}

static long answer_vector(const CallArgs *args, Move *move, off_t at) {
        const struct iovec *parts = (const struct iovec *)args->a[1];
        FdtFile *file = fdt_get((int)args->a[0]);
        long n = args->a[2], r;

        if (!file)
                return call_kernel(args);
        r = check_vector(parts, n);
        if (r == 0 && !stream_begin(file))
                r = call_kernel(args);
        else if (r == 0)
                r = stream_end(file, args,
                        move == write_some && n > 1 ? gather(file, parts, n, at)
                                                    : move_vector(file, move, parts, n, at));
        (void)fdt_file_put(file);
        return r;
}

long answer_readv(const CallArgs *args) {
        return answer_vector(args, read_some, -1);
}

long answer_writev(const CallArgs *args) {
        return answer_vector(args, write_some, -1);
}

static long answer_vector_at(const CallArgs *args, Move *move, off_t least) {
        if (args->a[3] < least && fdt_is_virtual((int)args->a[0]))
                return -EINVAL;
        return answer_vector(args, move, args->a[3]);
}

long answer_preadv(const CallArgs *args) {
        return answer_vector_at(args, read_some, 0);
}

long answer_pwritev(const CallArgs *args) {
        return answer_vector_at(args, write_some, 0);
}

/* Offset -1 is the file's position; the flags ask for what files here don't have. */
static long answer_vector_flags(const CallArgs *args, Move *move) {
        if (args->a[5] != 0 && fdt_is_virtual((int)args->a[0]))
                return -EOPNOTSUPP;
        return answer_vector_at(args, move, -1);
}

long answer_preadv2(const CallArgs *args) {
        return answer_vector_flags(args, read_some);
}

long answer_pwritev2(const CallArgs *args) {
        return answer_vector_flags(args, write_some);
}

/* --- from one file to another --- */

static long copy_part(long out, long in, off_t at, size_t size) {
        char bounce[BOUNCE_MAX];
        long got, put;

        if (size > sizeof bounce)
                size = sizeof bounce;
        got = at < 0 ? call(SYS_read, in, (long)bounce, (long)size, 0, 0, 0)
                     : call(SYS_pread64, in, (long)bounce, (long)size, at, 0, 0);
        if (got <= 0)
                return got;
        put = call(SYS_write, out, (long)bounce, got, 0, 0, 0);
        if (at < 0 && put < got) /* what was not written was not read */
                (void)call(SYS_lseek, in, (put < 0 ? 0 : put) - got, SEEK_CUR, 0, 0, 0);
        return put;
}

static long copy_all(const CallArgs *args, size_t size) {
        off_t *place = (off_t *)args->a[2];
        off_t at = place ? *place : -1;
        size_t done = 0;
        long r = 0;

        while (done < size && (r = copy_part(args->a[0], args->a[1], at, size - done)) > 0) {
                done += (size_t)r;
                at = at < 0 ? at : at + r;
        }
        if (place)
                *place = at;
        return done > 0 ? (long)done : r;
}

/* Both in one back end: it copies by itself. */
static long send_inside(FdtFile *out, FdtFile *in, const CallArgs *args, size_t size) {
        struct vfs *vfs = out->vfs;
        int error = 0;

        if (out->vfs != in->vfs || out->take || !vfs->sendfile)
                return copy_all(args, size);
        return call_result(
                vfs->sendfile(vfs, out->handle, in->handle, (off_t *)args->a[2], size, &error), &error);
}

long answer_sendfile(const CallArgs *args) {
        size_t size = args->a[3] > IO_MAX ? IO_MAX : (size_t)args->a[3];
        off_t *place = (off_t *)args->a[2];
        FdtFile *out = fdt_get((int)args->a[0]), *in = fdt_get((int)args->a[1]);
        long r;

        if (!out && !in)
                r = call_kernel(args);
        else if (args->a[3] < 0 || (place && *place < 0))
                r = -EINVAL;
        else
                r = out && in ? send_inside(out, in, args, size) : copy_all(args, size);
        if (out)
                (void)fdt_file_put(out);
        if (in)
                (void)fdt_file_put(in);
        return r;
}

/* --- in memory --- */

static void say_once(void) {
        static _Atomic int said;

        if (!atomic_exchange(&said, 1))
                log_line(LOG_CLIENT "mmap: memory that writes to a file (MAP_SHARED, PROT_WRITE) is not "
                                    "supported; the call fails with ENODEV");
}

static long refuse_map(FdtFile *file, int protection, int flags, long offset) {
        int access = atomic_load(&file->flags) & O_ACCMODE;
        bool is_shared = (flags & MAP_TYPE) != MAP_PRIVATE;

        if (offset < 0 || offset % PAGE)
                return -EINVAL;
        if (access == O_WRONLY || (is_shared && (protection & PROT_WRITE) && access != O_RDWR))
                return -EACCES;
        if (is_shared && (protection & PROT_WRITE)) {
                say_once();
                return -ENODEV;
        }
        return 0;
}

/* A copy of the file as it is now: the chamber has no way to share its pages. */
static long map_copy(FdtFile *file, const CallArgs *args) {
        int protection = (int)args->a[2];
        int flags = ((int)args->a[3] & ~MAP_TYPE) | MAP_PRIVATE | MAP_ANONYMOUS;
        long at = raw_call(SYS_mmap, args->a[0], args->a[1], PROT_READ | PROT_WRITE, flags, -1, 0);
        long r;

        if (at < 0 && at > -4096)
                return at;
        r = move_all(file, read_some,
                &(Range){.memory = (char *)at, .size = (size_t)args->a[1], .at = args->a[5]});
        if (r >= 0 && protection != (PROT_READ | PROT_WRITE))
                r = raw_call(SYS_mprotect, at, args->a[1], protection, 0, 0, 0);
        if (r < 0)
                (void)raw_call(SYS_munmap, at, args->a[1], 0, 0, 0, 0);
        return r < 0 ? r : at;
}

/* Memory to share with children. A chamber refuses it; a process there has no children, so memory of its own
 * does the same. */
static long map_memory(const CallArgs *args) {
        int flags = ((int)args->a[3] & ~MAP_TYPE) | MAP_PRIVATE;
        long r = call_kernel(args);

        if (r != -EPERM)
                return r;
        return raw_call(SYS_mmap, args->a[0], args->a[1], args->a[2], flags, args->a[4], args->a[5]);
}

long answer_mmap(const CallArgs *args) {
        FdtFile *file;
        long r;

        if ((int)args->a[3] & MAP_ANONYMOUS)
                return map_memory(args);
        file = fdt_get((int)args->a[4]);
        if (!file)
                return call_kernel(args);
        r = refuse_map(file, (int)args->a[2], (int)args->a[3], args->a[5]);
        if (r == 0 && !(call_map_given && call_map_given(file, args, &r)))
                r = map_copy(file, args);
        (void)fdt_file_put(file);
        return r;
}
