/* SPDX-License-Identifier: MIT */
/*
 * Images: what is taken from an archive, and what is refused with nothing left behind.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/image.h"

#define BLOCK 512u

static char place[] = "/tmp/caisson-test-image-XXXXXX";
static char file[64];

static int setup(void **state) {
        (void)state;
        if (!mkdtemp(place) || setenv("TMPDIR", place, 1) < 0)
                return -1;
        snprintf(file, sizeof file, "%s/image", place);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        image_remove(place);
        return 0;
}

/* Offsets of the format, written down a second time. */
static void seal(char *header) {
        unsigned sum = 0;

        memset(header + 148, ' ', 8);
        for (size_t i = 0; i < BLOCK; i++)
                sum += (unsigned char)header[i];
        snprintf(header + 148, 7, "%06o", sum);
}

static void set_header(char *header, const char *prefix, const char *name, char type, const char *data) {
        memset(header, 0, BLOCK);
        memcpy(header, name, strlen(name) < 100 ? strlen(name) : 100);
        memcpy(header + 345, prefix, strlen(prefix) < 155 ? strlen(prefix) : 155);
        memcpy(header + 100, "0000755", 7);
        snprintf(header + 124, 12, "%011o", (unsigned)strlen(data));
        header[156] = type;
        memcpy(header + 257, "ustar\00000", 8);
        seal(header);
}

static FILE *begin(void) {
        FILE *f = fopen(file, "w");

        assert_non_null(f);
        return f;
}

static void add(FILE *f, const char *prefix, const char *name, char type, const char *data) {
        char block[BLOCK];

        set_header(block, prefix, name, type, data);
        assert_int_equal(fwrite(block, BLOCK, 1, f), 1);
        for (size_t at = 0; at < strlen(data); at += BLOCK) {
                size_t size = strlen(data + at) < BLOCK ? strlen(data + at) : BLOCK;

                memset(block, 0, BLOCK);
                memcpy(block, data + at, size);
                assert_int_equal(fwrite(block, BLOCK, 1, f), 1);
        }
}

static void end(FILE *f) {
        static const char zeros[2 * BLOCK];

        assert_int_equal(fwrite(zeros, sizeof zeros, 1, f), 1);
        assert_int_equal(fclose(f), 0);
}

/* How many things lie in `place` beside the image. */
static unsigned left_behind(void) {
        DIR *dir = opendir(place);
        unsigned n = 0;

        assert_non_null(dir);
        while (readdir(dir))
                n++;
        closedir(dir);
        return n - 3;
}

static bool is_ours; /* what the last unpacking said */

/* The image is refused, this is said, and nothing stays. */
static void refused(const char *words) {
        Pool pool = POOL_NULL;
        const char *folder = NULL;
        char *said = NULL;
        size_t size;
        FILE *out = open_memstream(&said, &size);

        assert_non_null(out);
        assert_int_equal(image_unpack(&pool, file, out, &folder, &is_ours), -1);
        assert_int_equal(fclose(out), 0);
        if (!strstr(said, words))
                fail_msg("\"%s\" is not in: %s", words, said);
        assert_null(folder);
        assert_int_equal(left_behind(), 0);
        free(said);
        pool_deinit(&pool);
}

static const char *unpacked(Pool *pool) {
        const char *folder = NULL;

        assert_int_equal(image_unpack(pool, file, stderr, &folder, &is_ours), 0);
        return folder;
}

static void one_refused(const char *name, char type, const char *words) {
        FILE *f = begin();

        add(f, "", name, type, "");
        end(f);
        refused(words);
}

static void files_keep_content_and_execute_permission(void **state) {
        char text[1000], got[1001] = "";
        Pool pool = POOL_NULL;
        const char *folder;
        struct stat st;
        FILE *f;

        (void)state;
        memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        f = begin();
        add(f, "", "./", '5', "");
        add(f, "", "./bin/", '5', "");
        add(f, "", "./bin/Client", '0', text);
        add(f, "", "other/deep/file", '\0', "short");
        end(f);
        assert_true(image_is(file));
        folder = unpacked(&pool);
        f = fopen(pool_printf(&pool, "%s/bin/Client", folder), "r");
        assert_non_null(f);
        assert_int_equal(fread(got, 1, sizeof got, f), sizeof text - 1);
        assert_string_equal(got, text);
        assert_int_equal(fstat(fileno(f), &st), 0);
        assert_true(st.st_mode & 0100);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(access(pool_printf(&pool, "%s/other/deep/file", folder), R_OK), 0);
        assert_int_equal(stat(folder, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0700);
        image_remove(folder);
        assert_int_equal(left_behind(), 0);
        pool_deinit(&pool);
}

static void names_that_lead_out_are_refused(void **state) {
        (void)state;
        one_refused("../outside", '0', "leads out");
        one_refused("bin/../../outside", '0', "leads out");
        one_refused("/etc/passwd", '0', "leads out");
        one_refused("a//b", '0', "leads out");
        one_refused("a/./b", '0', "leads out");
        one_refused("..", '5', "leads out");
}

static void links_and_devices_are_refused(void **state) {
        (void)state;
        one_refused("link", '2', "neither a file nor a folder");
        one_refused("hard", '1', "neither a file nor a folder");
        one_refused("device", '3', "neither a file nor a folder");
        one_refused("extended", 'x', "--format=ustar");
}

static void names_are_shown_without_control_characters(void **state) {
        (void)state;
        one_refused("../\033]0;title\a\n\x7f", '0',
                "entry '../?]0;title?"
                "?"
                "?'");
}

static void file_given_twice_is_refused(void **state) {
        FILE *f = begin();

        (void)state;
        add(f, "", "init.yaml", '0', "a");
        add(f, "", "init.yaml", '0', "b");
        end(f);
        refused("twice");
}

static void damaged_header_is_refused(void **state) {
        char header[BLOCK];
        FILE *f = begin();

        (void)state;
        set_header(header, "", "init.yaml", '0', "");
        header[0] = 'I';
        assert_int_equal(fwrite(header, BLOCK, 1, f), 1);
        end(f);
        refused("damaged");
}

static void size_must_be_octal(void **state) {
        char header[BLOCK];
        FILE *f = begin();

        (void)state;
        set_header(header, "", "init.yaml", '0', "");
        memcpy(header + 124, "00000000009", 11);
        seal(header);
        assert_int_equal(fwrite(header, BLOCK, 1, f), 1);
        end(f);
        refused("octal");
}

static void shortened_archive_is_refused(void **state) {
        FILE *f = begin();

        (void)state;
        add(f, "", "init.yaml", '0', "entities:\n");
        assert_int_equal(fclose(f), 0);
        refused("ends before");
        assert_int_equal(truncate(file, BLOCK + 5), 0);
        refused("ends before");
}

static void longest_name_is_taken(void **state) {
        char prefix[156], name[101];
        Pool pool = POOL_NULL;
        const char *folder;
        FILE *f;

        (void)state;
        memset(prefix, 'p', 155);
        memset(name, 'n', 100);
        prefix[154] = name[100] = '\0';
        f = begin();
        add(f, prefix, name, '0', "");
        end(f);
        folder = unpacked(&pool);
        assert_int_equal(access(pool_printf(&pool, "%s/%s/%s", folder, prefix, name), R_OK), 0);
        image_remove(folder);
        /* The format's longest one, one byte more, is a name like any other: the limit is the format's. */
        prefix[154] = 'p';
        prefix[155] = '\0';
        f = begin();
        add(f, prefix, name, '0', "");
        end(f);
        folder = unpacked(&pool);
        assert_int_equal(access(pool_printf(&pool, "%s/%s/%s", folder, prefix, name), R_OK), 0);
        image_remove(folder);
        pool_deinit(&pool);
}

static void most_entries_are_taken_and_one_more_is_not(void **state) {
        Pool pool = POOL_NULL;
        FILE *f = begin();

        (void)state;
        for (unsigned i = 0; i < IMAGE_ENTRIES_MAX; i++)
                add(f, "", "d", '5', "");
        end(f);
        image_remove(unpacked(&pool));
        f = begin();
        for (unsigned i = 0; i <= IMAGE_ENTRIES_MAX; i++)
                add(f, "", "d", '5', "");
        end(f);
        refused("too many");
        pool_deinit(&pool);
}

static void an_image_is_ours_when_nobody_else_may_write_to_it(void **state) {
        static const struct {
                mode_t mode;
                bool is_ours;
        } modes[] = {{0600, true}, {0644, true}, {0664, false}, {0646, false}};

        (void)state;
        for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
                Pool pool = POOL_NULL;
                FILE *f = begin();

                add(f, "", "file", '0', "text");
                end(f);
                assert_int_equal(chmod(file, modes[i].mode), 0);
                image_remove(unpacked(&pool));
                assert_int_equal(is_ours, modes[i].is_ours);
                pool_deinit(&pool);
        }
}

static void other_files_are_no_images(void **state) {
        FILE *f = begin();

        (void)state;
        assert_true(fputs("entities:\n", f) >= 0);
        assert_int_equal(fclose(f), 0);
        assert_false(image_is(file));
        assert_false(image_is(place));
        assert_false(image_is("/nowhere"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(files_keep_content_and_execute_permission),
                cmocka_unit_test(names_that_lead_out_are_refused),
                cmocka_unit_test(links_and_devices_are_refused),
                cmocka_unit_test(names_are_shown_without_control_characters),
                cmocka_unit_test(file_given_twice_is_refused),
                cmocka_unit_test(damaged_header_is_refused),
                cmocka_unit_test(size_must_be_octal),
                cmocka_unit_test(shortened_archive_is_refused),
                cmocka_unit_test(longest_name_is_taken),
                cmocka_unit_test(most_entries_are_taken_and_one_more_is_not),
                cmocka_unit_test(an_image_is_ours_when_nobody_else_may_write_to_it),
                cmocka_unit_test(other_files_are_no_images),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
