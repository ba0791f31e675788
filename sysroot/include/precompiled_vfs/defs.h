/* SPDX-License-Identifier: MIT */
/*
 * Names of the channels to the VFS programs of the SDK, as solutions for 1.1 have them, in an init
 * description: `id: {var: RAM_FS_VFS_CONNECTION, include: precompiled_vfs/defs.h}`. Later ones write the
 * class's name. Source: the names are observed; their values are our choice: what the programs serve by
 * themselves.
 */
#ifndef PRECOMPILED_VFS_DEFS_H
#define PRECOMPILED_VFS_DEFS_H

#define NET_VFS_CONNECTION    "kl.VfsNet"
#define RAM_FS_VFS_CONNECTION "kl.VfsRamFs"

#endif
