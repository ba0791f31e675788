/* SPDX-License-Identifier: MIT */
/*
 * Amounts as people write them in an init file: counts, sizes with a unit, shares of a processor.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* True, or false when the text is no such amount or doesn't fit. */
bool amount_count(const char *text, uint64_t *ret_count); /* "32" */
bool amount_size(
        const char *text, uint64_t *ret_bytes); /* "4096", "512K", "64M", "2G", "1T": powers of 1024 */
bool amount_share(const char *text, uint64_t *ret_milli); /* "2", "0.5", "0.125": in thousandths */
