/* SPDX-License-Identifier: MIT */
/*
 * Who brings the disk to `/`: the VFS program did (root_remote.c), or the VFS inside of this program has to,
 * for it is (root_inside.c).
 */
#pragma once

/* < 0: errno says why. */
int root_mount(void);
