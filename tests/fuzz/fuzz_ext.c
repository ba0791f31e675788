/* SPDX-License-Identifier: MIT */
/*
 * Hostile images of ext2 and ext4: looked at, and changed. Sizes that are even are mounted for writing. The
 * superblock's state and counts of mounts don't matter; checksums are left out of the corpus's images.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "blkmem.h"
#include "ext/ext.h"
#include "fs_walk.h"
#include "mounts.h"

#define IMAGE_MIN 131072u /* smaller inputs are filled with zeros */
#define IMAGE_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        size_t room = size < IMAGE_MIN ? IMAGE_MIN : size;
        bool writes = size % 2 == 0;
        uint8_t *image;
        Blk *blk;
        Fs *fs;

        if (size > IMAGE_MAX)
                return 0;
        image = calloc(1, room);
        if (!image)
                abort();
        memcpy(image, data, size);
        if (blkmem_new(image, room, false, &blk) == 0) {
                if (ext_mount(blk, writes ? 0 : MOUNT_READ_ONLY, "", &fs) != 0)
                        blk_close(blk);
                else if (writes)
                        fs_walk_and_change(fs);
                else
                        fs_walk(fs);
        }
        free(image);
        return 0;
}
