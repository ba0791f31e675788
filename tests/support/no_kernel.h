/* SPDX-License-Identifier: MIT */
/*
 * What a test without a kernel process sees of the handles that are made: see no_kernel.c.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

extern _Atomic uint32_t no_kernel_n_badges; /* made, and not closed yet */
extern void (*no_kernel_on_badge)(void);    /* called while each is made; NULL: nothing */
