/* SPDX-License-Identifier: MIT */
/*
 * The disk covers the ramfs that a VFS inside of a program begins with. TYPE says in what format it is. See
 * root.h.
 */
#include "root.h"

#include <stdlib.h>
#include <sys/mount.h>

int root_mount(void) {
        const char *type = getenv("TYPE");

        return mount("mmc0,0", "/", type ? type : "", 0, "");
}
