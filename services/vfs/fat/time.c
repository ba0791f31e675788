/* SPDX-License-Identifier: MIT */
/*
 * Days are counted over the 128 years of FAT, in which every fourth is a leap year but 2100.
 */
#include "fat/time.h"

#define EPOCH   315532800 /* 1980-01-01, in seconds of Unix */
#define DAY     86400
#define YEARS   128u
#define NO_LEAP 120u /* 2100 */

static const uint16_t days_before[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static uint32_t is_leap(uint32_t year) {
        return year % 4 == 0 && year != NO_LEAP;
}

/* Days from 1980-01-01 to the first of a year. */
static uint32_t days_to_year(uint32_t year) {
        return year * 365 + (year + 3) / 4 - (year > NO_LEAP);
}

static uint32_t days_to_month(uint32_t year, uint32_t month) { /* month: 0 .. 12 */
        return days_before[month] + (month > 1 ? is_leap(year) : 0);
}

FatTime fat_time_of(const struct timespec *t) {
        int64_t seconds = (int64_t)t->tv_sec - EPOCH;
        uint32_t days, rest, year, month = 0;

        if (seconds < 0)
                return (FatTime){.date = 1 << 5 | 1};
        if (seconds >= (int64_t)days_to_year(YEARS) * DAY)
                return (FatTime){
                        .date = 127 << 9 | 12 << 5 | 31, .time = 23 << 11 | 59 << 5 | 29, .hundredths = 199};
        days = (uint32_t)(seconds / DAY);
        rest = (uint32_t)(seconds % DAY);
        year = days / 365;
        while (days_to_year(year) > days)
                year--;
        days -= days_to_year(year);
        while (days_to_month(year, month + 1) <= days)
                month++;
        days -= days_to_month(year, month);
        return (FatTime){
                .date = (uint16_t)(year << 9 | (month + 1) << 5 | (days + 1)),
                .time = (uint16_t)(rest / 3600 << 11 | rest / 60 % 60 << 5 | rest % 60 / 2),
                .hundredths = (uint8_t)(rest % 2 * 100 + (uint32_t)(t->tv_nsec / 10000000)),
        };
}

static uint32_t limit(uint32_t n, uint32_t low, uint32_t high) {
        return n < low ? low : n > high ? high : n;
}

struct timespec fat_time_to(const FatTime *t) {
        uint32_t year = t->date >> 9, month = limit(t->date >> 5 & 15, 1, 12) - 1;
        uint32_t n_days = days_to_month(year, month + 1) - days_to_month(year, month);
        uint32_t day = limit(t->date & 31, 1, n_days) - 1;
        uint32_t hour = limit(t->time >> 11, 0, 23), minute = limit(t->time >> 5 & 63, 0, 59);
        uint32_t second = limit((t->time & 31) * 2u, 0, 58), hundredths = limit(t->hundredths, 0, 199);
        int64_t days = days_to_year(year) + days_to_month(year, month) + day;

        return (struct timespec){
                .tv_sec =
                        (time_t)(EPOCH + days * DAY + hour * 3600 + minute * 60 + second + hundredths / 100),
                .tv_nsec = (long)(hundredths % 100) * 10000000,
        };
}
