/* SPDX-License-Identifier: MIT */
/*
 * Loss of power at every write: the device then holds what was flushed before, and of what came after either
 * all or some. Whatever is left must mount again, be sound, and have every file that fsync was called for.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blkmem.h"
#include "ext/ext.h"
#include "ext_image.h"
#include "host_tree.h"
#include "memblk.h"
#include "mounts.h"

#define IMAGE_SIZE (8u << 20)
#define ROUNDS     100u
#define NAMES      12u
#define FILE_MAX   40000u
#define CHECKS_MAX 12u /* cuts that e2fsck judges too: it takes long */

static uint32_t seed;

static uint32_t dice(uint32_t n) {
        seed = seed * 1664525u + 1013904223u;
        return (seed >> 8) % n;
}

/* --- what was written --- */

/* What fsync has promised: this name has these contents from that event of the log on, until it is changed
 * again. */
typedef struct Promise {
        char name[16];
        uint32_t size;
        uint8_t fill;
        size_t from, until; /* events */
} Promise;

#define PROMISES_MAX 200u

static Promise promises[PROMISES_MAX];
static uint32_t n_promises;
static MemBlk device;
static uint8_t *start;

static void end_promise(const char *name) {
        for (uint32_t i = 0; i < n_promises; i++)
                if (strcmp(promises[i].name, name) == 0 && promises[i].until == SIZE_MAX)
                        promises[i].until = device.n_log;
}

static void write_file(VfsClient *c, const char *name, bool keeps) {
        static uint8_t data[FILE_MAX];
        uint32_t size = 1 + dice(FILE_MAX - 1);
        uint8_t fill = (uint8_t)dice(256);
        size_t put = 0;
        VfsFile *f;

        end_promise(name);
        memset(data, fill, size);
        assert_int_equal(vfs_open(c, NULL, name, O_WRONLY | O_CREAT | O_TRUNC, 0644, &f), 0);
        assert_int_equal(vfs_write(f, data, size, &put), 0);
        assert_int_equal(put, size);
        if (keeps) {
                Promise *p = &promises[n_promises++];

                assert_int_equal(vfs_fsync(f, dice(2)), 0);
                *p = (Promise){.size = size, .fill = fill, .from = device.n_log, .until = SIZE_MAX};
                (void)snprintf(p->name, sizeof p->name, "%s", name);
        }
        vfs_close(f);
}

/* Which changes it, too. */
static void read_file(VfsClient *c, const char *name) {
        static uint8_t data[FILE_MAX];
        size_t got;
        VfsFile *f;

        if (vfs_open(c, NULL, name, O_RDONLY, 0, &f) < 0)
                return;
        assert_int_equal(vfs_read(f, data, sizeof data, &got), 0);
        vfs_close(f);
}

static void change_names(VfsClient *c, const char *a, const char *b) {
        switch (dice(6)) {
        case 0:
                end_promise(a);
                (void)vfs_unlink(c, NULL, a);
                break;
        case 1:
                end_promise(a);
                end_promise(b);
                (void)vfs_rename(c, NULL, a, NULL, b, 0);
                break;
        case 2:
                (void)vfs_mkdir(c, NULL, "/dir", 0755);
                (void)vfs_link(c, NULL, a, NULL, "/dir/link", false);
                break;
        case 3:
                read_file(c, a);
                break;
        case 4:
                (void)vfs_unlink(c, NULL, "/dir/link");
                (void)vfs_rmdir(c, NULL, "/dir");
                break;
        default:
                (void)vfs_symlink(c, "somewhere", NULL, "/dir/symlink");
                (void)vfs_unlink(c, NULL, "/dir/symlink");
        }
}

/* Files are written, kept safe, cut, renamed and removed, one of them while it is open. */
static void work(Fs *fs) {
        VfsFile *open_file = NULL;
        TWorld w;

        t_world_init(&w, fs, 0);
        for (uint32_t i = 0; i < ROUNDS; i++) {
                char a[16], b[16];

                (void)snprintf(a, sizeof a, "/f%u", dice(NAMES));
                (void)snprintf(b, sizeof b, "/f%u", dice(NAMES));
                if (dice(2))
                        write_file(&w.client, a, dice(2));
                else
                        change_names(&w.client, a, b);
                if (i == ROUNDS / 2) {
                        write_file(&w.client, "/open", false);
                        assert_int_equal(vfs_open(&w.client, NULL, "/open", O_RDONLY, 0, &open_file), 0);
                        assert_int_equal(vfs_unlink(&w.client, NULL, "/open"), 0);
                }
        }
        vfs_close(open_file);
        t_world_deinit(&w);
}

/* --- what is left --- */

static void check_promise(VfsClient *c, const Promise *p, size_t cut) {
        static uint8_t data[FILE_MAX + 1];
        size_t got = 0;
        VfsFile *f;
        int r = vfs_open(c, NULL, p->name, O_RDONLY, 0, &f);

        if (r < 0)
                fail_msg("cut at %zu: %s: %s", cut, p->name, strerror(-r));
        assert_int_equal(vfs_read(f, data, sizeof data, &got), 0);
        if (got != p->size || data[0] != p->fill || data[got - 1] != p->fill ||
                memcmp(data, data + 1, got - 1) != 0)
                fail_msg("cut at %zu: %s: %zu bytes, not what was kept", cut, p->name, got);
        vfs_close(f);
}

/* A promise made before the cut and not taken back before it. */
static void check_promises(VfsClient *c, size_t cut) {
        for (uint32_t i = 0; i < n_promises; i++)
                if (promises[i].from <= cut && cut <= promises[i].until)
                        check_promise(c, &promises[i], cut);
}

static void check_cut(size_t cut, bool reordered, bool judge) {
        TImage image = {.data = malloc(IMAGE_SIZE), .size = IMAGE_SIZE};
        TWorld w;
        Fs *fs;
        int r;

        assert_non_null(image.data);
        memblk_cut(&device, start, cut, reordered, seed, image.data);
        r = t_image_mount(&image, 0, &fs);
        if (r < 0)
                fail_msg("cut at %zu: not mounted: %s, %s", cut, strerror(-r), fs_explanation());
        t_world_init(&w, fs, 0);
        check_promises(&w.client, cut);
        t_world_deinit(&w);
        if (judge)
                t_image_check(&image, "after a loss of power");
        free(image.data);
}

/* The same is left for e2fsck, which replays the journal by its own code. */
static void check_foreign_replay(size_t cut) {
        TImage image = {.data = malloc(IMAGE_SIZE), .size = IMAGE_SIZE};
        TWorld w;
        Fs *fs;
        int r;

        assert_non_null(image.data);
        memblk_cut(&device, start, cut, true, seed, image.data);
        r = t_image_repair(&image);
        if (r > 1)
                fail_msg("cut at %zu: e2fsck says %d", cut, r);
        assert_int_equal(t_image_mount(&image, MOUNT_READ_ONLY, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);
        check_promises(&w.client, cut);
        t_world_deinit(&w);
        free(image.data);
}

/* mounts: without e2fsck. */
static void run(const char *kind, uint32_t first_seed, bool mounts) {
        TImage image;
        size_t step;
        Fs *fs;

        seed = first_seed;
        n_promises = 0;
        t_image_make(&image, IMAGE_SIZE, kind, NULL);
        memblk_init(&device, IMAGE_SIZE);
        memcpy(device.bytes, image.data, IMAGE_SIZE);
        t_image_free(&image);
        memblk_start_log(&device, &start);
        assert_int_equal(ext_mount(&device.head, 0, "", &fs), 0);
        work(fs);
        step = device.n_log / CHECKS_MAX + 1;
        for (size_t cut = 0; cut <= device.n_log; cut++) {
                if (mounts) {
                        check_cut(cut, false, cut % step == 0);
                        check_cut(cut, true, cut % step == step / 2);
                }
                if (cut % step == 0)
                        check_foreign_replay(cut);
        }
        print_message("# %s: %zu cuts, %u promises\n", kind, device.n_log, n_promises);
        memblk_deinit(&device);
        free(start);
}

static void a_journal_keeps_everything_whole(void **state) {
        (void)state;
        run("-t ext4 -b 1024 -J size=1", 1, true);
        run("-t ext4 -b 1024 -J size=1 -O ^64bit,^metadata_csum", 2, true);
        run("-t ext3 -b 1024 -J size=1", 3, true);
}

static void without_a_journal_e2fsck_finds_what_was_kept(void **state) {
        (void)state;
        run("-t ext2 -b 1024", 4, false);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_journal_keeps_everything_whole),
                cmocka_unit_test(without_a_journal_e2fsck_finds_what_was_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
