/* SPDX-License-Identifier: MIT */
/*
 * System V's semaphores and shared memory, as a program has them: what it tries is a line, "ok WHAT" or
 * "not ok WHAT". It says the same on the host; what is a matter of amounts it tries with the word "limits",
 * and what takes other processes with "processes".
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEY      0x4341494f /* nobody else's on this machine, one hopes */
#define SETS     64
#define PER_SET  256
#define OPS      128
#define SEGMENTS 64
#define UNDOS    1024
#define WAITERS  1024
#define MEMORY   (64l << 20)

union semun {
        int val;
        struct semid_ds *buf;
        unsigned short *array;
};

static int n_failed;

static void say(bool is_so, const char *what) {
        printf("%s %s\n", is_so ? "ok" : "not ok", what);
        n_failed += !is_so;
}

/* One operation. */
static int op(int id, unsigned short number, short by, short flags) {
        struct sembuf what = {number, by, flags};

        return semop(id, &what, 1);
}

static int value(int id, int number) {
        return semctl(id, number, GETVAL);
}

static bool fails_with(int r, int error) {
        return r < 0 && errno == error;
}

/* --- semaphores, alone --- */

static void keys(void) {
        int id = semget(KEY, 3, IPC_CREAT | IPC_EXCL | 0600), other;

        say(id >= 0 && semget(KEY, 3, IPC_CREAT | 0600) == id && semget(KEY, 0, 0) == id,
                "a key leads to its set");
        say(fails_with(semget(KEY, 3, IPC_CREAT | IPC_EXCL | 0600), EEXIST) &&
                        fails_with(semget(KEY, 4, 0), EINVAL) &&
                        fails_with(semget(KEY + 1, 1, 0600), ENOENT) &&
                        fails_with(semget(IPC_PRIVATE, 0, 0600), EINVAL) &&
                        fails_with(semget(IPC_PRIVATE, -1, 0600), EINVAL),
                "what can't be had is refused");
        say(semctl(id, 0, IPC_RMID) == 0 && fails_with(semget(KEY, 3, 0), ENOENT) &&
                        fails_with(value(id, 0), EINVAL) && fails_with(op(id, 0, 1, 0), EINVAL),
                "a removed set is gone, by key and number");
        other = semget(IPC_PRIVATE, 3, 0600);
        say(other >= 0 && other != id && fails_with(value(id, 0), EINVAL), "its number is not given again");
        (void)semctl(other, 0, IPC_RMID);
}

static void operations(int id) {
        struct sembuf both[] = {{0, -1, 0}, {1, -1, IPC_NOWAIT}}, zero[] = {{2, 0, 0}, {2, 5, 0}};
        struct timespec soon = {.tv_nsec = 1000000}, wrong = {.tv_nsec = 1000000000};

        say(op(id, 0, 2, 0) == 0 && value(id, 0) == 2 && semctl(id, 0, GETPID) == getpid(), "up");
        say(op(id, 0, -1, 0) == 0 && value(id, 0) == 1, "down");
        say(fails_with(semop(id, both, 2), EAGAIN) && value(id, 0) == 1, "all operations or none");
        say(semop(id, zero, 2) == 0 && value(id, 2) == 5 && fails_with(op(id, 2, 0, IPC_NOWAIT), EAGAIN),
                "zero is waited for");
        say(fails_with(op(id, 1, -1, IPC_NOWAIT), EAGAIN) &&
                        fails_with(semtimedop(id, both + 1, 1, &soon), EAGAIN),
                "who will not wait is told");
        both[1].sem_flg = 0;
        say(fails_with(semtimedop(id, both + 1, 1, &soon), EAGAIN) &&
                        fails_with(semtimedop(id, both + 1, 1, &wrong), EINVAL),
                "nor longer than he said");
        say(fails_with(op(id, 3, 1, 0), EFBIG) && fails_with(semop(id, both, 0), EINVAL) &&
                        fails_with(op(id, 0, SHRT_MAX, 0), ERANGE) && value(id, 0) == 1 &&
                        fails_with(semop(-1, both, 1), EINVAL),
                "wrong ones are refused");
        say(fails_with((int)syscall(SYS_semop, id, NULL, 1), EFAULT) &&
                        fails_with((int)syscall(SYS_semop, id, 8, 1), EFAULT) &&
                        syscall(SYS_semop, id, both, 1) == 0 && value(id, 0) == 0 &&
                        syscall(SYS_semctl, id, 0, SETVAL, 1) == 0 &&
                        syscall(SYS_semctl, id, 0, GETVAL, 0) == 1,
                "by system calls too");
}

static void control(int id) {
        unsigned short values[3] = {7, 8, 9}, read[3] = {0};
        struct semid_ds info;

        say(semctl(id, 0, SETALL, (union semun){.array = values}) == 0 &&
                        semctl(id, 0, GETALL, (union semun){.array = read}) == 0 &&
                        memcmp(values, read, sizeof read) == 0,
                "all values are set and read");
        values[2] = SHRT_MAX + 1;
        say(fails_with(semctl(id, 0, SETALL, (union semun){.array = values}), ERANGE) && value(id, 2) == 9 &&
                        fails_with(semctl(id, 0, SETVAL, (union semun){.val = SHRT_MAX + 1}), ERANGE) &&
                        fails_with(semctl(id, 0, SETVAL, (union semun){.val = -1}), ERANGE) &&
                        semctl(id, 0, SETVAL, (union semun){.val = SHRT_MAX}) == 0,
                "values have a limit");
        say(fails_with(semctl(id, 3, GETVAL), EINVAL) && fails_with(semctl(id, -1, GETVAL), EINVAL) &&
                        fails_with(semctl(id, 0, 4711), EINVAL),
                "there are so many, and such commands");
        say(semctl(id, 0, IPC_STAT, (union semun){.buf = &info}) == 0 && info.sem_nsems == 3 &&
                        (info.sem_perm.mode & 0777) == 0600 && info.sem_otime > 0 && info.sem_ctime > 0,
                "it is described");
        info.sem_perm.mode = 0640;
        say(semctl(id, 0, IPC_SET, (union semun){.buf = &info}) == 0 &&
                        semctl(id, 0, IPC_STAT, (union semun){.buf = &info}) == 0 &&
                        (info.sem_perm.mode & 0777) == 0640,
                "and its mode changed");
}

/* --- threads that wait --- */

typedef struct Waiting {
        int id;
        short by;
        int r, error;
} Waiting;

static void *wait_there(void *arg) {
        Waiting *w = arg;

        w->r = op(w->id, 0, w->by, 0);
        w->error = errno;
        return NULL;
}

static void await_waiter(int id, int command) {
        while (semctl(id, 0, command) == 0)
                (void)sched_yield();
}

static void nothing(int signal) {
        (void)signal;
}

static void waiting(void) {
        struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART};
        int id = semget(IPC_PRIVATE, 1, 0600);
        Waiting w = {.id = id, .by = -2};
        pthread_t thread;

        (void)pthread_create(&thread, NULL, wait_there, &w);
        await_waiter(id, GETNCNT);
        say(semctl(id, 0, GETZCNT) == 0 && op(id, 0, 1, 0) == 0 && semctl(id, 0, GETNCNT) == 1 &&
                        op(id, 0, 2, 0) == 0 && pthread_join(thread, NULL) == 0 && w.r == 0 &&
                        value(id, 0) == 1,
                "who waits goes on when there is enough");
        w.by = 0;
        (void)pthread_create(&thread, NULL, wait_there, &w);
        await_waiter(id, GETZCNT);
        say(op(id, 0, -1, 0) == 0 && pthread_join(thread, NULL) == 0 && w.r == 0, "and when there is none");
        w.by = -1;
        (void)sigaction(SIGUSR1, &action, NULL);
        (void)pthread_create(&thread, NULL, wait_there, &w);
        await_waiter(id, GETNCNT);
        while (semctl(id, 0, GETNCNT) == 1) {
                (void)pthread_kill(thread, SIGUSR1);
                (void)sched_yield();
        }
        say(pthread_join(thread, NULL) == 0 && w.r < 0 && w.error == EINTR, "a signal ends waiting");
        (void)pthread_create(&thread, NULL, wait_there, &w);
        await_waiter(id, GETNCNT);
        say(semctl(id, 0, IPC_RMID) == 0 && pthread_join(thread, NULL) == 0 && w.r < 0 && w.error == EIDRM,
                "the end of the set too");
}

/* --- memory --- */

static void segments(void) {
        int id = shmget(KEY, 10000, IPC_CREAT | IPC_EXCL | 0600), other;
        char *memory = shmat(id, NULL, 0), *again;
        struct shmid_ds info;

        say(memory != (char *)-1 && memory[0] == 0 && memset(memory, 'x', 10000) == memory &&
                        shmget(KEY, 1, 0) == id,
                "a key leads to its segment");
        again = shmat(id, NULL, SHM_RDONLY);
        say(again != (char *)-1 && again[9999] == 'x' && shmctl(id, IPC_STAT, &info) == 0 &&
                        info.shm_nattch == 2 && info.shm_segsz == 10000 && info.shm_lpid == getpid() &&
                        info.shm_cpid == getpid(),
                "it is attached twice, and described");
        say(fails_with(shmget(KEY, 20000, 0), EINVAL) &&
                        fails_with(shmget(KEY, 1, IPC_CREAT | IPC_EXCL), EEXIST) &&
                        fails_with(shmget(KEY + 1, 1, 0), ENOENT) &&
                        fails_with(shmget(IPC_PRIVATE, 0, 0600), EINVAL),
                "what can't be had is refused");
        say(shmctl(id, IPC_RMID, NULL) == 0 && fails_with(shmget(KEY, 1, 0), ENOENT) && memory[9999] == 'x' &&
                        shmdt(again) == 0 && memory[1] == 'x' && shmdt(memory) == 0 &&
                        fails_with(shmdt(memory), EINVAL) && shmat(id, NULL, 0) == (char *)-1 &&
                        errno == EINVAL,
                "a removed segment lives until it is detached");
        other = shmget(IPC_PRIVATE, 10000, 0600);
        memory = shmat(other, NULL, 0);
        say(other != id && memory != (char *)-1 && memory[0] == 0 && memory[9999] == 0 &&
                        shmdt(memory) == 0 && shmctl(other, IPC_RMID, NULL) == 0 &&
                        fails_with(shmctl(other, IPC_STAT, &info), EINVAL),
                "a new one has nothing of it");
}

/* --- amounts --- */

static void limits(void) {
        struct sembuf ops[OPS + 1] = {{0}};
        int ids[SETS + 1], n = 0, id, small;
        char *memory;

        while (n <= SETS && (ids[n] = semget(IPC_PRIVATE, PER_SET, 0600)) >= 0)
                n++;
        say(n == SETS && errno == ENOSPC, "as many sets as may be, and no more");
        for (int i = 0; i < OPS + 1; i++)
                ops[i] = (struct sembuf){.sem_num = PER_SET - 1, .sem_op = 1};
        say(semop(ids[0], ops, OPS) == 0 && value(ids[0], PER_SET - 1) == OPS &&
                        fails_with(semop(ids[0], ops, OPS + 1), E2BIG),
                "as many operations");
        for (int i = 0; i < UNDOS; i++)
                if (op(ids[i / PER_SET], (unsigned short)(i % PER_SET), 1, SEM_UNDO) < 0)
                        n = -1;
        say(n == SETS && fails_with(op(ids[5], 0, 1, SEM_UNDO), ENOSPC) && value(ids[5], 0) == 0 &&
                        op(ids[0], 0, -1, SEM_UNDO) == 0,
                "as many to be undone");
        while (n > 0)
                (void)semctl(ids[--n], 0, IPC_RMID);
        say(fails_with(semget(IPC_PRIVATE, PER_SET + 1, 0600), EINVAL), "as many semaphores");
        while (n <= SEGMENTS && (ids[n] = shmget(IPC_PRIVATE, 1, 0600)) >= 0)
                n++;
        say(n == SEGMENTS && errno == ENOSPC, "as many segments");
        while (n > 0)
                (void)shmctl(ids[--n], IPC_RMID, NULL);
        id = shmget(IPC_PRIVATE, MEMORY, 0600);
        memory = shmat(id, NULL, 0);
        say(id >= 0 && memory != (char *)-1 && (memory[MEMORY - 1] = 'x') &&
                        fails_with(shmget(IPC_PRIVATE, 1, 0600), ENOSPC) &&
                        fails_with(shmget(IPC_PRIVATE, MEMORY + 1, 0600), EINVAL),
                "as much memory");
        (void)shmctl(id, IPC_RMID, NULL);
        (void)shmdt(memory);
        id = shmget(IPC_PRIVATE, MEMORY - 4096, 0600);
        small = shmget(IPC_PRIVATE, 4096, 0600);
        memory = shmat(small, NULL, 0);
        say(id >= 0 && small >= 0 && memory != (char *)-1 && memory[4095] == 0, "and all of it again");
        (void)shmctl(id, IPC_RMID, NULL);
        (void)shmctl(small, IPC_RMID, NULL);
}

static void *wait_long(void *arg) {
        (void)op(*(int *)arg, 0, -1, 0);
        return NULL;
}

/* Needs as many threads. */
static void crowd(void) {
        static pthread_t threads[WAITERS];
        int id = semget(IPC_PRIVATE, 1, 0600), n = 0;
        pthread_attr_t small;

        (void)pthread_attr_init(&small);
        (void)pthread_attr_setstacksize(&small, 1 << 17);
        while (n < WAITERS && pthread_create(&threads[n], &small, wait_long, &id) == 0)
                n++;
        while (semctl(id, 0, GETNCNT) < n)
                (void)sched_yield();
        say(n == WAITERS && fails_with(op(id, 0, -1, 0), ENOMEM) && op(id, 0, 1, 0) == 0, "as many who wait");
        (void)semctl(id, 0, IPC_RMID);
        while (n > 0)
                (void)pthread_join(threads[--n], NULL);
        (void)pthread_attr_destroy(&small);
}

/* --- processes --- */

static void children(void) {
        int id = semget(IPC_PRIVATE, 3, 0600), segment = shmget(IPC_PRIVATE, 4096, 0600), late;
        volatile int *memory = shmat(segment, NULL, 0);
        struct shmid_ds info = {.shm_nattch = 0};
        pid_t child = fork();

        if (child == 0) {
                memory[0] = 42;
                memory[1] = shmget(IPC_PRIVATE, 4096, 0600);
                *(volatile int *)shmat(memory[1], NULL, 0) = 43;
                (void)op(id, 0, 1, 0);
                (void)op(id, 1, -1, 0);
                _exit(0);
        }
        say(child > 0 && op(id, 0, -1, 0) == 0 && memory[0] == 42 && semctl(id, 0, GETPID) == getpid(),
                "a child is waited for, and its memory seen");
        late = memory[1];
        say(*(volatile int *)shmat(late, NULL, 0) == 43, "also what it made itself");
        say(shmctl(segment, IPC_STAT, &info) == 0 && info.shm_nattch == 2 && op(id, 1, 1, 0) == 0 &&
                        waitpid(child, NULL, 0) == child && shmctl(segment, IPC_STAT, &info) == 0 &&
                        info.shm_nattch == 1,
                "what it had attached ends with it");
        (void)shmctl(late, IPC_RMID, NULL);
        (void)shmctl(segment, IPC_RMID, NULL);
        (void)semctl(id, 0, SETVAL, (union semun){.val = 1});
        child = fork();
        if (child == 0) {
                (void)op(id, 0, -1, SEM_UNDO);
                (void)op(id, 2, 1, SEM_UNDO);
                (void)op(id, 1, 1, 0);
                (void)pause();
        }
        (void)op(id, 1, -1, 0);
        (void)kill(child, SIGKILL);
        say(op(id, 0, -1, 0) == 0 && waitpid(child, NULL, 0) == child && value(id, 2) == 0,
                "what a killed one held is given back");
        (void)semctl(id, 0, SETALL, (union semun){.array = (unsigned short[]){1, 0, 0}});
        child = fork();
        if (child == 0) {
                (void)op(id, 0, -1, SEM_UNDO);
                (void)op(id, 1, 1, 0);
                exit(0);
        }
        say(op(id, 1, -1, 0) == 0 && op(id, 0, -1, 0) == 0 && waitpid(child, NULL, 0) == child,
                "and what one that ends did");
        (void)semctl(id, 0, IPC_RMID);
}

/* What has become possible is done when it becomes so: whoever wakes up late has it all the same. */
static void turns(void) {
        int id = semget(IPC_PRIVATE, 2, 0600), n_done = 0, status;
        pid_t first, second;

        (void)op(id, 0, 1, 0);
        for (int i = 0; i < 4; i++)
                if (fork() == 0)
                        _exit(op(id, 0, 0, 0) < 0);
        while (semctl(id, 0, GETZCNT) < 4)
                (void)sched_yield();
        (void)op(id, 0, -1, 0);
        (void)semctl(id, 0, IPC_RMID);
        while (wait(&status) > 0)
                n_done += WIFEXITED(status) && WEXITSTATUS(status) == 0;
        say(n_done == 4, "who could go on does, though the set has ended meanwhile");
        id = semget(IPC_PRIVATE, 2, 0600);
        first = fork();
        if (first == 0)
                _exit(op(id, 0, -1, 0) < 0);
        await_waiter(id, GETNCNT);
        second = fork();
        if (second == 0)
                _exit(op(id, 0, -1, 0) < 0);
        while (semctl(id, 0, GETNCNT) < 2)
                (void)sched_yield();
        (void)op(id, 0, 1, 0);
        say(waitpid(first, &status, 0) == first && status == 0 && semctl(id, 0, GETNCNT) == 1 &&
                        op(id, 0, 1, 0) == 0 && waitpid(second, &status, 0) == second && status == 0,
                "who came first goes first");
        (void)op(id, 0, 1, 0);
        first = fork();
        if (first == 0)
                _exit(op(id, 0, -2, 0) < 0);
        await_waiter(id, GETNCNT);
        second = fork();
        if (second == 0) {
                (void)op(id, 0, -1, SEM_UNDO);
                (void)op(id, 1, 1, 0);
                (void)pause();
        }
        (void)op(id, 1, -1, 0);
        (void)op(id, 0, 1, 0);
        (void)kill(second, SIGKILL);
        say(waitpid(first, &status, 0) == first && status == 0 && value(id, 0) == 0 &&
                        waitpid(second, &status, 0) == second,
                "who waits hears of an end that nobody else sees");
        (void)semctl(id, 0, IPC_RMID);
}

static void processes(void) {
        children();
        turns();
}

int main(int n_words, char **words) {
        int id = semget(IPC_PRIVATE, 3, 0600);

        (void)setvbuf(stdout, NULL, _IOLBF, 0); /* children have none of it */
        (void)alarm(60);                        /* a lost wake would wait for ever */
        keys();
        operations(id);
        control(id);
        (void)semctl(id, 0, IPC_RMID);
        waiting();
        segments();
        for (int i = 1; i < n_words; i++)
                if (strcmp(words[i], "limits") == 0)
                        limits();
                else if (strcmp(words[i], "crowd") == 0)
                        crowd();
                else if (strcmp(words[i], "processes") == 0)
                        processes();
        return n_failed ? 1 : 0;
}
