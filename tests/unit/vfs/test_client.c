/* SPDX-License-Identifier: MIT */
/*
 * Calls of a client where neither a host nor a file system can be compared with: at limits, and with file
 * systems that fail as they like.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "ramfs.h"

static Mounts mounts;
static VfsClient c;

static int set_up(void **state) {
        MountPlan plan = {.device = "ramfs", .path = "/"};

        (void)state;
        if (mounts_init(&mounts) != 0 || ramfs_new(0, 0777, &plan.fs) != 0)
                return -1;
        if (mounts_add(&mounts, &PLACE_NULL, &plan) != 0)
                return -1;
        return vfs_client_init(&c, &mounts, 1, 2);
}

static int tear_down(void **state) {
        (void)state;
        vfs_client_deinit(&c);
        mounts_deinit(&mounts);
        return 0;
}

static struct stat stat_of(const char *path) {
        struct stat st;

        assert_int_equal(vfs_stat(&c, NULL, path, false, &st), 0);
        return st;
}

static void write_file(const char *path, const char *text) {
        VfsFile *f = NULL;
        size_t put;

        assert_int_equal(vfs_open(&c, NULL, path, O_WRONLY | O_CREAT, 0600, &f), 0);
        assert_int_equal(vfs_write(f, text, strlen(text), &put), 0);
        vfs_close(f);
}

/* --- a file system that writes all that lies between --- */

#define FILLED_MAX (64u * VFS_IO_MAX)
#define ROOM       (48u * VFS_IO_MAX)

static const FsOps *usual_ops;
static FsOps filling_ops;
static uint32_t n_steps;
static uint64_t fails_at; /* size that can't be reached; 0: each can */

static int grow_one_step(FsNode *node, uint64_t size) {
        struct stat st;

        assert_int_equal(usual_ops->stat(node, &st), 0);
        assert_true(size <= (uint64_t)st.st_size + VFS_IO_MAX);
        if (fails_at && size >= fails_at)
                return -EIO;
        n_steps++;
        return usual_ops->truncate(node, size);
}

static int tell_room(Fs *fs, struct statvfs *ret) {
        (void)fs;
        *ret = (struct statvfs){.f_frsize = 4096, .f_bavail = ROOM / 4096};
        return 0;
}

static void fill_gaps(void) {
        Fs *fs = mounts.first->fs;

        usual_ops = fs->ops;
        filling_ops = *fs->ops;
        filling_ops.filled_max = FILLED_MAX;
        filling_ops.truncate = grow_one_step;
        filling_ops.statvfs = tell_room;
        fs->ops = &filling_ops;
        n_steps = 0;
        fails_at = 0;
}

static void growing_by_much_goes_in_steps(void **state) {
        VfsFile *f = NULL;
        size_t put;

        (void)state;
        fill_gaps();
        assert_int_equal(vfs_open(&c, NULL, "/f", O_RDWR | O_CREAT, 0600, &f), 0);
        assert_int_equal(vfs_ftruncate(f, VFS_IO_MAX), 0);
        assert_int_equal(n_steps, 1);
        assert_int_equal(vfs_ftruncate(f, 10 * VFS_IO_MAX + 1), 0);
        assert_int_equal(n_steps, 11);
        assert_int_equal(vfs_pwrite(f, "end", 3, 20 * VFS_IO_MAX, &put), 0);
        assert_int_equal(n_steps, 20); /* the last one is the write's own */
        assert_int_equal(stat_of("/f").st_size, 20 * VFS_IO_MAX + 3);
        assert_int_equal(vfs_truncate(&c, "/f", ROOM), 0);
        assert_int_equal(stat_of("/f").st_size, ROOM);
        vfs_close(f);
}

static void growing_that_fails_leaves_the_file_as_it_was(void **state) {
        VfsFile *f = NULL;
        size_t put;

        (void)state;
        fill_gaps();
        assert_int_equal(vfs_open(&c, NULL, "/f", O_RDWR | O_CREAT, 0600, &f), 0);
        assert_int_equal(vfs_ftruncate(f, 100), 0);
        n_steps = 0;
        assert_int_equal(vfs_ftruncate(f, FILLED_MAX + 1), -EFBIG);
        assert_int_equal(vfs_ftruncate(f, FILLED_MAX), -ENOSPC); /* it may be that large */
        assert_int_equal(vfs_pwrite(f, "x", 1, FILLED_MAX, &put), -EFBIG);
        assert_int_equal(vfs_ftruncate(f, ROOM + 4096 + 100), -ENOSPC);
        assert_int_equal(n_steps, 0);
        fails_at = 5 * VFS_IO_MAX;
        assert_int_equal(vfs_ftruncate(f, 20 * VFS_IO_MAX), -EIO);
        assert_int_equal(n_steps, 4 + 1); /* and back */
        assert_int_equal(stat_of("/f").st_size, 100);
        vfs_close(f);
}

/* --- unmounting --- */

static int sync_error;

static int fail_to_sync(Fs *fs) {
        (void)fs;
        return sync_error;
}

/* What a device answers may be what unmounting says of itself. */
static void what_can_not_be_written_back_is_unmounted_all_the_same(void **state) {
        static const int errors[] = {-EIO, -EBUSY, -EINVAL};

        (void)state;
        assert_int_equal(vfs_mkdir(&c, NULL, "/m", 0700), 0);
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
                FsOps ops;
                Fs *fs;

                assert_int_equal(ramfs_new(0, 0700, &fs), 0);
                ops = *fs->ops;
                ops.sync = fail_to_sync;
                fs->ops = &ops;
                sync_error = errors[i];
                assert_int_equal(vfs_mount(&c, "/m", fs, "test", 0), 0);
                write_file("/m/f", "text");
                assert_int_equal(vfs_umount(&c, "/m", 0), errors[i]);
                assert_int_equal(mounts.n_mounts, 1);
        }
        assert_int_equal(vfs_umount(&c, "/m", 0), -EINVAL);
}

/* --- writing that is to be safe at once --- */

static int fsync_error;

static int fail_to_fsync(FsNode *node, bool only_data) {
        (void)node;
        (void)only_data;
        return fsync_error;
}

/* As on Linux: nothing counts as written, so the next write begins at the same place. */
static void a_write_that_is_not_safe_moves_no_position(void **state) {
        static const int flags[] = {O_SYNC, O_DSYNC, O_SYNC | O_APPEND};
        const FsOps *usual = mounts.first->fs->ops;
        FsOps ops = *usual;

        (void)state;
        ops.fsync = fail_to_fsync;
        mounts.first->fs->ops = &ops;
        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
                VfsFile *f = NULL;
                size_t put = 99;
                off_t at;

                fsync_error = 0;
                assert_int_equal(
                        vfs_open(&c, NULL, "/f", O_RDWR | O_CREAT | O_TRUNC | flags[i], 0600, &f), 0);
                assert_int_equal(vfs_write(f, "ab", 2, &put), 0);
                fsync_error = -EIO;
                assert_int_equal(vfs_write(f, "cde", 3, &put), -EIO);
                assert_int_equal(put, 0);
                assert_int_equal(vfs_lseek(f, 0, SEEK_CUR, &at), 0);
                assert_int_equal(at, 2);
                put = 99;
                assert_int_equal(vfs_pwrite(f, "cde", 3, 0, &put), -EIO);
                assert_int_equal(put, 0);
                fsync_error = 0;
                assert_int_equal(vfs_write(f, "cde", 3, &put), 0);
                assert_int_equal(put, 3);
                assert_int_equal(vfs_lseek(f, 0, SEEK_CUR, &at), 0);
                assert_int_equal(at, flags[i] & O_APPEND ? stat_of("/f").st_size : 5);
                vfs_close(f);
        }
        mounts.first->fs->ops = usual;
}

/* --- opening --- */

static void one_open_file_too_many_leaves_files_alone(void **state) {
        static VfsFile *files[VFS_OPEN_MAX];
        struct stat st;
        VfsFile *more;

        (void)state;
        write_file("/f", "text");
        for (size_t i = 0; i < VFS_OPEN_MAX; i++)
                assert_int_equal(vfs_open(&c, NULL, "/f", O_RDONLY, 0, &files[i]), 0);
        assert_int_equal(vfs_open(&c, NULL, "/f", O_WRONLY | O_TRUNC, 0, &more), -EMFILE);
        assert_int_equal(stat_of("/f").st_size, 4);
        assert_int_equal(vfs_open(&c, NULL, "/new", O_WRONLY | O_CREAT, 0600, &more), -EMFILE);
        assert_int_equal(vfs_stat(&c, NULL, "/new", false, &st), -ENOENT);
        vfs_close(files[0]);
        assert_int_equal(vfs_open(&c, NULL, "/f", O_WRONLY | O_TRUNC, 0, &files[0]), 0);
        assert_int_equal(stat_of("/f").st_size, 0);
        for (size_t i = 0; i < VFS_OPEN_MAX; i++)
                vfs_close(files[i]);
        assert_int_equal(c.n_open, 0);
}

static void an_open_that_fails_counts_no_file(void **state) {
        VfsFile *f;

        (void)state;
        assert_int_equal(vfs_open(&c, NULL, "/absent", O_RDONLY, 0, &f), -ENOENT);
        assert_int_equal(vfs_open(&c, NULL, "/", O_WRONLY, 0, &f), -EISDIR);
        assert_int_equal(c.n_open, 0);
}

/* --- groups --- */

static void a_directory_gives_its_group_on_if_it_is_told_to(void **state) {
        (void)state;
        assert_int_equal(vfs_mkdir(&c, NULL, "/d", 0700), 0);
        assert_int_equal(vfs_chown(&c, NULL, "/d", true, (uid_t)-1, 7), 0);
        write_file("/d/own", "");
        assert_int_equal(stat_of("/d/own").st_gid, 2);
        assert_int_equal(vfs_chmod(&c, NULL, "/d", true, 02700), 0);
        write_file("/d/file", "");
        assert_int_equal(vfs_mkdir(&c, NULL, "/d/below", 0700), 0);
        assert_int_equal(vfs_symlink(&c, "file", NULL, "/d/link"), 0);
        assert_int_equal(stat_of("/d/file").st_mode, S_IFREG | 0600);
        assert_int_equal(stat_of("/d/below").st_mode, S_IFDIR | 02700);
        assert_int_equal(stat_of("/d/link").st_mode, S_IFLNK | 0777);
        assert_int_equal(stat_of("/d/file").st_gid, 7);
        assert_int_equal(stat_of("/d/below").st_gid, 7);
        assert_int_equal(stat_of("/d/link").st_gid, 7);
        assert_int_equal(stat_of("/d/file").st_uid, 1);
}

/* --- mounts --- */

static void mount_ramfs(const char *path, unsigned flags) {
        Fs *fs;

        assert_int_equal(ramfs_new(0, 0755, &fs), 0);
        assert_int_equal(vfs_mount(&c, path, fs, "ramfs", flags), 0);
}

static int look_at(const char *path) {
        struct stat st;

        return vfs_stat(&c, NULL, path, true, &st);
}

static bool count_mount(void *arg, const Mount *mount) {
        (void)mount;
        ++*(uint32_t *)arg;
        return true;
}

static sem_t sync_begun, sync_may_end;

static int sync_slowly(Fs *fs) {
        (void)fs;
        (void)sem_post(&sync_begun);
        while (sem_wait(&sync_may_end) < 0)
                continue;
        return 0;
}

static void *sync_all(void *arg) {
        assert_int_equal(mounts_sync(&mounts), 0);
        return arg;
}

static void *umount_m(void *arg) {
        *(int *)arg = vfs_umount(&c, "/m", NULL);
        return arg;
}

/* Nobody else waits for a disk: not who mounts, nor who asks what is mounted where. */
static void a_disk_that_hangs_keeps_nobody_from_mounting(void **state) {
        pthread_t syncing, leaving;
        uint32_t n = 0;
        int r = 1;
        FsOps ops;
        Fs *fs;

        (void)state;
        (void)sem_init(&sync_begun, 0, 0);
        (void)sem_init(&sync_may_end, 0, 0);
        assert_int_equal(vfs_mkdir(&c, NULL, "/m", 0700), 0);
        assert_int_equal(vfs_mkdir(&c, NULL, "/n", 0700), 0);
        assert_int_equal(ramfs_new(0, 0700, &fs), 0);
        ops = *fs->ops;
        ops.sync = sync_slowly;
        fs->ops = &ops;
        assert_int_equal(vfs_mount(&c, "/m", fs, "test", 0), 0);
        assert_int_equal(pthread_create(&syncing, NULL, sync_all, NULL), 0);
        while (sem_wait(&sync_begun) < 0)
                continue;
        mount_ramfs("/n", 0);
        mounts_each(&mounts, count_mount, &n);
        assert_int_equal(n, 3);
        assert_int_equal(vfs_umount(&c, "/n", 0), 0);
        assert_int_equal(pthread_create(&leaving, NULL, umount_m, &r), 0); /* which syncs once more */
        (void)sem_post(&sync_may_end);
        (void)sem_post(&sync_may_end);
        assert_int_equal(pthread_join(syncing, NULL), 0);
        assert_int_equal(pthread_join(leaving, NULL), 0);
        assert_int_equal(r, 0);
}

typedef struct Waits {
        uint32_t n_begun, n_ended;
        VfsFile **closes; /* that keeps the mount, as soon as somebody waits for it; or NULL */
        bool may;
} Waits;

static bool begin_wait(void *arg) {
        Waits *w = arg;

        w->n_begun++;
        if (w->closes)
                vfs_close(*w->closes);
        return w->may;
}

static void end_wait(void *arg) {
        ((Waits *)arg)->n_ended++;
}

static void who_has_to_wait_for_a_mount_may_be_told_not_to(void **state) {
        Waits waits = {.may = false};
        const VfsPatience patience = {.ms = 60000, .begin = begin_wait, .end = end_wait, .arg = &waits};
        VfsFile *f = NULL;

        (void)state;
        assert_int_equal(vfs_mkdir(&c, NULL, "/m", 0700), 0);
        assert_int_equal(vfs_umount(&c, "/m", &patience), -EINVAL);
        assert_int_equal(vfs_umount(&c, "/n", &patience), -ENOENT);
        mount_ramfs("/m", 0);
        assert_int_equal(vfs_umount(&c, "/m", &patience), 0);
        assert_int_equal(waits.n_begun, 0); /* so far nobody had to */
        mount_ramfs("/m", 0);
        assert_int_equal(vfs_open(&c, NULL, "/m", O_RDONLY, 0, &f), 0);
        assert_int_equal(vfs_umount(&c, "/m", &patience), -EBUSY);
        assert_true(waits.n_begun == 1 && waits.n_ended == 0);
        waits = (Waits){.may = true, .closes = &f};
        assert_int_equal(vfs_umount(&c, "/m", &patience), 0);
        assert_true(waits.n_begun == 1 && waits.n_ended == 1);
}

static void a_mount_on_the_root_covers_it_until_it_goes(void **state) {
        VfsFile *f = NULL;
        char text[8], cwd[16];
        size_t n;

        (void)state;
        write_file("/below", "below");
        assert_int_equal(vfs_open(&c, NULL, "/below", O_RDONLY, 0, &f), 0);
        mount_ramfs("/", 0);
        assert_int_equal(look_at("/below"), -ENOENT);
        assert_int_equal(look_at("below"), -ENOENT);
        write_file("above", "above");
        assert_int_equal(look_at("/../above"), 0);
        assert_int_equal(vfs_getcwd(&c, cwd, sizeof cwd), 0);
        assert_string_equal(cwd, "/");
        assert_int_equal(vfs_read(f, text, sizeof text, &n), 0); /* what is open stays open */
        assert_int_equal(n, 5);
        vfs_close(f);
        assert_int_equal(vfs_umount(&c, "/", 0), 0);
        assert_int_equal(look_at("/above"), -ENOENT);
        assert_int_equal(look_at("below"), 0);
        assert_int_equal(vfs_umount(&c, "/", 0), -EBUSY); /* the first one */
}

static void the_root_of_a_client_below_is_not_covered(void **state) {
        (void)state;
        assert_int_equal(vfs_mkdir(&c, NULL, "/jail", 0755), 0);
        write_file("/jail/inside", "");
        assert_int_equal(vfs_chroot(&c, "/jail"), 0);
        assert_int_equal(look_at("/inside"), 0);
        mount_ramfs("/", 0); /* on its own */
        assert_int_equal(look_at("/inside"), -ENOENT);
        assert_int_equal(vfs_umount(&c, "/", 0), 0);
        assert_int_equal(look_at("/inside"), 0);
}

static time_t access_after_reading(const char *path) {
        const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
        VfsFile *f = NULL;
        char text[8];
        size_t n;

        write_file(path, "text");
        assert_int_equal(vfs_utimens(&c, NULL, path, true, old), 0);
        assert_int_equal(vfs_open(&c, NULL, path, O_RDONLY, 0, &f), 0);
        assert_int_equal(vfs_read(f, text, sizeof text, &n), 0);
        vfs_close(f);
        return stat_of(path).st_atim.tv_sec;
}

static void reading_sets_a_time_where_that_is_wanted(void **state) {
        struct statvfs st;

        (void)state;
        assert_int_equal(vfs_mkdir(&c, NULL, "/m", 0755), 0);
        mount_ramfs("/m", MOUNT_NO_ATIME);
        assert_true(access_after_reading("/f") > 2000);
        assert_int_equal(access_after_reading("/m/f"), 1000);
        assert_int_equal(vfs_statvfs(&c, "/m", &st), 0);
        assert_true(st.f_flag & ST_NOATIME);
        assert_int_equal(vfs_statvfs(&c, "/", &st), 0);
        assert_true(st.f_flag & ST_RELATIME);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                CASE(a_disk_that_hangs_keeps_nobody_from_mounting),
                CASE(who_has_to_wait_for_a_mount_may_be_told_not_to),
                CASE(a_mount_on_the_root_covers_it_until_it_goes),
                CASE(the_root_of_a_client_below_is_not_covered),
                CASE(reading_sets_a_time_where_that_is_wanted),
                CASE(growing_by_much_goes_in_steps),
                CASE(growing_that_fails_leaves_the_file_as_it_was),
                CASE(what_can_not_be_written_back_is_unmounted_all_the_same),
                CASE(a_write_that_is_not_safe_moves_no_position),
                CASE(one_open_file_too_many_leaves_files_alone),
                CASE(an_open_that_fails_counts_no_file),
                CASE(a_directory_gives_its_group_on_if_it_is_told_to),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
