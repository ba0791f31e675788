/* SPDX-License-Identifier: MIT */
/*
 * A program that was not started as part of a solution: every look-up fails, nothing crashes.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <coresrv/sl/sl_api.h>

#include "boot/boot_block.h"
#include "support/boot_builder.h"

static void every_look_up_fails(void **state) {
        ServiceId id = 5;

        (void)state;
        assert_int_equal(ServiceLocatorConnect("keeper"), INVALID_HANDLE);
        assert_int_equal(ServiceLocatorRegister("keeper", NULL, 0, &id), INVALID_HANDLE);
        assert_int_equal(id, 5);
        assert_int_equal(ServiceLocatorGetRiid(INVALID_HANDLE, "log"), INVALID_RIID);
}

static void the_descriptor_of_the_boot_block_is_left_alone(void **state) {
        (void)state;
        assert_true(fcntl(BOOT_FD, F_GETFD) >= 0);
}

/* Something else than a boot block is there, as in a program started from a shell. */
static int setup(void **state) {
        (void)state;
        t_boot_reserve();
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_look_up_fails),
                cmocka_unit_test(the_descriptor_of_the_boot_block_is_left_alone),
        };

        return cmocka_run_group_tests_name("outside", tests, setup, NULL);
}
