/* SPDX-License-Identifier: MIT */
/*
 * The source map: places, spans, limits, reading.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/srcmap.h"

static Arena *arena;
static SrcMap *map;

static int set_up(void **state) {
        (void)state;
        arena = arena_new();
        map = src_new(arena, SRC_SPACE_MAX);
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        arena = arena_free(arena);
        return 0;
}

static const SrcFile *add(const char *path, const char *text) {
        const SrcFile *file;

        assert_int_equal(src_add(map, path, text, strlen(text), &file), 0);
        return file;
}

static void assert_place(uint32_t offset, const SrcFile *file, unsigned line, unsigned column) {
        SrcPlace place = src_place(map, offset);

        assert_ptr_equal(place.file, file);
        assert_int_equal(place.line, line);
        assert_int_equal(place.column, column);
}

static void a_place_has_line_and_column(void **state) {
        const SrcFile *file = add("a", "ab\n\ncd\n");

        (void)state;
        assert_place(file->base + 0, file, 1, 1);
        assert_place(file->base + 1, file, 1, 2);
        assert_place(file->base + 2, file, 1, 3); /* the line end belongs to its line */
        assert_place(file->base + 3, file, 2, 1);
        assert_place(file->base + 4, file, 3, 1);
        assert_place(file->base + 7, file, 4, 1); /* end of the file */
}

static void columns_count_code_points(void **state) {
        const SrcFile *file = add("a", "é€\xF0\x9F\x98\x80x\xFFy");

        (void)state;
        assert_place(file->base + 2, file, 1, 2);
        assert_place(file->base + 5, file, 1, 3);
        assert_place(file->base + 9, file, 1, 4);
        assert_place(file->base + 10, file, 1, 5); /* a byte that is no text counts as one */
        assert_place(file->base + 11, file, 1, 6);
}

static void an_offset_names_its_file(void **state) {
        const SrcFile *empty = add("empty", "");
        const SrcFile *first = add("first", "abc");
        const SrcFile *second = add("second", "def\n");

        (void)state;
        assert_null(src_file(map, 0));
        assert_place(0, NULL, 0, 0);
        assert_place(empty->base, empty, 1, 1);
        assert_place(first->base + 3, first, 1, 4);
        assert_place(second->base, second, 1, 1);
        assert_null(src_file(map, second->base + 5));
}

static void no_place_before_the_first_file(void **state) {
        (void)state;
        assert_null(src_file(map, 0));
        assert_null(src_file(map, 1));
        assert_null(src_place(map, 1).file);
}

static void a_byte_order_mark_is_left_out(void **state) {
        const SrcFile *file = add("a", "\xEF\xBB\xBFpackage");

        (void)state;
        assert_int_equal(file->size, 7);
        assert_string_equal(file->text, "package");
        assert_place(file->base, file, 1, 1);
}

static void a_line_comes_without_its_end(void **state) {
        const SrcFile *file = add("a", "one\r\ntwo\nthree");
        uint32_t begin;
        size_t size;

        (void)state;
        assert_memory_equal(src_line(map, file->base + 1, &size, &begin), "one", 3);
        assert_int_equal(size, 3);
        assert_memory_equal(src_line(map, file->base + 7, &size, &begin), "two", 3);
        assert_int_equal(size, 3);
        assert_int_equal(begin, file->base + 5);
        assert_memory_equal(src_line(map, file->base + 14, &size, &begin), "three", 5);
        assert_int_equal(size, 5);
        src_line(map, 0, &size, &begin);
        assert_int_equal(size, 0);
}

static void the_text_of_a_span(void **state) {
        const SrcFile *file = add("a", "package demo");
        size_t size;

        (void)state;
        assert_memory_equal(src_text(map, (Span){file->base + 8, file->base + 12}, &size), "demo", 4);
        assert_int_equal(size, 4);
        src_text(map, SPAN_NONE, &size);
        assert_int_equal(size, 0);
}

static void files_up_to_the_limit_are_taken(void **state) {
        char *text = calloc(1, SRC_FILE_MAX + 1);
        const SrcFile *file = NULL;

        (void)state;
        assert_non_null(text);
        assert_int_equal(src_add(map, "below", text, SRC_FILE_MAX - 1, &file), 0);
        assert_int_equal(src_add(map, "at", text, SRC_FILE_MAX, &file), 0);
        assert_int_equal(file->size, SRC_FILE_MAX);
        file = NULL;
        assert_int_equal(src_add(map, "above", text, SRC_FILE_MAX + 1, &file), SRC_E_TOO_BIG);
        assert_null(file);
        free(text);
}

static void the_space_ends_where_it_was_said(void **state) {
        const SrcFile *file;
        SrcMap *small = src_new(arena, 10);

        (void)state;
        assert_int_equal(src_add(small, "a", "12345", 5, &file), 0); /* offsets 1 to 6 */
        assert_int_equal(src_add(small, "b", "1234", 4, &file), SRC_E_FULL);
        assert_int_equal(src_add(small, "c", "123", 3, &file), 0); /* 7 to 10 */
        assert_int_equal(file->base + file->size, 10);
        assert_int_equal(src_add(small, "d", "", 0, &file), SRC_E_FULL);
}

static void many_files_are_told_apart(void **state) {
        static const SrcFile *files[500];

        (void)state;
        for (int i = 0; i < 500; i++) {
                char path[16];

                snprintf(path, sizeof path, "f%d", i);
                files[i] = add(path, "x\ny");
        }
        for (int i = 0; i < 500; i++)
                assert_place(files[i]->base + 2, files[i], 2, 1);
        assert_string_equal(files[321]->path, "f321");
}

static void files_are_read(void **state) {
        char path[] = "/tmp/srcmap-XXXXXX";
        const SrcFile *file = NULL;
        int fd = mkstemp(path);

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "a\0b", 3), 3);
        close(fd);
        assert_int_equal(src_read(map, path, &file), 0);
        assert_int_equal(file->size, 3);
        assert_memory_equal(file->text, "a\0b", 4);
        assert_string_equal(file->path, path);
        unlink(path);
        assert_int_equal(src_read(map, path, &file), -ENOENT);
}

static void only_regular_files_are_read(void **state) {
        char folder[] = "/tmp/srcmap-XXXXXX", fifo[64];
        const SrcFile *file = NULL;

        (void)state;
        assert_non_null(mkdtemp(folder));
        snprintf(fifo, sizeof fifo, "%s/fifo", folder);
        assert_int_equal(mkfifo(fifo, 0600), 0);

        assert_int_equal(src_read(map, folder, &file), SRC_E_NOT_A_FILE);
        assert_int_equal(src_read(map, fifo, &file), SRC_E_NOT_A_FILE); /* and does not wait for a writer */
        assert_null(file);
        unlink(fifo);
        rmdir(folder);
}

static void a_file_above_the_limit_is_not_read(void **state) {
        char path[] = "/tmp/srcmap-XXXXXX";
        const SrcFile *file = NULL;
        int fd = mkstemp(path);

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(ftruncate(fd, (off_t)SRC_FILE_MAX + 1), 0);
        assert_int_equal(src_read(map, path, &file), SRC_E_TOO_BIG);
        assert_int_equal(ftruncate(fd, (off_t)SRC_FILE_MAX), 0);
        assert_int_equal(src_read(map, path, &file), 0);
        close(fd);
        unlink(path);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_place_has_line_and_column),
                CASE(columns_count_code_points),
                CASE(an_offset_names_its_file),
                CASE(no_place_before_the_first_file),
                CASE(a_byte_order_mark_is_left_out),
                CASE(a_line_comes_without_its_end),
                CASE(the_text_of_a_span),
                CASE(files_up_to_the_limit_are_taken),
                CASE(the_space_ends_where_it_was_said),
                CASE(many_files_are_told_apart),
                CASE(files_are_read),
                CASE(only_regular_files_are_read),
                CASE(a_file_above_the_limit_is_not_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
