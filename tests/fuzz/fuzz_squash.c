/* SPDX-License-Identifier: MIT */
/*
 * Hostile SquashFS images; the corpus's are hardly compressed, so that bytes are numbers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "blkmem.h"
#include "fs_walk.h"
#include "mounts.h"
#include "squash/squash.h"

#define IMAGE_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        uint8_t *image;
        Blk *blk;
        Fs *fs;

        if (size > IMAGE_MAX)
                return 0;
        image = malloc(size ? size : 1);
        if (!image)
                abort();
        memcpy(image, data, size);
        if (blkmem_new(image, size, true, &blk) == 0) {
                if (squash_mount(blk, MOUNT_READ_ONLY, "", &fs) == 0)
                        fs_walk(fs);
                else
                        blk_close(blk);
        }
        free(image);
        return 0;
}
