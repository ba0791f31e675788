/* SPDX-License-Identifier: MIT */
/*
 * What a case shows: a pipe takes the place of our stdout and stderr while it runs.
 */
#include "shown.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

void shown_begin(Shown *s) {
        int ends[2];

        *s = (Shown){.text = calloc(1, SHOWN_MAX)};
        assert_non_null(s->text);
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
        s->reader = ends[0];
        for (int i = 0; i < 2; i++) {
                s->saved[i] = dup(i + 1);
                assert_true(dup2(ends[1], i + 1) >= 0);
        }
        (void)close(ends[1]);
}

void shown_collect(Shown *s) {
        ssize_t n;

        while ((n = read(s->reader, s->text + s->size, SHOWN_MAX - 1 - s->size)) > 0)
                s->size += (size_t)n;
}

void shown_end(Shown *s) {
        for (int i = 0; i < 2; i++) {
                (void)dup2(s->saved[i], i + 1);
                (void)close(s->saved[i]);
        }
        shown_collect(s);
        (void)close(s->reader);
}
