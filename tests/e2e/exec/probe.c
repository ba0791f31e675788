/* SPDX-License-Identifier: MIT */
/*
 * An ordinary program, linked with nothing of this project: what it tries is a line, "ok WHAT" or "not ok
 * WHAT". Run by `caisson exec`, its files are those of a VFS.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define N_THREADS 4
#define N_ROUNDS  200
#define N_SENDERS 2
#define N_FILES   900

static int n_failed;
static atomic_int n_handled;
static atomic_bool is_over;
static volatile sig_atomic_t n_unopened;

static void say(bool is_so, const char *what) {
        printf("%s %s\n", is_so ? "ok" : "not ok", what);
        n_failed += !is_so;
}

static bool holds(const char *path, const char *text) {
        char line[256] = "";
        FILE *f = fopen(path, "r");
        bool is_same = f && fgets(line, sizeof line, f) && strcmp(line, text) == 0;

        if (f)
                (void)fclose(f);
        return is_same;
}

static bool write_file(const char *path, const char *text) {
        FILE *f = fopen(path, "w");

        return f && fputs(text, f) >= 0 && fclose(f) == 0;
}

static void files_of_the_host(void) {
        say(open("/etc/passwd", O_RDONLY) < 0 && errno == ENOENT, "the host's files are not there");
        say(syscall(SYS_open, "/proc/self/mem", O_RDONLY) < 0 && errno == ENOENT, "nor by a system call");
}

static void streams(void) {
        say(write_file("/stream", "some text") && holds("/stream", "some text"), "streams write and read");
}

static void raw_calls(void) {
        char buffer[16] = "";
        long fd = syscall(SYS_openat, AT_FDCWD, "/stream", O_RDONLY);

        say(fd >= 0 && syscall(SYS_read, fd, buffer, 4L) == 4 && memcmp(buffer, "some", 4) == 0,
                "syscall() reaches the same file");
        (void)syscall(SYS_close, fd);
}

/* Programs and shells put a file at the number they like: exec 3>file. */
static void numbers(void) {
        int fd = open("/stream", O_RDONLY), n_placed = 0;

        say(fd == STDERR_FILENO + 1, "the first descriptor is the first behind the standard streams");
        for (int to = fd + 1; to < 256; to++)
                n_placed += dup2(fd, to) == to;
        say(n_placed == 255 - fd, "a file can be put at any number");
        for (int to = fd; to < 256; to++)
                (void)close(to);
}

static void folders(void) {
        bool has_entry = false;
        struct dirent *entry;
        DIR *dir;

        (void)mkdir("/folder", 0755);
        (void)write_file("/folder/entry", "x");
        dir = opendir("/folder");
        while (dir && (entry = readdir(dir)))
                has_entry |= strcmp(entry->d_name, "entry") == 0;
        if (dir)
                (void)closedir(dir);
        say(has_entry, "opendir and readdir list a folder");
}

static void maps(void) {
        int fd = open("/stream", O_RDWR);
        char *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

        say(map != MAP_FAILED && memcmp(map, "some text", 9) == 0, "a file is mapped as a copy");
        say(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENODEV,
                "memory that would write to it is refused");
        (void)close(fd);
        map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        say(map != MAP_FAILED && memset(map, 'x', 8192) == map && munmap(map, 8192) == 0,
                "memory to share with children is its own");
}

static void priorities(void) {
        errno = 0;
        say(nice(0) == getpriority(PRIO_PROCESS, 0) && errno == 0 && nice(1) < 0 && errno == EPERM,
                "a priority can be left as it is");
}

/* Files are always ready; the pipe is when something was written. */
static void readiness(void) {
        int ends[2] = {-1, -1}, fd = open("/stream", O_RDWR), set = epoll_create1(0);
        struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
        struct pollfd mix[2];

        (void)!pipe(ends);
        mix[0] = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT};
        mix[1] = (struct pollfd){.fd = ends[0], .events = POLLIN};
        say(poll(mix, 2, 0) == 1 && mix[0].revents == (POLLIN | POLLOUT), "poll takes files beside pipes");
        (void)!write(ends[1], "x", 1);
        say(poll(mix, 2, -1) == 2 && mix[1].revents == POLLIN, "and sees both");
        say(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0 && epoll_wait(set, &event, 1, 0) == 1,
                "epoll takes files");
}

static void copies(void) {
        int fd = open("/copied", O_CREAT | O_RDWR, 0600), other = dup2(fd, 77),
            third = fcntl(fd, F_DUPFD, 90);
        char buffer[8] = "";

        (void)close(fd);
        say(other == 77 && third >= 90 && write(other, "ab", 2) == 2 && write(third, "cd", 2) == 2 &&
                        pread(other, buffer, 4, 0) == 4 && strcmp(buffer, "abcd") == 0,
                "copies of a descriptor share its position, and outlive it");
        (void)close_range(3, ~0u, 0);
        say(fcntl(other, F_GETFD) < 0 && errno == EBADF && holds("/copied", "abcd"),
                "closing all numbers ends no channel");
}

static void on_signal(int signal) {
        (void)!write_file("/handled", signal == SIGUSR1 ? "handled" : "?");
}

static void signals(void) {
        struct sigaction action = {.sa_handler = on_signal};
        sigset_t all;

        (void)sigfillset(&all);
        (void)signal(SIGSYS, SIG_DFL);
        (void)pthread_sigmask(SIG_BLOCK, &all, NULL);
        say(write_file("/masked", "masked") && holds("/masked", "masked"),
                "with all signals blocked it goes on");
        (void)pthread_sigmask(SIG_UNBLOCK, &all, NULL);
        (void)sigfillset(&action.sa_mask);
        (void)sigaction(SIGUSR1, &action, NULL);
        (void)raise(SIGUSR1);
        say(holds("/handled", "handled"), "and in a handler that blocks all");
}

static void *write_and_read(void *arg) {
        char path[32], text[32];

        for (int i = 0; i < N_ROUNDS; i++) {
                (void)snprintf(path, sizeof path, "/thread%p", arg);
                (void)snprintf(text, sizeof text, "round %d", i);
                if (!write_file(path, text) || !holds(path, text))
                        return path[0] ? (void *)1 : NULL;
        }
        return NULL;
}

static void threads(void) {
        pthread_t list[N_THREADS];
        bool is_fine = true;
        void *result;

        for (intptr_t i = 0; i < N_THREADS; i++)
                is_fine &= pthread_create(&list[i], NULL, write_and_read, (void *)i) == 0;
        for (int i = 0; i < N_THREADS; i++)
                is_fine &= pthread_join(list[i], &result) == 0 && !result;
        say(is_fine, "threads have files at once");
}

/* Each signal is sent when one has been handled: hardly a call is not met by some. */
static void *interrupt(void *whom) {
        while (!atomic_load(&is_over)) {
                int n = atomic_load(&n_handled);

                (void)pthread_kill(*(pthread_t *)whom, SIGUSR2);
                while (atomic_load(&n_handled) == n)
                        (void)sched_yield();
        }
        return NULL;
}

static void open_in_handler(int signal) {
        int fd = open("/handled", O_RDONLY);

        n_unopened += signal != SIGUSR2 || fd < 0 || close(fd) < 0;
        atomic_fetch_add(&n_handled, 1);
}

/* So many files that handles for them must be asked for, again and again. */
static void handlers(void) {
        struct sigaction action = {.sa_handler = open_in_handler, .sa_flags = SA_RESTART};
        bool is_fine = sigaction(SIGUSR2, &action, NULL) == 0;
        pthread_t self = pthread_self(), list[N_SENDERS];
        int fds[N_FILES];

        for (int i = 0; i < N_SENDERS; i++)
                is_fine &= pthread_create(&list[i], NULL, interrupt, &self) == 0;
        for (int i = 0; i < N_FILES; i++)
                is_fine &= (fds[i] = open("/handled", O_RDONLY)) >= 0;
        atomic_store(&is_over, true);
        for (int i = 0; i < N_SENDERS; i++)
                is_fine &= pthread_join(list[i], NULL) == 0;
        for (int i = 0; i < N_FILES; i++)
                is_fine &= close(fds[i]) == 0;
        say(is_fine && n_unopened == 0 && atomic_load(&n_handled) > 0,
                "handlers open files while their thread does");
}

static void processes(void) {
        say(execl("/stream", "stream", (char *)NULL) < 0 && errno == ENOSYS,
                "no program becomes another one");
        say(execl("/bin/true", "true", (char *)NULL) < 0 && errno == ENOSYS, "whichever");
}

/* Leaves what was not written back: without a word, or what a stream still holds. */
static int leave(const char *how) {
        int fd = open("/left", O_CREAT | O_WRONLY, 0600);
        FILE *stream = fopen("/stream", "w");
        bool is_written = fd >= 0 && write(fd, "left", 4) == 4 && stream && fputs("streamed", stream) >= 0;

        if (strcmp(how, "_exit") == 0)
                _exit(is_written ? 0 : 1);
        return is_written ? 0 : 1; /* of the open files, the C library takes care */
}

int main(int n_words, char **words) {
        if (n_words > 1)
                return leave(words[1]);
        files_of_the_host();
        streams();
        raw_calls();
        numbers();
        folders();
        maps();
        priorities();
        readiness();
        copies();
        signals();
        threads();
        handlers();
        processes();
        return n_failed ? 1 : 0;
}
