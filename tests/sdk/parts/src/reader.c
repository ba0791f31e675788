/* SPDX-License-Identifier: MIT */
/*
 * Says how high the pressure is, and how many arguments it got.
 */
#include <barometer/barometer.h>
#include <stdio.h>

int main(int argc, char **argv) {
        (void)argv;
        fprintf(stderr, "%u pascal, %d arguments\n", BarometerRead("test.Barometer"), argc - 1);
        return 0;
}
