/* SPDX-License-Identifier: MIT */
/*
 * The disk was mounted before anybody called. See root.h.
 */
#include "root.h"

int root_mount(void) {
        return 0;
}
