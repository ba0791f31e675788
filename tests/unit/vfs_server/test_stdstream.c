/* SPDX-License-Identifier: MIT */
/*
 * Standard streams of clients, in a process without a console: its own input and output are pipes here.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "peer.h"
#include "stdstream.h"

/* `number` is one end of a pipe until unplug(); the other end is returned. */
static int plug(int number, int *ret_saved) {
        int ends[2], far = number == STDIN_FILENO;

        (void)fflush(stdout);
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        *ret_saved = dup(number);
        assert_true(*ret_saved >= 0 && dup2(ends[!far], number) == number);
        (void)close(ends[!far]);
        return ends[far];
}

static void unplug(int number, int saved, int far) {
        (void)dup2(saved, number);
        (void)close(saved);
        if (far >= 0)
                (void)close(far);
}

static void what_a_client_prints_comes_out(void **state) {
        char got[8];
        size_t put = 0;
        Stream *s;
        int saved, r, far = plug(STDERR_FILENO, &saved);
        ssize_t n;

        (void)state;
        r = stdstream_new(STDERR_FILENO, "client", &s);
        r = r == 0 ? s->ops->write(s, "text", 4, &put) : r;
        n = read(far, got, sizeof got);
        unplug(STDERR_FILENO, saved, far);
        assert_int_equal(r, 0);
        assert_int_equal(put, 4);
        assert_int_equal(n, 4);
        assert_memory_equal(got, "text", 4);
        assert_null(s->ops->read);
        stream_unref(s);
}

static void a_full_output_is_not_waited_for(void **state) {
        static char much[3 * PIPE_BUF];
        size_t put = 0, all = 0;
        Stream *s;
        int saved, r, far = plug(STDERR_FILENO, &saved), room = fcntl(far, F_GETPIPE_SZ);

        (void)state;
        r = stdstream_new(STDERR_FILENO, "client", &s);
        while (r == 0 && put <= PIPE_BUF) {
                r = s->ops->write(s, much, sizeof much, &put);
                all += r == 0 ? put : 0;
        }
        unplug(STDERR_FILENO, saved, far);
        assert_int_equal(r, -EAGAIN);
        assert_true(room > 0 && all >= (size_t)room);
        stream_unref(s);
}

static void empty_input_is_not_waited_for(void **state) {
        char got[8];
        size_t n = 7;
        Stream *s;
        int saved, nothing, something, over, far = plug(STDIN_FILENO, &saved);
        unsigned before, after;

        (void)state;
        assert_int_equal(stdstream_new(STDIN_FILENO, "client", &s), 0);
        nothing = s->ops->read(s, got, sizeof got, &n);
        before = s->ops->poll(s);
        assert_int_equal(write(far, "in", 2), 2);
        after = s->ops->poll(s);
        something = s->ops->read(s, got, sizeof got, &n);
        assert_true(something == 0 && n == 2);
        (void)close(far);
        over = s->ops->read(s, got, sizeof got, &n);
        unplug(STDIN_FILENO, saved, -1);
        assert_int_equal(nothing, -EAGAIN);
        assert_int_equal(before, 0);
        assert_true(after & POLLIN);
        assert_true(over == 0 && n == 0);
        assert_null(s->ops->write);
        stream_unref(s);
}

static void each_client_has_streams_of_its_own(void **state) {
        Stream *a, *b;

        (void)state;
        assert_int_equal(stdstream_new(STDOUT_FILENO, "a", &a), 0);
        assert_int_equal(stdstream_new(STDOUT_FILENO, "b", &b), 0);
        atomic_fetch_or(&a->flags, O_NONBLOCK);
        assert_int_equal(atomic_load(&b->flags), O_WRONLY);
        stream_unref(a);
        stream_unref(b);
}

static void names_of_clients_have_a_limit(void **state) {
        char name[PEER_NAME_MAX + 1];
        Stream *s;

        (void)state;
        memset(name, 'n', sizeof name);
        name[PEER_NAME_MAX] = '\0';
        assert_int_equal(stdstream_new(STDOUT_FILENO, name, &s), -ENAMETOOLONG);
        name[PEER_NAME_MAX - 1] = '\0';
        assert_int_equal(stdstream_new(STDOUT_FILENO, name, &s), 0);
        stream_unref(s);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_client_prints_comes_out),
                cmocka_unit_test(a_full_output_is_not_waited_for),
                cmocka_unit_test(empty_input_is_not_waited_for),
                cmocka_unit_test(each_client_has_streams_of_its_own),
                cmocka_unit_test(names_of_clients_have_a_limit),
        };

        return cmocka_run_group_tests_name("stdstream", tests, NULL, NULL);
}
