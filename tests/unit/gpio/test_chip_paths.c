/* SPDX-License-Identifier: MIT */
/*
 * The real libgpiod in a process that has a granted descriptor and no path: it finds, opens and asks the
 * chip. In place of the kernel's chip there is /dev/null, for which this test answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <caisson/grant.h>
#include <gpiod.h>
#include <linux/gpio.h>

#define LINES 28u

int ioctl(int fd, unsigned long request, ...);

static int granted = -1;
static int asked = -1; /* the descriptor of the last question */

int nkx_grant_fd(const char *name) {
        errno = ENOENT;
        return strcmp(name, "gpiochip9") == 0 ? granted : -1;
}

/* The kernel's side. */
int ioctl(int fd, unsigned long request, ...) {
        struct gpiochip_info *info;
        va_list args;

        va_start(args, request);
        info = va_arg(args, struct gpiochip_info *);
        va_end(args);
        asked = fd;
        if (request != GPIO_GET_CHIPINFO_IOCTL) {
                errno = ENOTTY;
                return -1;
        }
        *info = (struct gpiochip_info){.lines = LINES};
        (void)snprintf(info->name, sizeof info->name, "gpiochip9");
        (void)snprintf(info->label, sizeof info->label, "test");
        return 0;
}

static void a_granted_chip_is_opened(void **state) {
        struct gpiod_chip *chip;

        (void)state;
        granted = open("/dev/null", O_RDWR | O_CLOEXEC);
        assert_true(granted >= 0);
        chip = gpiod_chip_open("/dev/gpiochip9");
        assert_non_null(chip);
        assert_int_equal(gpiod_chip_num_lines(chip), LINES);
        assert_int_not_equal(asked, granted); /* a copy: closing it leaves the grant */
        gpiod_chip_close(chip);
        assert_true(fcntl(granted, F_GETFD) >= 0);
        (void)close(granted);
}

static void a_grant_that_is_no_device_is_not(void **state) {
        int ends[2];

        (void)state;
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        granted = ends[0];
        assert_null(gpiod_chip_open("/dev/gpiochip9"));
        (void)close(ends[0]);
        (void)close(ends[1]);
}

static void what_was_not_granted_is_looked_for_as_ever(void **state) {
        int fd;

        (void)state;
        granted = -1;
        assert_null(gpiod_chip_open("/dev/gpiochip9"));
        assert_null(gpiod_chip_open("/dev/null")); /* no GPIO chip */
        assert_int_equal(access("/dev/null", R_OK), 0);
        assert_int_equal(access("/no such folder", R_OK), -1);
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        (void)close(fd);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_granted_chip_is_opened),
                cmocka_unit_test(a_grant_that_is_no_device_is_not),
                cmocka_unit_test(what_was_not_granted_is_looked_for_as_ever),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
