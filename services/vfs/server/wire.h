/* SPDX-License-Identifier: MIT */
/*
 * Structures of Linux, in the form in which they travel.
 */
#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include <kl/VfsTypes.idl.h>

static inline void wire_stat(const struct stat *st, struct kl_VfsTypes_Stat *ret) {
        ret->dev = st->st_dev;
        ret->ino = st->st_ino;
        ret->nlink = st->st_nlink;
        ret->rdev = st->st_rdev;
        ret->size = st->st_size;
        ret->blocks = st->st_blocks;
        ret->atime = st->st_atim.tv_sec;
        ret->mtime = st->st_mtim.tv_sec;
        ret->ctime = st->st_ctim.tv_sec;
        ret->atime_ns = (nk_uint32_t)st->st_atim.tv_nsec;
        ret->mtime_ns = (nk_uint32_t)st->st_mtim.tv_nsec;
        ret->ctime_ns = (nk_uint32_t)st->st_ctim.tv_nsec;
        ret->mode = st->st_mode;
        ret->uid = st->st_uid;
        ret->gid = st->st_gid;
        ret->blksize = (nk_uint32_t)st->st_blksize;
}

static inline void wire_statvfs(const struct statvfs *st, struct kl_VfsTypes_StatVfs *ret) {
        ret->bsize = st->f_bsize;
        ret->frsize = st->f_frsize;
        ret->blocks = st->f_blocks;
        ret->bfree = st->f_bfree;
        ret->bavail = st->f_bavail;
        ret->files = st->f_files;
        ret->ffree = st->f_ffree;
        ret->favail = st->f_favail;
        ret->fsid = st->f_fsid;
        ret->flag = st->f_flag;
        ret->namemax = st->f_namemax;
}

static inline struct timespec wire_time(const struct kl_VfsTypes_Time *t) {
        return (struct timespec){.tv_sec = t->seconds, .tv_nsec = (long)t->nanoseconds};
}
