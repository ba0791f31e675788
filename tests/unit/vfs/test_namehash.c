/* SPDX-License-Identifier: MIT */
/*
 * Hashes of names: that it is the function it says, that its key is the program's own, and how many names
 * with one hash a directory of an image may have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/auxv.h>

#include "ext/extindex.h"
#include "fat/index.h"
#include "namehash.h"

/* From the paper that describes it: key and data count from 0. */
static void it_is_siphash(void **state) {
        static const struct {
                size_t size;
                uint64_t hash;
        } known[] = {{0, 0x726fdb47dd0e0e31u}, {8, 0x93f5f5799a932462u}, {15, 0xa129ca6149be45e5u}};
        uint8_t key[16], data[16];

        (void)state;
        for (uint8_t i = 0; i < 16; i++)
                key[i] = data[i] = i;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                assert_int_equal(namehash_sip(key, data, known[i].size, 2, 4), known[i].hash);
}

static void the_key_is_the_programs_own(void **state) {
        const uint8_t *own = (const uint8_t *)(uintptr_t)getauxval(AT_RANDOM);
        static const uint8_t other[16] = {1};

        (void)state;
        assert_int_equal(namehash("name", 4), (uint32_t)namehash_sip(own, "name", 4, 1, 3));
        assert_int_not_equal(namehash("name", 4), (uint32_t)namehash_sip(other, "name", 4, 1, 3));
}

static int add(ExtIndex *x, const FsName *name) {
        int r = extindex_reserve(x, name);

        if (r == 0)
                extindex_add(x, name, 12, 1, 0);
        return r;
}

static void an_ext_directory_has_one_name_so_often(void **state) {
        const FsName name = {.text = "again", .length = 5}, other = {.text = "other", .length = 5};
        ExtIndex x = {.entries = NULL};

        (void)state;
        for (uint32_t i = 0; i < NAMEHASH_SAME_MAX; i++)
                assert_int_equal(add(&x, &name), 0);
        assert_int_equal(add(&x, &name), -EIO);
        assert_int_equal(add(&x, &other), 0);
        extindex_remove(&x, extindex_find(&x, &name));
        assert_int_equal(add(&x, &name), 0);
        extindex_deinit(&x);
}

/* What was removed does not count. */
static void a_name_comes_and_goes_as_often_as_it_likes(void **state) {
        const FsName name = {.text = "again", .length = 5};
        ExtIndex x = {.entries = NULL};

        (void)state;
        for (uint32_t i = 0; i < 3 * NAMEHASH_SAME_MAX; i++) {
                assert_int_equal(add(&x, &name), 0);
                extindex_remove(&x, extindex_find(&x, &name));
        }
        extindex_deinit(&x);
}

static void a_fat_directory_has_one_name_so_often(void **state) {
        FatIndex x;

        (void)state;
        fat_index_init(&x);
        for (uint32_t i = 0; i < NAMEHASH_SAME_MAX; i++)
                assert_int_equal(fat_index_add(&x, 7, i), 0);
        assert_int_equal(fat_index_add(&x, 7, NAMEHASH_SAME_MAX), -EIO);
        assert_int_equal(fat_index_add(&x, 8, NAMEHASH_SAME_MAX), 0);
        fat_index_remove(&x, 7, 0);
        assert_int_equal(fat_index_add(&x, 7, 0), 0);
        fat_index_deinit(&x);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_is_siphash),
                cmocka_unit_test(the_key_is_the_programs_own),
                cmocka_unit_test(an_ext_directory_has_one_name_so_often),
                cmocka_unit_test(a_name_comes_and_goes_as_often_as_it_likes),
                cmocka_unit_test(a_fat_directory_has_one_name_so_often),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
