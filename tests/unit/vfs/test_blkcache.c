/* SPDX-License-Identifier: MIT */
/*
 * The block cache against a plain copy of what was written, with little memory, on devices of any size, and
 * on devices that fail, die and come back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blkcache.h"
#include "memblk.h"

#define DEVICE (600u * BLKCACHE_PAGE)

static uint32_t seed = 7;

static uint32_t dice(uint32_t n) {
        seed = seed * 1664525u + 1013904223u;
        return (seed >> 8) % n;
}

static MemBlk device;
static Blk *cache;

static void open_cache(uint64_t size, uint32_t n_pages) {
        memblk_init(&device, size);
        assert_int_equal(blkcache_new(&device.head, n_pages, &cache), 0);
}

static void close_cache(void) {
        cache = blk_close(cache);
        memblk_deinit(&device);
}

static void put(uint8_t value, size_t size, uint64_t at) {
        uint8_t *data = malloc(size);

        memset(data, value, size);
        assert_int_equal(blk_write(cache, data, size, at), 0);
        free(data);
}

static void put_late(uint8_t value, size_t size, uint64_t at) {
        uint8_t *data = malloc(size);

        memset(data, value, size);
        assert_int_equal(blkcache_write_late(cache, data, size, at), 0);
        free(data);
}

static uint8_t get(uint64_t at) {
        uint8_t value = 0;

        assert_int_equal(blk_read(cache, &value, 1, at), 0);
        return value;
}

/* --- contents --- */

static void random_steps(uint64_t size, uint32_t n_pages) {
        uint8_t *model = calloc(1, size), *buffer = malloc(size);

        open_cache(size, n_pages);
        for (int i = 0; i < 4000; i++) {
                size_t n = dice(dice(4) ? 700 : 100000);
                uint64_t at = dice((uint32_t)size);

                if (n > size - at)
                        n = (size_t)(size - at);
                switch (dice(dice(10) ? 4 : 5)) {
                case 0:
                case 1:
                        memset(buffer, (int)dice(256), n);
                        memcpy(model + at, buffer, n);
                        assert_int_equal(dice(8) ? blk_write(cache, buffer, n, at)
                                                 : blkcache_write_late(cache, buffer, n, at),
                                0);
                        break;
                case 2:
                case 3:
                        assert_int_equal(blk_read(cache, buffer, n, at), 0);
                        assert_memory_equal(buffer, model + at, n);
                        break;
                default:
                        assert_int_equal(blk_flush(cache), 0);
                        assert_memory_equal(device.bytes, model, size);
                }
                if (blkcache_is_crowded(cache))
                        assert_int_equal(blk_flush(cache), 0);
        }
        assert_int_equal(blk_flush(cache), 0);
        assert_memory_equal(device.bytes, model, size);
        close_cache();
        free(model);
        free(buffer);
}

static void reads_what_was_written(void **state) {
        static const uint64_t sizes[] = {1, 511, 512, 513, 4095, 4097, 100000, DEVICE, DEVICE + 700};

        (void)state;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
                random_steps(sizes[i], BLKCACHE_PAGES_MIN);
        random_steps(DEVICE, 1000);
}

static void closing_writes_everything(void **state) {
        (void)state;
        open_cache(DEVICE, 0);
        put(5, 3, 1000);
        put_late(6, 3, 9000);
        assert_int_equal(device.n_writes, 0);
        cache = blk_close(cache);
        assert_int_equal(device.bytes[1002], 5);
        assert_int_equal(device.bytes[9002], 6);
        memblk_deinit(&device);
}

/* --- how much and when --- */

static void neighbours_go_out_in_one_transfer(void **state) {
        (void)state;
        open_cache(DEVICE, 0);
        for (uint64_t at = 10 * BLKCACHE_PAGE; at > 0; at -= 512) /* backwards */
                put(1, 512, at - 512);
        assert_int_equal(blk_flush(cache), 0);
        assert_int_equal(device.n_writes, 1);
        assert_int_equal(blk_flush(cache), 0);
        assert_int_equal(device.n_writes, 1);
        assert_int_equal(device.n_flushes, 1);
        put(1, BLKCACHE_AHEAD * BLKCACHE_PAGE, 0);
        assert_int_equal(blk_flush(cache), 0);
        assert_int_equal(device.n_writes, 2);
        put(1, BLKCACHE_AHEAD * BLKCACHE_PAGE + 1, 0);
        assert_int_equal(blk_flush(cache), 0);
        assert_int_equal(device.n_writes, 4);
        close_cache();
}

static void whole_sectors_are_written_without_reading(void **state) {
        (void)state;
        open_cache(DEVICE, 0);
        put(1, 512, 512);
        put(1, 3 * BLKCACHE_PAGE, 7 * BLKCACHE_PAGE);
        assert_int_equal(device.n_reads, 0);
        put(1, 511, 2048);
        assert_int_equal(device.n_reads, 1);
        assert_int_equal(get(512), 1);
        assert_int_equal(device.n_reads, 1);
        close_cache();
}

static void sequential_reads_are_read_ahead(void **state) {
        uint8_t page[BLKCACHE_PAGE];

        (void)state;
        open_cache(DEVICE, 0);
        for (uint64_t i = 0; i < 500; i++)
                assert_int_equal(blk_read(cache, page, sizeof page, i * BLKCACHE_PAGE), 0);
        assert_true(device.n_reads <= 500 / BLKCACHE_AHEAD + 6);
        close_cache();

        open_cache(DEVICE, 0);
        for (uint64_t i = 0; i < 500; i += 2)
                assert_int_equal(blk_read(cache, page, sizeof page, (i * 7919 % 500) * BLKCACHE_PAGE), 0);
        assert_true(device.read_bytes <= 500 * BLKCACHE_PAGE);
        close_cache();
}

static void memory_is_bounded(void **state) {
        (void)state;
        assert_int_equal(blkcache_new(&device.head, BLKCACHE_PAGES_MIN - 1, &cache), -EINVAL);
        open_cache(DEVICE, BLKCACHE_PAGES_MIN);
        for (uint64_t i = 0; i < 600; i++)
                put((uint8_t)i, BLKCACHE_PAGE, i * BLKCACHE_PAGE);
        assert_true(device.n_writes > 0); /* 64 pages can't hold 600 */
        for (uint64_t i = 0; i < 600; i++)
                assert_int_equal(get(i * BLKCACHE_PAGE), (uint8_t)i);
        close_cache();
}

/* --- late --- */

static void late_sectors_wait_until_the_rest_is_safe(void **state) {
        uint8_t *start;

        (void)state;
        open_cache(DEVICE, BLKCACHE_PAGES_MIN);
        memblk_start_log(&device, &start);
        put_late(1, 32, 5 * BLKCACHE_PAGE + 512);
        put(2, 32, 5 * BLKCACHE_PAGE + 1024); /* the same page, another sector */
        for (uint64_t i = 100; i < 300; i++)  /* more than the cache holds */
                put(3, BLKCACHE_PAGE, i * BLKCACHE_PAGE);
        assert_int_equal(device.bytes[5 * BLKCACHE_PAGE + 512], 0);
        assert_int_equal(blkcache_flush_early(cache), 0);
        assert_int_equal(device.bytes[5 * BLKCACHE_PAGE + 1024], 2);
        assert_int_equal(device.bytes[5 * BLKCACHE_PAGE + 512], 0);
        put(4, 32, 0);
        assert_int_equal(blk_flush(cache), 0);
        assert_int_equal(device.bytes[5 * BLKCACHE_PAGE + 512], 1);
        /* ..., what is not late, a flush, the late sector, a flush */
        assert_int_equal(device.log[device.n_log - 1].size, 0);
        assert_int_equal(device.log[device.n_log - 2].at, 5 * BLKCACHE_PAGE + 512);
        assert_int_equal(device.log[device.n_log - 2].size, 512);
        assert_int_equal(device.log[device.n_log - 3].size, 0);
        assert_int_equal(device.log[device.n_log - 4].at, 0);
        free(start);
        close_cache();
}

static void half_of_the_cache_may_be_late(void **state) {
        (void)state;
        open_cache(DEVICE, BLKCACHE_PAGES_MIN);
        for (uint64_t i = 0; i < BLKCACHE_PAGES_MIN / 2; i++) {
                assert_false(blkcache_is_crowded(cache));
                put_late(9, 32, i * BLKCACHE_PAGE);
                put_late(9, 32, i * BLKCACHE_PAGE + 2048);
        }
        assert_true(blkcache_is_crowded(cache));
        assert_int_equal(blk_flush(cache), 0);
        assert_false(blkcache_is_crowded(cache));
        close_cache();
}

/* --- devices that fail --- */

static void what_failed_is_tried_again(void **state) {
        (void)state;
        open_cache(DEVICE, 0);
        put(1, 10, 0);
        put_late(2, 10, 90000);
        device.error = -EIO;
        assert_int_equal(blk_flush(cache), -EIO);
        assert_int_equal(blk_flush(cache), -EIO);
        assert_int_equal(get(5), 1);
        device.error = 0;
        assert_int_equal(blk_flush(cache), 0);
        assert_int_equal(device.bytes[5], 1);
        assert_int_equal(device.bytes[90005], 2);
        close_cache();
}

/* Wherever in a flush the driver dies, and whatever it forgets: the next flush makes everything good. */
static void a_driver_may_die_and_come_back(void **state) {
        int r = -ENODEV;

        (void)state;
        for (uint64_t calls = 0; r < 0; calls++) {
                uint8_t *model = calloc(1, DEVICE);

                open_cache(DEVICE, 0);
                device.forgets = true;
                assert_int_equal(blk_flush(&device.head), 0);
                for (uint8_t i = 1; i < 5; i++) {
                        memset(model + i * 50000u, i, 5000);
                        put(i, 5000, i * 50000u);
                        memset(model + i * 70001u, i, 32);
                        put_late(i, 32, i * 70001u);
                }
                device.good_calls = calls;
                device.error = -ENODEV;
                r = blk_flush(cache);
                assert_int_equal(r, calls < 10 ? -ENODEV : 0); /* four writes and a flush, twice */
                device.error = 0;
                assert_int_equal(blk_flush(cache), 0);
                assert_memory_equal(device.bytes, model, DEVICE);
                free(model);
                close_cache();
        }
}

/* One that says so: the flush goes on, and nobody hears of it. */
static void a_driver_that_tells_of_its_new_life_disturbs_no_flush(void **state) {
        (void)state;
        for (uint64_t calls = 0; calls < 10; calls++) {
                open_cache(DEVICE, 0);
                device.forgets = device.fails_once = true;
                assert_int_equal(blk_flush(&device.head), 0);
                for (uint8_t i = 1; i < 5; i++) {
                        put(i, 5000, i * 50000u);
                        put_late(i, 32, i * 70001u);
                }
                device.good_calls = calls;
                device.error = -ECONNRESET;
                assert_int_equal(blk_flush(cache), 0);
                assert_int_equal(device.error, 0);
                for (uint8_t i = 1; i < 5; i++) {
                        assert_int_equal(device.safe[i * 50000u + 4999], i);
                        assert_int_equal(device.safe[i * 70001u + 31], i);
                }
                close_cache();
        }
}

static void one_that_never_stops_to_tell_fails_the_flush(void **state) {
        (void)state;
        open_cache(DEVICE, 0);
        put(1, 10, 0);
        device.error = -ECONNRESET;
        assert_int_equal(blk_flush(cache), -EIO);
        assert_int_equal(device.n_writes, BLKCACHE_RESETS + 1);
        device.error = 0;
        assert_int_equal(blk_flush(cache), 0);
        close_cache();
}

static void a_full_cache_and_a_dead_device_refuse_writes(void **state) {
        int r = 0;

        (void)state;
        open_cache(DEVICE, BLKCACHE_PAGES_MIN);
        device.error = -ENODEV;
        for (uint64_t i = 0; i < 600 && r == 0; i++) {
                uint8_t data[BLKCACHE_PAGE] = {7};

                r = blk_write(cache, data, sizeof data, i * BLKCACHE_PAGE);
                assert_true(r == 0 || i == BLKCACHE_PAGES_MIN);
        }
        assert_int_equal(r, -ENODEV);
        device.error = 0;
        assert_int_equal(blk_flush(cache), 0);
        for (uint64_t i = 0; i < BLKCACHE_PAGES_MIN; i++)
                assert_int_equal(device.bytes[i * BLKCACHE_PAGE], 7);
        close_cache();
}

static void a_bad_page_ahead_harms_nobody(void **state) {
        uint8_t data[BLKCACHE_PAGE];

        (void)state;
        open_cache(DEVICE, 0);
        device.error = -EIO;
        assert_int_equal(blk_read(cache, data, sizeof data, 0), -EIO);
        device.error = 0;
        assert_int_equal(blk_read(cache, data, sizeof data, 0), 0);
        assert_int_equal(blk_read(cache, data, sizeof data, BLKCACHE_PAGE), 0);
        close_cache();
}

static void a_read_only_device_stays_so(void **state) {
        uint8_t data[1] = {0};

        (void)state;
        memblk_init(&device, DEVICE);
        device.head.is_read_only = true;
        assert_int_equal(blkcache_new(&device.head, 0, &cache), 0);
        assert_int_equal(blk_write(cache, data, 1, 0), -EROFS);
        assert_int_equal(blkcache_write_late(cache, data, 1, 0), -EROFS);
        assert_int_equal(blk_read(cache, data, 1, DEVICE), -EINVAL);
        assert_int_equal(blk_read(cache, data, 1, DEVICE - 1), 0);
        close_cache();
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_what_was_written),
                cmocka_unit_test(closing_writes_everything),
                cmocka_unit_test(neighbours_go_out_in_one_transfer),
                cmocka_unit_test(whole_sectors_are_written_without_reading),
                cmocka_unit_test(sequential_reads_are_read_ahead),
                cmocka_unit_test(memory_is_bounded),
                cmocka_unit_test(late_sectors_wait_until_the_rest_is_safe),
                cmocka_unit_test(half_of_the_cache_may_be_late),
                cmocka_unit_test(what_failed_is_tried_again),
                cmocka_unit_test(a_driver_may_die_and_come_back),
                cmocka_unit_test(a_driver_that_tells_of_its_new_life_disturbs_no_flush),
                cmocka_unit_test(one_that_never_stops_to_tell_fails_the_flush),
                cmocka_unit_test(a_full_cache_and_a_dead_device_refuse_writes),
                cmocka_unit_test(a_bad_page_ahead_harms_nobody),
                cmocka_unit_test(a_read_only_device_stays_so),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
