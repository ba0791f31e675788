/* SPDX-License-Identifier: MIT */
/*
 * Fingerprints of interfaces: what changes a message changes them, and nothing else does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "layout/fingerprint.h"
#include "support/descriptions.h"

#define HEAD "package demo.IOne\nstruct Item { UInt8 kind; string<15> key; }\ninterface {\n"
#define BASE HEAD "Put(in Item item, in UInt32 a, in UInt32 b, out UInt16 slot, error UInt16 status);\n}\n"

static uint64_t fingerprint(const char *text) {
        Descr d;
        const LayUnit *unit;
        uint64_t result;

        descr_init(&d);
        descr_put(&d, "demo/IOne.idl", text);
        unit = descr_compile(&d, "demo/IOne.idl", false);
        assert_non_null(unit);
        result = fingerprint_interface(unit->package->interface);
        descr_deinit(&d);
        return result;
}

static void equal_messages_have_equal_fingerprints(void **state) {
        (void)state;
        assert_true(fingerprint(BASE) != 0);
        assert_true(fingerprint(BASE) == fingerprint(BASE));
        assert_true(fingerprint(BASE) ==
                    fingerprint("/* Another text. */\npackage demo.IOne\nconst UInt32 Max = 15;\n"
                                "struct Thing { UInt8 kind; string<Max> key; }\ninterface {\n"
                                "Put(in Thing item, in UInt32 a, in UInt32 b, out UInt16 slot, error UInt16 "
                                "status);\n}\n"));
}

static void every_change_of_a_message_shows(void **state) {
        static const char *const others[] = {
                /* order, which sizes don't show */
                HEAD
                "Put(in Item item, in UInt32 b, in UInt32 a, out UInt16 slot, error UInt16 status);\n}\n",
                HEAD
                "Put(in Item item, in SInt32 a, in UInt32 b, out UInt16 slot, error UInt16 status);\n}\n",
                HEAD
                "Put(in Item item, in UInt32 a, in UInt32 b, out SInt16 slot, error UInt16 status);\n}\n",
                HEAD "Put(in Item item, in UInt32 a, in UInt32 b, out UInt16 slot);\n}\n",
                HEAD
                "Set(in Item item, in UInt32 a, in UInt32 b, out UInt16 slot, error UInt16 status);\n}\n",
                /* inside of a struct, and a bound */
                "package demo.IOne\nstruct Item { UInt8 sort; string<15> key; }\ninterface {\n"
                "Put(in Item item, in UInt32 a, in UInt32 b, out UInt16 slot, error UInt16 status);\n}\n",
                "package demo.IOne\nstruct Item { UInt8 kind; string<16> key; }\ninterface {\n"
                "Put(in Item item, in UInt32 a, in UInt32 b, out UInt16 slot, error UInt16 status);\n}\n",
                /* one method more */
                HEAD "Put(in Item item, in UInt32 a, in UInt32 b, out UInt16 slot, error UInt16 status);\n"
                     "Drop();\n}\n",
        };

        (void)state;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                assert_true(fingerprint(others[i]) != fingerprint(BASE));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(equal_messages_have_equal_fingerprints),
                cmocka_unit_test(every_change_of_a_message_shows),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
