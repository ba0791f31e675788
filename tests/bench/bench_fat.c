/* SPDX-License-Identifier: MIT */
/*
 * FAT on a device in memory against a ramfs, both through the calls of a client in one process: processor
 * time of a call, taking turns in every round. And whether a call costs more in a directory with more names.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "blkmem.h"
#include "client.h"
#include "fat/fat.h"
#include "ramfs.h"

#define ROUNDS    7
#define IMAGE_MIB 256
#define MANY      10000u
#define FEW       1000u
#define PAGES     1024u /* of 4 KiB; less than a cache holds */
#define CALLS     40000u
#define STREAM    48u /* MiB; more than a cache holds */

typedef enum Kind { RAM, FAT, N_KINDS } Kind;
typedef enum Job {
        CREATE_MANY,
        STAT_MANY,
        UNLINK_MANY,
        CREATE_FEW,
        STAT_FEW,
        UNLINK_FEW,
        PREAD,
        PWRITE,
        WRITE_STREAM,
        READ_STREAM,
        N_JOBS
} Job;

static const char *const job_names[N_JOBS] = {"create + close, 10,000 names", "stat, 10,000 names",
        "unlink, 10,000 names", "create + close, 1,000 names", "stat, 1,000 names", "unlink, 1,000 names",
        "pread 4 KiB", "pwrite 4 KiB", "write 1 MiB in order", "read 1 MiB in order"};

static double times[N_KINDS][N_JOBS][ROUNDS];
static char *image;
static char buffer[1 << 20];

static void must(int r, const char *what) {
        if (r == 0)
                return;
        (void)fprintf(stderr, "%s: %s\n", what, strerror(-r));
        exit(3);
}

static double cpu_ns(void) {
        struct timespec t;

        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* --- the file systems --- */

static void make_image(void) {
        char path[] = "/tmp/bench-fat-XXXXXX", command[256];
        int fd = mkstemp(path);
        FILE *f;

        if (fd < 0 || ftruncate(fd, (off_t)IMAGE_MIB << 20) != 0)
                must(-EIO, "image");
        (void)snprintf(
                command, sizeof command, "PATH=$PATH:/usr/sbin:/sbin mkfs.fat -F 32 %s >/dev/null", path);
        if (system(command) != 0)
                must(-EIO, "mkfs.fat");
        image = malloc((size_t)IMAGE_MIB << 20);
        f = fdopen(fd, "rb");
        if (!image || !f || fread(image, 1, (size_t)IMAGE_MIB << 20, f) != (size_t)IMAGE_MIB << 20)
                must(-EIO, "image");
        (void)fclose(f);
        (void)unlink(path);
}

static Fs *make(Kind kind) {
        Blk *blk;
        Fs *fs;

        if (kind == RAM) {
                must(ramfs_new(0, 0755, &fs), "ramfs");
                return fs;
        }
        must(blkmem_new(image, (uint64_t)IMAGE_MIB << 20, false, &blk), "device");
        must(fat_mount(blk, 0, NULL, &fs), "fat");
        return fs;
}

/* --- the jobs --- */

static void create_names(VfsClient *c, unsigned n) {
        for (unsigned i = 0; i < n; i++) {
                char name[64];
                VfsFile *f = NULL;

                (void)snprintf(name, sizeof name, "/d/file number %u.text", i);
                must(vfs_open(c, NULL, name, O_CREAT | O_EXCL | O_WRONLY, 0644, &f), "create");
                vfs_close(f);
        }
}

static void stat_names(VfsClient *c, unsigned n) {
        for (unsigned i = 0; i < n; i++) {
                char name[64];
                struct stat st;

                (void)snprintf(name, sizeof name, "/d/file number %u.text", i * 7919 % n);
                must(vfs_stat(c, NULL, name, true, &st), "stat");
        }
}

static void unlink_names(VfsClient *c, unsigned n) {
        for (unsigned i = 0; i < n; i++) {
                char name[64];

                (void)snprintf(name, sizeof name, "/d/file number %u.text", i);
                must(vfs_unlink(c, NULL, name), "unlink");
        }
}

static void pages(VfsFile *f, bool writes) {
        for (unsigned i = 0; i < CALLS; i++) {
                off_t at = (off_t)(i * 7919 % PAGES) * 4096;
                size_t n;

                must(writes ? vfs_pwrite(f, buffer, 4096, at, &n) : vfs_pread(f, buffer, 4096, at, &n),
                        "page");
        }
}

static void stream(VfsFile *f, bool writes) {
        for (unsigned i = 0; i < STREAM; i++) {
                size_t n;

                must(writes ? vfs_pwrite(f, buffer, sizeof buffer, (off_t)i << 20, &n)
                            : vfs_pread(f, buffer, sizeof buffer, (off_t)i << 20, &n),
                        "stream");
        }
}

/* Time of one call of a job. */
static void note(Kind kind, Job job, unsigned round, double start, unsigned n) {
        times[kind][job][round] = (cpu_ns() - start) / n;
}

static void names_of(Kind kind, VfsClient *c, unsigned round, Job first, unsigned n) {
        double start = cpu_ns();

        create_names(c, n);
        note(kind, first, round, start, n);
        start = cpu_ns();
        stat_names(c, n);
        note(kind, first + 1, round, start, n);
        start = cpu_ns();
        unlink_names(c, n);
        note(kind, first + 2, round, start, n);
}

static void contents_of(Kind kind, VfsClient *c, unsigned round) {
        VfsFile *f = NULL;
        double start;

        must(vfs_open(c, NULL, "/big", O_CREAT | O_RDWR, 0644, &f), "open");
        start = cpu_ns();
        stream(f, true);
        note(kind, WRITE_STREAM, round, start, STREAM);
        must(vfs_fsync(f, false), "fsync");
        start = cpu_ns();
        stream(f, false);
        note(kind, READ_STREAM, round, start, STREAM);
        pages(f, false); /* into the cache */
        start = cpu_ns();
        pages(f, false);
        note(kind, PREAD, round, start, CALLS);
        start = cpu_ns();
        pages(f, true);
        note(kind, PWRITE, round, start, CALLS);
        vfs_close(f);
        must(vfs_unlink(c, NULL, "/big"), "unlink");
}

static void run(Kind kind, unsigned round) {
        MountPlan plan = {.device = "bench", .path = "/", .fs = make(kind)};
        Mounts mounts;
        VfsClient c;

        must(mounts_init(&mounts), "mounts");
        must(mounts_add(&mounts, &PLACE_NULL, &plan), "mount");
        must(vfs_client_init(&c, &mounts, 0, 0), "client");
        (void)vfs_mkdir(&c, NULL, "/d", 0755);
        names_of(kind, &c, round, CREATE_FEW, FEW);
        names_of(kind, &c, round, CREATE_MANY, MANY);
        must(vfs_rmdir(&c, NULL, "/d"), "rmdir");
        contents_of(kind, &c, round);
        vfs_client_deinit(&c);
        mounts_deinit(&mounts);
}

/* --- figures --- */

static int by_value(const void *a, const void *b) {
        const double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

/* Median over the rounds of one over the other; over NULL: of itself. */
static double median(const double *figures, const double *over) {
        double sorted[ROUNDS];

        for (unsigned i = 0; i < ROUNDS; i++)
                sorted[i] = over ? figures[i] / over[i] : figures[i];
        qsort(sorted, ROUNDS, sizeof *sorted, by_value);
        return sorted[ROUNDS / 2];
}

int main(void) {
        make_image();
        for (unsigned round = 0; round < ROUNDS; round++)
                for (Kind kind = RAM; kind < N_KINDS; kind++)
                        run(kind, round);
        (void)printf("%-30s %10s %10s %8s\n", "processor time of a call", "ramfs", "FAT32", "ratio");
        for (Job job = 0; job < N_JOBS; job++) {
                char ram[24], fat[24];

                (void)printf("%-30s %10s %10s %7.2fx\n", job_names[job],
                        bench_ns_text(median(times[RAM][job], NULL), ram),
                        bench_ns_text(median(times[FAT][job], NULL), fat),
                        median(times[FAT][job], times[RAM][job]));
        }
        bench_gate("FAT: create in ten times as many names",
                median(times[FAT][CREATE_MANY], times[FAT][CREATE_FEW]), "<=", 2);
        bench_gate("FAT: stat in ten times as many names",
                median(times[FAT][STAT_MANY], times[FAT][STAT_FEW]), "<=", 2);
        bench_gate("FAT: unlink in ten times as many names",
                median(times[FAT][UNLINK_MANY], times[FAT][UNLINK_FEW]), "<=", 2);
        bench_gate("pread of a page in the cache over ramfs", median(times[FAT][PREAD], times[RAM][PREAD]),
                "<=", 3);
        bench_gate("pwrite of a page in the cache over ramfs", median(times[FAT][PWRITE], times[RAM][PWRITE]),
                "<=", 3);
        return bench_finish();
}
