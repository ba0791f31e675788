/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of the VFS: numbers, copies, the last close, and threads that use and close the same number.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "fdt.h"

#define N_THREADS 3
#define N_ROUNDS  5000

static _Atomic uint32_t n_closed;
static _Atomic Handle last_closed;

static int count_close(struct vfs *self, Handle fd, int *error) {
        (void)self;
        (void)error;
        atomic_fetch_add(&n_closed, 1);
        atomic_store(&last_closed, fd);
        return 0;
}

static int fail_close(struct vfs *self, Handle fd, int *error) {
        (void)self;
        (void)fd;
        *error = ENOSPC;
        return -1;
}

static struct vfs counting = {.close = count_close};
static struct vfs failing = {.close = fail_close};

static int set_up(void **state) {
        (void)state;
        atomic_store(&n_closed, 0);
        return 0;
}

static long open_one(struct vfs *vfs, Handle handle) {
        FdtFile *file = fdt_file_new(vfs);

        if (!file)
                return -ENFILE;
        file->handle = handle;
        return fdt_install(file, 0, O_CLOEXEC);
}

/* The first of all: what placeholders are copies of is made now. */
static void the_first_file_gets_a_number_that_was_closed(void **state) {
        struct rlimit before, few;
        int input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 32);
        long fd;

        (void)state;
        assert_true(input >= 0);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        few = (struct rlimit){.rlim_cur = 64, .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        (void)close(STDIN_FILENO);
        fd = open_one(&counting, 5);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(fd, STDIN_FILENO);
        assert_true(fdt_is_virtual(STDIN_FILENO));
        assert_int_equal(fdt_close(STDIN_FILENO), 0);
        assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
        (void)close(input);
}

static void number_is_the_lowest_free_one(void **state) {
        int real = dup(STDOUT_FILENO);
        long fd = open_one(&counting, 1);

        (void)state;
        assert_int_equal(fd, real + 1);
        assert_int_equal(fcntl((int)fd, F_GETFD), FD_CLOEXEC);
        assert_true(fdt_is_virtual(fd));
        assert_false(fdt_is_virtual(real));
        assert_int_equal(fdt_close(fd), 0);
        assert_int_equal(fcntl((int)fd, F_GETFD), -1);
        assert_int_equal(close(real), 0);
}

static void files_are_always_ready(void **state) {
        long fd = open_one(&counting, 1);
        struct pollfd p = {.fd = (int)fd, .events = POLLIN | POLLOUT};

        (void)state;
        assert_int_equal(poll(&p, 1, 0), 1);
        assert_int_equal(p.revents, POLLIN | POLLOUT);
        assert_int_equal(fdt_close(fd), 0);
}

static void last_copy_closes(void **state) {
        long fd = open_one(&counting, 7), other;

        (void)state;
        other = fdt_install(fdt_get(fd), 0, 0);
        assert_true(other > fd);
        assert_int_equal(fdt_install_at(fdt_get(fd), (int)fd, 100, 0), 100);
        assert_int_equal(fdt_close(fd), 0);
        assert_int_equal(fdt_close(other), 0);
        assert_int_equal(n_closed, 0);
        assert_int_equal(fdt_close(100), 0);
        assert_int_equal(n_closed, 1);
        assert_int_equal(last_closed, 7);
        assert_int_equal(fdt_close(100), -EBADF);
}

static void a_copy_ends_what_was_at_its_number(void **state) {
        long first = open_one(&counting, 1), second = open_one(&counting, 2);

        (void)state;
        assert_int_equal(fdt_install_at(fdt_get(first), (int)first, (int)second, 0), second);
        assert_int_equal(last_closed, 2);
        assert_int_equal(fdt_close(first), 0);
        assert_int_equal(fdt_close(second), 0);
        assert_int_equal(n_closed, 2);
}

static void closing_says_what_the_back_end_says(void **state) {
        (void)state;
        assert_int_equal(fdt_close(open_one(&failing, 1)), -ENOSPC);
}

static void numbers_outside_are_nobodys(void **state) {
        (void)state;
        assert_null(fdt_get(-1));
        assert_null(fdt_get(FDT_FDS_MAX));
        assert_null(fdt_get(FDT_FDS_MAX - 1));
        assert_int_equal(fdt_close(-1), -EBADF);
        assert_int_equal(fdt_install_at(fdt_file_new(&counting), 0, FDT_FDS_MAX, 0), -EBADF);
        assert_int_equal(fdt_real_error(STDOUT_FILENO, -ENOTDIR), -ENOTDIR);
        assert_int_equal(fdt_real_error(-1, -ENOTDIR), -EBADF);
}

static void so_many_files_can_be_open(void **state) {
        static FdtFile *files[FDT_FILES_MAX];

        (void)state;
        for (uint32_t i = 0; i < FDT_FILES_MAX; i++)
                assert_non_null(files[i] = fdt_file_new(&counting));
        assert_null(fdt_file_new(&counting));
        for (uint32_t i = 0; i < FDT_FILES_MAX; i++)
                assert_int_equal(fdt_file_put(files[i]), 0);
        assert_int_equal(n_closed, 0); /* none was ever open */
}

static void without_numbers_it_is_emfile(void **state) {
        struct rlimit before, few;
        long fds[64], fd;
        int n = 0;

        (void)state;
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        few = (struct rlimit){.rlim_cur = 32, .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        while ((fd = open_one(&counting, 3)) >= 0)
                fds[n++] = fd;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(fd, -EMFILE);
        assert_int_equal(n_closed, 1); /* what had no number */
        while (n > 0)
                assert_int_equal(fdt_close(fds[--n]), 0);
}

/* --- many threads --- */

static _Atomic long shared_fd = -1;
static _Atomic uint32_t n_wrong;

static void *use_it(void *arg) {
        for (int i = 0; i < N_ROUNDS; i++) {
                FdtFile *file = fdt_get(atomic_load(&shared_fd));

                if (!file)
                        continue;
                if (file->handle < 1000)
                        atomic_fetch_add(&n_wrong, 1); /* it is not there yet, or not any more */
                (void)fdt_file_put(file);
        }
        return arg;
}

static void *open_and_close(void *arg) {
        for (Handle i = 0; i < N_ROUNDS; i++) {
                long fd = open_one(&counting, 1000 + i);

                atomic_store(&shared_fd, fd);
                if (fdt_close(fd) != 0)
                        atomic_fetch_add(&n_wrong, 1);
        }
        return arg;
}

static void a_file_that_is_used_is_not_closed(void **state) {
        pthread_t threads[N_THREADS];

        (void)state;
        assert_int_equal(pthread_create(&threads[0], NULL, open_and_close, NULL), 0);
        for (int i = 1; i < N_THREADS; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, use_it, NULL), 0);
        for (int i = 0; i < N_THREADS; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(n_wrong, 0);
        assert_int_equal(n_closed, N_ROUNDS);
}

/* The last case: what is open then stays. */
static void what_was_kept_is_not_closed(void **state) {
        int real = dup(STDOUT_FILENO);

        (void)state;
        fdt_keep_open();
        assert_true(fdt_is_kept(real));
        assert_false(fdt_is_kept(STDOUT_FILENO));
        assert_int_equal(fdt_close(real), -EBADF);
        assert_int_not_equal(fcntl(real, F_GETFD), -1);
        assert_int_equal(fdt_install_at(fdt_file_new(&counting), STDOUT_FILENO, real, 0), -EBADF);
}

/* --- a copy of the process --- */

static Handle handle_of(long fd) {
        FdtFile *f = fdt_get(fd);
        Handle handle = f ? f->handle : INVALID_HANDLE;

        if (f)
                (void)fdt_file_put(f);
        return handle;
}

/* One file with two numbers, one that is closed and its place taken again meanwhile, one that has gone, and
 * one that came later. */
static void a_copy_has_what_was_open_when_it_was_prepared(void **state) {
        FdtCopy list[FDT_FILES_MAX];
        long kept = open_one(&counting, 100), also, changed, gone, late;
        uint32_t at = 0, n, n_kept = 0;

        (void)state;
        also = fdt_copy(fdt_get(kept), (int)kept, 0, O_CLOEXEC);
        changed = open_one(&counting, 101);
        gone = open_one(&counting, 102);
        assert_int_equal(fdt_list(&failing, &at, list, FDT_FILES_MAX), 0);
        at = 0;
        n = fdt_list(&counting, &at, list, 1);
        n += fdt_list(&counting, &at, list + 1, FDT_FILES_MAX - 1);
        assert_int_equal(n, 3);
        for (uint32_t i = 0; i < n; i++)
                list[i].is = list[i].was + 1000;
        assert_int_equal(fdt_close(changed), 0);
        late = open_one(&counting, 101); /* a handle is spare when it is closed, and opens another file */
        assert_int_equal(fdt_close(gone), 0);
        fdt_become(list, n, true);
        assert_int_equal(handle_of(kept), 1100);
        assert_int_equal(handle_of(also), 1100);
        assert_false(fdt_is_virtual(late));
        assert_int_equal(fcntl((int)late, F_GETFD), -1);
        for (uint32_t i = 0; i < n; i++)
                n_kept += list[i].is == INVALID_HANDLE;
        assert_int_equal(n_kept, 1); /* nobody needs the others */
        atomic_store(&n_closed, 0);
        assert_int_equal(fdt_close(kept), 0);
        assert_int_equal(atomic_load(&n_closed), 0);
        assert_int_equal(fdt_close(also), 0);
        assert_int_equal(atomic_load(&last_closed), 1100);
}

/* References of threads that are not there in a copy are forgotten, and so is a file that has nothing else.
 */
static void a_copy_has_no_references_of_other_threads(void **state) {
        FdtCopy list[FDT_FILES_MAX];
        long used = open_one(&counting, 200), closing = open_one(&counting, 201), next;
        FdtFile *other = fdt_get(used), *another = fdt_get(closing);
        uint32_t at = 0, n;

        (void)state;
        assert_int_equal(fdt_close(closing), 0);
        n = fdt_list(&counting, &at, list, FDT_FILES_MAX);
        assert_int_equal(n, 2);
        for (uint32_t i = 0; i < n; i++)
                list[i].is = list[i].was + 1000;
        fdt_become(list, n, false);
        assert_int_equal(atomic_load(&other->refs), 1);
        assert_int_equal(atomic_load(&another->refs), 0);
        for (uint32_t i = 0; i < n; i++)
                assert_int_equal(list[i].is, list[i].was == 200 ? INVALID_HANDLE : 1201);
        atomic_store(&n_closed, 0);
        assert_int_equal(fdt_close(used), 0);
        assert_int_equal(atomic_load(&n_closed), 1);
        next = open_one(&counting, 202); /* the places are used again */
        assert_int_equal(handle_of(next), 202);
        assert_int_equal(fdt_close(next), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(the_first_file_gets_a_number_that_was_closed, set_up),
                cmocka_unit_test_setup(number_is_the_lowest_free_one, set_up),
                cmocka_unit_test_setup(files_are_always_ready, set_up),
                cmocka_unit_test_setup(last_copy_closes, set_up),
                cmocka_unit_test_setup(a_copy_ends_what_was_at_its_number, set_up),
                cmocka_unit_test_setup(closing_says_what_the_back_end_says, set_up),
                cmocka_unit_test_setup(numbers_outside_are_nobodys, set_up),
                cmocka_unit_test_setup(so_many_files_can_be_open, set_up),
                cmocka_unit_test_setup(without_numbers_it_is_emfile, set_up),
                cmocka_unit_test_setup(a_file_that_is_used_is_not_closed, set_up),
                cmocka_unit_test_setup(a_copy_has_what_was_open_when_it_was_prepared, set_up),
                cmocka_unit_test_setup(a_copy_has_no_references_of_other_threads, set_up),
                cmocka_unit_test_setup(what_was_kept_is_not_closed, set_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
