/* SPDX-License-Identifier: MIT */
/*
 * The back end `local`: the file systems run in this process, and no call leaves it.
 *
 * There is one tree, however many objects are made: it begins with an empty ramfs on "/".
 */
#pragma once

#include <vfs/vfs.h>

#define LOCAL_FILES_MAX 4096u

/* Constructor; config: "". */
struct vfs *local_new(Handle client_id, const char *config, int *error);

/* Members by topic. */
void local_add_files(struct vfs *vfs);
void local_add_names(struct vfs *vfs);
void local_add_xattrs(struct vfs *vfs);
