/* SPDX-License-Identifier: MIT */
/*
 * The calling thread's time slice, where the scheduler lets a thread choose it (Linux 6.12 and later).
 */
#pragma once

#include <stdint.h>

/* Nanoseconds; 0: this system does not say. */
uint64_t plat_slice_get(void);
/* 0: the usual one. Does nothing where it can't be set. */
void plat_slice_set(uint64_t ns);
