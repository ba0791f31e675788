/* SPDX-License-Identifier: MIT */
/*
 * Times of FAT: a date, two seconds, and sometimes hundredths of them, from 1980 to 2107. Taken as UTC.
 */
#pragma once

#include <stdint.h>
#include <time.h>

typedef struct FatTime {
        uint16_t date, time;
        uint8_t hundredths; /* 0 .. 199 */
} FatTime;

/* What is before or after FAT's years becomes the first or last moment of them. */
FatTime fat_time_of(const struct timespec *t);
/* Fields that mean no date count as the nearest that does. */
struct timespec fat_time_to(const FatTime *t);
