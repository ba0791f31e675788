/* SPDX-License-Identifier: MIT */
/*
 * Folders of the host: made, packed by the format's own tool, and compared file by file.
 */
#include "host_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WIDE_NAMES 300
#define DEEP       40
#define PIECE      65536

/* --- programs and files --- */

int t_run(const char *const argv[], char *out, size_t size) {
        int ends[2], status;
        size_t n = 0;
        pid_t pid;

        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                (void)dup2(ends[1], STDOUT_FILENO);
                (void)dup2(ends[1], STDERR_FILENO);
                execvp(argv[0], (char *const *)(uintptr_t)argv);
                _exit(127);
        }
        (void)close(ends[1]);
        for (char piece[4096];;) {
                ssize_t got = read(ends[0], piece, sizeof piece);

                if (got <= 0)
                        break;
                for (ssize_t i = 0; out && i < got && n + 1 < size; i++)
                        out[n++] = piece[i];
        }
        if (out)
                out[n] = '\0';
        (void)close(ends[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) == 127)
                fail_msg("%s did not run", argv[0]);
        return WEXITSTATUS(status);
}

unsigned char *t_read_file(const char *path, size_t *ret_size) {
        FILE *f = fopen(path, "rbe");
        unsigned char *data;
        struct stat st;

        if (!f || fstat(fileno(f), &st) != 0)
                fail_msg("%s: %s", path, strerror(errno));
        data = malloc((size_t)st.st_size + 1);
        assert_non_null(data);
        assert_int_equal(fread(data, 1, (size_t)st.st_size, f), (size_t)st.st_size);
        (void)fclose(f);
        *ret_size = (size_t)st.st_size;
        return data;
}

void t_write_file(const char *path, const void *data, size_t size) {
        FILE *f = fopen(path, "wbe");

        if (!f)
                fail_msg("%s: %s", path, strerror(errno));
        assert_int_equal(fwrite(data, 1, size, f), size);
        assert_int_equal(fclose(f), 0);
}

void t_make_folder(char path[T_PATH_MAX]) {
        (void)snprintf(path, T_PATH_MAX, "/tmp/caisson-vfs-XXXXXX");
        assert_non_null(mkdtemp(path));
        assert_int_equal(chmod(path, 0755), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where) {
        (void)st;
        (void)type;
        (void)where;
        return remove(path);
}

void t_remove_folder(const char *path) {
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- a tree to pack --- */

/* Relative to the folder, so that no path gets too long. */
static void make_file(int dir, const char *name, size_t size, mode_t mode) {
        int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        uint32_t seed = (uint32_t)size + 17;

        assert_true(fd >= 0);
        for (size_t at = 0; at < size;) {
                unsigned char piece[4096];
                size_t n = size - at < sizeof piece ? size - at : sizeof piece;

                for (size_t i = 0; i < n; i++) {
                        seed = seed * 1664525u + 1013904223u;
                        piece[i] = (unsigned char)(seed >> 24);
                }
                assert_int_equal(write(fd, piece, n), (ssize_t)n);
                at += n;
        }
        assert_int_equal(fchmod(fd, mode), 0);
        (void)close(fd);
}

static void make_sparse(int dir, const char *name) {
        int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, "begin", 5, 0), 5);
        assert_int_equal(pwrite(fd, "middle", 6, 300000), 6);
        assert_int_equal(pwrite(fd, "end", 3, 500001), 3); /* mke2fs loses a hole at the end */
        (void)close(fd);
}

static void make_links(int dir) {
        static char target[1024];

        memset(target, 'x', sizeof target - 1);
        assert_int_equal(symlinkat("files/1", dir, "short link"), 0);
        assert_int_equal(symlinkat(target, dir, "long link"), 0);
        assert_int_equal(symlinkat("../nowhere", dir, "dangling"), 0);
        assert_int_equal(linkat(dir, "files/1024", dir, "hard link", 0), 0);
        assert_int_equal(linkat(dir, "files/4097", dir, "deep/hard link", 0), 0);
        assert_int_equal(mkfifoat(dir, "fifo", 0644), 0);
        (void)mknodat(dir, "char", S_IFCHR | 0600, makedev(1, 3));
        (void)mknodat(dir, "block", S_IFBLK | 0600, makedev(7, 201));
}

static void make_wide(int dir) {
        char name[260];

        assert_int_equal(mkdirat(dir, "wide", 0755), 0);
        for (int i = 0; i < WIDE_NAMES; i++) {
                (void)snprintf(name, sizeof name, "wide/a name that takes some room, number %d", i);
                make_file(dir, name, (size_t)i % 7, 0644);
        }
        memset(name, 'n', 255);
        name[255] = '\0';
        make_file(dir, name, 3, 0644);
}

/* Names as people write them: of many scripts, composed and not, as long as a name may be in bytes. */
static void make_scripts(int dir) {
        static const char *const names[] = {
                "\320\272\320\270\321\200\320\270\320\273\320\273\320\270\321\206\320\260",
                "\316\265\316\273\316\273\316\267\316\275\316\271\316\272\316\254",
                "\346\274\242\345\255\227.\346\226\207\346\233\270", "\330\271\330\261\330\250\331\212",
                "\341\204\222\341\205\241\341\206\253", "u\314\210 is not \303\274",
                "\303\274 is not u\314\210", "\360\237\234\261 \360\237\247\252", " blank first and last ",
                "quote\" star* mark? back\\slash", "line\nend", "-rf"};
        char name[sizeof "scripts/" + 255] = "scripts/";

        assert_int_equal(mkdirat(dir, "scripts", 0755), 0);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                (void)snprintf(name, sizeof name, "scripts/%s", names[i]);
                make_file(dir, name, 10 + i, 0644);
        }
        for (size_t i = 0; i < 85; i++) /* 255 bytes */
                memcpy(name + strlen("scripts/") + 3 * i, "\346\274\242", 4);
        make_file(dir, name, 9, 0644);
}

static void make_deep(int dir) {
        int at = dup(dir);

        for (int i = 0; i < DEEP; i++) {
                int below;

                assert_int_equal(mkdirat(at, "deep", 0755), 0);
                below = openat(at, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                assert_true(below >= 0);
                (void)close(at);
                at = below;
        }
        make_file(at, "bottom", 100, 0644);
        (void)close(at);
}

void t_fill_folder(const char *path) {
        static const size_t sizes[] = {
                0, 1, 15, 16, 17, 511, 1023, 1024, 1025, 4095, 4096, 4097, 131072, 131073, 1500000};
        int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        assert_true(dir >= 0);
        assert_int_equal(mkdirat(dir, "files", 0755), 0);
        assert_int_equal(mkdirat(dir, "empty", 0755), 0);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                char name[64];

                (void)snprintf(name, sizeof name, "files/%zu", sizes[i]);
                make_file(dir, name, sizes[i], i % 2 ? 0755 : 0644);
        }
        make_sparse(dir, "files/sparse");
        make_deep(dir);
        make_wide(dir);
        make_scripts(dir);
        make_links(dir);
        (void)close(dir);
}

/* --- a mount --- */

void t_world_init(TWorld *w, Fs *fs, unsigned flags) {
        const MountPlan plan = {.fs = fs, .device = "image", .path = "/", .flags = flags};

        assert_int_equal(mounts_init(&w->mounts), 0);
        assert_int_equal(mounts_add(&w->mounts, &PLACE_NULL, &plan), 0);
        assert_int_equal(vfs_client_init(&w->client, &w->mounts, 0, 0), 0);
        atomic_store(&w->client.umask, 0);
}

void t_world_deinit(TWorld *w) {
        vfs_client_deinit(&w->client);
        mounts_deinit(&w->mounts);
}

/* --- comparing --- */

/* nftw() has no argument to pass on. */
static VfsClient *client;
static size_t root_length;
static unsigned same, n_compared;

static void compare_contents(const char *host, const char *ours) {
        static unsigned char a[PIECE], b[PIECE];
        int fd = open(host, O_RDONLY | O_CLOEXEC);
        VfsFile *f = NULL;
        ssize_t n;

        assert_true(fd >= 0);
        assert_int_equal(vfs_open(client, NULL, ours, O_RDONLY, 0, &f), 0);
        do {
                size_t got = 0, more = 1;

                n = read(fd, a, sizeof a);
                while (more > 0 && got < sizeof b) {
                        assert_int_equal(vfs_read(f, b + got, sizeof b - got, &more), 0);
                        got += more;
                }
                assert_int_equal(got, n);
                assert_memory_equal(a, b, got);
        } while (n > 0);
        vfs_close(f);
        (void)close(fd);
}

static void compare_link(const char *host, const char *ours) {
        char a[4096], b[4096];
        ssize_t n = readlink(host, a, sizeof a);
        size_t length = 0;

        assert_true(n > 0);
        assert_int_equal(vfs_readlink(client, NULL, ours, b, sizeof b, &length), 0);
        assert_int_equal(length, n);
        assert_memory_equal(a, b, length);
}

static bool count_name(
        void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        (void)name;
        (void)length;
        (void)ino;
        (void)next;
        (void)type;
        ++*(unsigned *)arg;
        return true;
}

/* What the host has is found by the walk over it; here it is that there is nothing more. */
static void compare_numbers(const char *host, const char *ours) {
        DIR *d = opendir(host);
        unsigned n = 0, n_ours = 0;
        VfsFile *f = NULL;

        assert_non_null(d);
        while (readdir(d))
                n++;
        (void)closedir(d);
        assert_int_equal(vfs_open(client, NULL, ours, O_RDONLY | O_DIRECTORY, 0, &f), 0);
        assert_int_equal(vfs_getdents(f, count_name, &n_ours), 0);
        vfs_close(f);
        if (n != n_ours)
                fail_msg("%s: the host has %u names, the image %u", host, n, n_ours);
}

static void compare_stat(const char *path, const struct stat *host, const struct stat *ours) {
        assert_int_equal(host->st_mode & S_IFMT, ours->st_mode & S_IFMT);
        if (S_ISREG(host->st_mode) || S_ISLNK(host->st_mode))
                assert_int_equal(host->st_size, ours->st_size);
        if (S_ISCHR(host->st_mode) || S_ISBLK(host->st_mode))
                assert_int_equal(host->st_rdev, ours->st_rdev);
        if ((same & T_SAME_MODES) && host->st_mode != ours->st_mode)
                fail_msg("%s: mode %o on the host, %o in the image", path, host->st_mode, ours->st_mode);
        if ((same & T_SAME_LINKS) && host->st_nlink != ours->st_nlink)
                fail_msg("%s: %u links on the host, %u in the image", path, (unsigned)host->st_nlink,
                        (unsigned)ours->st_nlink);
        if ((same & T_SAME_TIMES) && !S_ISDIR(host->st_mode))
                assert_int_equal(host->st_mtim.tv_sec, ours->st_mtim.tv_sec);
}

static int compare_one(const char *path, const struct stat *st, int type, struct FTW *where) {
        const char *ours = path[root_length] ? path + root_length : "/";
        struct stat mine;
        int r = vfs_stat(client, NULL, ours, false, &mine);

        (void)type;
        (void)where;
        if (r < 0)
                fail_msg("%s: %s", ours, strerror(-r));
        compare_stat(ours, st, &mine);
        if (S_ISREG(st->st_mode))
                compare_contents(path, ours);
        else if (S_ISLNK(st->st_mode))
                compare_link(path, ours);
        else if (S_ISDIR(st->st_mode))
                compare_numbers(path, ours);
        n_compared++;
        return 0;
}

unsigned t_compare_with_folder(VfsClient *c, const char *path, unsigned what) {
        client = c;
        root_length = strlen(path);
        same = what;
        n_compared = 0;
        assert_int_equal(nftw(path, compare_one, 16, FTW_PHYS), 0);
        return n_compared;
}

/* --- through the client's calls --- */

static VfsClient *copy_to;
static size_t copy_root;

static void copy_contents(const char *path, const char *ours, const struct stat *st) {
        size_t size, put = 0;
        unsigned char *data = t_read_file(path, &size);
        VfsFile *f;

        assert_int_equal(
                vfs_open(copy_to, NULL, ours, O_WRONLY | O_CREAT | O_EXCL, st->st_mode & 07777, &f), 0);
        for (size_t at = 0; at < size; at += put) {
                size_t n = size - at < 70001 ? size - at : 70001;

                assert_int_equal(vfs_write(f, data + at, n, &put), 0);
                assert_true(put > 0);
        }
        vfs_close(f);
        free(data);
}

static int copy_one(const char *path, const struct stat *st, int type, struct FTW *where) {
        const char *ours = path + copy_root;
        char target[4096];
        ssize_t n;

        (void)type;
        (void)where;
        if (!*ours || S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode) || S_ISFIFO(st->st_mode))
                return 0;
        if (S_ISDIR(st->st_mode)) {
                int r = vfs_mkdir(copy_to, NULL, ours, st->st_mode & 01777);

                assert_true(r == 0 || (r == -EEXIST && strcmp(ours, "/lost+found") == 0));
        } else if (S_ISLNK(st->st_mode)) {
                n = readlink(path, target, sizeof target - 1);
                assert_true(n > 0);
                target[n] = '\0';
                assert_int_equal(vfs_symlink(copy_to, target, NULL, ours), 0);
        } else {
                copy_contents(path, ours, st);
        }
        return 0;
}

void t_copy_folder(VfsClient *c, const char *path) {
        copy_to = c;
        copy_root = strlen(path);
        assert_int_equal(nftw(path, copy_one, 16, FTW_PHYS), 0);
}
