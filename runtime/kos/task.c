/* SPDX-License-Identifier: MIT */
/*
 * coresrv/task/task_api.h: what the boot block says about this process.
 */
#include <coresrv/task/task_api.h>

#include <string.h>

#include "boot/boot.h"

Retcode KnTaskGetName(char *buf, rtl_size_t size) {
        const Boot *boot = boot_get();
        rtl_size_t name_size;

        if (!buf)
                return rcInvalidArgument;
        if (!boot)
                return rcResourceNotFound;
        name_size = strlen(boot->task_name) + 1;
        if (name_size > size)
                return rcBufferTooSmall;
        memcpy(buf, boot->task_name, name_size);
        return rcOk;
}
