/* SPDX-License-Identifier: MIT */
/*
 * Client library of the barometer.
 */
#pragma once

/* Pressure in pascal, or 0 when nobody answers. */
unsigned BarometerRead(const char *channel);
