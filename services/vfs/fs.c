/* SPDX-License-Identifier: MIT */
/*
 * What every file system begins with.
 */
#include "fs.h"

int fs_init(Fs *fs, const FsOps *ops) {
        *fs = (Fs){.ops = ops};
        return -pthread_rwlock_init(&fs->lock, NULL);
}

void fs_deinit(Fs *fs) {
        (void)pthread_rwlock_destroy(&fs->lock);
}
