/* SPDX-License-Identifier: MIT */
/*
 * Openings of files that processes are sent more than once.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/openings.h"
#include "transport/chan.h"

typedef struct Files {
        int status, ro;
        Openings openings;
} Files;

static Files files;

static int setup(void **state) {
        (void)state;
        openings_init(&files.openings);
        return chan_status_create(&files.status, &files.ro);
}

static int teardown(void **state) {
        (void)state;
        openings_deinit(&files.openings);
        (void)close(files.status);
        (void)close(files.ro);
        return 0;
}

static int get(uint32_t task) {
        int fd;

        assert_int_equal(openings_get(&files.openings, files.ro, task, &fd), 0);
        return fd;
}

static bool is_open(int fd) {
        return fcntl(fd, F_GETFD) >= 0;
}

static void a_process_has_the_same_opening_again(void **state) {
        (void)state;
        assert_int_equal(get(1), get(1));
        assert_int_equal(files.openings.n, 1);
}

/* The offset shows whose opening it is. */
static void two_processes_share_none(void **state) {
        int one = get(1), other = get(2);

        (void)state;
        assert_int_equal(lseek(one, 5, SEEK_SET), 5);
        assert_int_equal(lseek(other, 0, SEEK_CUR), 0);
        assert_int_equal(lseek(files.ro, 0, SEEK_CUR), 0);
        assert_int_equal(fcntl(one, F_GETFL) & O_ACCMODE, O_RDONLY);
}

static void one_more_than_fit_takes_the_place_of_the_oldest(void **state) {
        int first = get(0), second = get(1);

        (void)state;
        for (uint32_t task = 2; task < OPENINGS_MAX; task++)
                (void)get(task);
        assert_int_equal(get(0), first);
        (void)get(OPENINGS_MAX);
        assert_int_equal(get(1), second);
        assert_int_equal(files.openings.n, OPENINGS_MAX + 1);
        (void)get(0);
        assert_int_equal(files.openings.n, OPENINGS_MAX + 2);
}

static void what_was_opened_is_closed_with_its_file_and_its_process(void **state) {
        int one = get(1), other = get(2);

        (void)state;
        openings_drop_task(&files.openings, 1);
        assert_false(is_open(one));
        assert_true(is_open(other));
        openings_forget(&files.openings, files.ro);
        assert_false(is_open(other));
}

static void file_that_cannot_be_opened_is_not_remembered(void **state) {
        int fd;

        (void)state;
        assert_true(openings_get(&files.openings, 1 << 20, 1, &fd) < 0);
        assert_int_equal(files.openings.n, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_process_has_the_same_opening_again),
                CASE(two_processes_share_none),
                CASE(one_more_than_fit_takes_the_place_of_the_oldest),
                CASE(what_was_opened_is_closed_with_its_file_and_its_process),
                CASE(file_that_cannot_be_opened_is_not_remembered),
        };

        return cmocka_run_group_tests_name("openings", tests, NULL, NULL);
}
