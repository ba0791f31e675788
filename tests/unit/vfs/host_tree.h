/* SPDX-License-Identifier: MIT */
/*
 * Folders of the host, as what images are made of and compared with.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "client.h"

#define T_PATH_MAX 512

typedef struct TWorld {
        Mounts mounts;
        VfsClient client;
} TWorld;

/* A new folder below /tmp, in `path`. */
void t_make_folder(char path[T_PATH_MAX]);
/* Removes it with all that is in it. */
void t_remove_folder(const char *path);
/* A tree with files of many sizes, holes, links of each kind, long names, names of many scripts, a deep and
 * a wide directory. Device
 * nodes only if the host lets us. */
void t_fill_folder(const char *path);

/* Runs a program, found along PATH, its output kept in `out` (may be NULL; cut at `size`, with a zero).
 * Returns its exit status; what can't be run fails the test. */
int t_run(const char *const argv[], char *out, size_t size);
/* The whole file, to be freed. */
unsigned char *t_read_file(const char *path, size_t *ret_size);
void t_write_file(const char *path, const void *data, size_t size);

/* What is mounted on "/" alone. */
void t_world_init(TWorld *w, Fs *fs, unsigned flags);
void t_world_deinit(TWorld *w);

enum { T_SAME_MODES = 1, T_SAME_LINKS = 2, T_SAME_TIMES = 4 };

/* A folder of the host, made once more through the client's calls: files, folders and symbolic links. */
void t_copy_folder(VfsClient *c, const char *path);
/* Everything below `path` on the host is there, and nothing else. Returns how many files were compared. */
unsigned t_compare_with_folder(VfsClient *c, const char *path, unsigned what);
