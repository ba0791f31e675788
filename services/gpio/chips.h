/* SPDX-License-Identifier: MIT */
/*
 * Chips: ports whose pins are lines of a GPIO chip of the host, through libgpiod.
 *
 * The driver has the chip's device as a descriptor (a grant with `device`) and no path; chip_paths.c gives
 * libgpiod what it looks for. chips_none.c is the same interface for builds without libgpiod.
 */
#pragma once

#include <stddef.h>

#include "bank.h"

/* Adds a port for the chip granted as `grant`. -1: *error says why. */
int chips_add(Bank *bank, const char *name, const char *grant, char *error, size_t error_size);
