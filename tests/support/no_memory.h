/* SPDX-License-Identifier: MIT */
/*
 * For tests that ask for more memory than there is: a sanitizer is to say no to that, as the C library does.
 * To be included by one file of a program.
 */
#pragma once

const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void) {
        return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void) {
        return "allocator_may_return_null=1";
}
