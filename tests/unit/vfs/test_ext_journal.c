/* SPDX-License-Identifier: MIT */
/*
 * Journals that somebody else has written: debugfs writes transactions and revoke records in each form that
 * jbd2 has, and what is replayed here must be what e2fsck replays.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext_image.h"
#include "host_tree.h"
#include "mounts.h"

#define IMAGE_SIZE (8u << 20)
#define BLOCK      1024u
#define FIRST      6000u /* blocks that are free in the image: what the journal says of them is all there is */
#define N_BLOCKS   8u

/* --- journals by debugfs --- */

/* One transaction for each string of commands' arguments; its blocks are the first of `blocks`. */
static void write_journal_of(TImage *image, const char *open_flags, const char *const transactions[],
        const unsigned char blocks[N_BLOCKS * BLOCK]) {
        char path[T_PATH_MAX], script[T_PATH_MAX + 8], data[T_PATH_MAX + 8], out[4096];
        const char *argv[] = {"debugfs", "-w", "-f", script, path, NULL};
        FILE *f;

        t_make_folder(path);
        (void)snprintf(script, sizeof script, "%s.txt", path);
        (void)snprintf(data, sizeof data, "%s.dat", path);
        t_remove_folder(path);
        t_write_file(data, blocks, N_BLOCKS * BLOCK);
        t_write_file(path, image->data, image->size);
        f = fopen(script, "we");
        assert_non_null(f);
        (void)fprintf(f, "jo %s\n", open_flags);
        for (; *transactions; transactions++)
                (void)fprintf(f, "jw %s %s\n", *transactions, strchr(*transactions, 'b') ? data : "");
        (void)fprintf(f, "jc\n");
        assert_int_equal(fclose(f), 0);
        assert_int_equal(t_run(argv, out, sizeof out), 0);
        t_image_load(image, path);
        (void)remove(path);
        (void)remove(script);
        (void)remove(data);
}

static void write_journal(TImage *image, const char *open_flags, const char *const transactions[]) {
        unsigned char blocks[N_BLOCKS * BLOCK];

        for (size_t i = 0; i < sizeof blocks; i++)
                blocks[i] = (unsigned char)(i / BLOCK + 1);
        memcpy(blocks, "\xc0\x3b\x39\x98", 4); /* looks like a block of the journal itself */
        write_journal_of(image, open_flags, transactions, blocks);
}

static void make_image(TImage *image, const char *options) {
        t_image_make(image, IMAGE_SIZE, options, NULL);
        for (uint32_t i = 0; i < N_BLOCKS; i++)
                memset(image->data + (FIRST + i) * (size_t)BLOCK, 0xee, BLOCK);
}

static void copy_image(TImage *to, const TImage *from) {
        *to = (TImage){.data = malloc(from->size), .size = from->size};
        assert_non_null(to->data);
        memcpy(to->data, from->data, from->size);
}

/* The blocks in question. */
static void compare(const TImage *ours, const TImage *theirs) {
        assert_memory_equal(
                ours->data + FIRST * BLOCK, theirs->data + FIRST * BLOCK, (size_t)N_BLOCKS * BLOCK);
}

/* --- cases --- */

static const char *const both[] = {"-b 6000,6001,6002,6003,6004,6005,6006,6007", NULL};
static const char *const revoked[] = {"-b 6000,6001,6002,6003,6004,6005,6006,6007", "-r 6001,6002",
        "-b 6002,6004,6001,6003,6005,6006,6007,6000", "-r 6004", "-r 6007,6001", NULL};
static const char *const no_commit[] = {"-b 6000,6001,6002,6003,6004,6005,6006,6007", "-r 6003",
        "-b 6007,6006,6005,6004,6003,6002,6001,6000 -c", NULL};

static void replay_as_e2fsck(const char *options, const char *flags, const char *const transactions[]) {
        TImage image, theirs;
        Fs *fs;

        make_image(&image, options);
        write_journal(&image, flags, transactions);
        copy_image(&theirs, &image);
        assert_in_range(t_image_repair(&theirs), 0, 1);

        assert_int_equal(t_image_mount(&image, 0, &fs), 0);
        fs->ops->unmount(fs);
        compare(&image, &theirs);
        assert_int_equal(
                image.data[(FIRST + 6) * BLOCK], transactions == revoked ? 6 : 7); /* it was written */
        t_image_check(&image, options);
        t_image_free(&image);
        free(theirs.data);
}

/* With revoke records between and after what they revoke, and with an end that was never committed. */
static void every_form_of_a_journal_is_replayed(void **state) {
        static const char *const forms[][2] = {
                {"-t ext3 -b 1024 -J size=1", ""},
                {"-t ext4 -b 1024 -J size=1 -O ^metadata_csum,^64bit", ""},
                {"-t ext4 -b 1024 -J size=1 -O ^metadata_csum,64bit", ""},
                {"-t ext4 -b 1024 -J size=1", "-c -v 2"},
                {"-t ext4 -b 1024 -J size=1", "-c -v 3"},
                {"-t ext4 -b 1024 -J size=1 -O ^64bit", "-c -v 2"},
                {"-t ext4 -b 1024 -J size=1 -O ^64bit", "-c -v 3"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
                print_message("# %s, %s\n", forms[i][0], forms[i][1]);
                replay_as_e2fsck(forms[i][0], forms[i][1], both);
                replay_as_e2fsck(forms[i][0], forms[i][1], revoked);
                replay_as_e2fsck(forms[i][0], forms[i][1], no_commit);
        }
}

static void a_replay_in_memory_changes_nothing(void **state) {
        TImage image, before;
        Fs *fs;

        (void)state;
        make_image(&image, "-t ext4 -b 1024 -J size=1");
        write_journal(&image, "-c -v 3", both);
        copy_image(&before, &image);

        assert_int_equal(t_image_mount(&image, MOUNT_READ_ONLY, &fs), 0);
        fs->ops->unmount(fs);
        assert_memory_equal(image.data, before.data, image.size);
        t_image_free(&image);
        free(before.data);
}

/* --- what a journal may not bring --- */

/* The superblock comes with the journal, other than the one that was looked at before: by bytes of it. */
static int mount_with_super(unsigned flags, size_t at, const char *bytes, size_t n) {
        static const char *const transactions[] = {"-b 1", NULL};
        unsigned char blocks[N_BLOCKS * BLOCK] = {0};
        TImage image;
        Fs *fs;
        int r;

        make_image(&image, "-t ext3 -b 1024 -J size=1");
        memcpy(blocks, image.data + BLOCK, BLOCK);
        blocks[0x60] |= 4; /* the journal is still to be replayed, as it says itself */
        memcpy(blocks + at, bytes, n);
        write_journal_of(&image, "", transactions, blocks);
        r = t_image_mount(&image, flags, &fs);
        if (r == 0)
                fs->ops->unmount(fs);
        t_image_free(&image);
        return r;
}

static void a_superblock_of_the_journal_is_looked_at_too(void **state) {
        static const unsigned both_ways[] = {0, MOUNT_READ_ONLY};
        /* As many bytes, in blocks of 4096: counts, first block, sizes of blocks and clusters. */
        static const uint32_t larger_blocks[] = {IMAGE_SIZE / 4096, 0, 100, 100, 0, 2, 2};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                assert_int_equal(mount_with_super(both_ways[i], 0x78, "name", 5), 0);
                /* Encrypted; larger than its device. */
                assert_int_equal(mount_with_super(both_ways[i], 0x62, "\1", 1), -EINVAL);
                assert_int_equal(mount_with_super(both_ways[i], 0x04, "\0\0\1", 3), -EIO);
                assert_int_equal(mount_with_super(both_ways[i], 0x04, (const char *)larger_blocks,
                                         sizeof larger_blocks),
                        -EIO);
                assert_string_equal(fs_explanation(), "the journal changes the block size");
        }
        /* In clusters; damaged: not to be written. */
        assert_int_equal(mount_with_super(0, 0x65, "\2", 1), -EROFS);
        assert_int_equal(mount_with_super(0, 0x3a, "\2", 1), -EROFS);
}

/* --- damage --- */

#define DAMAGES 300u

/* Somewhere in the journal, which begins with its superblock. */
static size_t find_journal(const TImage *image) {
        for (size_t at = BLOCK; at + BLOCK <= image->size; at += BLOCK)
                if (memcmp(image->data + at, "\xc0\x3b\x39\x98\0\0\0\4", 8) == 0)
                        return at;
        fail_msg("no journal");
        return 0;
}

static void a_damaged_journal_gives_an_error_and_an_end(void **state) {
        static const char *const flags[] = {"", "-c -v 2", "-c -v 3"};
        uint32_t seed = 20261102;
        unsigned n_refused = 0, n_mounted = 0;

        (void)state;
        for (size_t kind = 0; kind < 3; kind++) {
                TImage image, copy;
                size_t journal;

                make_image(&image, kind ? "-t ext4 -b 1024 -J size=1" : "-t ext3 -b 1024 -J size=1");
                write_journal(&image, flags[kind], revoked);
                journal = find_journal(&image);
                copy_image(&copy, &image);
                for (unsigned i = 0; i < DAMAGES; i++) {
                        Fs *fs;

                        memcpy(copy.data, image.data, image.size);
                        for (unsigned k = 0; k < 3; k++) {
                                seed = seed * 1664525u + 1013904223u;
                                copy.data[journal + (seed >> 8) % (i % 2 ? 96 : 30 * BLOCK)] ^=
                                        (unsigned char)(1u << (seed >> 28) % 8);
                        }
                        if (t_image_mount(&copy, 0, &fs) == 0) {
                                fs->ops->unmount(fs);
                                n_mounted++;
                        } else {
                                n_refused++;
                        }
                }
                free(copy.data);
                t_image_free(&image);
        }
        assert_true(n_refused > 0 && n_mounted > 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_form_of_a_journal_is_replayed),
                cmocka_unit_test(a_replay_in_memory_changes_nothing),
                cmocka_unit_test(a_superblock_of_the_journal_is_looked_at_too),
                cmocka_unit_test(a_damaged_journal_gives_an_error_and_an_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
