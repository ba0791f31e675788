/* SPDX-License-Identifier: MIT */
/*
 * Entries of a folder that a VFS sends: those that would lead a program out of its buffer are found.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "remote_convert.h"

#define NAME offsetof(struct dirent64, d_name)

static _Alignas(8) char buffer[96];

static size_t put(size_t at, unsigned short length, const char *name) {
        struct dirent64 entry = {.d_ino = 1, .d_reclen = length};

        memcpy(buffer + at, &entry, NAME);
        memcpy(buffer + at + NAME, name, strlen(name) + 1);
        return at + length;
}

static int set_up(void **state) {
        (void)state;
        memset(buffer, 'x', sizeof buffer);
        return 0;
}

static void sound_entries_pass(void **state) {
        size_t size = put(put(0, 24, "."), 32, "longer name");

        (void)state;
        assert_true(remote_entries_are_sound(buffer, size));
        assert_true(remote_entries_are_sound(buffer, 0));
}

static void an_entry_must_not_end_behind_the_rest(void **state) {
        size_t size = put(0, 24, "a");

        (void)state;
        (void)put(size, 32, "b");
        assert_true(remote_entries_are_sound(buffer, size + 32));
        assert_false(remote_entries_are_sound(buffer, size + 24));
        assert_false(remote_entries_are_sound(buffer, size + 8));
}

static void an_entry_must_have_a_length(void **state) {
        (void)state;
        (void)put(0, 0, "a");
        assert_false(remote_entries_are_sound(buffer, 24));
        (void)put(0, 16, "a");
        assert_false(remote_entries_are_sound(buffer, 32));
        (void)put(0, 25, "a");
        assert_false(remote_entries_are_sound(buffer, 25));
}

static void a_name_must_end(void **state) {
        (void)state;
        (void)put(0, 24, "abc");
        buffer[NAME + 3] = 'd';
        assert_false(remote_entries_are_sound(buffer, 24));
        buffer[23] = '\0';
        assert_true(remote_entries_are_sound(buffer, 24));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(sound_entries_pass, set_up),
                cmocka_unit_test_setup(an_entry_must_not_end_behind_the_rest, set_up),
                cmocka_unit_test_setup(an_entry_must_have_a_length, set_up),
                cmocka_unit_test_setup(a_name_must_end, set_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
