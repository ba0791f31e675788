/* SPDX-License-Identifier: MIT */
/*
 * Structures as the kernel fills them: see convert.h.
 */
#include "convert.h"

#include <string.h>
#include <sys/sysmacros.h>

static struct statx_timestamp convert_time(const struct timespec *time) {
        return (struct statx_timestamp){.tv_sec = time->tv_sec, .tv_nsec = (unsigned)time->tv_nsec};
}

void convert_statx(struct statx *to, const struct stat *from) {
        *to = (struct statx){
                .stx_mask = STATX_BASIC_STATS,
                .stx_blksize = (unsigned)from->st_blksize,
                .stx_nlink = (unsigned)from->st_nlink,
                .stx_uid = from->st_uid,
                .stx_gid = from->st_gid,
                .stx_mode = (unsigned short)from->st_mode,
                .stx_ino = from->st_ino,
                .stx_size = (unsigned long long)from->st_size,
                .stx_blocks = (unsigned long long)from->st_blocks,
                .stx_atime = convert_time(&from->st_atim),
                .stx_ctime = convert_time(&from->st_ctim),
                .stx_mtime = convert_time(&from->st_mtim),
                .stx_rdev_major = major(from->st_rdev),
                .stx_rdev_minor = minor(from->st_rdev),
                .stx_dev_major = major(from->st_dev),
                .stx_dev_minor = minor(from->st_dev),
        };
}

#define FLAGS_ARE_VALID 0x20 /* ST_VALID of the kernel: the C library needn't look elsewhere */

void convert_statfs(struct statfs *to, const struct statvfs *from) {
        memset(to, 0, sizeof *to);
        to->f_bsize = (__fsword_t)from->f_bsize;
        to->f_frsize = (__fsword_t)from->f_frsize;
        to->f_blocks = from->f_blocks;
        to->f_bfree = from->f_bfree;
        to->f_bavail = from->f_bavail;
        to->f_files = from->f_files;
        to->f_ffree = from->f_ffree;
        to->f_namelen = (__fsword_t)from->f_namemax;
        to->f_flags = (__fsword_t)(from->f_flag | FLAGS_ARE_VALID);
        memcpy(&to->f_fsid, &from->f_fsid, sizeof to->f_fsid);
}
