/* SPDX-License-Identifier: MIT */
/*
 * Standard streams of a back end: asked for late, and the process's own when there is no other way. The
 * process's real descriptors are pipes here.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "call.h"
#include "fdt.h"

#define STREAM 77u /* handle */

static struct {
        int n_asked, n_writes, n_closed;
        int take_error, write_error; /* 0: succeeds */
        bool prints_itself, polls;
        size_t most; /* bytes of one write; 0: any */
        char text[64];
        size_t used;
} fake;

static int real = -1; /* the stream's number */

static long say(const char *text) {
        return call(SYS_write, real, (long)(uintptr_t)text, (long)strlen(text), 0, 0, 0);
}

static Handle fake_take(struct vfs *self, int *error) {
        (void)self;
        fake.n_asked++;
        if (fake.prints_itself)
                (void)say("asking ");
        *error = fake.take_error;
        return fake.take_error ? INVALID_HANDLE : STREAM;
}

static ssize_t fake_write(struct vfs *self, Handle fd, const void *data, size_t size, int *error) {
        (void)self;
        assert_int_equal(fd, STREAM);
        fake.n_writes++;
        if (fake.prints_itself)
                (void)say("traced ");
        if (fake.write_error) {
                *error = fake.write_error;
                return -1;
        }
        if (fake.most && size > fake.most)
                size = fake.most;
        memcpy(fake.text + fake.used, data, size);
        fake.used += size;
        return (ssize_t)size;
}

static int fake_close(struct vfs *self, Handle fd, int *error) {
        (void)self;
        (void)fd;
        (void)error;
        fake.n_closed++;
        return 0;
}

/* Once there is room, it is written. */
static int fake_poll(struct vfs *self, Handle fd, int events, int timeout_ms, int *error) {
        (void)self;
        (void)fd;
        (void)timeout_ms;
        fake.write_error = 0;
        *error = fake.polls ? 0 : EACCES;
        return fake.polls ? events : -1;
}

static struct vfs vfs = {.write = fake_write, .close = fake_close, .poll = fake_poll};

/* A pipe whose writing end is a stream of the back end; its reading end is returned. */
static int begin(void) {
        int ends[2];

        memset(&fake, 0, sizeof fake);
        assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
        real = ends[1];
        fdt_cover(real, &vfs, fake_take);
        return ends[0];
}

static void end(int reader) {
        (void)fdt_close(real);
        (void)close(reader);
}

static bool came(int reader, const char *text) {
        char got[64] = "";

        return read(reader, got, sizeof got - 1) == (ssize_t)strlen(text) && strcmp(got, text) == 0;
}

static void a_stream_is_asked_for_when_it_is_used(void **state) {
        int reader = begin();

        (void)state;
        assert_int_equal(fake.n_asked, 0);
        assert_int_equal(say("one "), 4);
        assert_int_equal(say("two"), 3);
        assert_int_equal(fake.n_asked, 1);
        assert_string_equal(fake.text, "one two");
        end(reader);
        assert_int_equal(fake.n_closed, 1);
}

static void a_stream_that_is_never_used_is_never_asked_for(void **state) {
        int reader = begin();

        (void)state;
        end(reader);
        assert_int_equal(fake.n_asked + fake.n_closed, 0);
}

static void what_the_back_end_has_not_stays_the_own(void **state) {
        int reader = begin();

        (void)state;
        fake.take_error = EACCES;
        assert_int_equal(say("own"), 3);
        assert_int_equal(say("own"), 3);
        assert_int_equal(fake.n_asked, 1);
        assert_false(fdt_is_virtual(real));
        assert_true(came(reader, "ownown"));
        end(reader);
        assert_int_equal(fake.n_closed, 0);
}

static void last_words_are_not_lost_with_the_back_end(void **state) {
        char texts[] = "in parts";
        struct iovec parts[] = {{texts, 3}, {texts + 3, 5}};
        int reader = begin();

        (void)state;
        assert_int_equal(say("before"), 6);
        fake.write_error = EIO;
        assert_int_equal(say("after"), 5);
        assert_true(came(reader, "after"));
        assert_int_equal(call(SYS_writev, real, (long)(uintptr_t)parts, 2, 0, 0, 0), 8);
        assert_true(came(reader, "in parts"));
        assert_string_equal(fake.text, "before");
        end(reader);
}

static void a_refusal_is_the_program_s_to_know(void **state) {
        int reader = begin();

        (void)state;
        fake.write_error = EACCES;
        assert_int_equal(say("no"), -EACCES);
        assert_false(came(reader, "no"));
        end(reader);
}

static void a_full_stream_is_waited_for(void **state) {
        int reader = begin();

        (void)state;
        fake.polls = true;
        fake.write_error = EAGAIN;
        assert_int_equal(say("later"), 5);
        assert_string_equal(fake.text, "later");
        fake.polls = false;
        fake.write_error = EAGAIN;
        assert_int_equal(say("own"), 3);
        assert_true(came(reader, "own"));
        end(reader);
}

static void what_is_printed_is_printed_whole(void **state) {
        int reader = begin();

        (void)state;
        fake.most = 3;
        assert_int_equal(say("in pieces"), 9);
        assert_string_equal(fake.text, "in pieces");
        assert_int_equal(fake.n_writes, 3);
        end(reader);
}

/* As the runtime does when it shows requests. */
static void what_the_call_itself_prints_is_the_own(void **state) {
        int reader = begin();

        (void)state;
        fake.prints_itself = true;
        assert_int_equal(say("text"), 4);
        assert_string_equal(fake.text, "text");
        assert_true(came(reader, "asking traced "));
        end(reader);
}

static void copies_are_the_same_stream(void **state) {
        int reader = begin();
        long copy = call(SYS_dup, real, 0, 0, 0, 0, 0);
        char c = 'x';

        (void)state;
        assert_true(copy >= 0 && fdt_is_virtual(copy));
        assert_int_equal(fdt_close(real), 0);
        assert_int_equal(fake.n_closed, 0);
        assert_int_equal(call(SYS_write, copy, (long)(uintptr_t)&c, 1, 0, 0, 0), 1);
        fake.write_error = EIO;
        assert_int_equal(call(SYS_write, copy, (long)(uintptr_t)&c, 1, 0, 0, 0), 1);
        assert_true(came(reader, "x"));
        assert_int_equal(call(SYS_dup2, copy, real, 0, 0, 0, 0), real);
        assert_int_equal(fdt_close(copy), 0);
        assert_int_equal(say("y"), 1);
        assert_true(came(reader, "y"));
        end(reader);
        assert_int_equal(fake.n_closed, 1);
}

static void a_number_that_is_not_open_is_not_covered(void **state) {
        int reader = begin();

        (void)state;
        end(reader);
        fdt_cover(real, &vfs, fake_take);
        assert_false(fdt_is_virtual(real));
        fdt_cover(STDIN_FILENO, &vfs, NULL);
        assert_false(fdt_is_virtual(STDIN_FILENO));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_stream_is_asked_for_when_it_is_used),
                cmocka_unit_test(a_stream_that_is_never_used_is_never_asked_for),
                cmocka_unit_test(what_the_back_end_has_not_stays_the_own),
                cmocka_unit_test(last_words_are_not_lost_with_the_back_end),
                cmocka_unit_test(a_refusal_is_the_program_s_to_know),
                cmocka_unit_test(a_full_stream_is_waited_for),
                cmocka_unit_test(what_is_printed_is_printed_whole),
                cmocka_unit_test(what_the_call_itself_prints_is_the_own),
                cmocka_unit_test(copies_are_the_same_stream),
                cmocka_unit_test(a_number_that_is_not_open_is_not_covered),
        };

        return cmocka_run_group_tests_name("streams", tests, NULL, NULL);
}
