/* SPDX-License-Identifier: MIT */
/*
 * An ordinary program that makes processes, run by `caisson exec`: what it tries is a line, "ok WHAT" or
 * "not ok WHAT". A child says by its exit status whether all was as it should be.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITERS   8
#define LINES     200
#define LINE      16
#define MANY      800 /* forks with 17 handles each: more than sessions at a time, and than handles in all */
#define AT_ONCE   200 /* children that are tried */
#define FILES     900 /* of the 1,024 that a process may have */
#define CHURNERS  2
#define WAITERS   40
#define WITH_MANY 40

static int n_failed;

static void say(bool is_so, const char *what) {
        printf("%s %s\n", is_so ? "ok" : "not ok", what);
        (void)fflush(stdout);
        n_failed += !is_so;
}

/* Ends a child. */
static void be(bool is_so) {
        _exit(is_so ? 0 : 1);
}

/* Did it end well? */
static bool ended_well(pid_t pid) {
        int status = -1;

        return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool try_lock(int fd, short type, int command, off_t start) {
        struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};

        return fcntl(fd, command, &lock) == 0;
}

/* --- files --- */

static void offsets(void) {
        int fd = open("/offset", O_RDWR | O_CREAT | O_TRUNC, 0600), copy = dup(fd);
        char all[9] = "";
        pid_t pid;

        (void)!write(fd, "ab", 2);
        pid = fork();
        if (pid == 0)
                be(write(fd, "cd", 2) == 2 && write(copy, "ef", 2) == 2);
        say(ended_well(pid) && write(fd, "gh", 2) == 2 && pread(fd, all, 8, 0) == 8 &&
                        strcmp(all, "abcdefgh") == 0,
                "parent and child have one position in a file");
        pid = fork();
        if (pid == 0)
                be(close(fd) == 0 && close(copy) == 0 && fcntl(fd, F_GETFD) < 0);
        say(ended_well(pid) && lseek(fd, 0, SEEK_CUR) == 8, "what a child closes stays open");
        pid = fork();
        if (pid == 0)
                be(fcntl(fd, F_SETFL, O_APPEND) == 0 && lseek(fd, 0, SEEK_SET) == 0);
        say(ended_well(pid) && (fcntl(fd, F_GETFL) & O_APPEND) && lseek(fd, 0, SEEK_CUR) == 0,
                "flags are the open file's");
        (void)close(fd);
        (void)close(copy);
}

static void write_lines(int fd, int writer) {
        char line[LINE + 1];
        bool is_fine = true;

        (void)snprintf(line, sizeof line, "%014d.\n", writer);
        for (int i = 0; i < LINES; i++)
                is_fine &= write(fd, line, LINE) == LINE;
        be(is_fine);
}

static bool are_whole(const char *path) {
        char line[LINE + 1] = "";
        int fd = open(path, O_RDONLY), n = 0, count[WRITERS] = {0};
        bool is_fine = true;

        while (read(fd, line, LINE) == LINE) {
                int writer = (int)strtol(line, NULL, 10);

                is_fine &= line[LINE - 2] == '.' && writer >= 0 && writer < WRITERS;
                if (is_fine)
                        count[writer]++;
                n++;
        }
        for (int i = 0; i < WRITERS; i++)
                is_fine &= count[i] == LINES;
        (void)close(fd);
        return is_fine && n == WRITERS * LINES;
}

/* Each with an open file of its own, or all with one. */
static void writers(bool shares, const char *what) {
        int flags = O_WRONLY | O_CREAT | O_APPEND, fd = open("/lines", flags | O_TRUNC, 0600);
        bool is_fine = true;
        pid_t pids[WRITERS];

        for (int i = 0; i < WRITERS; i++) {
                pids[i] = fork();
                if (pids[i] == 0)
                        write_lines(shares ? fd : open("/lines", flags, 0600), i);
        }
        for (int i = 0; i < WRITERS; i++)
                is_fine &= ended_well(pids[i]);
        say(is_fine && are_whole("/lines"), what);
        (void)close(fd);
}

static void places(void) {
        char here[64] = "";
        struct stat st;
        int dir;
        pid_t pid;

        (void)mkdir("/place", 0755);
        (void)chdir("/place");
        dir = open("/place", O_RDONLY | O_DIRECTORY);
        (void)umask(027);
        pid = fork();
        if (pid == 0)
                be(mkdir("here", 0777) == 0 && stat("/place/here", &st) == 0 && (st.st_mode & 0777) == 0750 &&
                        chdir("/") == 0 && umask(0) == 027 &&
                        openat(dir, "file", O_CREAT | O_WRONLY, 0666) >= 0);
        say(ended_well(pid) && getcwd(here, sizeof here) && strcmp(here, "/place") == 0 &&
                        umask(022) == 027 && stat("file", &st) == 0 && (st.st_mode & 0777) == 0666,
                "a child begins where its parent is, and goes its own way");
        (void)close(dir);
        (void)chdir("/");
}

static void unlinked(void) {
        int fd = open("/gone", O_RDWR | O_CREAT, 0600);
        char text[5] = "";
        pid_t pid;

        (void)unlink("/gone");
        pid = fork();
        if (pid == 0)
                be(write(fd, "left", 4) == 4 && access("/gone", F_OK) < 0);
        say(ended_well(pid) && pread(fd, text, 4, 0) == 4 && strcmp(text, "left") == 0,
                "a file without a name is shared");
        (void)close(fd);
}

/* --- locks --- */

static void locks(void) {
        int fd = open("/lock", O_RDWR | O_CREAT, 0600);
        pid_t pid;

        (void)try_lock(fd, F_WRLCK, F_SETLK, 0);
        (void)flock(fd, LOCK_EX);
        pid = fork();
        if (pid == 0) {
                int own = open("/lock", O_RDWR);

                be(!try_lock(fd, F_WRLCK, F_SETLK, 0) && (errno == EAGAIN || errno == EACCES) &&
                        flock(fd, LOCK_EX | LOCK_NB) == 0 && flock(own, LOCK_EX | LOCK_NB) < 0 &&
                        errno == EWOULDBLOCK && close(fd) == 0 && flock(own, LOCK_EX | LOCK_NB) < 0);
        }
        say(ended_well(pid), "locks of records are not inherited, those of open files are shared");
        pid = fork();
        if (pid == 0)
                be(try_lock(fd, F_WRLCK, F_SETLKW, 0)); /* waits for its parent */
        (void)try_lock(fd, F_UNLCK, F_SETLK, 0);
        say(ended_well(pid), "a child gets a lock that its parent gives up");
        pid = fork();
        if (pid == 0)
                be(flock(fd, LOCK_UN) == 0);
        say(ended_well(pid) && flock(open("/lock", O_RDWR), LOCK_EX | LOCK_NB) == 0,
                "and gives up what both have");
        (void)close(fd);
}

static atomic_int n_alarms;
static int heard[2];

static void on_alarm(int signal) {
        (void)signal;
        (void)!write(heard[1], "x", 1);
        atomic_fetch_add(&n_alarms, 1);
}

/* With SA_RESTART the wait goes on until the lock is there. */
static void interrupted(void) {
        struct sigaction action = {.sa_handler = on_alarm};
        int fd = open("/waited", O_RDWR | O_CREAT, 0600);
        char all[2];
        pid_t pid;

        (void)!pipe(heard);

        (void)flock(fd, LOCK_EX);
        (void)try_lock(fd, F_WRLCK, F_SETLK, 0);
        pid = fork();
        if (pid == 0) {
                int own = open("/waited", O_RDWR);
                bool is_fine;

                (void)sigaction(SIGALRM, &action, NULL);
                (void)alarm(1);
                is_fine = !try_lock(own, F_WRLCK, F_SETLKW, 0) && errno == EINTR;
                (void)alarm(1);
                is_fine = is_fine && flock(own, LOCK_EX) < 0 && errno == EINTR;
                be(is_fine && atomic_load(&n_alarms) == 2);
        }
        say(ended_well(pid) && read(heard[0], all, 2) == 2, "a signal ends a wait for a lock");
        pid = fork();
        if (pid == 0) {
                action.sa_flags = SA_RESTART;
                (void)sigaction(SIGALRM, &action, NULL);
                (void)alarm(1);
                be(try_lock(fd, F_WRLCK, F_SETLKW, 0) && atomic_load(&n_alarms) == 1);
        }
        (void)!read(heard[0], all, 1); /* the handler has run */
        (void)try_lock(fd, F_UNLCK, F_SETLK, 0);
        say(ended_well(pid), "but one whose handler says that it goes on");
        (void)close(fd);
        (void)close(heard[0]);
        (void)close(heard[1]);
}

static void killed(void) {
        int ready[2], fd, own;
        char byte;
        pid_t pid;

        (void)!pipe(ready);
        pid = fork();
        if (pid == 0) {
                fd = open("/killed", O_RDWR | O_CREAT, 0600);
                be(try_lock(fd, F_WRLCK, F_SETLK, 0) && flock(fd, LOCK_EX) == 0 &&
                        write(ready[1], "x", 1) == 1 && pause() == 0);
        }
        (void)!read(ready[0], &byte, 1);
        own = open("/killed", O_RDWR);
        say(!try_lock(own, F_WRLCK, F_SETLK, 0) && flock(own, LOCK_EX | LOCK_NB) < 0, "a child has locks");
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        say(try_lock(own, F_WRLCK, F_SETLK, 0) && flock(own, LOCK_EX | LOCK_NB) == 0,
                "what a killed one had is free when it has been waited for");
        (void)close(own);
        (void)close(ready[0]);
        (void)close(ready[1]);
}

/* What each of them had of the channel comes back, too: it has sixteen calls at a time. */
static void killed_waiting(void) {
        int fd = open("/wait", O_RDWR | O_CREAT, 0600), n = 0;

        (void)try_lock(fd, F_WRLCK, F_SETLK, 0);
        for (int i = 0; i < WAITERS; i++) {
                int ready[2];
                char byte;
                pid_t pid;

                (void)!pipe(ready);
                pid = fork();
                if (pid == 0)
                        be(write(ready[1], "x", 1) == 1 && try_lock(fd, F_WRLCK, F_SETLKW, 0));
                (void)!read(ready[0], &byte, 1);
                (void)kill(pid, SIGKILL);
                n += waitpid(pid, NULL, 0) == pid;
                (void)close(ready[0]);
                (void)close(ready[1]);
        }
        say(n == WAITERS && access("/wait", F_OK) == 0,
                "who is killed while he waits for a lock leaves nothing");
        (void)close(fd);
}

/* --- processes --- */

static void memory(void) {
        _Atomic int *sum = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        int mine = 1;
        pid_t pid;

        say(sum != MAP_FAILED, "there is memory to share");
        if (sum == MAP_FAILED)
                return;
        pid = fork();
        if (pid == 0) {
                mine = 2;
                atomic_fetch_add(sum, 41);
                be(mine == 2);
        }
        say(ended_well(pid) && atomic_fetch_add(sum, 1) == 41 && mine == 1,
                "memory is shared that was asked for, and no other");
        (void)munmap((void *)(uintptr_t)sum, 4096);
}

static void pipes(void) {
        int ends[2];
        char text[8] = "";
        pid_t pid;

        (void)!pipe(ends);
        pid = fork();
        if (pid == 0)
                be(close(ends[0]) == 0 && write(ends[1], "through", 7) == 7);
        (void)close(ends[1]);
        say(read(ends[0], text, 7) == 7 && read(ends[0], text, 1) == 0 && strcmp(text, "through") == 0 &&
                        ended_well(pid),
                "a pipe joins two processes, and ends with the writer");
        (void)close(ends[0]);
}

/* The one in the middle opens a file and ends before its child does. */
static void generations(void) {
        int go[2], done[2];
        char answer = '-';
        pid_t pid;

        (void)!pipe(go);
        (void)!pipe(done);
        pid = fork();
        if (pid == 0) {
                int fd = open("/heirloom", O_RDWR | O_CREAT, 0600);

                (void)!write(fd, "old", 3);
                if (fork() == 0) {
                        char c, text[4] = "";

                        (void)!read(go[0], &c, 1);
                        answer = pread(fd, text, 3, 0) == 3 && strcmp(text, "old") == 0 &&
                                                 open("/heirloom", O_RDONLY) >= 0
                                         ? 'y'
                                         : 'n';
                        be(write(done[1], &answer, 1) == 1);
                }
                be(true);
        }
        say(ended_well(pid), "a child has a child");
        (void)!write(go[1], "x", 1);
        say(read(done[0], &answer, 1) == 1 && answer == 'y',
                "who has what its parent had, when that is gone");
        for (int i = 0; i < 2; i++) {
                (void)close(go[i]);
                (void)close(done[i]);
        }
}

static void by_number(void) {
        int fd = open("/number", O_RDWR | O_CREAT | O_APPEND, 0600);
        struct stat st = {0};
        pid_t pid = (pid_t)syscall(SYS_fork);
        bool is_fine;

        if (pid == 0)
                be(write(fd, "x", 1) == 1);
        is_fine = ended_well(pid);
        pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
        if (pid == 0)
                be(write(fd, "x", 1) == 1);
        is_fine &= ended_well(pid);
        pid = vfork();
        if (pid == 0)
                be(write(fd, "x", 1) == 1);
        is_fine &= ended_well(pid);
        say(is_fine && fstat(fd, &st) == 0 && st.st_size == 3, "processes are made by system calls too");
        (void)close(fd);
}

static void other_programs(void) {
        char name[] = "true", *words[] = {name, NULL};
        pid_t pid;

        say(syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL) < 0 &&
                        syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL) < 0 &&
                        syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL) < 0,
                "but those that differ from their parent are not");
        say(posix_spawn(&pid, "/bin/true", NULL, NULL, words, NULL) != 0, "nor is another program begun");
        pid = fork();
        if (pid == 0)
                be(execv("/bin/true", words) < 0 && errno == ENOSYS);
        say(ended_well(pid), "and no child becomes one");
}

static int n_before, n_in_child;

static void at_fork(void) {
        n_before = access("/offset", F_OK) == 0;
}

static void in_child(void) {
        n_in_child = access("/offset", F_OK) == 0;
}

static void handlers(void) {
        pid_t pid;

        (void)pthread_atfork(at_fork, NULL, in_child);
        pid = fork();
        if (pid == 0)
                be(n_before && n_in_child);
        say(ended_well(pid) && n_before && !n_in_child, "handlers of a fork have files");
}

/* --- many --- */

static bool has_room(void) {
        static int fds[FILES];
        int n = 0;

        while (n < FILES && (fds[n] = open("/offset", O_RDONLY)) >= 0)
                n++;
        for (int i = 0; i < n; i++)
                (void)close(fds[i]);
        return n == FILES;
}

static void many(void) {
        int fd = open("/offset", O_RDONLY), n = 0;
        pid_t pid;

        for (int i = 0; i < MANY; i++) {
                pid = fork();
                if (pid == 0) {
                        int own = open("/offset", O_RDONLY);

                        if (i % 2)
                                (void)raise(SIGKILL);
                        be(own >= 0);
                }
                n += pid > 0 && waitpid(pid, NULL, 0) == pid;
        }
        say(n == MANY && has_room(), "many children leave nothing behind");
        (void)close(fd);
}

/* As many as there may be; then there is room again. */
static void at_once(void) {
        static pid_t pids[AT_ONCE];
        int n = 0, error;

        while (n < AT_ONCE && (pids[n] = fork()) > 0)
                n++;
        if (n < AT_ONCE && pids[n] == 0)
                be(pause() == 0);
        error = errno;
        printf("# %d children at once\n", n);
        say(n >= WITH_MANY && n < AT_ONCE && error == EAGAIN, "there are not more than may be");
        for (int i = 0; i < n; i++)
                (void)kill(pids[i], SIGKILL);
        while (wait(NULL) > 0)
                ;
        pids[0] = fork();
        if (pids[0] == 0)
                be(true);
        say(ended_well(pids[0]), "and again, when those are gone");
}

/* --- threads --- */

static atomic_bool is_over;

static void *churn(void *arg) {
        char path[32];

        (void)snprintf(path, sizeof path, "/churn%p", arg);
        while (!atomic_load(&is_over)) {
                int fd = open(path, O_RDWR | O_CREAT, 0600);

                (void)!write(fd, "churn", 5);
                (void)close(dup(fd));
                (void)close(fd);
        }
        return NULL;
}

/* What a child has, whatever other threads of its parent were about. */
static bool is_whole(int fd, int round) {
        char path[32], text[4] = "";
        int own;

        (void)snprintf(path, sizeof path, "/round%d", round % 4);
        own = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
        return pread(fd, text, 3, 0) == 3 && strcmp(text, "old") == 0 && own >= 0 &&
               write(own, "new", 3) == 3 && pread(own, text, 3, 0) == 3 && strcmp(text, "new") == 0 &&
               close(own) == 0;
}

static void with_threads(void) {
        int fd = open("/heirloom", O_RDONLY), n = 0;
        pthread_t list[CHURNERS];

        for (intptr_t i = 0; i < CHURNERS; i++)
                (void)pthread_create(&list[i], NULL, churn, (void *)i);
        for (int i = 0; i < WITH_MANY; i++) {
                pid_t pid = fork();

                if (pid == 0)
                        be(is_whole(fd, i));
                n += ended_well(pid);
        }
        atomic_store(&is_over, true);
        for (int i = 0; i < CHURNERS; i++)
                (void)pthread_join(list[i], NULL);
        say(n == WITH_MANY, "a child is whole, whatever threads were doing");
        say(has_room(), "and what they had open there is given back");
        (void)close(fd);
}

int main(void) {
        offsets();
        writers(true, "writers that share a file lose nothing");
        writers(false, "nor do those that append to it");
        places();
        unlinked();
        locks();
        interrupted();
        killed();
        killed_waiting();
        memory();
        pipes();
        generations();
        by_number();
        other_programs();
        handlers();
        many();
        at_once();
        with_threads();
        return n_failed ? 1 : 0;
}
