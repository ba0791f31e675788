/* SPDX-License-Identifier: MIT */
/*
 * Loss of power at every write of a run of calls: with all that was written before it, and with any sectors
 * of what was not flushed. Each time the file system mounts again, what was synced is there, fsck.fat finds
 * nothing but what it may find, and writing on harms nothing that was there.
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
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "fat/fat.h"
#include "memblk.h"

#define FILES_MAX 64
#define ORDERS    4 /* for each cut */
#define FSCKED    2 /* of them, by fsck.fat too, which takes its time */

/* A file that was synced, or a promise taken back. */
typedef struct Promise {
        char path[64], other[64]; /* it is at one of the two; other "": only the first */
        uint8_t byte;
        size_t size;
        size_t from, to; /* events of the log: kept when the cut is in [from, to) */
        bool may_be_gone;
} Promise;

static MemBlk device;
static uint8_t *start;
static Mounts mounts;
static VfsClient client;
static Promise promises[FILES_MAX];
static size_t n_promises;
static char image[64];
static const char *mkfs;
static size_t moves_from, moves_to; /* events between which files are renamed */
static unsigned n_cuts, n_fscks;

/* --- calls --- */

static int mount_image(MemBlk *m) {
        MountPlan plan = {.device = "fat", .path = "/"};
        int r = fat_mount(&m->head, 0, NULL, &plan.fs);

        if (r < 0)
                return r;
        assert_int_equal(mounts_init(&mounts), 0);
        assert_int_equal(mounts_add(&mounts, &PLACE_NULL, &plan), 0);
        assert_int_equal(vfs_client_init(&client, &mounts, 0, 0), 0);
        return 0;
}

static void unmount_image(void) {
        vfs_client_deinit(&client);
        mounts_deinit(&mounts);
}

static VfsFile *open_file(const char *path, int flags) {
        VfsFile *f = NULL;
        int r = vfs_open(&client, NULL, path, flags, 0644, &f);

        if (r < 0)
                fail_msg("open %s: %s", path, strerror(-r));
        return f;
}

static void write_bytes(VfsFile *f, uint8_t byte, size_t size) {
        uint8_t data[4096];
        size_t put;

        memset(data, byte, sizeof data);
        for (; size > 0; size -= put)
                assert_int_equal(vfs_write(f, data, size < sizeof data ? size : sizeof data, &put), 0);
}

static void make_file(const char *path, uint8_t byte, size_t size, bool is_synced) {
        VfsFile *f = open_file(path, O_CREAT | O_WRONLY | O_TRUNC);

        write_bytes(f, byte, size);
        if (is_synced)
                assert_int_equal(vfs_fsync(f, false), 0);
        vfs_close(f);
}

/* From now on. */
static Promise *promise(const char *path, uint8_t byte, size_t size) {
        Promise *p = &promises[n_promises++];

        *p = (Promise){.byte = byte, .size = size, .from = device.n_log, .to = SIZE_MAX};
        (void)snprintf(p->path, sizeof p->path, "%s", path);
        return p;
}

static Promise *make_promised(const char *path, uint8_t byte, size_t size) {
        make_file(path, byte, size, true);
        return promise(path, byte, size);
}

static void rename_file(Promise *p, const char *to) {
        (void)snprintf(p->other, sizeof p->other, "%s", to);
        assert_int_equal(vfs_rename(&client, NULL, p->path, NULL, to, 0), 0);
}

static void sync_all(void) {
        assert_int_equal(mounts_sync(&mounts), 0);
}

/* --- the run --- */

static void names_come_and_go(void) {
        char path[64];

        for (int i = 0; i < 12; i++) {
                (void)snprintf(path, sizeof path, "/A name that takes several entries %d.text", i);
                make_file(path, 0x11, 700, false);
        }
        sync_all();
        for (int i = 0; i < 12; i += 2) {
                (void)snprintf(path, sizeof path, "/A name that takes several entries %d.text", i);
                assert_int_equal(vfs_unlink(&client, NULL, path), 0);
        }
        make_promised("/kept", 0x22, 5000);
}

static void files_grow_and_shrink(void) {
        Promise *p = make_promised("/log", 0x33, 3000);
        VfsFile *f;

        /* grows between syncs, so several commits lead the same chain on */
        for (int i = 1; i < 6; i++) {
                f = open_file("/log", O_WRONLY | O_APPEND);
                write_bytes(f, 0x33, 3000);
                make_file("/between", 0x44, 80000,
                        false); /* so that the next cluster is in another sector of the FAT */
                assert_int_equal(vfs_fsync(f, true), 0);
                vfs_close(f);
                promise("/log", 0x33, 3000u * (unsigned)(i + 1)); /* at least so long */
        }
        (void)p;
        assert_int_equal(vfs_truncate(&client, "/between", 100), 0);
        assert_int_equal(vfs_truncate(&client, "/between", 9000), 0);
        sync_all();
        assert_int_equal(vfs_truncate(&client, "/between", 10), 0);
        make_file("/takes what was given up", 0x55, 12000, false);
        sync_all();
}

static void directories_grow(void) {
        char path[64];

        assert_int_equal(vfs_mkdir(&client, NULL, "/dir", 0755), 0);
        assert_int_equal(vfs_mkdir(&client, NULL, "/dir/below", 0755), 0);
        make_promised("/dir/below/deep", 0x66, 2000);
        for (int i = 0; i < 40; i++) {
                (void)snprintf(path, sizeof path, "/dir/Entry of some length %d", i);
                make_file(path, 0x77, 30, i % 8 == 0);
                if (i % 8 == 0)
                        promise(path, 0x77, 30);
        }
        sync_all();
        for (int i = 0; i < 40; i++) {
                (void)snprintf(path, sizeof path, "/dir/Entry of some length %d", i);
                if (i % 8)
                        assert_int_equal(vfs_unlink(&client, NULL, path), 0);
        }
        sync_all();
}

static void names_move(void) {
        Promise *p = make_promised("/old name of it", 0x88, 4000), *q, *s;

        moves_from = device.n_log;
        rename_file(p, "/dir/new name of it");
        sync_all();
        q = make_promised("/target", 0x99, 3000);
        s = make_promised("/temporary file", 0xaa, 3500);
        q->to = device.n_log; /* may be replaced from here on */
        q->may_be_gone = true;
        rename_file(s, "/target");
        sync_all();
        assert_int_equal(vfs_mkdir(&client, NULL, "/moves", 0755), 0);
        p = make_promised("/moves/inside", 0xbb, 1000);
        (void)snprintf(p->other, sizeof p->other, "/dir/below/moved/inside");
        assert_int_equal(vfs_rename(&client, NULL, "/moves", NULL, "/dir/below/moved", 0), 0);
        sync_all();
        moves_to = device.n_log;
}

/* Reading changes what was not read since its last change. */
static void files_are_read(void) {
        static const char *const paths[] = {"/kept", "/log", "/dir/below/deep"};
        const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
        uint8_t data[512];
        size_t got;

        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
                VfsFile *f;

                assert_int_equal(vfs_utimens(&client, NULL, paths[i], true, old), 0);
                sync_all();
                f = open_file(paths[i], O_RDONLY);
                assert_int_equal(vfs_read(f, data, sizeof data, &got), 0);
                vfs_close(f);
                sync_all();
        }
}

static void things_go(void) {
        Promise *p = make_promised("/to be removed", 0xcc, 6000);

        p->to = device.n_log;
        assert_int_equal(vfs_unlink(&client, NULL, "/to be removed"), 0);
        make_file("/in its place", 0xdd, 6000, false);
        assert_int_equal(vfs_mkdir(&client, NULL, "/gone", 0755), 0);
        sync_all();
        assert_int_equal(vfs_rmdir(&client, NULL, "/gone"), 0);
        make_file("/last", 0xee, 2500, false);
        sync_all();
}

static void run(void) {
        n_promises = 0;
        names_come_and_go();
        files_grow_and_shrink();
        directories_grow();
        names_move();
        files_are_read();
        things_go();
        assert_true(n_promises < FILES_MAX);
}

/* --- after the cut --- */

static bool has_contents(const char *path, const Promise *p) {
        static uint8_t data[65536];
        VfsFile *f = NULL;
        size_t got = 0;
        bool is_same = true;

        if (vfs_open(&client, NULL, path, O_RDONLY, 0, &f) < 0)
                return false;
        if (vfs_read(f, data, sizeof data, &got) < 0)
                got = 0;
        vfs_close(f);
        for (size_t i = 0; i < p->size && i < got; i++)
                is_same &= data[i] == p->byte;
        return is_same && got >= p->size;
}

static void check_promises(size_t cut, const char *when) {
        for (size_t i = 0; i < n_promises; i++) {
                const Promise *p = &promises[i];

                if (cut < p->from || cut >= p->to)
                        continue;
                if (!has_contents(p->path, p) && !(p->other[0] && has_contents(p->other, p)))
                        fail_msg("cut at %zu: %s: %s is not there, or not as it was synced at %zu", cut, when,
                                p->path, p->from);
        }
}

/* Opens everything, and reads it. */
static bool visit(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        (void)arg;
        (void)name;
        (void)ino;
        (void)type;
        (void)next;
        assert_true(length > 0);
        return true;
}

static void list(const char *path) {
        VfsFile *f = NULL;

        if (vfs_open(&client, NULL, path, O_RDONLY | O_DIRECTORY, 0, &f) < 0)
                return;
        (void)vfs_getdents(f, visit, NULL);
        vfs_close(f);
}

/* Takes every free cluster: what is wrongly free is damaged by it. */
static void fill(void) {
        VfsFile *f = open_file("/filler", O_CREAT | O_WRONLY | O_TRUNC);
        uint8_t data[16384];
        size_t put;

        memset(data, 0xf1, sizeof data);
        while (vfs_write(f, data, sizeof data, &put) == 0)
                assert_true(put > 0);
        assert_int_equal(vfs_fsync(f, false), 0);
        vfs_close(f);
}

/* What fsck.fat may say after a loss of power: clusters that belong to nobody, copies of the FAT and hints
 * that were not yet equal, half of a change of a file or name that was not synced. */
static const char *const allowed[] = {
        "fsck.fat 4",
        "Dirty bit is set",
        "Automatically removing dirty bit",
        "differences between boot sector and its backup",
        "This is mostly harmless",
        "65:01/00",
        "Not automatically fixing this",
        "Filesystem is FAT32 according to",
        "but has only",
        "This may lead to problems on some systems",
        "FATs differ but appear to be intact",
        "Using first FAT",
        "Reclaimed",
        "Free cluster summary",
        "Auto-correcting",
        "Leaving filesystem unchanged",
        "cluster chain length is",
        "Truncating file",
        "Long filename fragment",
        "(Maybe the start bit is missing",
        "Not auto-correcting this",
        "Not auto-deleting",
        "Orphaned long file name part",
        "(Start may have been overwritten by",
        "Unfinished long file name",
        "Auto-deleting",
        image,
};
/* And while a file has both its names. */
static const char *const allowed_in_moves[] = {
        "share clusters", "Truncating second", "Invalid '..' entry in the second slot"};

static bool says(const char *line, const char *const *what, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (strstr(line, what[i]))
                        return true;
        return false;
}

/* The names of files, which belong to what is said in the line below them, begin with a slash. */
static bool is_allowed(const char *line, size_t cut) {
        if (line[0] == '\n' || line[0] == '/' || says(line, allowed, sizeof allowed / sizeof *allowed))
                return true;
        return cut >= moves_from && cut < moves_to &&
               says(line, allowed_in_moves, sizeof allowed_in_moves / sizeof *allowed_in_moves);
}

static void fsck(const MemBlk *m, size_t cut) {
        char command[160], line[512];
        FILE *out;

        memblk_save(m, image);
        (void)snprintf(command, sizeof command, "PATH=$PATH:/usr/sbin:/sbin fsck.fat -n %s 2>&1", image);
        out = popen(command, "re");
        assert_non_null(out);
        while (fgets(line, sizeof line, out)) {
                if (!is_allowed(line, cut))
                        fail_msg("cut at %zu: fsck.fat says: %s", cut, line);
        }
        (void)pclose(out);
        n_fscks++;
}

static void check_cut(size_t cut, int order) {
        MemBlk after;
        int r;

        memblk_init(&after, device.head.size);
        memblk_cut(&device, start, cut, order > 0, (uint32_t)(cut * 977 + (size_t)order), after.bytes);
        if (order < FSCKED)
                fsck(&after, cut);
        r = mount_image(&after);
        if (r < 0)
                fail_msg("cut at %zu: mounting: %s", cut, strerror(-r));
        check_promises(cut, "mounted again");
        list("/");
        list("/dir");
        fill();
        check_promises(cut, "filled up");
        unmount_image();
        if (order == ORDERS - 1)
                fsck(&after, cut); /* nothing that was taken for free is anybody's */
        memblk_deinit(&after);
        n_cuts++;
}

static void synced_files_outlive_the_power(void **state) {
        (void)state;
        for (size_t cut = 0; cut <= device.n_log; cut++)
                for (int order = 0; order < ORDERS; order++)
                        check_cut(cut, order);
        print_message("# %u cuts, %u of them looked at by fsck.fat\n", n_cuts, n_fscks);
}

static void the_run_itself_leaves_no_fault(void **state) {
        char command[160];

        (void)state;
        memblk_save(&device, image);
        (void)snprintf(command, sizeof command, "PATH=$PATH:/usr/sbin:/sbin fsck.fat -n %s >&2", image);
        assert_int_equal(system(command), 0);
}

static int set_up(void **state) {
        char command[256];
        int fd;

        (void)state;
        (void)snprintf(image, sizeof image, "/tmp/caisson-fat-XXXXXX");
        fd = mkostemp(image, O_CLOEXEC);
        if (fd < 0 || close(fd) != 0)
                return -1;
        (void)snprintf(command, sizeof command, "PATH=$PATH:/usr/sbin:/sbin; rm %s; mkfs.fat -C %s %s >&2",
                image, image, mkfs);
        if (system(command) != 0)
                return -1;
        memblk_init_file(&device, image);
        memblk_start_log(&device, &start);
        if (mount_image(&device) != 0)
                return -1;
        run();
        unmount_image();
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        (void)unlink(image);
        memblk_deinit(&device);
        free(start);
        return 0;
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_run_itself_leaves_no_fault),
                cmocka_unit_test(synced_files_outlive_the_power),
        };

        if (argc != 2)
                return 99;
        mkfs = argv[1];
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
