/* SPDX-License-Identifier: MIT */
/*
 * Futexes between processes: the few forms the transport needs.
 *
 * All are the shared kind (the words lie in memfds). Deadlines are absolute CLOCK_MONOTONIC
 * nanoseconds, PLAT_NO_DEADLINE for none. Every wait may return early; callers look again.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#define PLAT_NO_DEADLINE UINT64_MAX

/* Sleeps while *word == value. 0, or -ETIMEDOUT once the deadline has passed. */
int plat_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t deadline_ns);
/* The same on two words at once: returns when either differs or is woken. */
int plat_futex_wait2(
        _Atomic uint32_t *a, uint32_t va, _Atomic uint32_t *b, uint32_t vb, uint64_t deadline_ns);
void plat_futex_wake(_Atomic uint32_t *word, int n);
