/* SPDX-License-Identifier: MIT */
/*
 * Devices through a client's calls, and what Linux says to the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "blkmem.h"
#include "client.h"
#include "devfs.h"
#include "devices.h"
#include "presence.h"

static Mounts mounts;
static VfsClient client;
static char said[64];
static size_t n_said;

static int console_write(const void *data, size_t size, size_t *ret_put) {
        size_t left = sizeof said - n_said;

        if (left == 0)
                return -EAGAIN;
        *ret_put = size < left ? size : left;
        memcpy(said + n_said, data, *ret_put);
        n_said += *ret_put;
        return 0;
}

static int console_read(void *buffer, size_t size, size_t *ret_got) {
        *ret_got = size < 4 ? size : 4;
        memcpy(buffer, "yes\n", *ret_got);
        return 0;
}

static DevfsConsole console = {.write = console_write, .read = console_read};

static int set_up(void **state) {
        MountPlan plan = {.device = "devfs", .path = "/"};

        (void)state;
        n_said = 0;
        if (devfs_new(&console, &plan.fs) != 0 || mounts_init(&mounts) != 0 ||
                mounts_add(&mounts, &PLACE_NULL, &plan) != 0)
                return -1;
        return vfs_client_init(&client, &mounts, 0, 0);
}

static int tear_down(void **state) {
        (void)state;
        vfs_client_deinit(&client);
        mounts_deinit(&mounts);
        return 0;
}

static VfsFile *open_file(const char *path, int flags) {
        VfsFile *f = NULL;

        assert_int_equal(vfs_open(&client, NULL, path, flags, 0644, &f), 0);
        return f;
}

/* --- as on Linux --- */

static int of_host(long r) {
        return r < 0 ? -errno : 0;
}

static void compare_transfers(int fd, VfsFile *f, bool has_same_bytes) {
        char host[100], ours[100];
        size_t n = 0;
        ssize_t r = read(fd, host, sizeof host);

        assert_int_equal(vfs_read(f, ours, sizeof ours, &n), of_host(r));
        assert_int_equal(n, r);
        if (has_same_bytes)
                assert_memory_equal(host, ours, n);
        r = pread(fd, host, 10, 5000);
        assert_int_equal(vfs_pread(f, ours, 10, 5000, &n), of_host(r));
        assert_int_equal(n, r);
        r = write(fd, "text", 4);
        assert_int_equal(vfs_write(f, "text", 4, &n), of_host(r));
        if (r >= 0)
                assert_int_equal(n, r);
}

static void compare_rest(int fd, VfsFile *f) {
        struct stat host, ours;
        off_t at;

        assert_int_equal(fstat(fd, &host), 0);
        assert_int_equal(vfs_fstat(f, &ours), 0);
        assert_int_equal(host.st_rdev, ours.st_rdev);
        assert_int_equal(host.st_mode & S_IFMT, ours.st_mode & S_IFMT);
        assert_int_equal(vfs_lseek(f, 5, SEEK_SET, &at), of_host(lseek(fd, 5, SEEK_SET)));
        assert_int_equal(vfs_ftruncate(f, 5), of_host(ftruncate(fd, 5)));
        assert_int_equal(vfs_fsync(f, false), of_host(fsync(fd)));
}

static void devices_do_as_on_the_host(void **state) {
        static const char *const names[] = {"null", "zero", "full", "random", "urandom"};

        (void)state;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                char path[32];
                VfsFile *f = open_file(names[i], O_RDWR | O_TRUNC);
                int fd;

                (void)snprintf(path, sizeof path, "/dev/%s", names[i]);
                fd = open(path, O_RDWR | O_TRUNC | O_CLOEXEC);
                assert_true(fd >= 0);
                compare_transfers(fd, f, i < 3);
                compare_rest(fd, f);
                (void)close(fd);
                vfs_close(f);
        }
}

static void random_bytes_are_not_the_same_twice(void **state) {
        VfsFile *f = open_file("/urandom", O_RDONLY);
        static char one[70000], two[70000];
        size_t n;

        (void)state;
        assert_int_equal(vfs_read(f, one, sizeof one, &n), 0);
        assert_int_equal(n, sizeof one);
        assert_int_equal(vfs_read(f, two, sizeof two, &n), 0);
        assert_memory_not_equal(one, two, sizeof one);
        assert_memory_not_equal(one + sizeof one - 16, two + sizeof two - 16, 16);
        vfs_close(f);
}

/* --- the console --- */

static void the_console_is_who_mounted_it(void **state) {
        static const char *const names[] = {"/console", "/tty"};
        char buffer[8];
        size_t n;

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                VfsFile *f = open_file(names[i], O_RDWR);

                n_said = 0;
                assert_int_equal(vfs_write(f, "hello", 5, &n), 0);
                assert_int_equal(n_said, 5);
                assert_memory_equal(said, "hello", 5);
                assert_int_equal(vfs_read(f, buffer, 3, &n), 0);
                assert_int_equal(n, 3);
                n_said = sizeof said;
                assert_int_equal(vfs_write(f, "hello", 5, &n), -EAGAIN);
                vfs_close(f);
        }
        console.read = NULL;
        {
                VfsFile *f = open_file("/tty", O_RDONLY);

                assert_int_equal(vfs_read(f, buffer, 3, &n), 0);
                assert_int_equal(n, 0);
                vfs_close(f);
        }
        console.read = console_read;
}

/* --- disks --- */

static char disk[1024];
static bool has_disk;

static int find_mmc1(const char *name, bool is_read_only, Blk **ret) {
        if (!has_disk || strcmp(name, "mmc1") != 0)
                return -ENODEV;
        return blkmem_new(disk, sizeof disk, is_read_only, ret);
}

typedef struct Seen {
        unsigned n, n_disks;
        bool mmc1;
} Seen;

static bool see(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        Seen *seen = arg;

        (void)ino;
        (void)next;
        seen->n++;
        seen->n_disks += S_ISBLK(type);
        seen->mmc1 |= length == 4 && memcmp(name, "mmc1", 4) == 0;
        return true;
}

static Seen list(void) {
        VfsFile *f = open_file("/", O_RDONLY | O_DIRECTORY);
        Seen seen = {.n = 0};

        assert_int_equal(vfs_getdents(f, see, &seen), 0);
        vfs_close(f);
        return seen;
}

static void disks_are_there_while_a_driver_has_them(void **state) {
        char buffer[8];
        struct stat st;
        VfsFile *f;
        Seen seen;
        size_t n;

        (void)state;
        devices_add(find_mmc1);
        seen = list();
        assert_int_equal(seen.n, 2 + 7);
        assert_int_equal(vfs_stat(&client, NULL, "/mmc1", true, &st), -ENOENT);
        has_disk = true;
        seen = list();
        assert_int_equal(seen.n, 2 + 8);
        assert_int_equal(seen.n_disks, 1);
        assert_true(seen.mmc1);
        assert_int_equal(vfs_stat(&client, NULL, "/mmc1", true, &st), 0);
        assert_true(S_ISBLK(st.st_mode));
        f = open_file("/mmc1", O_RDWR);
        assert_int_equal(vfs_read(f, buffer, 8, &n), -EIO);
        assert_int_equal(vfs_write(f, buffer, 8, &n), -EIO);
        vfs_close(f);
        has_disk = false;
        assert_int_equal(vfs_stat(&client, NULL, "/mmc1", true, &st), -ENOENT);
}

/* --- names --- */

static sem_t is_asked, may_answer;
static _Atomic bool hangs;

static int find_ahci1(const char *name, bool is_read_only, Blk **ret) {
        if (strcmp(name, "ahci1") != 0)
                return -ENODEV;
        if (hangs) {
                (void)sem_post(&is_asked);
                while (sem_wait(&may_answer) < 0)
                        continue;
        }
        return blkmem_new(disk, sizeof disk, is_read_only, ret);
}

/* What is under the same lock is everybody's. */
static void a_driver_that_hangs_keeps_nobody_from_the_other_devices(void **state) {
        VfsFile *null;
        struct stat st;
        size_t put;

        (void)state;
        (void)sem_init(&is_asked, 0, 0);
        (void)sem_init(&may_answer, 0, 0);
        devices_add(find_ahci1);
        assert_int_equal(vfs_stat(&client, NULL, "/ahci1", false, &st), 0);
        hangs = true;
        assert_int_equal(vfs_stat(&client, NULL, "/ahci1", false, &st), 0); /* it was there last */
        assert_int_equal(sem_wait(&is_asked), 0);
        assert_int_equal(vfs_stat(&client, NULL, "/ahci1", false, &st), 0); /* and is not asked again */
        assert_int_equal(sem_trywait(&is_asked), -1);
        assert_int_equal(vfs_open(&client, NULL, "/null", O_WRONLY, 0, &null), 0);
        assert_int_equal(vfs_write(null, "x", 1, &put), 0);
        (void)vfs_close(null);
        hangs = false;
        (void)sem_post(&may_answer);
        assert_int_equal(vfs_stat(&client, NULL, "/ahci1", false, &st), 0);
}

static void more_disks_than_there_are_names_for_are_not_there(void **state) {
        char name[DEVICES_NAME_MAX + 1] = "";

        (void)state;
        memset(name, 'n', sizeof name - 1);
        assert_false(devices_exists(name)); /* too long by one */
        for (uint32_t i = 0; i < PRESENCE_MAX; i++) {
                (void)snprintf(name, sizeof name, "mmc%u", 100 + i);
                assert_false(devices_exists(name));
        }
        assert_true(devices_exists("ahci1")); /* which has a place already */
}

static void nobody_makes_or_removes_devices(void **state) {
        VfsFile *f = NULL;

        (void)state;
        assert_int_equal(vfs_open(&client, NULL, "/new", O_CREAT | O_RDWR, 0644, &f), -EPERM);
        assert_int_equal(vfs_mkdir(&client, NULL, "/dir", 0755), -EPERM);
        assert_int_equal(vfs_symlink(&client, "null", NULL, "/link"), -EPERM);
        assert_int_equal(vfs_link(&client, NULL, "/null", NULL, "/link", false), -EPERM);
        assert_int_equal(vfs_unlink(&client, NULL, "/null"), -EPERM);
        assert_int_equal(vfs_unlink(&client, NULL, "/nul"), -ENOENT);
        assert_int_equal(vfs_rename(&client, NULL, "/null", NULL, "/zero", 0), -EPERM);
        assert_int_equal(vfs_chmod(&client, NULL, "/null", true, 0600), 0);
}

static void options_are_refused(void **state) {
        Fs *fs;

        (void)state;
        assert_int_equal(devfs_mount(NULL, 0, "mode=0755", &fs), -EINVAL);
        assert_int_equal(devfs_mount(NULL, 0, "", &fs), 0);
        fs->ops->unmount(fs);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                CASE(devices_do_as_on_the_host),
                CASE(random_bytes_are_not_the_same_twice),
                CASE(the_console_is_who_mounted_it),
                CASE(disks_are_there_while_a_driver_has_them),
                CASE(a_driver_that_hangs_keeps_nobody_from_the_other_devices),
                CASE(more_disks_than_there_are_names_for_are_not_there),
                CASE(nobody_makes_or_removes_devices),
                CASE(options_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
