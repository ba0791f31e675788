/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of the VFS: see fdt.h.
 */
#include "fdt.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ids.h"
#include "raw.h"

#define CLOSING UINT32_MAX /* of a number: its placeholder is being closed */

/* Looks at such a number, before it counts as closed: a signal handler may look too. */
#define CLOSING_TRIES 1000

/* All placeholders are copies of one descriptor that is always ready. Nobody should read or write it; if
 * somebody does in a race with close(), reading takes one of many, and stays without effect. */
#define READY_COUNT (1u << 31)
#define MODEL_HIGH  (FDT_FDS_MAX / 4l) /* where it goes, if the process may have so many */

static FdtFile files[FDT_FILES_MAX];
static _Atomic uint32_t file_links[FDT_FILES_MAX];
static Ids free_files = IDS_FULL(file_links);
static _Atomic uint32_t numbers[FDT_FDS_MAX]; /* index of the file + 1, 0: not the VFS's, or CLOSING */
static _Atomic int model = -1;                /* what the placeholders are copies of */

static long raw_fcntl(long fd, int command, long argument) {
        return raw_call(SYS_fcntl, fd, command, argument, 0, 0, 0);
}

static long raw_close(long fd) {
        return raw_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static bool is_in_table(long fd) {
        return fd >= 0 && fd < FDT_FDS_MAX;
}

/* --- what the process was started with --- */

#define KEPT_MAX 1024 /* the runtime's numbers are below */

static _Atomic uint64_t kept[FDT_FDS_MAX / 64];

void fdt_keep_open(void) {
        for (long fd = STDERR_FILENO + 1; fd < KEPT_MAX; fd++)
                if (atomic_load(&numbers[fd]) == 0 && raw_fcntl(fd, F_GETFD, 0) >= 0)
                        atomic_fetch_or(&kept[fd / 64], UINT64_C(1) << (fd % 64));
}

bool fdt_is_kept(long fd) {
        return (fd >= 0 && fd == atomic_load(&model)) ||
               (is_in_table(fd) && (atomic_load(&kept[fd / 64]) >> (fd % 64) & 1));
}

/* --- files --- */

FdtFile *fdt_file_new(struct vfs *vfs) {
        uint32_t id = ids_take(&free_files);

        if (id == IDS_NONE)
                return NULL;
        files[id].turn++;
        files[id].vfs = vfs;
        files[id].is_memory = false;
        files[id].handle = INVALID_HANDLE;
        atomic_store(&files[id].flags, 0);
        files[id].take = NULL;
        atomic_store(&files[id].refs, 1);
        return &files[id];
}

FdtFile *fdt_file_ref(FdtFile *file) {
        atomic_fetch_add(&file->refs, 1);
        return file;
}

/* What the file is may be looked at by the last one only: others can be late, and it another file's by now.
 */
int fdt_file_put(FdtFile *file) {
        struct vfs *vfs;
        Handle handle;
        int error = 0;

        if (atomic_fetch_sub(&file->refs, 1) != 1)
                return 0;
        vfs = file->vfs;
        handle = file->handle;
        ids_put(&free_files, (uint32_t)(file - files));
        if (handle != INVALID_HANDLE && vfs->close && vfs->close(vfs, handle, &error) < 0)
                return error ? -error : -EIO;
        return 0;
}

static bool take_reference(FdtFile *file) {
        uint32_t refs = atomic_load(&file->refs);

        while (refs)
                if (atomic_compare_exchange_weak(&file->refs, &refs, refs + 1))
                        return true;
        return false;
}

/* --- numbers --- */

/* What a number means, once it means something for sure. */
static uint32_t settled(long fd) {
        uint32_t n = atomic_load(&numbers[fd]);

        for (int i = 0; n == CLOSING && i < CLOSING_TRIES; i++) {
                (void)sched_yield();
                n = atomic_load(&numbers[fd]);
        }
        return n == CLOSING ? 0 : n;
}

bool fdt_is_virtual(long fd) {
        return is_in_table(fd) && settled(fd) != 0;
}

/* The number is what it was, if it still is that stream's. */
static void forget(long fd, uint32_t n) {
        if (atomic_compare_exchange_strong(&numbers[fd], &n, 0))
                (void)fdt_file_put(&files[n - 1]);
}

enum { NOT_ASKED, ASKING, ASKED };

/* True: the stream has its handle. One asks; others meanwhile, and what the asking itself prints, do not
 * wait. */
static bool ask(long fd, uint32_t n) {
        FdtFile *file = &files[n - 1];
        int stage = NOT_ASKED, error = 0;

        if (atomic_load_explicit(&file->stage, memory_order_acquire) == ASKED)
                return true;
        if (!atomic_compare_exchange_strong(&file->stage, &stage, ASKING))
                return stage == ASKED;
        file->handle = file->take(file->vfs, &error);
        if (file->handle == INVALID_HANDLE)
                forget(fd, n);
        else
                atomic_store_explicit(&file->stage, ASKED, memory_order_release);
        return file->handle != INVALID_HANDLE;
}

/* The place of a file is used again: that it is still this number's file is known when the reference is
 * there. */
FdtFile *fdt_get(long fd) {
        uint32_t n;

        while (is_in_table(fd) && (n = settled(fd)) != 0) {
                FdtFile *file = &files[n - 1];

                if (!take_reference(file))
                        continue;
                if (atomic_load(&numbers[fd]) == n && (!file->take || ask(fd, n)))
                        return file;
                (void)fdt_file_put(file);
                if (atomic_load(&numbers[fd]) == n)
                        return NULL; /* is being asked for */
        }
        return NULL;
}

/* A copy of it, as high as this process may have descriptors, takes its place. */
static long lift(long fd) {
        long high = -EMFILE;

        for (long lowest = MODEL_HIGH; high < 0 && lowest > STDERR_FILENO; lowest /= 2)
                high = raw_fcntl(fd, F_DUPFD_CLOEXEC, lowest);
        if (high >= 0)
                (void)raw_close(fd);
        return high;
}

/* The descriptor that placeholders are copies of. It must not take a number that the program counts on, such
 * as 0 after close(0): so it goes above the numbers that programs use. */
static long make_model(void) {
        long fd = raw_call(SYS_eventfd2, READY_COUNT, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE, 0, 0, 0, 0);
        long high = fd < 0 ? fd : lift(fd);
        int none = -1;

        if (fd >= 0 && high < 0) {
                (void)raw_close(fd);
                return -EMFILE;
        }
        if (high >= 0 && !atomic_compare_exchange_strong(&model, &none, (int)high)) {
                (void)raw_close(high);
                return none;
        }
        return high;
}

static void cover(long fd, FdtFile *file) {
        atomic_store(&numbers[fd], (uint32_t)(file - files) + 1);
}

void fdt_cover(int fd, struct vfs *vfs, FdtTake *take) {
        FdtFile *file = take && raw_fcntl(fd, F_GETFD, 0) >= 0 ? fdt_file_new(vfs) : NULL;

        if (!file)
                return;
        atomic_store(&file->flags, fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
        atomic_store(&file->stage, NOT_ASKED);
        file->take = take;
        cover(fd, file);
}

static long refuse(FdtFile *file, long error) {
        (void)fdt_file_put(file);
        return error;
}

static long install(FdtFile *file, long from, int lowest, int flags) {
        long fd;

        if (from < 0)
                return refuse(file, from);
        fd = raw_fcntl(from, flags & O_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, lowest);
        if (fd >= FDT_FDS_MAX) {
                (void)raw_close(fd);
                fd = -EMFILE;
        }
        if (fd < 0)
                return refuse(file, fd);
        cover(fd, file);
        return fd;
}

long fdt_install(FdtFile *file, int lowest, int flags) {
        long from = atomic_load(&model);

        return install(file, from < 0 ? make_model() : from, lowest, flags);
}

long fdt_copy(FdtFile *file, int from, int lowest, int flags) {
        return file->take ? install(file, from, lowest, flags) : fdt_install(file, lowest, flags);
}

FdtFile *fdt_uncover(long fd) {
        uint32_t n = is_in_table(fd) ? atomic_exchange(&numbers[fd], 0) : 0;

        return n && n != CLOSING ? &files[n - 1] : NULL;
}

long fdt_install_at(FdtFile *file, int from, int to, int flags) {
        FdtFile *old;
        long r;

        if (!is_in_table(to) || fdt_is_kept(to))
                return refuse(file, -EBADF);
        r = raw_call(SYS_dup3, from, to, flags, 0, 0, 0);
        if (r < 0)
                return refuse(file, r);
        old = fdt_uncover(to);
        cover(to, file);
        if (old)
                (void)fdt_file_put(old);
        return r;
}

/* Who finds the mark waits until the number is the kernel's again, so nobody takes a placeholder for a real
 * descriptor. */
long fdt_close(long fd) {
        uint32_t n = is_in_table(fd) ? settled(fd) : 0, mark = CLOSING;

        if (n == 0)
                return fdt_is_kept(fd) ? -EBADF : raw_close(fd);
        if (!atomic_compare_exchange_strong(&numbers[fd], &n, CLOSING))
                return -EBADF; /* another thread was faster */
        (void)raw_close(fd);
        (void)atomic_compare_exchange_strong(&numbers[fd], &mark, 0);
        return fdt_file_put(&files[n - 1]);
}

long fdt_real_error(long fd, long error) {
        return raw_fcntl(fd, F_GETFD, 0) < 0 ? -EBADF : error;
}

/* --- a copy of the process --- */

uint32_t fdt_list(const struct vfs *vfs, uint32_t *at, FdtCopy *ret, uint32_t n) {
        uint32_t n_files = ids_touched(&free_files), n_found = 0;

        for (; *at < n_files && n_found < n; ++*at) {
                const FdtFile *f = &files[*at];
                Handle handle = atomic_load(&f->handle);

                if (atomic_load(&f->refs) > 0 && f->vfs == vfs && handle != INVALID_HANDLE)
                        ret[n_found++] = (FdtCopy){.id = *at, .turn = f->turn, .was = handle};
        }
        return n_found;
}

typedef struct Set {
        uint64_t bits[FDT_FILES_MAX / 64];
} Set;

static void include(Set *s, uint32_t id) {
        s->bits[id / 64] |= UINT64_C(1) << (id % 64);
}

static bool has(const Set *s, uint32_t id) {
        return s->bits[id / 64] >> (id % 64) & 1;
}

static bool is_still(const FdtCopy *copy) {
        const FdtFile *f = &files[copy->id];

        return copy->is != INVALID_HANDLE && f->turn == copy->turn && atomic_load(&f->refs) > 0 &&
               atomic_load(&f->handle) == copy->was;
}

/* Ends the numbers of files that are not open; counts those of the others anew, if need be. */
static void settle_numbers(const Set *open, bool counts) {
        for (long fd = 0; fd < FDT_FDS_MAX; fd++) {
                uint32_t n = atomic_load_explicit(&numbers[fd], memory_order_relaxed);

                if (n == 0)
                        continue;
                if (n != CLOSING && has(open, n - 1)) {
                        if (counts)
                                atomic_fetch_add(&files[n - 1].refs, 1);
                        continue;
                }
                (void)raw_close(fd);
                atomic_store(&numbers[fd], 0);
        }
}

/* A thread that is not there any more may have had references, and even a file that has no number left. */
void fdt_become(FdtCopy *list, uint32_t n, bool was_alone) {
        uint32_t n_files = ids_touched(&free_files);
        Set open = {{0}}, loose = {{0}};

        for (uint32_t i = 0; i < n; i++)
                if (is_still(&list[i])) {
                        atomic_store(&files[list[i].id].handle, list[i].is);
                        include(&open, list[i].id);
                }
        for (uint32_t id = 0; id < n_files; id++)
                if (atomic_load(&files[id].refs) > 0 && files[id].is_memory)
                        include(&open, id);
        for (uint32_t id = 0; id < n_files; id++)
                if (atomic_load(&files[id].refs) > 0 && !(was_alone && has(&open, id))) {
                        atomic_store(&files[id].refs, 0);
                        include(&loose, id);
                }
        settle_numbers(&open, !was_alone);
        for (uint32_t i = 0; i < n; i++)
                if (has(&open, list[i].id) && atomic_load(&files[list[i].id].refs) > 0)
                        list[i].is = INVALID_HANDLE;
        for (uint32_t id = 0; id < n_files; id++)
                if (has(&loose, id) && atomic_load(&files[id].refs) == 0)
                        ids_put(&free_files, id);
}
