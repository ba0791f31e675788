/* SPDX-License-Identifier: MIT */
/*
 * Images of ext file systems: made by mke2fs, judged by e2fsck and debugfs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "blk.h"
#include "fs.h"

/* Options of mke2fs, each in what others have not. */
#define T_IMAGE_KINDS 10u
#define T_IMAGE_SIZE  (32u << 20)
extern const char *const t_image_kinds[T_IMAGE_KINDS];

typedef struct TImage {
        unsigned char *data; /* shared with processes that are forked */
        size_t size;
} TImage;

/* options: of mke2fs, separated by blanks; folder: what is in it, or NULL. */
void t_image_make(TImage *image, size_t size, const char *options, const char *folder);
/* The file has the same size. */
void t_image_load(TImage *image, const char *path);
void t_image_free(TImage *image);
Blk *t_image_open(const TImage *image, bool is_read_only);
int t_image_mount(const TImage *image, unsigned flags, Fs **ret_fs);

/* e2fsck -fn finds nothing to say. */
void t_image_check(const TImage *image, const char *when);
/* e2fsck -fy; its exit status. The image is changed as it says. */
int t_image_repair(TImage *image);
/* The same, with hash trees for large directories. */
int t_image_optimize(TImage *image);
/* Output of a debugfs command. */
void t_image_debug(const TImage *image, const char *command, char *out, size_t size);
/* A debugfs command that changes the image, which is not mounted. */
void t_image_change(TImage *image, const char *command);
/* All files, as debugfs reads them, into a folder. */
void t_image_dump(const TImage *image, const char *folder);
