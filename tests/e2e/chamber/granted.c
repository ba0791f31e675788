/* SPDX-License-Identifier: MIT */
/*
 * A process that uses what the solution gives it, and tries for a little more. Each argument is one thing:
 *
 *      read write            the first granted file: its first byte, "x" into its third byte
 *      grow                  a write behind the granted file's end
 *      map                   writes through a mapping of it
 *      code                  makes the granted file code
 *      names                 what its granted files are called
 *      memory=MIB            touches so much memory, or ends by abort()
 *      stack=MIB             as much of its first stack
 *      threads=N files=N     makes so many, and says how many there were
 *      connect=PORT          connects to this machine, and gets a byte
 *      open=FAMILY:TYPE      opens a socket
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <caisson/grant.h>

#define PAGE  4096u
#define STACK 16384u

static void say(const char *what, long r) {
        (void)printf("%s: %s\n", what, r < 0 ? strerror(errno) : "ok");
}

/* --- files --- */

static int granted(void) {
        const char *name = nkx_grant_name(0);

        return name ? nkx_grant_fd(name) : -1;
}

static void do_read(const char *unused) {
        char byte = '?';
        long r = pread(granted(), &byte, 1, 0);

        (void)unused;
        say("read", r);
        (void)printf("byte %c\n", byte);
}

static void do_write(const char *unused) {
        (void)unused;
        say("write", pwrite(granted(), "x", 1, 2));
        say("fsync", fsync(granted()));
}

static void do_grow(const char *unused) {
        struct stat st = {.st_size = 0};

        (void)unused;
        say("fstat", fstat(granted(), &st));
        say("write behind the end", pwrite(granted(), "x", 1, st.st_size));
        say("truncate", ftruncate(granted(), st.st_size * 2));
        say("allocate", fallocate(granted(), 0, st.st_size, 1));
}

static void do_map(const char *unused) {
        char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, granted(), 0);

        (void)unused;
        say("map", at == MAP_FAILED ? -1 : 0);
        if (at != MAP_FAILED)
                at[1] = 'm';
}

static void do_code(const char *unused) {
        (void)unused;
        say("code",
                mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, granted(), 0) == MAP_FAILED ? -1 : 0);
}

static void do_names(const char *unused) {
        (void)unused;
        for (unsigned i = 0; nkx_grant_name(i); i++)
                (void)printf("granted %s: %s\n", nkx_grant_name(i),
                        (fcntl(nkx_grant_fd(nkx_grant_name(i)), F_GETFL) & O_ACCMODE) == O_RDWR ? "rw"
                                                                                                : "ro");
        say("another one", nkx_grant_fd("another one"));
}

/* --- amounts --- */

static void do_memory(const char *mib) {
        size_t size = strtoul(mib, NULL, 10) << 20;
        char *memory = malloc(size);

        if (!memory)
                abort();
        for (size_t i = 0; i < size; i += PAGE)
                memory[i] = 1;
        (void)printf("memory %s: ok\n", mib);
        free(memory);
}

/* volatile: every frame is to be there. */
static unsigned deepen(size_t n_frames) {
        volatile char frame[STACK];

        frame[0] = (char)n_frames;
        frame[STACK - 1] = 1;
        return n_frames ? deepen(n_frames - 1) + (unsigned)frame[0] : 0;
}

static void do_stack(const char *mib) {
        unsigned sum = deepen((strtoul(mib, NULL, 10) << 20) / STACK);

        (void)printf("stack %s: ok (%u)\n", mib, sum);
}

static void *wait_for_ever(void *unused) {
        for (;;)
                (void)pause();
        return unused;
}

/* With the first thread. */
static void do_threads(const char *count) {
        unsigned long n = 1, wanted = strtoul(count, NULL, 10);
        pthread_attr_t attr;
        pthread_t thread;

        (void)pthread_attr_init(&attr);
        (void)pthread_attr_setstacksize(&attr, (size_t)64 << 10);
        while (n < wanted && pthread_create(&thread, &attr, wait_for_ever, NULL) == 0)
                n++;
        (void)printf("threads: %lu\n", n);
}

static void do_files(const char *count) {
        unsigned long n = 0, wanted = strtoul(count, NULL, 10);

        while (n < wanted && dup(0) >= 0)
                n++;
        (void)printf("files: %lu\n", n);
}

/* --- network --- */

static void do_connect(const char *port) {
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        char byte = '?';

        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        say("socket", fd);
        if (fd < 0)
                return;
        say("connect", connect(fd, (const struct sockaddr *)&at, sizeof at));
        say("receive", recv(fd, &byte, 1, 0));
        (void)printf("byte %c\n", byte);
}

static void do_open(const char *text) {
        const char *colon = strchr(text, ':');

        say(text, socket((int)strtoul(text, NULL, 10), (int)strtoul(colon ? colon + 1 : "1", NULL, 10), 0));
}

static const struct {
        const char *name;
        void (*act)(const char *value);
} acts[] = {
        {"read", do_read},
        {"write", do_write},
        {"grow", do_grow},
        {"map", do_map},
        {"code", do_code},
        {"names", do_names},
        {"memory", do_memory},
        {"stack", do_stack},
        {"threads", do_threads},
        {"files", do_files},
        {"connect", do_connect},
        {"open", do_open},
};

int main(int argc, char **argv) {
        (void)setvbuf(stdout, NULL, _IOLBF, 0); /* what was said counts, however it ends */
        for (int i = 1; i < argc; i++) {
                size_t size = strcspn(argv[i], "=");

                for (size_t j = 0; j < sizeof acts / sizeof *acts; j++)
                        if (strlen(acts[j].name) == size && strncmp(acts[j].name, argv[i], size) == 0)
                                acts[j].act(argv[i] + size + (argv[i][size] == '='));
        }
        return EXIT_SUCCESS;
}
