/* SPDX-License-Identifier: MIT */
/*
 * Arena needs: the sums that were observed in public projects, slack where an alignment asks for it,
 * and numbers so large that only whole rounds can be counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/descriptions.h"

static const char declarations[] =
        "struct Blob { bytes<65536> data; }\n"
        "struct Eight { UInt64 value; }\n"
        "struct Sixteen { UInt64 id; string<127> name; }\n"
        "struct Odd { UInt8 a; string<2> b; }\n"
        "union Either { string<9> text; sequence<UInt64, 3> numbers; UInt8 none; }\n";

static const struct {
        const char *params;
        uint32_t arena_size;
} rows[] = {
        /* Observed. */
        {"in sequence<Blob, 10> a", 655440},
        {"in sequence<bytes<256>, 256> a, in sequence<bytes<256>, 256> b", 135168},
        {"in string<32> a, in string<8> b, in string<32> c", 75},
        {"in sequence<Eight, 41> a", 328},
        {"in sequence<array<UInt8, 16>, 16> a, in sequence<Sixteen, 16> b", 2560},
        {"in sequence<array<UInt8, 120>, 16> a, in sequence<bytes<128>, 64> b", 10624},
        {"in bytes<1024> a, in sequence<array<UInt8, 16>, 2> b", 1056},
        /* Nothing variable. */
        {"", 0},
        {"in UInt8 a, in array<UInt64, 100> b, in Handle c", 0},
        /* Slack: 3 bytes, then 5 to the next multiple of 8. */
        {"in string<2> a, in sequence<UInt64, 1> b", 16},
        {"in sequence<UInt64, 1> a, in string<2> b", 11},
        /* Rows of 3 bytes, whose elements are aligned to 4: 8 + 3 + 3. */
        {"in sequence<string<2>, 2> a", 22},
        /* Each row of 3 UInt16 is even already; the first begins behind 3 bytes and the list. */
        {"in string<2> a, in sequence<sequence<UInt16, 3>, 2> b", 32},
        /* Elements with rows of their own: 1 + 3 slack + 2 * 8, then 3 bytes, 1 slack, 4. */
        {"in string<0 + 1> z, in sequence<sequence<UInt32, 1>, 2> a", 28},
        {"in array<string<2>, 3> a", 9},
        {"in array<sequence<UInt32, 1>, 2> a, in string<1> b, in array<sequence<UInt32, 1>, 2> c", 20},
        /* A union needs what its largest member needs, here the numbers behind 1 byte. */
        {"in Either a", 24},
        {"in bytes<1> x, in Either a", 32},
        {"in array<Either, 2> a", 48},
        {"in sequence<Odd, 3> a", 45},
        /* A million elements: 8 bytes and a chunk of 3 each, every one after the first on an odd fill. */
        {"in sequence<string<2>, 1000000> a", 11000000},
        {"in sequence<sequence<UInt8, 1>, 1000000> a, in sequence<UInt64, 1> b", 9000008},
        /* Of 5 bytes each, aligned to 4: the last one needs no slack behind it. */
        {"in sequence<sequence<array<UInt32, 1>, 1>, 100000> a", 1200000},
        {"in array<sequence<Odd, 1>, 5> a", 79},
};

static uint32_t arena_size(const char *params) {
        char text[1024];
        const LayUnit *unit;
        uint32_t size;
        Descr d;

        descr_init(&d);
        snprintf(text, sizeof text, "package IThing\n%sinterface {\n    Put(%s);\n}\n", declarations, params);
        descr_put(&d, "IThing.idl", text);
        unit = descr_compile(&d, "IThing.idl", false);
        if (!unit)
                print_error("%s", text_str(&d.said));
        assert_non_null(unit);
        size = unit->interfaces[0]->methods[0].req.arena_size;
        descr_deinit(&d);
        return size;
}

static void arena_sizes_are_aligned_running_sums(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                uint32_t size = arena_size(rows[i].params);

                if (size != rows[i].arena_size)
                        print_error("%s\n", rows[i].params);
                assert_int_equal(size, rows[i].arena_size);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(arena_sizes_are_aligned_running_sums),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
