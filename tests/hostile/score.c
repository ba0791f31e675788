/* SPDX-License-Identifier: MIT */
/*
 * Score: see score.h.
 */
#include "score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>

#include <cmocka.h>

Score *score_new(void) {
        void *page = mmap(NULL, sizeof(Score), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        assert_ptr_not_equal(page, MAP_FAILED);
        return page;
}

void score_free(Score *s) {
        (void)munmap(s, sizeof *s);
}

void score_complain(Score *s, const char *format, ...) {
        char text[sizeof s->complaint];
        va_list args;

        va_start(args, format);
        (void)vsnprintf(text, sizeof text, format, args);
        va_end(args);
        (void)fprintf(stderr, "# complaint: %s\n", text);
        if (!atomic_exchange(&s->has_complaint, true))
                (void)snprintf(s->complaint, sizeof s->complaint, "%s", text);
}
