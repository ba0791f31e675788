/* SPDX-License-Identifier: MIT */
/*
 * A FAT does what the host does: on an image of so many KiB that mkfs.fat made with these arguments. fsck.fat
 * finds no fault in it afterwards, and mounted again it has the same files.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "against_host.h"
#include "fat/fat.h"
#include "memblk.h"

#define STEPS 60000u
#define SEED  20260401u

static MemBlk device;
static char image[] = "/tmp/caisson-image-XXXXXX";
static int image_fd = -1; /* reached from inside the other root */

static int run_tool(const char *tool, const char *arguments) {
        char command[1024];

        (void)snprintf(
                command, sizeof command, "PATH=$PATH:/usr/sbin:/sbin %s %s %s >&2", tool, arguments, image);
        return system(command);
}

static bool make_image(const char *size, const char *arguments) {
        image_fd = mkostemp(image, O_CLOEXEC);
        if (image_fd < 0 || ftruncate(image_fd, (off_t)strtoul(size, NULL, 10) << 10) != 0)
                return false;
        if (run_tool("mkfs.fat", arguments) != 0)
                return false;
        memblk_init_file(&device, image);
        return true;
}

static int mount_image(Fs **ret_fs) {
        return fat_mount(&device.head, 0, NULL, ret_fs);
}

static bool save_image(void) {
        return pwrite(image_fd, device.bytes, device.head.size, 0) == (ssize_t)device.head.size;
}

int main(int argc, char **argv) {
        const TAgainst what = {.make = mount_image,
                .steps = STEPS,
                .seed = SEED,
                .is_plain = true,
                .lasts = true,
                .done = save_image};
        int r = T_NO_ROOT;

        if (argc != 3 || !make_image(argv[1], argv[2])) {
                (void)puts("Bail out! no image");
                return 99;
        }
        r = t_against_host_as(&what);
        if (r == 0 && run_tool("fsck.fat", "-n") != 0)
                r = 1;
        memblk_deinit(&device);
        (void)unlink(image);
        if (r == T_NO_ROOT)
                (void)puts("1..0 # SKIP this host gives no process a root of its own");
        return r == T_NO_ROOT ? 0 : r;
}
