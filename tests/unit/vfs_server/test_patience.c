/* SPDX-License-Identifier: MIT */
/*
 * How long a driver of a disk may take to answer: what the environment can say. That one which takes longer
 * holds nobody up is for processes to show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "blk_ipc.h"

static void seconds_are_taken_up_to_the_most(void **state) {
        char most[16];

        (void)state;
        (void)snprintf(most, sizeof most, "%u", BLK_IPC_PATIENCE_MAX_S);
        assert_int_equal(blk_ipc_patience_ms("1"), 1000);
        assert_int_equal(blk_ipc_patience_ms("2"), 2000);
        assert_int_equal(blk_ipc_patience_ms(most), BLK_IPC_PATIENCE_MAX_S * 1000u);
}

static void anything_else_is_the_usual(void **state) {
        char above[16];
        const char *const bad[] = {
                NULL, "", "0", above, "-1", " 5", "5s", "1.5", "0x10", "99999999999999999999"};

        (void)state;
        (void)snprintf(above, sizeof above, "%u", BLK_IPC_PATIENCE_MAX_S + 1);
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
                assert_int_equal(blk_ipc_patience_ms(bad[i]), BLK_IPC_PATIENCE_S * 1000u);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(seconds_are_taken_up_to_the_most),
                cmocka_unit_test(anything_else_is_the_usual),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
