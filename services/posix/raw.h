/* SPDX-License-Identifier: MIT */
/*
 * System calls to the real kernel: of the descriptors that are not the VFS's, and of this library itself. The
 * trap lets them through by the address of their instruction.
 */
#pragma once

/* The result as the kernel gives it: -4095 .. -1 is an error. */
long raw_call(long number, long a0, long a1, long a2, long a3, long a4, long a5);

/* What the kernel reports as the place of each of them. */
extern const char raw_call_end[];
