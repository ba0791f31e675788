/* SPDX-License-Identifier: MIT */
/*
 * System V's semaphores: see exec_ipc.h.
 *
 * The operations of a call are done on the set as it is, one after the other, and taken back if one can't be
 * done now. Then the call is noted; whoever changes the set does what has become possible, in the order of
 * arrival and in the waiting one's name, so what he could do is done even if the set ends before he has woken
 * up. While operations of other processes are to be undone at their end, he looks now and then whether one
 * has ended: nobody else would.
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
        pid_t process; /* in whose name */
        const struct sembuf *list;
        size_t n;
} Operations;

static IpcSet *find(Ipc *ipc, int id) {
        IpcSet *set = &ipc->sets[(unsigned)id % IPC_SETS_MAX];

        return ipc_is(&set->object, id, IPC_SETS_MAX) ? set : NULL;
}

static int place_of(const Ipc *ipc, const IpcSet *set) {
        return (int)(set - ipc->sets);
}

/* --- undoing --- */

static void pass_on(Ipc *ipc, IpcSet *set);

static IpcUndo *find_undo(Ipc *ipc, pid_t process, int set, unsigned number) {
        for (size_t i = 0; i < IPC_UNDO_MAX; i++) {
                IpcUndo *undo = &ipc->undos[i];

                if (undo->process == process && (!process || (undo->set == set && undo->number == number)))
                        return undo;
        }
        return NULL;
}

/* The place for what is to be undone of a semaphore. NULL: there are too many. */
static IpcUndo *take_undo(Ipc *ipc, pid_t process, int set, unsigned number) {
        IpcUndo *undo = find_undo(ipc, process, set, number);

        if (undo)
                return undo;
        undo = find_undo(ipc, 0, 0, 0);
        if (undo)
                *undo = (IpcUndo){.process = process, .set = set, .number = number};
        return undo;
}

static void apply_undo(Ipc *ipc, IpcUndo *undo) {
        IpcSet *set = &ipc->sets[undo->set];
        int value = set->list[undo->number].value + undo->by, by = undo->by;

        set->list[undo->number].value = (int16_t)(value < 0               ? 0
                                                  : value > IPC_VALUE_MAX ? IPC_VALUE_MAX
                                                                          : value);
        set->list[undo->number].last = undo->process;
        undo->process = 0;
        if (by != 0)
                pass_on(ipc, set);
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

/* --- waiting calls --- */

static void poke(IpcWaiter *waiter) {
        atomic_fetch_add(&waiter->word, 1);
        (void)raw_call(SYS_futex, (long)&waiter->word, FUTEX_WAKE, INT_MAX, 0, 0, 0);
}

static void finish_waiter(IpcWaiter *waiter, long result) {
        waiter->result = result;
        waiter->is_done = true;
        poke(waiter);
}

static bool waits_for(const IpcWaiter *waiter, int set) {
        return waiter->process && !waiter->is_done && waiter->set == set;
}

/* The one who came next. */
static IpcWaiter *next_waiter(Ipc *ipc, int set, uint64_t after) {
        IpcWaiter *next = NULL;

        for (unsigned i = 0; i < ipc->n_waiters; i++) {
                IpcWaiter *waiter = &ipc->waiters[i];

                if (waits_for(waiter, set) && waiter->order > after && (!next || waiter->order < next->order))
                        next = waiter;
        }
        return next;
}

static IpcWaiter *find_waiter_place(Ipc *ipc) {
        for (unsigned i = 0; i < ipc->n_waiters; i++)
                if (!ipc->waiters[i].process)
                        return &ipc->waiters[i];
        if (ipc->n_waiters < IPC_WAITERS_MAX)
                return &ipc->waiters[ipc->n_waiters++];
        for (unsigned i = 0; i < ipc->n_waiters; i++)
                if (ipc_has_ended(ipc->waiters[i].process))
                        return &ipc->waiters[i];
        return NULL;
}

static void note_stuck(IpcWaiter *waiter, const struct sembuf *stuck) {
        waiter->number = stuck->sem_num;
        waiter->is_for_zero = stuck->sem_op == 0;
}

static IpcWaiter *note(Ipc *ipc, int set, const Operations *operations, const struct sembuf *stuck) {
        IpcWaiter *waiter = find_waiter_place(ipc);

        if (!waiter)
                return NULL;
        waiter->process = operations->process;
        waiter->set = set;
        waiter->order = ++ipc->n_waited;
        waiter->is_done = false;
        waiter->n = operations->n;
        memcpy(waiter->list, operations->list, operations->n * sizeof *waiter->list);
        note_stuck(waiter, stuck);
        return waiter;
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

static void end_set(Ipc *ipc, IpcSet *set) {
        int place = place_of(ipc, set);

        drop_undos(ipc, place, -1);
        set->object.is_there = false;
        for (unsigned i = 0; i < ipc->n_waiters; i++)
                if (waits_for(&ipc->waiters[i], place))
                        finish_waiter(&ipc->waiters[i], -EIDRM);
}

/* --- operations --- */

static long check(const IpcSet *set, const Operations *operations) {
        for (size_t i = 0; i < operations->n; i++)
                if (operations->list[i].sem_num >= set->n)
                        return -EFBIG;
        return 0;
}

/* One operation. 0, -EAGAIN: not now, or another negative errno. */
static long operate(Ipc *ipc, IpcSet *set, pid_t process, const struct sembuf *what) {
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
                undo = take_undo(ipc, process, place_of(ipc, set), what->sem_num);
                if (!undo)
                        return -ENOSPC;
                if (undo->by - what->sem_op < -IPC_VALUE_MAX - 1 || undo->by - what->sem_op > IPC_VALUE_MAX)
                        return -ERANGE;
                undo->by -= what->sem_op;
        }
        semaphore->value = (int16_t)value;
        return 0;
}

static void take_back(Ipc *ipc, IpcSet *set, pid_t process, const struct sembuf *what) {
        set->list[what->sem_num].value = (int16_t)(set->list[what->sem_num].value - what->sem_op);
        if (what->sem_op && (what->sem_flg & SEM_UNDO))
                find_undo(ipc, process, place_of(ipc, set), what->sem_num)->by += what->sem_op;
}

/* All or none. -EAGAIN: *ret_stuck can't be done now. */
static long try_all(Ipc *ipc, IpcSet *set, const Operations *operations, const struct sembuf **ret_stuck) {
        size_t n = 0;
        long r = 0;

        while (n < operations->n && (r = operate(ipc, set, operations->process, &operations->list[n])) == 0)
                n++;
        if (r < 0) {
                *ret_stuck = &operations->list[n];
                while (n-- > 0)
                        take_back(ipc, set, operations->process, &operations->list[n]);
                return r;
        }
        for (size_t i = 0; i < operations->n; i++)
                set->list[operations->list[i].sem_num].last = operations->process;
        set->operated = time(NULL);
        return 0;
}

/* True: it was done, and others may be possible now. */
static bool try_for(Ipc *ipc, IpcSet *set, IpcWaiter *waiter) {
        const Operations operations = {.process = waiter->process, .list = waiter->list, .n = waiter->n};
        const struct sembuf *stuck;
        long r;

        if (ipc_has_ended(waiter->process)) {
                waiter->process = 0;
                return false;
        }
        r = try_all(ipc, set, &operations, &stuck);
        if (r == -EAGAIN) {
                note_stuck(waiter, stuck);
                return false;
        }
        finish_waiter(waiter, r);
        return true;
}

/* After a change: what has become possible is done. */
static void pass_on(Ipc *ipc, IpcSet *set) {
        int place = place_of(ipc, set);
        uint64_t after = 0;

        for (IpcWaiter *waiter; (waiter = next_waiter(ipc, place, after));)
                after = try_for(ipc, set, waiter) ? 0 : waiter->order;
}

static bool is_to_undo(const Operations *operations) {
        for (size_t i = 0; i < operations->n; i++)
                if (operations->list[i].sem_flg & SEM_UNDO)
                        return true;
        return false;
}

/* Those who wait have to look after the end of this process from now on. */
static void warn(Ipc *ipc, int set) {
        for (unsigned i = 0; i < ipc->n_waiters; i++)
                if (waits_for(&ipc->waiters[i], set))
                        poke(&ipc->waiters[i]);
}

/* Before anybody waits, or is told that he would have to, those that have ended give back what they had. */
static long try_hard(Ipc *ipc, IpcSet *set, const Operations *operations, const struct sembuf **ret_stuck) {
        long r = try_all(ipc, set, operations, ret_stuck);

        if (r == -ENOSPC || (r == -EAGAIN && has_undo_of_others(ipc, place_of(ipc, set)))) {
                sem_sweep(ipc);
                r = try_all(ipc, set, operations, ret_stuck);
        }
        if (r < 0)
                return r;
        pass_on(ipc, set);
        if (is_to_undo(operations))
                warn(ipc, place_of(ipc, set));
        return 0;
}

/* --- waiting --- */

static long now_ns(void) {
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * SECOND + now.tv_nsec;
}

/* Until somebody pokes. The lock is given back meanwhile; signals arrive. 0, -EINTR, or -EAGAIN: time is up.
 */
static long sleep_until(IpcLocked *locked, IpcWaiter *waiter, long end_ns) {
        bool looks = has_undo_of_others(locked->ipc, waiter->set);
        uint32_t seen = atomic_load(&waiter->word);
        long rest = end_ns - now_ns(), r;
        struct timespec patience;

        if (rest <= 0)
                return -EAGAIN;
        if (looks && rest > LOOK_NS)
                rest = LOOK_NS;
        patience = (struct timespec){.tv_sec = rest / SECOND, .tv_nsec = rest % SECOND};
        ipc_unlock(locked);
        r = raw_call(SYS_futex, (long)&waiter->word, FUTEX_WAIT, seen, (long)&patience, 0, 0);
        *locked = ipc_lock();
        if (looks)
                sem_sweep(locked->ipc);
        return r == -EINTR ? -EINTR : 0;
}

static long wait_for_it(IpcLocked *locked, IpcWaiter *waiter, long end_ns) {
        long r = 0;

        while (r == 0 && !waiter->is_done)
                r = sleep_until(locked, waiter, end_ns);
        if (waiter->is_done)
                r = waiter->result;
        waiter->process = 0;
        return r;
}

static long do_all(IpcLocked *locked, int id, const Operations *operations, long end_ns) {
        IpcSet *set = find(locked->ipc, id);
        const struct sembuf *stuck = NULL;
        IpcWaiter *waiter;
        long r = set ? check(set, operations) : -EINVAL;

        if (r == 0)
                r = try_hard(locked->ipc, set, operations, &stuck);
        if (r != -EAGAIN || (stuck->sem_flg & IPC_NOWAIT))
                return r;
        waiter = note(locked->ipc, place_of(locked->ipc, set), operations, stuck);
        return waiter ? wait_for_it(locked, waiter, end_ns) : -ENOMEM;
}

/* --- control --- */

static unsigned count(Ipc *ipc, const IpcSet *set, int number, bool is_for_zero) {
        unsigned n = 0;

        for (size_t i = 0; i < ipc->n_waiters; i++) {
                const IpcWaiter *waiter = &ipc->waiters[i];

                n += waits_for(waiter, place_of(ipc, set)) && waiter->number == (unsigned)number &&
                     waiter->is_for_zero == is_for_zero && !ipc_has_ended(waiter->process);
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
        return 0;
}

static long set_all(Ipc *ipc, IpcSet *set, const unsigned short *values) {
        for (unsigned i = 0; i < set->n; i++)
                if (values[i] > IPC_VALUE_MAX)
                        return -ERANGE;
        for (unsigned i = 0; i < set->n; i++)
                (void)set_value(ipc, set, (int)i, values[i]);
        pass_on(ipc, set);
        return 0;
}

static void show(const IpcSet *set, struct semid_ds *info) {
        *info = (struct semid_ds){
                .sem_nsems = set->n, .sem_otime = set->operated, .sem_ctime = set->object.changed};
        ipc_show(&set->object, &info->sem_perm);
}

/* Of one semaphore. */
static long control_one(Ipc *ipc, IpcSet *set, int number, int command, long argument) {
        long r;

        if (number < 0 || (unsigned)number >= set->n)
                return -EINVAL;
        switch (command) {
        case GETVAL:
                return set->list[number].value;
        case SETVAL:
                r = set_value(ipc, set, number, (int)argument);
                pass_on(ipc, set);
                return r;
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
        struct sembuf list[IPC_OPS_MAX];
        Operations operations = {.process = ipc_self(), .list = list, .n = (size_t)args->a[2]};
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
        memcpy(list, (const void *)args->a[1], operations.n * sizeof *list);
        locked = ipc_lock();
        if (!locked.ipc)
                return -EINVAL;
        r = do_all(&locked, (int)args->a[0], &operations, end_ns);
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
