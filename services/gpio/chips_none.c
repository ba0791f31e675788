/* SPDX-License-Identifier: MIT */
/*
 * Chips in a driver that was built without libgpiod: there are none.
 */
#include "chips.h"

#include <stdio.h>

int chips_add(Bank *bank, const char *name, const char *grant, char *error, size_t error_size) {
        (void)bank;
        (void)name;
        (void)snprintf(error, error_size, "chip '%s': this driver was built without libgpiod", grant);
        return -1;
}
