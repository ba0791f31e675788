/* SPDX-License-Identifier: MIT */
/*
 * Writing back by time. A period is a millisecond here, or more than the test lasts; what is waited for is
 * what the device is asked for.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "blkcache.h"
#include "ext/ext.h"
#include "ext_image.h"
#include "fat/fat.h"
#include "fat_image.h"
#include "ramfs.h"
#include "writeback.h"

#define SOON_MS 1u
#define LATE_MS (WRITEBACK_MAX_S * 1000u)
#define SIZE    (8u << 20)

static MemBlk device;
static BlkOps watched_ops;
static const BlkOps *usual_ops;
static sem_t asked; /* a flush, or what failed */
static Mounts mounts;
static VfsClient client;

/* --- a device that tells what it is asked for --- */

static _Atomic int refusal; /* of each write and flush; 0: none */
static _Atomic bool hangs;  /* a flush, until `go_on` */
static sem_t go_on;

static int watched_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        int r = refusal ? refusal : usual_ops->write(blk, data, size, at);

        if (r < 0)
                (void)sem_post(&asked);
        return r;
}

static int watched_flush(Blk *blk) {
        int r = refusal ? refusal : usual_ops->flush(blk);

        (void)sem_post(&asked);
        while (hangs && sem_wait(&go_on) < 0)
                continue;
        return r;
}

static void watch_device(void) {
        (void)sem_init(&asked, 0, 0);
        (void)sem_init(&go_on, 0, 0);
        usual_ops = device.head.ops;
        watched_ops = *usual_ops;
        watched_ops.write = watched_write;
        watched_ops.flush = watched_flush;
        device.head.ops = &watched_ops;
}

static void await_device(void) {
        while (sem_wait(&asked) < 0)
                assert_int_equal(errno, EINTR);
}

/* --- file systems --- */

typedef int Mounter(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);

/* ext gets its cache from who opens the device. */
static int mount_ext(Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        Blk *cache;

        assert_int_equal(blkcache_new(blk, 0, &cache), 0);
        return ext_mount(cache, flags, data, ret_fs);
}

typedef struct Kind {
        const char *options; /* of mke2fs, or NULL */
        Mounter *mount;
} Kind;

static const Kind kinds[] = {{NULL, fat_mount}, {"-t ext4", mount_ext}, {"-t ext2", mount_ext}};

static void make_device(const Kind *kind) {
        TImage image;
        TFat fat;

        if (!kind->options) {
                t_fat_init(&fat, "8192", "-F 16 -s 1");
                t_fat_to_file(&fat);
                memblk_init_file(&device, fat.path);
                (void)remove(fat.path);
                return;
        }
        t_image_make(&image, SIZE, kind->options, NULL);
        memblk_init(&device, SIZE);
        memcpy(device.bytes, image.data, SIZE);
        t_image_free(&image);
}

static void begin(const Kind *kind, uint32_t period_ms) {
        MountPlan plan = {.device = "test", .path = "/"};

        make_device(kind);
        watch_device();
        assert_int_equal(mounts_init(&mounts), 0);
        writeback_begin(&mounts, period_ms);
        assert_int_equal(kind->mount(&device.head, 0, "", &plan.fs), 0);
        assert_int_equal(mounts_add(&mounts, &PLACE_NULL, &plan), 0);
        assert_int_equal(vfs_client_init(&client, &mounts, 0, 0), 0);
        while (sem_trywait(&asked) == 0)
                continue;
}

static void end(void) {
        writeback_end();
        vfs_client_deinit(&client);
        mounts_deinit(&mounts);
        memblk_deinit(&device);
        (void)sem_destroy(&asked);
        (void)sem_destroy(&go_on);
}

static VfsFile *write_file(const char *path, const char *text) {
        VfsFile *f;
        size_t put;

        assert_int_equal(vfs_open(&client, NULL, path, O_RDWR | O_CREAT, 0644, &f), 0);
        assert_int_equal(vfs_write(f, text, strlen(text), &put), 0);
        return f;
}

/* What is on the device while nobody writes to it, as who mounts it after a loss of power sees it. */
static bool is_on_device(const Kind *kind, const char *path, const char *text) {
        char read[64] = "";
        MemBlk copy;
        TWorld w;
        VfsFile *f;
        size_t got = 0;
        Fs *fs;

        memblk_init(&copy, device.head.size);
        fslock_take(&mounts.first->fs->lock);
        memcpy(copy.bytes, device.bytes, device.head.size);
        fslock_give(&mounts.first->fs->lock);
        assert_int_equal(kind->mount(&copy.head, MOUNT_READ_ONLY, "", &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);
        if (vfs_open(&w.client, NULL, path, O_RDONLY, 0, &f) == 0) {
                assert_int_equal(vfs_read(f, read, sizeof read - 1, &got), 0);
                vfs_close(f);
        }
        t_world_deinit(&w);
        memblk_deinit(&copy);
        return strcmp(read, text) == 0;
}

/* --- cases --- */

static void what_was_written_reaches_the_device_unasked(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                begin(&kinds[i], SOON_MS);
                for (uint32_t n = 0; n < 3; n++) { /* and again */
                        const char *const text[] = {"first", "second", "and third"};

                        vfs_close(write_file("/f", text[n]));
                        while (!is_on_device(&kinds[i], "/f", text[n]))
                                await_device();
                }
                end();
        }
}

static void before_the_period_is_over_nothing_is_written(void **state) {
        static const uint32_t periods[] = {LATE_MS, 0};

        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                for (size_t k = 0; k < 2; k++) {
                        uint64_t n_flushes;

                        begin(&kinds[i], periods[k]);
                        vfs_close(write_file("/f", "text"));
                        n_flushes = device.n_flushes;
                        writeback_end(); /* though much of the period is left */
                        assert_int_equal(device.n_flushes, n_flushes);
                        assert_false(is_on_device(&kinds[i], "/f", "text"));
                        assert_int_equal(mounts_finish(&mounts), 0);
                        assert_true(is_on_device(&kinds[i], "/f", "text"));
                        end();
                }
}

/* It stays, and whoever asks for it is told as long as it is so. */
static void what_the_device_refuses_is_tried_again_and_fsync_says_it(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                VfsFile *f;

                begin(&kinds[i], SOON_MS);
                refusal = -EIO;
                f = write_file("/f", "text");
                await_device(); /* the thread's first try, and another one */
                await_device();
                assert_int_equal(vfs_fsync(f, false), -EIO);
                assert_int_equal(mounts_sync(&mounts), -EIO);
                refusal = 0;
                while (!is_on_device(&kinds[i], "/f", "text"))
                        await_device();
                assert_int_equal(vfs_fsync(f, false), 0);
                vfs_close(f);
                end();
        }
}

static void mount_ramfs(const char *path) {
        Fs *fs;

        assert_int_equal(ramfs_new(0, 0755, &fs), 0);
        assert_int_equal(vfs_mount(&client, path, fs, "ramfs", 0), 0);
}

static void *unmount_disk(void *unused) {
        (void)unused;
        return (void *)(intptr_t)vfs_umount(&client, "/disk", 0);
}

/* A device that does not answer holds up who wants it, not who mounts something else; and unmounting it
 * waits. */
static void others_come_and_go_while_one_is_written_back(void **state) {
        MountPlan root = {.device = "ramfs", .path = "/"};
        pthread_t thread;
        void *result;
        Fs *fs;

        (void)state;
        make_device(&kinds[0]);
        watch_device();
        assert_int_equal(mounts_init(&mounts), 0);
        writeback_begin(&mounts, SOON_MS);
        assert_int_equal(ramfs_new(0, 0755, &root.fs), 0);
        assert_int_equal(mounts_add(&mounts, &PLACE_NULL, &root), 0);
        assert_int_equal(vfs_client_init(&client, &mounts, 0, 0), 0);
        assert_int_equal(vfs_mkdir(&client, NULL, "/disk", 0755), 0);
        assert_int_equal(vfs_mkdir(&client, NULL, "/m", 0755), 0);
        assert_int_equal(fat_mount(&device.head, 0, "", &fs), 0);
        assert_int_equal(vfs_mount(&client, "/disk", fs, "test", 0), 0);
        hangs = true;
        vfs_close(write_file("/disk/f", "text"));
        await_device();
        for (uint32_t i = 0; i < 3; i++) {
                mount_ramfs("/m");
                assert_int_equal(vfs_umount(&client, "/m", 0), 0);
        }
        assert_int_equal(pthread_create(&thread, NULL, unmount_disk, NULL), 0);
        hangs = false;
        (void)sem_post(&go_on);
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_int_equal((intptr_t)result, 0);
        mount_ramfs("/disk"); /* it is gone */
        end();
}

/* --- the end --- */

static MemBlk other;
static BlkOps other_ops;
static const BlkOps *other_usual;
static sem_t other_flushed;

static int other_flush(Blk *blk) {
        (void)sem_post(&other_flushed);
        return other_usual->flush(blk);
}

static Fs *mount_fat(MemBlk *disk, const char *path) {
        Fs *fs;

        assert_int_equal(vfs_mkdir(&client, NULL, path, 0755), 0);
        assert_int_equal(fat_mount(&disk->head, 0, "", &fs), 0);
        fs->is_on_device = true;
        assert_int_equal(vfs_mount(&client, path, fs, "test", 0), 0);
        return fs;
}

static Fs *mount_other(void) {
        TFat fat;

        t_fat_init(&fat, "8192", "-F 16 -s 1");
        t_fat_to_file(&fat);
        memblk_init_file(&other, fat.path);
        (void)remove(fat.path);
        (void)sem_init(&other_flushed, 0, 0);
        other_usual = other.head.ops;
        other_ops = *other_usual;
        other_ops.flush = other_flush;
        other.head.ops = &other_ops;
        return mount_fat(&other, "/other");
}

static void *finish_all(void *unused) {
        (void)unused;
        return (void *)(intptr_t)mounts_finish(&mounts);
}

/* Of two devices the first hangs when it is written back by time; the other's end comes meanwhile. */
static void a_device_that_hangs_keeps_no_other_from_its_end(void **state) {
        MountPlan root = {.device = "ramfs", .path = "/"};
        pthread_t thread;
        void *result;
        Fs *fs;

        (void)state;
        make_device(&kinds[0]);
        watch_device();
        assert_int_equal(mounts_init(&mounts), 0);
        writeback_begin(&mounts, SOON_MS);
        assert_int_equal(ramfs_new(0, 0755, &root.fs), 0);
        assert_int_equal(mounts_add(&mounts, &PLACE_NULL, &root), 0);
        assert_int_equal(vfs_client_init(&client, &mounts, 0, 0), 0);
        (void)mount_fat(&device, "/disk");
        fs = mount_other();
        hangs = true;
        vfs_close(write_file("/disk/f", "text"));
        await_device();
        vfs_close(write_file("/other/f", "text"));
        while (sem_trywait(&other_flushed) == 0)
                continue;
        assert_int_equal(pthread_create(&thread, NULL, finish_all, NULL), 0);
        assert_int_equal(sem_wait(&other_flushed), 0);
        fslock_take(&fs->lock);
        assert_true(fs->is_read_only);
        fslock_give(&fs->lock);
        hangs = false;
        (void)sem_post(&go_on);
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_int_equal((intptr_t)result, 0);
        end();
        memblk_deinit(&other);
        (void)sem_destroy(&other_flushed);
}

static bool was_told, could_go;

/* Who takes mounts away has the list alone: he can't while it isn't free. */
static void look_at_list(void) {
        was_told = true;
        could_go = pthread_rwlock_trywrlock(&mounts.lock.held) == 0;
        if (could_go)
                fslock_give(&mounts.lock);
}

static void what_is_mounted_stays_until_its_change_is_noted(void **state) {
        MountPlan plan = {.device = "test", .path = "/"};

        (void)state;
        make_device(&kinds[0]);
        assert_int_equal(mounts_init(&mounts), 0);
        assert_int_equal(kinds[0].mount(&device.head, 0, "", &plan.fs), 0);
        fs_note_change(plan.fs);
        fs_watch_changes(look_at_list);
        assert_int_equal(mounts_add(&mounts, &PLACE_NULL, &plan), 0);
        assert_true(was_told && !could_go);
        fs_watch_changes(NULL);
        mounts_deinit(&mounts);
        memblk_deinit(&device);
}

static unsigned n_threads(void) {
        DIR *dir = opendir("/proc/self/task");
        unsigned n = 0;

        assert_non_null(dir);
        for (struct dirent *e; (e = readdir(dir));)
                n += e->d_name[0] != '.';
        closedir(dir);
        return n;
}

static void without_a_device_there_is_no_thread(void **state) {
        MountPlan plan = {.device = "ramfs", .path = "/"};
        unsigned n = n_threads();

        (void)state;
        assert_int_equal(mounts_init(&mounts), 0);
        writeback_begin(&mounts, SOON_MS);
        assert_int_equal(ramfs_new(0, 0755, &plan.fs), 0);
        assert_int_equal(mounts_add(&mounts, &PLACE_NULL, &plan), 0);
        assert_int_equal(vfs_client_init(&client, &mounts, 0, 0), 0);
        vfs_close(write_file("/f", "text"));
        assert_int_equal(n_threads(), n);
        writeback_end();
        vfs_client_deinit(&client);
        mounts_deinit(&mounts);
}

/* Clusters that belong to nobody. */
static bool has_lost_clusters(void) {
        char path[64], said[4096];
        const char *argv[] = {"fsck.fat", "-n", path, NULL};

        (void)snprintf(path, sizeof path, "/tmp/caisson-writeback-%d.img", (int)getpid());
        fslock_take(&mounts.first->fs->lock);
        memblk_save(&device, path);
        fslock_give(&mounts.first->fs->lock);
        (void)t_run(argv, said, sizeof said);
        (void)remove(path);
        return strstr(said, "Reclaimed");
}

/* A file without a name keeps its clusters until it is closed. */
static void what_closing_leaves_to_do_is_done(void **state) {
        VfsFile *f;

        (void)state;
        begin(&kinds[0], SOON_MS);
        f = write_file("/gone", "text");
        assert_int_equal(vfs_unlink(&client, NULL, "/gone"), 0);
        assert_int_equal(mounts_sync(&mounts), 0);
        assert_true(has_lost_clusters());
        vfs_close(f);
        while (has_lost_clusters())
                await_device();
        end();
}

/* Until it refuses what would take the cache over its limits. */
static void fill_until_refused(void) {
        char path[16];
        int r = 0;

        for (unsigned i = 0; r == 0; i++) {
                (void)snprintf(path, sizeof path, "/d%u", i);
                r = vfs_mkdir(&client, NULL, path, 0755);
        }
        assert_int_equal(r, -EIO);
}

static void what_closing_leaves_to_do_waits_for_the_device(void **state) {
        VfsFile *f, *g;

        (void)state;
        begin(&kinds[0], 0);
        f = write_file("/gone", "text");
        g = write_file("/too", "text");
        assert_int_equal(vfs_unlink(&client, NULL, "/gone"), 0);
        assert_int_equal(vfs_unlink(&client, NULL, "/too"), 0);
        assert_int_equal(mounts_sync(&mounts), 0);
        refusal = -EIO;
        fill_until_refused();
        vfs_close(f);
        vfs_close(g);
        assert_int_equal(mounts_sync(&mounts), -EIO);
        refusal = 0;
        assert_int_equal(mounts_sync(&mounts), 0);
        assert_false(has_lost_clusters());
        end();
}

static void the_environment_says_the_period(void **state) {
        char most[16], above[16];
        const char *const bad[] = {NULL, "", "-1", above, "5s", " 5", "1.5", "99999999999999999999"};

        (void)state;
        (void)snprintf(most, sizeof most, "%u", WRITEBACK_MAX_S);
        (void)snprintf(above, sizeof above, "%u", WRITEBACK_MAX_S + 1);
        assert_int_equal(writeback_period_ms("0"), 0);
        assert_int_equal(writeback_period_ms("1"), 1000);
        assert_int_equal(writeback_period_ms(most), WRITEBACK_MAX_S * 1000u);
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(writeback_period_ms(bad[i]), WRITEBACK_S * 1000u);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_written_reaches_the_device_unasked),
                cmocka_unit_test(before_the_period_is_over_nothing_is_written),
                cmocka_unit_test(what_the_device_refuses_is_tried_again_and_fsync_says_it),
                cmocka_unit_test(others_come_and_go_while_one_is_written_back),
                cmocka_unit_test(a_device_that_hangs_keeps_no_other_from_its_end),
                cmocka_unit_test(what_is_mounted_stays_until_its_change_is_noted),
                cmocka_unit_test(without_a_device_there_is_no_thread),
                cmocka_unit_test(what_closing_leaves_to_do_is_done),
                cmocka_unit_test(what_closing_leaves_to_do_waits_for_the_device),
                cmocka_unit_test(the_environment_says_the_period),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
