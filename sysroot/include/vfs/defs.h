/* SPDX-License-Identifier: MIT */
/*
 * Names by which the programs of a solution find the VFS.
 *
 * In an init description: `id: {var: _VFS_CONNECTION_ID, include: vfs/defs.h}`.
 * Source: the names are documented; the value of _VFS_CONNECTION_ID is our choice.
 */
#ifndef VFS_DEFS_H
#define VFS_DEFS_H

/* The channel of a client that names no other. */
#define _VFS_CONNECTION_ID "kl.VfsEntity"

/* Variables of the environment that choose a back end, as text to be concatenated:
 * _VFS_FILESYSTEM_BACKEND "=client:" NAME (observed). The spellings without the first underscore are read
 * too, and win. */
#define _VFS_FILESYSTEM_BACKEND "_VFS_FILESYSTEM_BACKEND"
#define _VFS_NETWORK_BACKEND    "_VFS_NETWORK_BACKEND"

#endif
