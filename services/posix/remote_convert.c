/* SPDX-License-Identifier: MIT */
/*
 * Structures of the interfaces: see remote_convert.h.
 */
#include "remote_convert.h"

#include <dirent.h>
#include <string.h>

static struct timespec make_time(nk_sint64_t seconds, nk_uint32_t nanoseconds) {
        return (struct timespec){.tv_sec = seconds, .tv_nsec = nanoseconds};
}

void remote_stat(struct stat *to, const struct kl_VfsTypes_Stat *from) {
        *to = (struct stat){
                .st_dev = from->dev,
                .st_ino = from->ino,
                .st_nlink = from->nlink,
                .st_mode = from->mode,
                .st_uid = from->uid,
                .st_gid = from->gid,
                .st_rdev = from->rdev,
                .st_size = from->size,
                .st_blksize = from->blksize,
                .st_blocks = from->blocks,
                .st_atim = make_time(from->atime, from->atime_ns),
                .st_mtim = make_time(from->mtime, from->mtime_ns),
                .st_ctim = make_time(from->ctime, from->ctime_ns),
        };
}

void remote_statvfs(struct statvfs *to, const struct kl_VfsTypes_StatVfs *from) {
        *to = (struct statvfs){
                .f_bsize = from->bsize,
                .f_frsize = from->frsize,
                .f_blocks = from->blocks,
                .f_bfree = from->bfree,
                .f_bavail = from->bavail,
                .f_files = from->files,
                .f_ffree = from->ffree,
                .f_favail = from->favail,
                .f_fsid = from->fsid,
                .f_flag = from->flag,
                .f_namemax = from->namemax,
        };
}

struct kl_VfsTypes_Time remote_time(const struct timespec *times, int i) {
        if (!times)
                return (struct kl_VfsTypes_Time){.nanoseconds = UTIME_NOW};
        return (struct kl_VfsTypes_Time){
                .seconds = times[i].tv_sec, .nanoseconds = (nk_uint32_t)times[i].tv_nsec};
}

#define NAME_OFFSET offsetof(struct dirent64, d_name)

static bool is_sound(const char *entry, size_t rest, size_t *ret_length) {
        unsigned short length;

        if (rest < NAME_OFFSET + 2)
                return false;
        memcpy(&length, entry + offsetof(struct dirent64, d_reclen), sizeof length);
        *ret_length = length;
        return length >= NAME_OFFSET + 2 && length <= rest && length % 8 == 0 &&
               memchr(entry + NAME_OFFSET, '\0', length - NAME_OFFSET);
}

bool remote_entries_are_sound(const void *entries, size_t size) {
        const char *at = entries;
        size_t length;

        for (size_t done = 0; done < size; done += length)
                if (!is_sound(at + done, size - done, &length))
                        return false;
        return true;
}
