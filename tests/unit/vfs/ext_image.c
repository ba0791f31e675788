/* SPDX-License-Identifier: MIT */
/*
 * Images of ext file systems. Programs get them as files; in between they lie in memory.
 */
#include "ext_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "blkmem.h"
#include "ext/ext.h"
#include "host_tree.h"

const char *const t_image_kinds[T_IMAGE_KINDS] = {
        "-t ext2 -b 1024",
        "-t ext2 -b 4096 -O ^dir_index,^filetype -I 128",
        "-t ext3 -b 1024",
        "-t ext3 -b 2048 -I 128",
        "-t ext4 -b 1024",
        "-t ext4 -b 4096",
        "-t ext4 -b 4096 -O ^64bit,^metadata_csum,^extent",
        "-t ext4 -b 2048 -O inline_data",
        "-t ext4 -b 1024 -O ^metadata_csum,uninit_bg,^flex_bg -g 2048",
        "-t ext4 -b 4096 -O metadata_csum_seed,meta_bg,^resize_inode",
};

#define OUT_SIZE  65536u
#define WORDS_MAX 24

static void make_path(char path[T_PATH_MAX]) {
        int fd;

        (void)snprintf(path, T_PATH_MAX, "/tmp/caisson-image-XXXXXX");
        fd = mkstemp(path);
        assert_true(fd >= 0);
        (void)close(fd);
}

void t_image_load(TImage *image, const char *path) {
        size_t size;
        unsigned char *data = t_read_file(path, &size);

        assert_int_equal(size, image->size);
        memcpy(image->data, data, size);
        free(data);
}

void t_image_make(TImage *image, size_t size, const char *options, const char *folder) {
        char path[T_PATH_MAX], words[256], number[32], out[4096];
        const char *argv[WORDS_MAX] = {"mke2fs", "-q", "-F"};
        int n = 3;

        image->size = size;
        image->data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_true(image->data != MAP_FAILED);
        (void)snprintf(words, sizeof words, "%s", options);
        for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
                argv[n++] = w;
        if (folder) {
                argv[n++] = "-d";
                argv[n++] = folder;
        }
        make_path(path);
        (void)snprintf(number, sizeof number, "%zuk", size / 1024);
        argv[n++] = path;
        argv[n++] = number;
        if (t_run(argv, out, sizeof out) != 0)
                fail_msg("mke2fs %s: %s", options, out);
        t_image_load(image, path);
        (void)remove(path);
}

void t_image_free(TImage *image) {
        (void)munmap(image->data, image->size);
}

Blk *t_image_open(const TImage *image, bool is_read_only) {
        Blk *blk;

        assert_int_equal(blkmem_new(image->data, image->size, is_read_only, &blk), 0);
        return blk;
}

int t_image_mount(const TImage *image, unsigned flags, Fs **ret_fs) {
        Blk *blk = t_image_open(image, false);
        int r = ext_mount(blk, flags, "", ret_fs);

        if (r < 0)
                blk_close(blk);
        return r;
}

void t_image_check(const TImage *image, const char *when) {
        static char out[OUT_SIZE];
        char path[T_PATH_MAX];
        const char *argv[] = {"e2fsck", "-f", "-n", path, NULL};
        int r;

        make_path(path);
        t_write_file(path, image->data, image->size);
        r = t_run(argv, out, sizeof out);
        (void)remove(path);
        if (r != 0)
                fail_msg("%s: e2fsck says %d: %s", when, r, out);
}

static int run_e2fsck(TImage *image, const char *options) {
        static char out[OUT_SIZE];
        char path[T_PATH_MAX];
        const char *argv[] = {"e2fsck", options, path, NULL};
        int r;

        make_path(path);
        t_write_file(path, image->data, image->size);
        r = t_run(argv, out, sizeof out);
        t_image_load(image, path);
        (void)remove(path);
        return r;
}

int t_image_repair(TImage *image) {
        return run_e2fsck(image, "-fy");
}

int t_image_optimize(TImage *image) {
        return run_e2fsck(image, "-fyD");
}

void t_image_debug(const TImage *image, const char *command, char *out, size_t size) {
        char path[T_PATH_MAX];
        const char *argv[] = {"debugfs", "-R", command, path, NULL};

        make_path(path);
        t_write_file(path, image->data, image->size);
        (void)t_run(argv, out, size);
        (void)remove(path);
}

void t_image_change(TImage *image, const char *command) {
        static char out[OUT_SIZE];
        char path[T_PATH_MAX];
        const char *argv[] = {"debugfs", "-w", "-R", command, path, NULL};

        make_path(path);
        t_write_file(path, image->data, image->size);
        (void)t_run(argv, out, sizeof out);
        t_image_load(image, path);
        (void)remove(path);
}

void t_image_dump(const TImage *image, const char *folder) {
        static char out[OUT_SIZE];
        char command[T_PATH_MAX + 16];

        (void)snprintf(command, sizeof command, "rdump / %s", folder);
        t_image_debug(image, command, out, sizeof out);
}
