/* SPDX-License-Identifier: MIT */
/*
 * A ramfs does what the host does.
 */
#include <stdio.h>

#include "against_host.h"
#include "ramfs.h"

#define STEPS 60000u
#define SEED  20260401u

static int make(Fs **ret_fs) {
        return ramfs_new(0, 0755, ret_fs);
}

int main(void) {
        int r = t_against_host(make, STEPS, SEED);

        if (r == T_NO_ROOT)
                (void)puts("1..0 # SKIP this host gives no process a root of its own");
        return r == T_NO_ROOT ? 0 : r;
}
