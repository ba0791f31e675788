/* SPDX-License-Identifier: MIT */
/*
 * Hostile ROMFS images. Checksums are made right before the image is mounted, as far as the chain of headers
 * is sound, so that not each change of a byte ends there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "blkmem.h"
#include "fs_walk.h"
#include "mounts.h"
#include "romfs.h"

#define IMAGE_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t word(const uint8_t *p) {
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void correct_sum(uint8_t *p, size_t size) {
        uint32_t sum = 0;

        memset(p + 12, 0, 4);
        for (size_t i = 0; i + 4 <= size; i += 4)
                sum -= word(p + i);
        for (int i = 0; i < 4; i++)
                p[12 + i] = (uint8_t)(sum >> (24 - 8 * i));
}

/* Whatever could be a header at a multiple of 16 gets its sum; contents don't mind. */
static void correct_sums(uint8_t *image, size_t size) {
        for (size_t at = 32; at + 32 <= size; at += 16) {
                size_t length = strnlen((char *)image + at + 16, size - at - 16);
                size_t end = at + 16 + ((length + 16) & ~(size_t)15);

                if (end <= size && length < 256 && word(image + at) < size)
                        correct_sum(image + at, end - at);
        }
        correct_sum(image, size < 512 ? size & ~(size_t)3 : 512);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        uint8_t *image;
        Blk *blk;
        Fs *fs;

        if (size > IMAGE_MAX || size < 16)
                return 0;
        image = malloc(size);
        if (!image)
                abort();
        memcpy(image, data, size);
        if (size % 2)
                correct_sums(image, size);
        if (blkmem_new(image, size, true, &blk) == 0) {
                if (romfs_mount(blk, MOUNT_READ_ONLY, "", &fs) == 0)
                        fs_walk(fs);
                else
                        blk_close(blk);
        }
        free(image);
        return 0;
}
