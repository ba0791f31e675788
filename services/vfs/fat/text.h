/* SPDX-License-Identifier: MIT */
/*
 * Text of names: UTF-8 outside, UTF-16 in long names, code page 437 in short ones; and which letters are the
 * same letter.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAT_UNITS_MAX 255u /* UTF-16 units of a long name */

typedef struct FatUnits {
        uint16_t units[FAT_UNITS_MAX];
        uint32_t n;
} FatUnits;

/* False: not UTF-8, or longer than FAT_UNITS_MAX. */
bool fat_units_of(const char *text, size_t length, FatUnits *ret);
/* UTF-8 of it, or SIZE_MAX if it does not fit. Halves of pairs become U+FFFD. */
size_t fat_units_to(const uint16_t *units, uint32_t n, char *text, size_t size);
/* Lower case for comparing: Latin, Greek, Cyrillic, Armenian. */
uint16_t fat_fold(uint16_t unit);
uint16_t fat_unit_of_437(uint8_t byte);
