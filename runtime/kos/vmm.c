/* SPDX-License-Identifier: MIT */
/*
 * coresrv/vmm/vmm_api.h on mappings of the host. Reserved is a private mapping that nobody may touch and
 * that counts for nothing; committing makes it accessible. Guard pages lie beside what the program knows of,
 * so it is noted who has some.
 */
#include <coresrv/vmm/vmm_api.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fork_locks.h"
#include "rtl/rc.h"

#define GUARDS         (VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD)
#define COMMIT_FLAGS   (VMM_FLAG_RWX_MASK | VMM_FLAG_COMMIT | VMM_FLAG_LOCKED)
#define ALLOCATE_FLAGS (COMMIT_FLAGS | VMM_FLAG_RESERVE | GUARDS)

/* Commits at once; Linux 5.14. Before, memory comes when it is touched. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

typedef struct Guarded {
        char *low, *high; /* first address, and the one behind the last; high NULL: a free place */
        int guards;       /* of GUARDS: those that are there */
} Guarded;

static struct {
        pthread_mutex_t lock;
        Guarded areas[NKX_VMM_GUARDED_MAX];
} guarded = {.lock = PTHREAD_MUTEX_INITIALIZER};

pthread_mutex_t *vmm_get_lock(void) {
        return &guarded.lock;
}

/* --- pages --- */

static rtl_size_t page_size(void) {
        return (rtl_size_t)sysconf(_SC_PAGESIZE);
}

/* In whole pages; 0: no such size. */
static rtl_size_t whole_pages(rtl_size_t size) {
        return size <= PTRDIFF_MAX ? rtl_align_up(size, page_size()) : 0;
}

static bool is_page(const void *addr) {
        return ((rtl_uintptr_t)addr & (page_size() - 1)) == 0;
}

static bool is_area(const void *addr, rtl_size_t size) {
        return addr && is_page(addr) && whole_pages(size) > 0;
}

static int protection_of(int flags) {
        return (flags & VMM_FLAG_READ ? PROT_READ : 0) | (flags & VMM_FLAG_WRITE ? PROT_WRITE : 0) |
               (flags & VMM_FLAG_EXECUTE ? PROT_EXEC : 0);
}

/* 0 or an errno. */
static int commit(void *addr, rtl_size_t size, int flags) {
        if (mprotect(addr, size, protection_of(flags)) < 0)
                return errno;
        if (!(flags & VMM_FLAG_LOCKED) || !(flags & VMM_FLAG_WRITE))
                return 0;
        return madvise(addr, size, MADV_POPULATE_WRITE) < 0 && errno != EINVAL ? errno : 0;
}

static void *reserve(void *addr, rtl_size_t size) {
        int where = addr ? MAP_FIXED_NOREPLACE : 0;
        void *memory =
                mmap(addr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | where, -1, 0);

        return memory == MAP_FAILED ? NULL : memory;
}

/* --- guards --- */

static rtl_size_t guard_size(int guards, int which) {
        return guards & which ? page_size() : 0;
}

/* False: too many. */
static bool note_guards(char *low, rtl_size_t size, int guards) {
        Guarded *place = NULL;

        (void)pthread_mutex_lock(&guarded.lock);
        for (rtl_size_t i = 0; i < NKX_VMM_GUARDED_MAX && !place; i++)
                if (!guarded.areas[i].high)
                        place = &guarded.areas[i];
        if (place)
                *place = (Guarded){.low = low, .high = low + size, .guards = guards};
        (void)pthread_mutex_unlock(&guarded.lock);
        return place != NULL;
}

static int take_guard(Guarded *area, int which) {
        int had = area->guards & which;

        area->guards &= ~which;
        if (area->guards == 0)
                area->high = NULL;
        return had;
}

/* Of the guards beside these addresses: they are nobody's any more. */
static int forget_guards(const char *low, const char *high) {
        int guards = 0;

        (void)pthread_mutex_lock(&guarded.lock);
        for (rtl_size_t i = 0; i < NKX_VMM_GUARDED_MAX; i++) {
                Guarded *area = &guarded.areas[i];

                if (area->high && area->low == low)
                        guards |= take_guard(area, VMM_FLAG_LOW_GUARD);
                if (area->high && area->high == high)
                        guards |= take_guard(area, VMM_FLAG_HIGH_GUARD);
        }
        (void)pthread_mutex_unlock(&guarded.lock);
        return guards;
}

/* --- functions --- */

/* Reserves with guards, which are the outermost pages of what is reserved. */
static char *reserve_guarded(char *addr, rtl_size_t size, int guards) {
        rtl_size_t below = guard_size(guards, VMM_FLAG_LOW_GUARD);
        rtl_size_t above = guard_size(guards, VMM_FLAG_HIGH_GUARD);
        char *memory = reserve(addr ? addr - below : NULL, below + size + above);

        if (!memory)
                return NULL;
        if (guards && !note_guards(memory + below, size, guards)) {
                (void)munmap(memory, below + size + above);
                return NULL;
        }
        return memory + below;
}

void *KnVmAllocate(void *addr, rtl_size_t size, int flags) {
        rtl_size_t pages = whole_pages(size);
        char *memory;

        if (pages == 0 || !is_page(addr) || (flags & ~ALLOCATE_FLAGS) != 0)
                return RTL_NULL;
        memory = reserve_guarded(addr, pages, flags & GUARDS);
        if (memory && (flags & VMM_FLAG_COMMIT) && commit(memory, pages, flags) != 0) {
                (void)KnVmUnmap(memory, pages);
                return RTL_NULL;
        }
        return memory;
}

Retcode KnVmCommit(void *addr, rtl_size_t size, int flags) {
        if (!is_area(addr, size) || (flags & ~COMMIT_FLAGS) != 0)
                return rcInvalidArgument;
        return rtl_retcode_from_errno(commit(addr, whole_pages(size), flags));
}

Retcode KnVmDecommit(void *addr, rtl_size_t size) {
        if (!is_area(addr, size))
                return rcInvalidArgument;
        if (mprotect(addr, whole_pages(size), PROT_NONE) < 0 ||
                madvise(addr, whole_pages(size), MADV_DONTNEED) < 0)
                return rtl_retcode_from_errno(errno);
        return rcOk;
}

Retcode KnVmProtect(void *addr, rtl_size_t size, int newFlags) {
        if (!is_area(addr, size) || (newFlags & ~VMM_FLAG_RWX_MASK) != 0)
                return rcInvalidArgument;
        return rtl_retcode_from_errno(commit(addr, whole_pages(size), newFlags));
}

Retcode KnVmUnmap(void *addr, rtl_size_t size) {
        char *low = addr, *high;
        int guards;

        if (!is_area(addr, size))
                return rcInvalidArgument;
        high = low + whole_pages(size);
        guards = forget_guards(low, high);
        low -= guard_size(guards, VMM_FLAG_LOW_GUARD);
        high += guard_size(guards, VMM_FLAG_HIGH_GUARD);
        return munmap(low, (rtl_size_t)(high - low)) < 0 ? rtl_retcode_from_errno(errno) : rcOk;
}
