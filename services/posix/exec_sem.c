/* SPDX-License-Identifier: MIT */
/*
 * System V's semaphores: see exec_ipc.h.
 *
 * The operations of a call are done on the set as it is, one after the other, and taken back if one can't be
 * done now. Who must wait sleeps on the word that counts the set's changes, and tries again. While operations
 * of other processes are to be undone at their end, he looks now and then whether one has ended: nobody else
 * would.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>

#include "answers.h"
#include "exec_ipc.h"
#include "raw.h"

#define SHOWN   __attribute__((visibility("default")))
#define SECOND  1000000000L
/* Between two looks for processes that have ended. */
#define LOOK_NS (SECOND / 20)

typedef struct Operations {
        int id;
        struct sembuf list[IPC_OPS_MAX];
        size_t n;
} Operations;

static IpcSet *find(Ipc *ipc, int id) {
        IpcSet *set = &ipc->sets[(unsigned)id % IPC_SETS_MAX];

        return ipc_is(&set->object, id, IPC_SETS_MAX) ? set : NULL;
}

static int place_of(const Ipc *ipc, const IpcSet *set) {
        return (int)(set - ipc->sets);
}

static void tell(IpcSet *set) {
        atomic_fetch_add(&set->changes, 1);
        if (set->n_waiting > 0)
                (void)raw_call(SYS_futex, (long)&set->changes, FUTEX_WAKE, INT_MAX, 0, 0, 0);
}

/* --- undoing --- */

static IpcUndo *find_undo(Ipc *ipc, pid_t process, int set, unsigned number) {
        for (size_t i = 0; i < IPC_UNDO_MAX; i++) {
                IpcUndo *undo = &ipc->undos[i];

                if (undo->process == process && (!process || (undo->set == set && undo->number == number)))
                        return undo;
        }
        return NULL;
}

/* The place for what is to be undone of a semaphore. NULL: there are too many. */
static IpcUndo *take_undo(Ipc *ipc, int set, unsigned number) {
        IpcUndo *undo = find_undo(ipc, ipc_self(), set, number);

        if (undo)
                return undo;
        undo = find_undo(ipc, 0, 0, 0);
        if (!undo) {
                sem_sweep(ipc);
                undo = find_undo(ipc, 0, 0, 0);
        }
        if (undo)
                *undo = (IpcUndo){.process = ipc_self(), .set = set, .number = number};
        return undo;
}

static void apply_undo(Ipc *ipc, IpcUndo *undo) {
        IpcSet *set = &ipc->sets[undo->set];
        int value = set->list[undo->number].value + undo->by;

        if (undo->by != 0) {
                set->list[undo->number].value = (int16_t)(value < 0               ? 0
                                                          : value > IPC_VALUE_MAX ? IPC_VALUE_MAX
                                                                                  : value);
                set->list[undo->number].last = undo->process;
                tell(set);
        }
        undo->process = 0;
}

void sem_undo_all(Ipc *ipc, pid_t process) {
        for (size_t i = 0; i < IPC_UNDO_MAX; i++)
                if (ipc->undos[i].process == process)
                        apply_undo(ipc, &ipc->undos[i]);
}

void sem_sweep(Ipc *ipc) {
        pid_t alive = ipc_self();

        for (size_t i = 0; i < IPC_UNDO_MAX; i++) {
                pid_t process = ipc->undos[i].process;

                if (!process || process == alive)
                        continue;
                if (ipc_has_ended(process))
                        sem_undo_all(ipc, process);
                else
                        alive = process; /* mostly several in a row are one's */
        }
}

static bool has_undo_of_others(const Ipc *ipc, int set) {
        for (size_t i = 0; i < IPC_UNDO_MAX; i++)
                if (ipc->undos[i].process && ipc->undos[i].process != ipc_self() && ipc->undos[i].set == set)
                        return true;
        return false;
}

/* Nobody undoes what was set anew. number: -1: of the whole set. */
static void drop_undos(Ipc *ipc, int set, int number) {
        for (size_t i = 0; i < IPC_UNDO_MAX; i++)
                if (ipc->undos[i].process && ipc->undos[i].set == set &&
                        (number < 0 || ipc->undos[i].number == (unsigned)number))
                        ipc->undos[i].process = 0;
}

/* --- sets --- */

static long make(Ipc *ipc, key_t key, int n, int flags) {
        IpcSet *set;
        int place = 0;

        if (n <= 0 || n > IPC_PER_SET_MAX)
                return -EINVAL;
        while (place < IPC_SETS_MAX && ipc->sets[place].object.is_there)
                place++;
        if (place == IPC_SETS_MAX)
                return -ENOSPC;
        set = &ipc->sets[place];
        set->n = (unsigned)n;
        set->operated = 0;
        memset(set->list, 0, sizeof set->list);
        ipc_begin(&set->object, key, flags);
        return ipc_id(&set->object, place, IPC_SETS_MAX);
}

static long get_set(Ipc *ipc, key_t key, int n, int flags) {
        for (int i = 0; key != IPC_PRIVATE && i < IPC_SETS_MAX; i++) {
                const IpcSet *set = &ipc->sets[i];

                if (!set->object.is_there || set->object.key != key)
                        continue;
                if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
                        return -EEXIST;
                return n < 0 || (unsigned)n > set->n ? -EINVAL : ipc_id(&set->object, i, IPC_SETS_MAX);
        }
        if (key != IPC_PRIVATE && !(flags & IPC_CREAT))
                return -ENOENT;
        return make(ipc, key, n, flags);
}

/* Its number may be given again; who waits for it finds that it is another one. */
static void end_set(Ipc *ipc, IpcSet *set) {
        drop_undos(ipc, place_of(ipc, set), -1);
        set->object.is_there = false;
        tell(set);
}

/* --- operations --- */

static long check(const IpcSet *set, const Operations *operations) {
        for (size_t i = 0; i < operations->n; i++)
                if (operations->list[i].sem_num >= set->n)
                        return -EFBIG;
        return 0;
}

/* One operation. 0, -EAGAIN: not now, or another negative errno. */
static long operate(Ipc *ipc, IpcSet *set, const struct sembuf *what) {
        IpcSemaphore *semaphore = &set->list[what->sem_num];
        int value = semaphore->value + what->sem_op;
        IpcUndo *undo;

        if (what->sem_op == 0)
                return semaphore->value ? -EAGAIN : 0;
        if (value < 0)
                return -EAGAIN;
        if (value > IPC_VALUE_MAX)
                return -ERANGE;
        if (what->sem_flg & SEM_UNDO) {
                undo = take_undo(ipc, place_of(ipc, set), what->sem_num);
                if (!undo)
                        return -ENOSPC;
                if (undo->by - what->sem_op < -IPC_VALUE_MAX - 1 || undo->by - what->sem_op > IPC_VALUE_MAX)
                        return -ERANGE;
                undo->by -= what->sem_op;
        }
        semaphore->value = (int16_t)value;
        return 0;
}

static void take_back(Ipc *ipc, IpcSet *set, const struct sembuf *what) {
        set->list[what->sem_num].value = (int16_t)(set->list[what->sem_num].value - what->sem_op);
        if (what->sem_op && (what->sem_flg & SEM_UNDO))
                find_undo(ipc, ipc_self(), place_of(ipc, set), what->sem_num)->by += what->sem_op;
}

/* All or none. -EAGAIN: *ret_stuck can't be done now. */
static long try_all(Ipc *ipc, IpcSet *set, const Operations *operations, const struct sembuf **ret_stuck) {
        size_t n = 0;
        long r = 0;

        while (n < operations->n && (r = operate(ipc, set, &operations->list[n])) == 0)
                n++;
        if (r < 0) {
                *ret_stuck = &operations->list[n];
                while (n-- > 0)
                        take_back(ipc, set, &operations->list[n]);
                return r;
        }
        for (size_t i = 0; i < operations->n; i++)
                set->list[operations->list[i].sem_num].last = ipc_self();
        set->operated = time(NULL);
        tell(set);
        return 0;
}

/* --- waiting --- */

static IpcWaiter *find_waiter_place(Ipc *ipc) {
        for (size_t i = 0; i < IPC_WAITERS_MAX; i++)
                if (!ipc->waiters[i].process)
                        return &ipc->waiters[i];
        for (size_t i = 0; i < IPC_WAITERS_MAX; i++)
                if (ipc_has_ended(ipc->waiters[i].process))
                        return &ipc->waiters[i];
        return NULL;
}

static IpcWaiter *note(Ipc *ipc, IpcSet *set, const struct sembuf *stuck) {
        IpcWaiter *waiter = find_waiter_place(ipc);

        if (waiter)
                *waiter = (IpcWaiter){.process = ipc_self(),
                        .set = place_of(ipc, set),
                        .number = stuck->sem_num,
                        .is_for_zero = stuck->sem_op == 0};
        return waiter;
}

static long now_ns(void) {
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * SECOND + now.tv_nsec;
}

/* Waits for a change. The lock is given back meanwhile; signals arrive. 0, or -EINTR, -EAGAIN: time is up. */
static long sleep_until(IpcLocked *locked, IpcSet *set, bool looks, long end_ns) {
        uint32_t seen = atomic_load(&set->changes);
        long rest = end_ns - now_ns(), r;
        struct timespec patience;

        if (rest <= 0)
                return -EAGAIN;
        if (looks && rest > LOOK_NS)
                rest = LOOK_NS;
        patience = (struct timespec){.tv_sec = rest / SECOND, .tv_nsec = rest % SECOND};
        set->n_waiting++;
        ipc_unlock(locked);
        r = raw_call(SYS_futex, (long)&set->changes, FUTEX_WAIT, seen, (long)&patience, 0, 0);
        *locked = ipc_lock();
        set->n_waiting--;
        return r == -EINTR ? -EINTR : 0;
}

static long wait_for_change(IpcLocked *locked, IpcSet *set, const struct sembuf *stuck, long end_ns) {
        bool looks = has_undo_of_others(locked->ipc, place_of(locked->ipc, set));
        IpcWaiter *waiter = note(locked->ipc, set, stuck);
        long r;

        if (!waiter)
                return -ENOMEM;
        r = sleep_until(locked, set, looks, end_ns);
        waiter->process = 0;
        return r;
}

/* Before anybody waits, or is told that he would have to, those that have ended give back what they had. */
static long try_hard(Ipc *ipc, IpcSet *set, const Operations *operations, const struct sembuf **ret_stuck) {
        long r = try_all(ipc, set, operations, ret_stuck);

        if (r != -EAGAIN || !has_undo_of_others(ipc, place_of(ipc, set)))
                return r;
        sem_sweep(ipc);
        return try_all(ipc, set, operations, ret_stuck);
}

static long do_all(IpcLocked *locked, const Operations *operations, long end_ns) {
        IpcSet *set = find(locked->ipc, operations->id);
        const struct sembuf *stuck = NULL;
        long r = set ? check(set, operations) : -EINVAL;

        if (r < 0)
                return r;
        while ((r = try_hard(locked->ipc, set, operations, &stuck)) == -EAGAIN) {
                if (stuck->sem_flg & IPC_NOWAIT)
                        return -EAGAIN;
                r = wait_for_change(locked, set, stuck, end_ns);
                if (find(locked->ipc, operations->id) != set)
                        return -EIDRM;
                if (r < 0)
                        return r;
        }
        return r;
}

/* --- control --- */

static unsigned count(Ipc *ipc, const IpcSet *set, int number, bool is_for_zero) {
        unsigned n = 0;

        for (size_t i = 0; i < IPC_WAITERS_MAX; i++) {
                const IpcWaiter *waiter = &ipc->waiters[i];

                n += waiter->process && waiter->set == place_of(ipc, set) &&
                     waiter->number == (unsigned)number && waiter->is_for_zero == is_for_zero &&
                     !ipc_has_ended(waiter->process);
        }
        return n;
}

static long set_value(Ipc *ipc, IpcSet *set, int number, long value) {
        if (value < 0 || value > IPC_VALUE_MAX)
                return -ERANGE;
        set->list[number].value = (int16_t)value;
        set->list[number].last = ipc_self();
        set->object.changed = time(NULL);
        drop_undos(ipc, place_of(ipc, set), number);
        tell(set);
        return 0;
}

static long set_all(Ipc *ipc, IpcSet *set, const unsigned short *values) {
        for (unsigned i = 0; i < set->n; i++)
                if (values[i] > IPC_VALUE_MAX)
                        return -ERANGE;
        for (unsigned i = 0; i < set->n; i++)
                (void)set_value(ipc, set, (int)i, values[i]);
        return 0;
}

static void show(const IpcSet *set, struct semid_ds *info) {
        *info = (struct semid_ds){
                .sem_nsems = set->n, .sem_otime = set->operated, .sem_ctime = set->object.changed};
        ipc_show(&set->object, &info->sem_perm);
}

/* Of one semaphore. */
static long control_one(Ipc *ipc, IpcSet *set, int number, int command, long argument) {
        if (number < 0 || (unsigned)number >= set->n)
                return -EINVAL;
        switch (command) {
        case GETVAL:
                return set->list[number].value;
        case SETVAL:
                return set_value(ipc, set, number, (int)argument);
        case GETPID:
                return set->list[number].last;
        case GETNCNT:
                return count(ipc, set, number, false);
        case GETZCNT:
                return count(ipc, set, number, true);
        default:
                return -EINVAL;
        }
}

static long control(Ipc *ipc, int id, int number, int command, long argument) {
        IpcSet *set = find(ipc, id);
        void *memory = (void *)argument;

        if (!set)
                return -EINVAL;
        if (!memory && (command == IPC_STAT || command == IPC_SET || command == GETALL || command == SETALL))
                return -EFAULT;
        sem_sweep(ipc);
        switch (command) {
        case IPC_RMID:
                end_set(ipc, set);
                return 0;
        case IPC_STAT:
                show(set, memory);
                return 0;
        case IPC_SET:
                set->object.mode = ((struct semid_ds *)memory)->sem_perm.mode & 0777;
                set->object.changed = time(NULL);
                return 0;
        case GETALL:
                for (unsigned i = 0; i < set->n; i++)
                        ((unsigned short *)memory)[i] = (unsigned short)set->list[i].value;
                return 0;
        case SETALL:
                return set_all(ipc, set, memory);
        default:
                return control_one(ipc, set, number, command, argument);
        }
}

/* --- calls --- */

long answer_semget(const CallArgs *args) {
        IpcLocked locked = ipc_lock();
        long r = -ENOSPC;

        if (!locked.ipc)
                return r;
        r = get_set(locked.ipc, (key_t)args->a[0], (int)args->a[1], (int)args->a[2]);
        ipc_unlock(&locked);
        return r;
}

long answer_semctl(const CallArgs *args) {
        IpcLocked locked = ipc_lock();
        long r = -EINVAL;

        if (!locked.ipc)
                return r;
        r = control(locked.ipc, (int)args->a[0], (int)args->a[1], (int)args->a[2], args->a[3]);
        ipc_unlock(&locked);
        return r;
}

/* When it is over. Without a limit: in a long time. 0, or -EINVAL. */
static long end_of(const struct timespec *patience, long *ret) {
        *ret = LONG_MAX;
        if (!patience)
                return 0;
        if (patience->tv_sec < 0 || patience->tv_nsec < 0 || patience->tv_nsec >= SECOND)
                return -EINVAL;
        if (patience->tv_sec < LONG_MAX / SECOND / 2)
                *ret = now_ns() + patience->tv_sec * SECOND + patience->tv_nsec;
        return 0;
}

/* The operations are copied: they are the program's, and its threads may change them. */
long answer_semtimedop(const CallArgs *args) {
        const struct timespec *patience =
                args->number == SYS_semtimedop ? (const struct timespec *)args->a[3] : NULL;
        Operations operations = {.id = (int)args->a[0], .n = (size_t)args->a[2]};
        IpcLocked locked;
        long end_ns, r = end_of(patience, &end_ns);

        if (operations.n == 0)
                return -EINVAL;
        if (operations.n > IPC_OPS_MAX)
                return -E2BIG;
        if (!args->a[1])
                return -EFAULT;
        if (r < 0)
                return r;
        memcpy(operations.list, (const void *)args->a[1], operations.n * sizeof *operations.list);
        locked = ipc_lock();
        if (!locked.ipc)
                return -EINVAL;
        r = do_all(&locked, &operations, end_ns);
        ipc_unlock(&locked);
        return r;
}

static int finish(long r) {
        if (r >= 0)
                return (int)r;
        errno = (int)-r;
        return -1;
}

SHOWN int semget(key_t key, int n, int flags) {
        return finish(call(SYS_semget, key, n, flags, 0, 0, 0));
}

SHOWN int semop(int id, struct sembuf *list, size_t n) {
        return finish(call(SYS_semop, id, (long)list, (long)n, 0, 0, 0));
}

SHOWN int semtimedop(int id, struct sembuf *list, size_t n, const struct timespec *patience) {
        return finish(call(SYS_semtimedop, id, (long)list, (long)n, (long)patience, 0, 0));
}

SHOWN int semctl(int id, int number, int command, ...) {
        va_list args;
        long argument;

        va_start(args, command);
        argument = va_arg(args, long); /* whatever it is, it is one register */
        va_end(args);
        return finish(call(SYS_semctl, id, number, command, argument, 0, 0));
}
