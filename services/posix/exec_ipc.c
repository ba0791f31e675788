/* SPDX-License-Identifier: MIT */
/*
 * Memory and the lock of System V's objects: see exec_ipc.h.
 */
#include "exec_ipc.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "raw.h"
#include "signals.h"

static Ipc *ipc;
static char *memory;
static bool is_shared;
static pid_t self;

static bool is_error(long r) {
        return r < 0 && r > -4096;
}

/* --- the lock --- */

IpcLocked ipc_lock(void) {
        IpcLocked locked = {.ipc = ipc};

        if (!ipc)
                return locked;
        locked.signals = signals_hold();
        if (pthread_mutex_lock(&ipc->lock) == EOWNERDEAD) /* what he had done stays done */
                (void)pthread_mutex_consistent(&ipc->lock);
        return locked;
}

void ipc_unlock(const IpcLocked *locked) {
        (void)pthread_mutex_unlock(&ipc->lock);
        signals_release(locked->signals);
}

/* --- memory --- */

/* Where memory can't be shared there are no processes to share it with. */
static void *map(size_t size) {
        int flags = MAP_ANONYMOUS | MAP_NORESERVE;
        long r = raw_call(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, flags | MAP_SHARED, -1, 0);

        is_shared = !is_error(r);
        if (!is_shared)
                r = raw_call(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, flags | MAP_PRIVATE, -1, 0);
        return is_error(r) ? NULL : (void *)r;
}

char *ipc_memory(void) {
        return memory;
}

void ipc_forget(size_t first, size_t n) {
        (void)raw_call(SYS_madvise, (long)(memory + first * IPC_PAGE), (long)(n * IPC_PAGE),
                is_shared ? MADV_REMOVE : MADV_DONTNEED, 0, 0, 0);
}

/* --- processes --- */

pid_t ipc_self(void) {
        return self;
}

bool ipc_has_ended(pid_t process) {
        long fd = process == self ? -1 : raw_call(SYS_pidfd_open, process, 0, 0, 0, 0, 0);
        struct pollfd ready = {.fd = (int)fd, .events = POLLIN};
        bool has_ended;

        if (process == self || fd == -EPERM)
                return false; /* where the call is not allowed, there is no other process */
        if (is_error(fd))
                return fd == -ESRCH;
        has_ended = raw_call(SYS_poll, (long)&ready, 1, 0, 0, 0, 0) == 1;
        (void)raw_call(SYS_close, fd, 0, 0, 0, 0, 0);
        return has_ended;
}

/* A number that an ended process had may be given again. */
static void on_fork(void) {
        pid_t parent = self, child = (pid_t)raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
        IpcLocked locked = ipc_lock();

        self = child;
        if (!locked.ipc)
                return;
        sem_undo_all(locked.ipc, child);
        for (unsigned i = 0; i < locked.ipc->n_waiters; i++)
                if (locked.ipc->waiters[i].process == child)
                        locked.ipc->waiters[i].process = 0;
        for (unsigned i = 0; i < locked.ipc->n_attached; i++)
                if (locked.ipc->attached[i].process == child)
                        locked.ipc->attached[i].process = 0;
        shm_inherit(locked.ipc, parent, child);
        ipc_unlock(&locked);
}

__attribute__((constructor)) static void make(void) {
        pthread_mutexattr_t how;
        Ipc *made = map(sizeof *made);

        self = (pid_t)raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
        memory = map(IPC_MEMORY_MAX);
        if (!made || !memory)
                return;
        (void)pthread_mutexattr_init(&how);
        (void)pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
        (void)pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
        if (pthread_mutex_init(&made->lock, &how) == 0 && pthread_atfork(NULL, NULL, on_fork) == 0)
                ipc = made;
        (void)pthread_mutexattr_destroy(&how);
}

/* Whoever waits for what this process did need not find out that it has ended. */
__attribute__((destructor)) static void finish(void) {
        IpcLocked locked = ipc_lock();

        if (!locked.ipc)
                return;
        sem_undo_all(locked.ipc, self);
        ipc_unlock(&locked);
}

/* --- objects --- */

int ipc_id(const IpcObject *object, int place, int n_places) {
        return (int)(object->turn % (uint32_t)(INT32_MAX / n_places)) * n_places + place;
}

bool ipc_is(const IpcObject *object, int id, int n_places) {
        return object->is_there && id >= 0 && ipc_id(object, id % n_places, n_places) == id;
}

void ipc_begin(IpcObject *object, key_t key, int flags) {
        *object = (IpcObject){.is_there = true,
                .turn = object->turn + 1,
                .key = key,
                .mode = (mode_t)flags & 0777,
                .changed = time(NULL),
                .creator = self};
}

void ipc_show(const IpcObject *object, struct ipc_perm *ret) {
        *ret = (struct ipc_perm){.__key = object->key,
                .uid = getuid(),
                .gid = getgid(),
                .cuid = getuid(),
                .cgid = getgid(),
                .mode = (unsigned short)object->mode,
                .__seq = (unsigned short)object->turn};
}
