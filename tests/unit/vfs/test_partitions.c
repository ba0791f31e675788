/* SPDX-License-Identifier: MIT */
/*
 * Partition tables as disks have them, and as nobody should: each damaged one is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memblk.h"
#include "partitions.h"

#define SECTORS 4000u
#define GPT_N   128u

static MemBlk disk;
static PartitionTable table;

static int set_up(void **state) {
        (void)state;
        memblk_init(&disk, SECTORS * 4096u);
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        memblk_deinit(&disk);
        return 0;
}

static void put32(uint8_t *to, uint64_t value) {
        for (int i = 0; i < 4; i++)
                to[i] = (uint8_t)(value >> 8 * i);
}

static void put64(uint8_t *to, uint64_t value) {
        put32(to, value);
        put32(to + 4, value >> 32);
}

/* Entry i of the table in a sector. */
static void mbr(uint32_t sector, uint32_t i, uint8_t type, uint32_t first, uint32_t n) {
        uint8_t *s = disk.bytes + sector * 512u, *e = s + 446 + 16 * i;

        e[4] = type;
        put32(e + 8, first);
        put32(e + 12, n);
        s[510] = 0x55;
        s[511] = 0xaa;
}

static int read_table(void) {
        return partitions_read(&disk.head, &table);
}

static void is_part(uint32_t i, uint64_t at, uint64_t size) {
        assert_true(i < table.n);
        assert_int_equal(table.parts[i].at, at);
        assert_int_equal(table.parts[i].size, size);
}

/* --- MBR --- */

static void a_disk_without_table_is_one_partition(void **state) {
        Blk *part;

        (void)state;
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, 0);
        assert_int_equal(partitions_open(&disk.head, 1, &part), -ENXIO);
        assert_int_equal(partitions_open(&disk.head, 0, &part), 0);
        assert_ptr_equal(part, &disk.head);
        disk.head.size = 511;
        assert_int_equal(read_table(), 0);
}

static void a_fat_boot_sector_is_no_table(void **state) {
        static const uint8_t boot[] = {0xeb, 0x3c, 0x90, 'm', 'k', 'f', 's', '.', 'f', 'a', 't', 0, 2, 4, 4,
                0, 2, 0, 2, 0, 80, 0xf8};

        (void)state;
        mbr(0, 0, 0x83, 10, 0xffffffff); /* what such a sector has there is no partition */
        memcpy(disk.bytes, boot, sizeof boot);
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, 0);
        disk.bytes[21] = 0;
        assert_int_equal(read_table(), -EINVAL);
        disk.bytes[446 + 16] = 0x12; /* no flag of a partition */
        assert_int_equal(read_table(), 0);
}

static void primary_partitions_in_their_order(void **state) {
        (void)state;
        mbr(0, 0, 0x83, 2000, 100);
        mbr(0, 2, 0x0c, 64, 1000);
        mbr(0, 3, 0x83, 2100, SECTORS * 8 - 2100);
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, 3);
        is_part(0, 2000 * 512, 100 * 512);
        is_part(1, 64 * 512, 1000 * 512);
        is_part(2, 2100 * 512, (SECTORS * 8 - 2100) * 512ull);
}

static void a_partition_reads_and_writes_its_part(void **state) {
        uint8_t data[512] = {7};
        Blk *part;

        (void)state;
        mbr(0, 0, 0x83, 2000, 100);
        mbr(0, 1, 0x83, 2100, 50);
        assert_int_equal(partitions_open(&disk.head, 2, &part), -ENXIO);
        assert_int_equal(partitions_open(&disk.head, 1, &part), 0);
        assert_int_equal(part->size, 50 * 512);
        assert_int_equal(blk_write(part, data, 512, 49 * 512), 0);
        assert_int_equal(disk.bytes[2149 * 512], 7);
        data[0] = 0;
        assert_int_equal(blk_read(part, data, 512, 49 * 512), 0);
        assert_int_equal(data[0], 7);
        assert_int_equal(blk_write(part, data, 512, 49 * 512 + 1), -EINVAL);
        assert_int_equal(blk_read(part, data, 1, 50 * 512), -EINVAL);
        assert_int_equal(blk_flush(part), 0);
        assert_int_equal(disk.n_flushes, 1);
        blk_close(part);
        disk.head.is_read_only = true;
        assert_int_equal(partitions_open(&disk.head, 1, &part), 0);
        assert_int_equal(blk_write(part, data, 512, 0), -EROFS);
        blk_close(part);
}

/* n logical partitions of ten sectors, each behind its table. */
static void make_logical(uint32_t n) {
        mbr(0, 0, 0x83, 10, 90);
        mbr(0, 1, 0x05, 100, SECTORS * 8 - 100);
        for (uint32_t i = 0; i < n; i++) {
                mbr(100 + i * 20, 0, 0x83, 5, 10);
                mbr(100 + i * 20, 1, i + 1 < n ? 0x05 : 0, (i + 1) * 20, 20);
        }
}

static void logical_partitions_come_last(void **state) {
        (void)state;
        make_logical(3);
        mbr(0, 2, 0x83, 50, 10);
        disk.bytes[446 + 16 + 4] = 0x0f;
        assert_int_equal(read_table(), -EINVAL); /* the third lies in the first */
        mbr(0, 0, 0x83, 10, 40);
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, 5);
        is_part(2, 105 * 512, 10 * 512);
        is_part(4, 145 * 512, 10 * 512);
}

static void so_many_and_not_one_more(void **state) {
        (void)state;
        make_logical(PARTITIONS_MAX - 2);
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, PARTITIONS_MAX - 1);
        make_logical(PARTITIONS_MAX - 1);
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, PARTITIONS_MAX);
        make_logical(PARTITIONS_MAX);
        assert_int_equal(read_table(), -EINVAL);
        assert_int_equal(table.n, 0);
}

typedef struct BadMbr {
        const char *why;
        uint32_t sector, i;
        uint8_t type;
        uint32_t first, n;
} BadMbr;

static void damaged_tables_are_refused(void **state) {
        static const BadMbr rows[] = {
                {"beyond the end", 0, 0, 0x83, 10, SECTORS * 8 - 9},
                {"begins beyond the end", 0, 0, 0x83, SECTORS * 8, 1},
                {"over the table", 0, 0, 0x83, 0, 5},
                {"empty", 0, 0, 0x83, 10, 0},
                {"over another", 0, 2, 0x83, 99, 2},
                {"extended at the table itself", 0, 1, 0x05, 0, 1000},
                {"extended beyond the end", 0, 1, 0x05, SECTORS * 8, 10},
                {"chain to itself", 120, 1, 0x05, 20, 20},
                {"chain back", 140, 1, 0x05, 20, 20},
                {"chain back to the first", 140, 1, 0x05, 0, 20},
                {"chain out of the extended one", 140, 1, 0x05, SECTORS * 8 - 100, 20},
                {"chain to no table", 140, 1, 0x05, 7, 20},
                {"logical out of the extended one", 120, 0, 0x83, 5, SECTORS * 8},
                {"logical over its table", 120, 0, 0x83, 0, 3},
                {"logical over another", 120, 0, 0x83, 20, 10},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                memset(disk.bytes, 0, 200 * 512);
                make_logical(3);
                assert_int_equal(read_table(), 0);
                mbr(rows[i].sector, rows[i].i, rows[i].type, rows[i].first, rows[i].n);
                if (read_table() != -EINVAL)
                        fail_msg("%s: not refused", rows[i].why);
        }
}

static void empty_tables_in_a_circle_end(void **state) {
        (void)state;
        make_logical(1);
        mbr(100, 0, 0, 0, 0);
        mbr(100, 1, 0x05, 20, 20);
        mbr(120, 1, 0x05, 20, 20);
        assert_int_equal(read_table(), -EINVAL);
}

/* --- GPT --- */

static uint32_t crc32_of(const uint8_t *data, size_t size) {
        uint32_t sum = ~0u;

        for (size_t i = 0; i < size; i++)
                for (int bit = 0; bit < 8; bit++) {
                        uint32_t low = (sum ^ (uint32_t)(data[i] >> bit)) & 1;

                        sum = sum >> 1 ^ (low ? 0xedb88320u : 0);
                }
        return ~sum;
}

static uint32_t unit; /* sector size */

static uint8_t *lba(uint64_t n) {
        return disk.bytes + n * unit;
}

static uint64_t last_lba(void) {
        return disk.head.size / unit - 1;
}

static uint64_t entries_of(uint64_t header) {
        return header == 1 ? 2 : last_lba() - 32;
}

static void seal(uint64_t header) {
        uint8_t *h = lba(header);

        put32(h + 88, crc32_of(lba(entries_of(header)), GPT_N * 128));
        put32(h + 16, 0);
        put32(h + 16, crc32_of(h, 92));
}

static void header(uint64_t at) {
        uint8_t *h = lba(at);

        memcpy(h, "EFI PART", 8);
        put32(h + 8, 0x10000);
        put32(h + 12, 92);
        put64(h + 24, at);
        put64(h + 40, 34);
        put64(h + 48, last_lba() - 33);
        put64(h + 72, entries_of(at));
        put32(h + 80, GPT_N);
        put32(h + 84, 128);
        seal(at);
}

static void gpt_entry(uint64_t at, uint32_t i, uint64_t first, uint64_t last) {
        uint8_t *e = lba(entries_of(at)) + i * 128u;

        memset(e, 0x42, 32);
        put64(e + 32, first);
        put64(e + 40, last);
        seal(at);
}

static void make_gpt(uint32_t sector) {
        unit = sector;
        mbr(0, 0, 0xee, 1, 0xffffffff);
        header(1);
        header(last_lba());
        gpt_entry(1, 1, 40, 139);
        gpt_entry(last_lba(), 1, 40, 139);
}

static void gpt_with_sectors_of_both_sizes(void **state) {
        (void)state;
        make_gpt(512);
        gpt_entry(1, 7, 140, last_lba() - 33);
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, 2);
        is_part(0, 40 * 512, 100 * 512);
        is_part(1, 140 * 512, (last_lba() - 33 - 139) * 512ull);
        memset(disk.bytes, 0, disk.head.size);
        make_gpt(4096);
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, 1);
        is_part(0, 40 * 4096, 100 * 4096);
}

static void the_second_header_helps_when_the_first_is_damaged(void **state) {
        (void)state;
        make_gpt(512);
        gpt_entry(last_lba(), 5, 200, 299);
        lba(1)[50] ^= 1; /* the header */
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, 2);
        header(1);
        lba(2)[130] ^= 1; /* its entries */
        assert_int_equal(read_table(), 0);
        assert_int_equal(table.n, 2);
        lba(last_lba())[0] = 'X';
        assert_int_equal(read_table(), -EINVAL);
        assert_int_equal(table.n, 0);
}

static void gpt_partitions_that_do_not_fit_are_refused(void **state) {
        (void)state;
        for (int i = 0; i < 5; i++) {
                memset(disk.bytes, 0, disk.head.size);
                make_gpt(512);
                gpt_entry(last_lba(), 1, 33, 50);
                if (i == 0)
                        gpt_entry(1, 2, 33, 39); /* where the entries may be */
                else if (i == 1)
                        gpt_entry(1, 2, 200, last_lba() - 32);
                else if (i == 2)
                        gpt_entry(1, 2, 200, 199);
                else if (i == 3)
                        gpt_entry(1, 2, 139, 200);
                else
                        gpt_entry(1, 2, 1ull << 60, 1ull << 61);
                assert_int_equal(read_table(), -EINVAL);
        }
}

static void gpt_headers_with_wild_sizes_are_refused(void **state) {
        static const struct {
                uint32_t at;
                uint64_t value;
        } rows[] = {{84, 64}, {84, 192}, {84, 8192}, {80, 0xffffffff}, {80, PARTITIONS_GPT_BYTES / 128 + 1},
                {12, 91}, {12, 513}, {72, 0xffffffff}, {24, 2}};

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                make_gpt(512);
                lba(last_lba())[0] = 'X';
                put32(lba(1) + rows[i].at, rows[i].value);
                put32(lba(1) + 16, 0);
                put32(lba(1) + 16, crc32_of(lba(1), 92));
                assert_int_equal(read_table(), -EINVAL);
        }
}

static void errors_of_the_disk_come_through(void **state) {
        (void)state;
        make_gpt(512);
        disk.error = -EIO;
        for (disk.good_calls = 0; disk.good_calls < 3;) {
                uint64_t n = disk.good_calls;

                assert_int_equal(read_table(), -EIO);
                disk.good_calls = n + 1;
        }
        assert_int_equal(read_table(), 0);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                CASE(a_disk_without_table_is_one_partition),
                CASE(a_fat_boot_sector_is_no_table),
                CASE(primary_partitions_in_their_order),
                CASE(a_partition_reads_and_writes_its_part),
                CASE(logical_partitions_come_last),
                CASE(so_many_and_not_one_more),
                CASE(damaged_tables_are_refused),
                CASE(empty_tables_in_a_circle_end),
                CASE(gpt_with_sectors_of_both_sizes),
                CASE(the_second_header_helps_when_the_first_is_damaged),
                CASE(gpt_partitions_that_do_not_fit_are_refused),
                CASE(gpt_headers_with_wild_sizes_are_refused),
                CASE(errors_of_the_disk_come_through),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
