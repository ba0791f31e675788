/* SPDX-License-Identifier: MIT */
/*
 * What file calls cost in one directory: a line for each kind of call.
 *
 *      file_calls DIRECTORY MILLISECONDS        lines: NAME MEDIAN_NS P99_NS CALLS
 *      file_calls DIRECTORY tree FILES          lines: NAME NS_PER_FILE 0 FILES
 *      file_calls DIRECTORY load MILLISECONDS I OF   line: load-I NS_PER_CALL 0 CALLS
 *      file_calls DIRECTORY memory MIB          lines: NAME BYTES 0 FILES, and SIGUSR1 is waited for
 *
 * `load` is run OF times at once, with I from 0 on; none begins before all are there. `memory` fills the
 * directory with so much data in several ways, and removes it each time.
 *
 * The same program is measured on a file system of the kernel, on FUSE, and as the client of a VFS, so it
 * knows nothing of any of them. Batches of calls share a reading of the clock, which costs 30 ns.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_SIZE   (16u << 20)
#define BLOCK       (1u << 20)
#define PAGE        4096u
#define SAMPLES_MAX 200000u

static int fd;
static char *block;
static uint32_t random_state = 1;
static off_t position;

static _Noreturn void give_up(const char *what) {
        perror(what);
        exit(3);
}

static uint64_t now_ns(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static off_t some_page(void) {
        random_state = random_state * 1664525u + 1013904223u;
        return (off_t)(random_state >> 20) * PAGE % FILE_SIZE;
}

static off_t next_block(void) {
        position = (position + BLOCK) % FILE_SIZE;
        return position;
}

static void read_page(void) {
        if (pread(fd, block, PAGE, some_page()) != PAGE)
                give_up("pread");
}

static void write_page(void) {
        if (pwrite(fd, block, PAGE, some_page()) != PAGE)
                give_up("pwrite");
}

static void stat_file(void) {
        struct stat st;

        if (stat("anchor", &st) != 0)
                give_up("stat");
}

static void open_close(void) {
        int f = open("anchor", O_RDONLY);

        if (f < 0 || close(f) != 0)
                give_up("open, close");
}

static void create_unlink(void) {
        int f = open("new", O_RDWR | O_CREAT, 0600);

        if (f < 0 || close(f) != 0 || unlink("new") != 0)
                give_up("create, unlink");
}

static void read_block(void) {
        if (pread(fd, block, BLOCK, next_block()) != BLOCK)
                give_up("read of 1 MiB");
}

static void write_block(void) {
        if (pwrite(fd, block, BLOCK, next_block()) != BLOCK)
                give_up("write of 1 MiB");
}

static int compare(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

/* Calls for that many milliseconds, after a tenth of it to get warm. */
static void measure(const char *name, void (*call)(void), uint32_t ms) {
        static uint64_t samples[SAMPLES_MAX];
        uint64_t end = now_ns() + ms * 100000ull;
        size_t n = 0;

        while (now_ns() < end)
                call();
        end = now_ns() + ms * 1000000ull;
        for (uint64_t from = now_ns(), to; n < SAMPLES_MAX && from < end; from = to) {
                call();
                to = now_ns();
                samples[n++] = to - from;
        }
        qsort(samples, n, sizeof(samples[0]), compare);
        printf("%s %llu %llu %zu\n", name, (unsigned long long)samples[n / 2],
                (unsigned long long)samples[n * 99 / 100], n);
        fflush(stdout);
}

static void measure_calls(uint32_t ms) {
        fd = open("anchor", O_RDWR | O_CREAT | O_TRUNC, 0600);
        if (fd < 0)
                give_up("anchor");
        for (off_t at = 0; at < FILE_SIZE; at += BLOCK)
                if (pwrite(fd, block, BLOCK, at) != BLOCK)
                        give_up("filling the file");
        measure("pread-4K", read_page, ms);
        measure("pwrite-4K", write_page, ms);
        measure("stat", stat_file, ms);
        measure("open+close", open_close, ms);
        measure("create+close+unlink", create_unlink, ms);
        measure("read-1M", read_block, ms);
        measure("write-1M", write_block, ms);
        close(fd);
        unlink("anchor");
}

/* --- a tree of small files --- */

static void file_name(char *name, size_t size, uint32_t i) {
        snprintf(name, size, "d%02u/file%05u", (unsigned)(i % 100), (unsigned)i);
}

static bool create_one(const char *name) {
        int f = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);

        return f >= 0 && write(f, block, 1000) == 1000 && close(f) == 0;
}

static bool stat_one(const char *name) {
        struct stat st;

        return stat(name, &st) == 0 && st.st_size == 1000;
}

static bool read_one(const char *name) {
        int f = open(name, O_RDONLY);

        return f >= 0 && read(f, block, PAGE) == 1000 && close(f) == 0;
}

static bool remove_one(const char *name) {
        return unlink(name) == 0;
}

static void measure_pass(const char *what, bool (*one)(const char *), uint32_t n_files) {
        uint64_t from = now_ns();
        char name[32];

        for (uint32_t i = 0; i < n_files; i++) {
                file_name(name, sizeof(name), i);
                if (!one(name))
                        give_up(what);
        }
        printf("%s %llu 0 %u\n", what, (unsigned long long)((now_ns() - from) / n_files), (unsigned)n_files);
}

static void make_directories(void) {
        char name[8];

        for (uint32_t i = 0; i < 100; i++) {
                snprintf(name, sizeof(name), "d%02u", (unsigned)i);
                if (mkdir(name, 0700) != 0)
                        give_up(name);
        }
}

static void measure_tree(uint32_t n_files) {
        char name[8];

        make_directories();
        measure_pass("tree-create", create_one, n_files);
        measure_pass("tree-stat", stat_one, n_files);
        measure_pass("tree-read", read_one, n_files);
        measure_pass("tree-remove", remove_one, n_files);
        for (uint32_t i = 0; i < 100; i++) {
                snprintf(name, sizeof(name), "d%02u", (unsigned)i);
                rmdir(name);
        }
}

/* --- many at once --- */

#define LOAD_FILE (1u << 20)
#define LOAD_STEP 16u /* calls between two readings of the clock */

static void meet(unsigned long i, unsigned long n) {
        struct stat st;
        char name[32];
        int f;

        snprintf(name, sizeof(name), "here%lu", i);
        f = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (f < 0 || close(f) != 0)
                give_up(name);
        for (unsigned long other = 0; other < n; other++) {
                snprintf(name, sizeof(name), "here%lu", other);
                while (stat(name, &st) != 0)
                        if (errno != ENOENT)
                                give_up(name);
        }
}

static void measure_load(uint32_t ms, unsigned long i, unsigned long n) {
        uint64_t n_calls = 0, from, end, now;
        char name[32];

        snprintf(name, sizeof(name), "load%lu", i);
        fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd < 0 || pwrite(fd, block, LOAD_FILE, 0) != LOAD_FILE)
                give_up(name);
        meet(i, n);
        from = now = now_ns();
        for (end = from + ms * 1000000ull; now < end; now = now_ns(), n_calls += LOAD_STEP)
                for (uint32_t k = 0; k < LOAD_STEP; k++)
                        if (pread(fd, block, PAGE, some_page() % LOAD_FILE) != PAGE)
                                give_up("pread");
        printf("load-%lu %llu 0 %llu\n", i, (unsigned long long)((now - from) / n_calls),
                (unsigned long long)n_calls);
        close(fd);
}

/* --- what the data take --- */

#define SPARSE_SIZE (1ull << 30)

static sigset_t go_on;

static void pause_at(const char *what, uint64_t n_bytes, uint32_t n_files) {
        int number;

        printf("%s %llu 0 %u\n", what, (unsigned long long)n_bytes, (unsigned)n_files);
        fflush(stdout);
        if (sigwait(&go_on, &number) != 0)
                give_up("sigwait");
}

static void fill_file(const char *name, uint64_t size, uint64_t step) {
        size_t part = size < BLOCK ? (size_t)size : BLOCK;
        int f = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);

        if (f < 0)
                give_up(name);
        for (uint64_t done = 0; done < size; done += part)
                if (pwrite(f, block, part, (off_t)(done / part * step)) != (ssize_t)part)
                        give_up(name);
        close(f);
}

/* As many files of a size as make so much data: memory is looked at when they are there, and when they are
 * gone. step: bytes from one block of the file to the next; the size of a block, or more: then between are
 * holes. */
static void measure_fill(const char *what, uint64_t n_bytes, uint64_t size, uint64_t step) {
        uint32_t n = (uint32_t)(n_bytes / size);
        char name[32], gone[48];

        for (uint32_t i = 0; i < n; i++) {
                file_name(name, sizeof(name), i);
                fill_file(name, size, step);
        }
        pause_at(what, n * size, n);
        for (uint32_t i = 0; i < n; i++) {
                file_name(name, sizeof(name), i);
                if (unlink(name) != 0)
                        give_up(name);
        }
        snprintf(gone, sizeof(gone), "%s-gone", what);
        pause_at(gone, n * size, n);
}

static void measure_memory(uint64_t mib) {
        sigemptyset(&go_on);
        sigaddset(&go_on, SIGUSR1);
        sigprocmask(SIG_BLOCK, &go_on, NULL);
        make_directories();
        pause_at("memory-empty", mib << 20, 0);
        measure_fill("memory-one-file", mib << 20, mib << 20, BLOCK);
        measure_fill("memory-1M-files", mib << 20, BLOCK, BLOCK);
        measure_fill("memory-4K-files", mib << 20, PAGE, PAGE);
        measure_fill("memory-300K-files", mib << 20, 300u << 10, 300u << 10);
        measure_fill("memory-1000B-files", mib << 18, 1000, 1000);
        measure_fill("memory-holes", mib << 20, mib << 20, SPARSE_SIZE / mib);
}

static void use(void) {
        fprintf(stderr, "usage: file_calls DIRECTORY MILLISECONDS | tree FILES | load MILLISECONDS I OF | "
                        "memory MIB\n");
        exit(2);
}

static unsigned long number(const char *text) {
        char *end;
        unsigned long n = strtoul(text, &end, 10);

        if (*end != '\0' || end == text || n > 100000)
                use();
        return n;
}

int main(int argc, char **argv) {
        const char *mode = argc > 2 ? argv[2] : "";
        bool is_load = argc == 6 && strcmp(mode, "load") == 0;
        unsigned long amount;

        if (argc != 3 && argc != 4 && !is_load)
                use();
        amount = number(argv[argc == 3 ? 2 : 3]);
        block = calloc(1, BLOCK);
        if (amount == 0 || !block || chdir(argv[1]) != 0)
                give_up(argv[1]);
        memset(block, 5, BLOCK);
        if (argc == 3)
                measure_calls((uint32_t)amount);
        else if (is_load)
                measure_load((uint32_t)amount, number(argv[4]), number(argv[5]));
        else if (strcmp(mode, "tree") == 0)
                measure_tree((uint32_t)amount);
        else if (strcmp(mode, "memory") == 0)
                measure_memory(amount);
        else
                use();
        free(block);
        return 0;
}
