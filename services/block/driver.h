/* SPDX-License-Identifier: MIT */
/*
 * What a driver of disks is besides its disks: its arguments, its channel, and the endpoint `block`.
 */
#pragma once

#include <stdbool.h>

typedef struct Driver {
        const char *channel; /* its class too */
        const char *prefix;  /* of the names of its disks */
        bool is_in_memory;
} Driver;

/* The whole of main(). */
int driver_main(const Driver *driver, int argc, char **argv);
