/* SPDX-License-Identifier: MIT */
/*
 * What file calls cost in one directory: a line for each kind of call.
 *
 *      file_calls DIRECTORY MILLISECONDS        lines: NAME MEDIAN_NS P99_NS CALLS
 *      file_calls DIRECTORY tree FILES          lines: NAME NS_PER_FILE 0 FILES
 *
 * The same program is measured on a file system of the kernel, on FUSE, and as the client of a VFS, so it
 * knows nothing of any of them. Batches of calls share a reading of the clock, which costs 30 ns.
 */
#include <fcntl.h>
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

static void measure_tree(uint32_t n_files) {
        char name[8];

        for (uint32_t i = 0; i < 100; i++) {
                snprintf(name, sizeof(name), "d%02u", (unsigned)i);
                if (mkdir(name, 0700) != 0)
                        give_up(name);
        }
        measure_pass("tree-create", create_one, n_files);
        measure_pass("tree-stat", stat_one, n_files);
        measure_pass("tree-read", read_one, n_files);
        measure_pass("tree-remove", remove_one, n_files);
        for (uint32_t i = 0; i < 100; i++) {
                snprintf(name, sizeof(name), "d%02u", (unsigned)i);
                rmdir(name);
        }
}

int main(int argc, char **argv) {
        bool is_tree = argc == 4 && strcmp(argv[2], "tree") == 0;
        unsigned long amount = argc == 3 ? strtoul(argv[2], NULL, 10)
                               : is_tree ? strtoul(argv[3], NULL, 10)
                                         : 0;

        if (amount == 0 || amount > 100000) {
                fprintf(stderr, "usage: %s DIRECTORY MILLISECONDS | DIRECTORY tree FILES\n", argv[0]);
                return 2;
        }
        block = calloc(1, BLOCK);
        if (!block || chdir(argv[1]) != 0)
                give_up(argv[1]);
        memset(block, 5, BLOCK);
        if (is_tree)
                measure_tree((uint32_t)amount);
        else
                measure_calls((uint32_t)amount);
        free(block);
        return 0;
}
