/* SPDX-License-Identifier: MIT */
/*
 * Granted files: the boot block's table, by name.
 */
#include <caisson/grant.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "boot.h"

int nkx_grant_fd(const char *name) {
        const Boot *boot = boot_get();

        for (uint32_t i = 0; boot && i < boot->block->n_grants; i++)
                if (strcmp(boot_text(boot, boot->grants[i].name_off), name) == 0)
                        return boot->grants[i].fd;
        errno = ENOENT;
        return -1;
}

const char *nkx_grant_name(unsigned index) {
        const Boot *boot = boot_get();

        if (!boot || index >= boot->block->n_grants)
                return NULL;
        return boot_text(boot, boot->grants[index].name_off);
}
