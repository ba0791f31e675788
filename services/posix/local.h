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
/* The same for a VFS program of one's own, whose own files are those that it serves. config: the names of its
 * channels, which are the server's affair. */
struct vfs *local_new_server(Handle client_id, const char *config, int *error);

/* Members by topic. */
void local_add_files(struct vfs *vfs);
void local_add_names(struct vfs *vfs);
void local_add_xattrs(struct vfs *vfs);
