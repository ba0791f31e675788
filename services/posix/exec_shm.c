/* SPDX-License-Identifier: MIT */
/*
 * System V's shared memory: see exec_ipc.h.
 *
 * Segments are pages of one memory that is there before the program begins, so each has the same address in
 * all its processes, and as long as it lives: attaching is counting. One that is removed ends with its last
 * attachment, also that of a process that has ended.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <time.h>

#include "answers.h"
#include "exec_ipc.h"

#define SHOWN __attribute__((visibility("default")))

static IpcSegment *find(Ipc *ipc, int id) {
        IpcSegment *segment = &ipc->segments[(unsigned)id % IPC_SEGMENTS_MAX];

        return ipc_is(&segment->object, id, IPC_SEGMENTS_MAX) ? segment : NULL;
}

static int place_of(const Ipc *ipc, const IpcSegment *segment) {
        return (int)(segment - ipc->segments);
}

/* --- attachments --- */

static void sweep(Ipc *ipc) {
        for (unsigned i = 0; i < ipc->n_attached; i++)
                if (ipc->attached[i].process && ipc_has_ended(ipc->attached[i].process))
                        ipc->attached[i].process = 0;
}

static unsigned count(const Ipc *ipc, int place) {
        unsigned n = 0;

        for (unsigned i = 0; i < ipc->n_attached; i++)
                if (ipc->attached[i].process && ipc->attached[i].segment == place)
                        n += ipc->attached[i].n;
        return n;
}

static IpcAttached *own(Ipc *ipc, int place) {
        for (unsigned i = 0; i < ipc->n_attached; i++)
                if (ipc->attached[i].process == ipc_self() && ipc->attached[i].segment == place)
                        return &ipc->attached[i];
        return NULL;
}

static IpcAttached *find_place(Ipc *ipc) {
        for (unsigned i = 0; i < ipc->n_attached; i++)
                if (!ipc->attached[i].process)
                        return &ipc->attached[i];
        return ipc->n_attached < IPC_ATTACHED_MAX ? &ipc->attached[ipc->n_attached++] : NULL;
}

/* There is a place for each member of a family; those that have ended may have some yet. */
static bool add(Ipc *ipc, pid_t process, int place, unsigned n) {
        IpcAttached *attached = find_place(ipc);

        if (!attached) {
                sweep(ipc);
                attached = find_place(ipc);
        }
        if (attached)
                *attached = (IpcAttached){.process = process, .segment = place, .n = n};
        return attached != NULL;
}

void shm_inherit(Ipc *ipc, pid_t parent, pid_t child) {
        for (unsigned i = 0, n = ipc->n_attached; i < n; i++)
                if (ipc->attached[i].process == parent)
                        (void)add(ipc, child, ipc->attached[i].segment, ipc->attached[i].n);
}

/* --- segments --- */

static void end_if_unused(Ipc *ipc, IpcSegment *segment) {
        if (!segment->object.is_there || !segment->is_removed || count(ipc, place_of(ipc, segment)) > 0)
                return;
        ipc_forget(segment->first, segment->n_pages);
        for (size_t i = 0; i < segment->n_pages; i++)
                ipc->is_page_taken[segment->first + i] = false;
        segment->object.is_there = false;
}

/* What ended processes had is given back when something is wanted. */
static void collect(Ipc *ipc) {
        sweep(ipc);
        for (int i = 0; i < IPC_SEGMENTS_MAX; i++)
                end_if_unused(ipc, &ipc->segments[i]);
}

/* The first of so many free pages, or IPC_PAGES_MAX. */
static size_t find_pages(const Ipc *ipc, size_t n) {
        size_t first = 0, n_free = 0;

        while (n_free < n && first + n_free < IPC_PAGES_MAX) {
                if (ipc->is_page_taken[first + n_free]) {
                        first += n_free + 1;
                        n_free = 0;
                } else {
                        n_free++;
                }
        }
        return n_free == n ? first : IPC_PAGES_MAX;
}

static long make(Ipc *ipc, key_t key, size_t size, int flags) {
        size_t n = (size + IPC_PAGE - 1) / IPC_PAGE, first;
        IpcSegment *segment;
        int place = 0;

        collect(ipc);
        while (place < IPC_SEGMENTS_MAX && ipc->segments[place].object.is_there)
                place++;
        first = find_pages(ipc, n);
        if (place == IPC_SEGMENTS_MAX || first == IPC_PAGES_MAX)
                return -ENOSPC;
        segment = &ipc->segments[place];
        for (size_t i = 0; i < n; i++)
                ipc->is_page_taken[first + i] = true;
        *segment = (IpcSegment){.object = segment->object, .size = size, .first = first, .n_pages = n};
        ipc_begin(&segment->object, key, flags);
        return ipc_id(&segment->object, place, IPC_SEGMENTS_MAX);
}

static long get_segment(Ipc *ipc, key_t key, size_t size, int flags) {
        for (int i = 0; key != IPC_PRIVATE && i < IPC_SEGMENTS_MAX; i++) {
                const IpcSegment *segment = &ipc->segments[i];

                if (!segment->object.is_there || segment->is_removed || segment->object.key != key)
                        continue;
                if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
                        return -EEXIST;
                return size > segment->size ? -EINVAL : ipc_id(&segment->object, i, IPC_SEGMENTS_MAX);
        }
        if (key != IPC_PRIVATE && !(flags & IPC_CREAT))
                return -ENOENT;
        return size == 0 || size > IPC_MEMORY_MAX ? -EINVAL : make(ipc, key, size, flags);
}

static long attach(Ipc *ipc, int id, bool is_placed) {
        IpcSegment *segment = find(ipc, id);
        IpcAttached *mine = segment ? own(ipc, place_of(ipc, segment)) : NULL;

        if (!segment || is_placed)
                return -EINVAL;
        if (mine)
                mine->n++;
        else if (!add(ipc, ipc_self(), place_of(ipc, segment), 1))
                return -ENOMEM;
        segment->last = ipc_self();
        segment->attached = time(NULL);
        return (long)(ipc_memory() + segment->first * IPC_PAGE);
}

static long detach(Ipc *ipc, const char *at) {
        for (int i = 0; i < IPC_SEGMENTS_MAX; i++) {
                IpcSegment *segment = &ipc->segments[i];
                IpcAttached *mine = segment->object.is_there ? own(ipc, i) : NULL;

                if (!mine || ipc_memory() + segment->first * IPC_PAGE != at)
                        continue;
                if (--mine->n == 0)
                        mine->process = 0;
                segment->last = ipc_self();
                segment->detached = time(NULL);
                end_if_unused(ipc, segment);
                return 0;
        }
        return -EINVAL;
}

static void show(Ipc *ipc, const IpcSegment *segment, struct shmid_ds *info) {
        *info = (struct shmid_ds){.shm_segsz = segment->size,
                .shm_atime = segment->attached,
                .shm_dtime = segment->detached,
                .shm_ctime = segment->object.changed,
                .shm_cpid = segment->object.creator,
                .shm_lpid = segment->last};
        ipc_show(&segment->object, &info->shm_perm);
        sweep(ipc);
        info->shm_nattch = count(ipc, place_of(ipc, segment));
}

static long control(Ipc *ipc, int id, int command, struct shmid_ds *info) {
        IpcSegment *segment = find(ipc, id);

        if (!segment)
                return -EINVAL;
        switch (command) {
        case IPC_RMID:
                segment->is_removed = true;
                segment->object.key = IPC_PRIVATE;
                collect(ipc);
                return 0;
        case IPC_STAT:
                if (!info)
                        return -EFAULT;
                show(ipc, segment, info);
                return 0;
        case IPC_SET:
                if (!info)
                        return -EFAULT;
                segment->object.mode = info->shm_perm.mode & 0777;
                segment->object.changed = time(NULL);
                return 0;
        case SHM_LOCK:
        case SHM_UNLOCK:
                return -EPERM;
        default:
                return -EINVAL;
        }
}

/* --- calls --- */

long answer_shmget(const CallArgs *args) {
        IpcLocked locked = ipc_lock();
        long r = -ENOSPC;

        if (!locked.ipc)
                return r;
        r = get_segment(locked.ipc, (key_t)args->a[0], (size_t)args->a[1], (int)args->a[2]);
        ipc_unlock(&locked);
        return r;
}

/* The memory is for reading and writing, also where the program promises to read it only. */
long answer_shmat(const CallArgs *args) {
        IpcLocked locked = ipc_lock();
        long r = -EINVAL;

        if (!locked.ipc)
                return r;
        r = attach(locked.ipc, (int)args->a[0], args->a[1] != 0);
        ipc_unlock(&locked);
        return r;
}

long answer_shmdt(const CallArgs *args) {
        IpcLocked locked = ipc_lock();
        long r = -EINVAL;

        if (!locked.ipc)
                return r;
        r = detach(locked.ipc, (const char *)args->a[0]);
        ipc_unlock(&locked);
        return r;
}

long answer_shmctl(const CallArgs *args) {
        IpcLocked locked = ipc_lock();
        long r = -EINVAL;

        if (!locked.ipc)
                return r;
        r = control(locked.ipc, (int)args->a[0], (int)args->a[1], (struct shmid_ds *)args->a[2]);
        ipc_unlock(&locked);
        return r;
}

static long finish(long r) {
        if (r >= 0 || r < -4095)
                return r;
        errno = (int)-r;
        return -1;
}

SHOWN int shmget(key_t key, size_t size, int flags) {
        return (int)finish(call(SYS_shmget, key, (long)size, flags, 0, 0, 0));
}

SHOWN void *shmat(int id, const void *at, int flags) {
        return (void *)finish(call(SYS_shmat, id, (long)at, flags, 0, 0, 0));
}

SHOWN int shmdt(const void *at) {
        return (int)finish(call(SYS_shmdt, (long)at, 0, 0, 0, 0, 0));
}

SHOWN int shmctl(int id, int command, struct shmid_ds *info) {
        return (int)finish(call(SYS_shmctl, id, command, (long)info, 0, 0, 0));
}
