/* SPDX-License-Identifier: MIT */
/*
 * Addresses in trapped calls. The kernel answers EFAULT when a program names memory that it doesn't have; an
 * answer of ours would end the program instead, so the memory is looked at first.
 */
#pragma once

#include <stdbool.h>

#include "call.h"

/* Bytes of a buffer that are looked at: what a back end moves at once. Of what is written, the first page
 * must be writable. */
#define TRAP_MEMORY_MAX (1u << 20)

/* Is all memory there that the call names? True as well where the kernel can't tell (before Linux 5.14). */
bool trap_memory_is_there(const CallArgs *args);

/* Of a call with a row (call_rows), by whatever way it came: does it name memory in the first page, NULL or
 * something near it? No system call. */
bool trap_memory_is_low(const CallArgs *args);
