/* SPDX-License-Identifier: MIT */
/*
 * One random sequence of calls, made twice. The host's side runs in a root of its own, so that ".." and
 * absolute links mean the same on both.
 */
#include "against_host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"

#define FILES    4     /* open at a time */
#define DATA_MAX 20000 /* bytes of a file */

static uint32_t seed;
static TAgainst with;

static uint32_t dice(uint32_t n) {
        seed = seed * 1664525u + 1013904223u;
        return (seed >> 8) % n;
}

/* --- both worlds --- */

typedef struct World {
        Mounts mounts;
        VfsClient client;
        VfsFile *files[FILES];
        int fds[FILES]; /* the host's; -1: not open */
} World;

static World w;

/* What a call gave, as a negative errno or 0. */
static int of_host(int r) {
        return r < 0 ? -errno : 0;
}

#define SAME(host, ours, ...)                                                                                \
        do {                                                                                                 \
                int expected_ = of_host(host), got_ = (ours);                                                \
                                                                                                             \
                if (expected_ != got_) {                                                                     \
                        print_error("step %u: " __VA_ARGS__);                                                \
                        print_error(                                                                         \
                                ": the host says %s, we say %s\n", strerror(-expected_), strerror(-got_));   \
                        fail();                                                                              \
                }                                                                                            \
        } while (0)

static unsigned step;

/* --- random arguments --- */

static const char *random_path(char *path, size_t size) {
        static const char *const names[] = {"a", "b", "c", "d", "e", "a", "b", ".", "..", "f"};
        size_t n = 0;
        uint32_t parts = 1 + dice(3);

        path[0] = '\0';
        if (dice(12) == 0)
                n += (size_t)snprintf(path, size, "/");
        for (uint32_t i = 0; i < parts; i++)
                n += (size_t)snprintf(path + n, size - n, "%s%s", i ? "/" : "", names[dice(10)]);
        if (dice(15) == 0)
                (void)snprintf(path + n, size - n, "/");
        return path;
}

static int random_flags(void) {
        static const int access[] = {O_RDONLY, O_WRONLY, O_RDWR};
        static const int more[] = {
                O_CREAT, O_CREAT, O_CREAT | O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW, O_APPEND};
        int flags = access[dice(3)];

        for (uint32_t n = dice(3); n > 0; n--)
                flags |= more[dice(sizeof more / sizeof *more)];
        return flags & O_CREAT ? flags & ~O_DIRECTORY : flags;
}

/* --- steps with names --- */

static void compare_stat(const struct stat *host, const struct stat *ours, const char *path) {
        bool is_dir = S_ISDIR(host->st_mode);

        if (with.is_plain && is_dir == S_ISDIR(ours->st_mode) && (is_dir || host->st_size == ours->st_size))
                return;
        if (!with.is_plain && host->st_mode == ours->st_mode &&
                (is_dir || host->st_nlink == ours->st_nlink) && (is_dir || host->st_size == ours->st_size))
                return;
        print_error("step %u: %s: the host has mode %o, %lu links, %ld bytes, we have %o, %lu, %ld\n", step,
                path, host->st_mode, (unsigned long)host->st_nlink, (long)host->st_size, ours->st_mode,
                (unsigned long)ours->st_nlink, (long)ours->st_size);
        fail();
}

static void do_stat(const char *path, bool follow) {
        struct stat host, ours;
        int r = fstatat(AT_FDCWD, path, &host, follow ? 0 : AT_SYMLINK_NOFOLLOW);

        SAME(r, vfs_stat(&w.client, NULL, path, follow, &ours), "stat %s", step, path);
        if (r == 0)
                compare_stat(&host, &ours, path);
}

static void do_readlink(const char *path) {
        char host[64], ours[64];
        size_t n = 0;
        ssize_t r = readlink(path, host, sizeof host);

        SAME((int)r, vfs_readlink(&w.client, NULL, path, ours, sizeof ours, &n), "readlink %s", step, path);
        if (r >= 0) {
                assert_int_equal(n, r);
                assert_memory_equal(host, ours, n);
        }
}

static void do_names(void) {
        static const char *const targets[] = {"a", "b/c", "../a", "/a", "./b/", "e", "nowhere", "..", "/"};
        char one[64], two[64];
        const char *a = random_path(one, sizeof one), *b = random_path(two, sizeof two);
        const char *target = targets[dice(9)];
        unsigned flags = dice(4) ? 0 : 1 + dice(with.is_plain ? 1 : 2);

        switch (dice(with.is_plain ? 6 : 10)) {
        case 0:
        case 1:
                SAME(mkdir(a, 0755), vfs_mkdir(&w.client, NULL, a, 0755), "mkdir %s", step, a);
                break;
        case 2:
                SAME(rmdir(a), vfs_rmdir(&w.client, NULL, a), "rmdir %s", step, a);
                break;
        case 3:
                SAME(unlink(a), vfs_unlink(&w.client, NULL, a), "unlink %s", step, a);
                break;
        case 4:
        case 5:
                SAME(renameat2(AT_FDCWD, a, AT_FDCWD, b, flags),
                        vfs_rename(&w.client, NULL, a, NULL, b, flags), "rename %s to %s, flags %u", step, a,
                        b, flags);
                break;
        case 6:
                SAME(link(a, b), vfs_link(&w.client, NULL, a, NULL, b, false), "link %s to %s", step, a, b);
                break;
        case 7:
                SAME(symlink(target, a), vfs_symlink(&w.client, target, NULL, a), "symlink %s at %s", step,
                        target, a);
                break;
        case 8:
                do_readlink(a);
                break;
        default:
                do_stat(a, dice(2));
        }
        if (with.is_plain && dice(3) == 0)
                do_stat(b, dice(2));
        if (with.lasts && dice(200) == 0)
                assert_int_equal(mounts_sync(&w.mounts), 0);
}

/* --- steps with open files --- */

static void do_open(uint32_t i) {
        char path[64];
        int flags = random_flags();

        random_path(path, sizeof path);
        if (w.files[i]) {
                (void)close(w.fds[i]);
                w.files[i] = vfs_close(w.files[i]);
        }
        w.fds[i] = open(path, flags, 0644);
        SAME(w.fds[i], vfs_open(&w.client, NULL, path, flags, 0644, &w.files[i]), "open %s, flags %#o", step,
                path, (unsigned)flags);
}

static void do_write(uint32_t i, bool at_position) {
        static char data[DATA_MAX];
        size_t size = dice(dice(3) ? 300 : DATA_MAX / 2), put = 0;
        off_t at = (off_t)dice(DATA_MAX / 2);
        ssize_t r;
        int ours;

        memset(data, (int)dice(256), size);
        if (lseek(w.fds[i], 0, SEEK_CUR) > DATA_MAX)
                return;
        r = at_position ? pwrite(w.fds[i], data, size, at) : write(w.fds[i], data, size);
        ours = at_position ? vfs_pwrite(w.files[i], data, size, at, &put)
                           : vfs_write(w.files[i], data, size, &put);
        SAME((int)r, ours, "write %zu at %ld", step, size, at_position ? (long)at : -1L);
        if (r >= 0)
                assert_int_equal(put, r);
}

static void do_read(uint32_t i, bool at_position) {
        static char host[DATA_MAX], ours[DATA_MAX];
        size_t size = dice(DATA_MAX), got = 0;
        off_t at = (off_t)dice(DATA_MAX);
        ssize_t r = at_position ? pread(w.fds[i], host, size, at) : read(w.fds[i], host, size);
        int mine = at_position ? vfs_pread(w.files[i], ours, size, at, &got)
                               : vfs_read(w.files[i], ours, size, &got);

        SAME((int)r, mine, "read %zu at %ld", step, size, at_position ? (long)at : -1L);
        if (r >= 0) {
                assert_int_equal(got, r);
                assert_memory_equal(host, ours, got);
        }
}

static void do_seek(uint32_t i) {
        static const int whence[] = {SEEK_SET, SEEK_CUR, SEEK_END};
        int how = whence[dice(3)];
        off_t offset = (off_t)dice(DATA_MAX) - DATA_MAX / 4, at = 0, r;
        struct stat st;

        if (fstat(w.fds[i], &st) == 0 && S_ISDIR(st.st_mode))
                return; /* positions of directories are each system's own */
        r = lseek(w.fds[i], offset, how);
        SAME(r < 0 ? -1 : 0, vfs_lseek(w.files[i], offset, how, &at), "lseek %ld %d", step, (long)offset,
                how);
        if (r >= 0)
                assert_int_equal(at, r);
}

static void do_file(uint32_t i) {
        struct stat host, ours;
        off_t size = (off_t)dice(DATA_MAX);

        switch (dice(8)) {
        case 0:
        case 1:
                do_write(i, false);
                break;
        case 2:
                do_write(i, true);
                break;
        case 3:
                do_read(i, false);
                break;
        case 4:
                do_read(i, true);
                break;
        case 5:
                do_seek(i);
                break;
        case 6:
                SAME(ftruncate(w.fds[i], size), vfs_ftruncate(w.files[i], size), "ftruncate %ld", step,
                        (long)size);
                break;
        default:
                assert_int_equal(fstat(w.fds[i], &host), 0);
                assert_int_equal(vfs_fstat(w.files[i], &ours), 0);
                compare_stat(&host, &ours, "an open file");
        }
}

/* --- directories --- */

#define NAMES_MAX 16

typedef struct Names {
        char names[NAMES_MAX][16];
        mode_t types[NAMES_MAX];
        uint32_t n;
} Names;

static bool note_name(
        void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        Names *names = arg;

        (void)ino;
        (void)next;
        assert_true(names->n < NAMES_MAX && length < sizeof names->names[0]);
        memcpy(names->names[names->n], name, length);
        names->names[names->n][length] = '\0';
        names->types[names->n++] = type;
        return true;
}

/* Each entry of the host is one of ours, and there are as many. */
static void compare_directory(void) {
        DIR *d = opendir(".");
        Names names = {.n = 0};
        VfsFile *f = NULL;
        uint32_t n = 0;

        assert_non_null(d);
        assert_int_equal(vfs_open(&w.client, NULL, ".", O_RDONLY | O_DIRECTORY, 0, &f), 0);
        assert_int_equal(vfs_getdents(f, note_name, &names), 0);
        for (const struct dirent *e; (e = readdir(d)) != NULL; n++) {
                uint32_t i = 0;

                while (i < names.n && strcmp(names.names[i], e->d_name) != 0)
                        i++;
                assert_true(i < names.n);
                assert_int_equal(names.types[i], DTTOIF(e->d_type));
        }
        assert_int_equal(n, names.n);
        vfs_close(f);
        (void)closedir(d);
}

static void change_directory(void) {
        char path[64], host[256], ours[256];

        random_path(path, sizeof path);
        SAME(chdir(path), vfs_chdir(&w.client, path), "chdir %s", step, path);
        assert_non_null(getcwd(host, sizeof host));
        assert_int_equal(vfs_getcwd(&w.client, ours, sizeof ours), 0);
        assert_string_equal(host, ours);
}

/* A removed directory: Linux still knows where it was, and ".." leads there; a file system of ours need not.
 */
static void leave_removed_directory(void) {
        struct stat host, ours;

        assert_int_equal(stat(".", &host), 0);
        assert_int_equal(vfs_stat(&w.client, NULL, ".", true, &ours), 0);
        assert_int_equal(host.st_nlink == 0, ours.st_nlink == 0);
        if (host.st_nlink == 0) {
                assert_int_equal(chdir("/"), 0);
                assert_int_equal(vfs_chdir(&w.client, "/"), 0);
        }
}

static void random_calls_do_as_on_the_host(void **state) {
        (void)state;
        for (step = 0; step < with.steps; step++) {
                uint32_t i = dice(FILES);

                leave_removed_directory();
                switch (dice(8)) {
                case 0:
                        do_open(i);
                        break;
                case 1:
                case 2:
                case 3:
                        if (w.files[i])
                                do_file(i);
                        break;
                case 4:
                        if (dice(8) == 0)
                                change_directory();
                        else if (dice(4) == 0)
                                compare_directory();
                        break;
                default:
                        do_names();
                }
        }
}

/* --- set-up --- */

/* Removes what a run has left, and the folder. */
static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where) {
        (void)st;
        (void)type;
        (void)where;
        return remove(path);
}

/* Runs `body` in a process whose root is a new folder. */
static int in_empty_root(int (*body)(void)) {
        char folder[] = "/tmp/caisson-host-XXXXXX";
        int status = 0;
        pid_t pid;

        if (!mkdtemp(folder))
                return T_NO_ROOT;
        pid = fork();
        if (pid == 0) {
                (void)umask(0);
                if (with.is_part)
                        (void)dup2(STDERR_FILENO, STDOUT_FILENO);
                if (geteuid() != 0 && unshare(CLONE_NEWUSER) != 0)
                        _exit(T_NO_ROOT);
                if (chmod(folder, 0755) != 0 || chroot(folder) != 0 || chdir("/") != 0)
                        _exit(T_NO_ROOT);
                exit(body());
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid)
                return 99;
        (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int mount_ours(void) {
        MountPlan plan = {.device = "device", .path = "/"};

        if (mounts_init(&w.mounts) != 0 || with.make(&plan.fs) != 0 ||
                mounts_add(&w.mounts, &PLACE_NULL, &plan) != 0 ||
                vfs_client_init(&w.client, &w.mounts, 0, 0) != 0)
                return -1;
        atomic_store(&w.client.umask, 0);
        return 0;
}

static void unmount_ours(void) {
        vfs_client_deinit(&w.client);
        mounts_deinit(&w.mounts);
}

/* --- made again --- */

static void compare_contents(const char *path) {
        static char host[DATA_MAX * 4], ours[DATA_MAX * 4];
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        VfsFile *f = NULL;
        ssize_t n;
        size_t got;

        assert_true(fd >= 0);
        assert_int_equal(vfs_open(&w.client, NULL, path, O_RDONLY, 0, &f), 0);
        n = read(fd, host, sizeof host);
        assert_in_range(n, 0, sizeof host - 1);
        assert_int_equal(vfs_read(f, ours, sizeof ours, &got), 0);
        assert_int_equal(got, n);
        assert_memory_equal(host, ours, got);
        vfs_close(f);
        (void)close(fd);
}

static int compare_one(const char *path, const struct stat *st, int type, struct FTW *where) {
        (void)st;
        (void)where;
        if (type == FTW_F) {
                compare_contents(path);
        } else if (type == FTW_D) {
                assert_int_equal(chdir(path), 0);
                assert_int_equal(vfs_chdir(&w.client, path), 0);
                compare_directory();
        } else {
                do_readlink(path);
        }
        return 0;
}

static void the_same_is_there_when_mounted_again(void **state) {
        (void)state;
        for (int i = 0; i < FILES; i++) {
                w.files[i] = vfs_close(w.files[i]);
                if (w.fds[i] >= 0)
                        (void)close(w.fds[i]);
        }
        unmount_ours();
        assert_int_equal(mount_ours(), 0);
        assert_int_equal(nftw("/", compare_one, 16, FTW_PHYS), 0);
}

static int compare_worlds(void) {
        const struct CMUnitTest once[] = {cmocka_unit_test(random_calls_do_as_on_the_host)};
        const struct CMUnitTest twice[] = {
                cmocka_unit_test(random_calls_do_as_on_the_host),
                cmocka_unit_test(the_same_is_there_when_mounted_again),
        };
        int r;

        if (mount_ours() != 0)
                return 99;
        for (int i = 0; i < FILES; i++)
                w.fds[i] = -1;
        r = with.lasts ? cmocka_run_group_tests(twice, NULL, NULL) : cmocka_run_group_tests(once, NULL, NULL);
        for (int i = 0; i < FILES; i++)
                vfs_close(w.files[i]);
        unmount_ours();
        return with.done && !with.done() ? 99 : r;
}

int t_against_host_as(const TAgainst *what) {
        with = *what;
        seed = what->seed;
        return in_empty_root(compare_worlds);
}

int t_against_host(TMakeFs *make, unsigned steps, uint32_t first_seed) {
        const TAgainst what = {.make = make, .steps = steps, .seed = first_seed};

        return t_against_host_as(&what);
}
