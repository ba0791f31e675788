/* SPDX-License-Identifier: MIT */
/*
 * The C library's <sys/statvfs.h>, and getvfsstat(), which it lacks.
 *
 * struct statvfs is the C library's own, so that what is compiled with this header and what is compiled
 * without it mean the same by it, and statvfs() and fstatvfs() are as ever. It has no room for names: type,
 * device and place of each mount are told by nkx_vfs_mounts() of <vfs/vfs.h>, in the same order. Which mount
 * a file is on tells f_fsid, which is st_dev of its files.
 */
#ifndef SYS_STATVFS_H
#define SYS_STATVFS_H

#pragma GCC system_header
#include_next <sys/statvfs.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ST_WAIT   1 /* figures are asked for */
#define ST_NOWAIT 2 /* figures may be those of before; here they are asked for all the same */

/*
 * What statvfs() says of each file system that is mounted, oldest first. In programs with vfs_remote or
 * vfs_local.
 *
 * buf:   structures to be filled in; NULL: only asks how many there are.
 * size:  bytes of buf; as many whole structures as fit are filled in.
 * flags: ST_WAIT or ST_NOWAIT.
 *
 * Returns how many were filled in, or how many mounts there are; -1 with errno: EINVAL other flags, ENOMEM no
 * memory, EIO the back end can't tell, or what it says. Of a file system that fails to tell its figures only
 * f_namemax and f_flag are set. Waits as long as a device does. Any thread. Source: documented by name only;
 * parameters and result as on NetBSD, errors our choice.
 */
int getvfsstat(struct statvfs *buf, size_t size, int flags);

#ifdef __cplusplus
}
#endif

#endif
