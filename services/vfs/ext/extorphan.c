/* SPDX-License-Identifier: MIT */
/*
 * Orphans: a list through the inodes, from the superblock on; the time of deletion is the next one's number.
 * On it are files that somebody has open though their last name is gone, and files that are being cut. After
 * a loss of power the next mount finishes what was begun.
 */
#include <errno.h>

#include "extfs.h"

int ext_add_orphan(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        inode->i_dtime = fs->lib->super->s_last_orphan;
        fs->lib->super->s_last_orphan = ino;
        ext2fs_mark_super_dirty(fs->lib);
        return ext_write_inode(fs, ino, inode);
}

/* The inode before `ino`; 0: it is the first. -ENOENT: it isn't on the list. */
static int find_before(ExtFs *fs, ext2_ino_t ino, ext2_ino_t *ret_before, ExtInode *ret_inode) {
        ext2_ino_t at = fs->lib->super->s_last_orphan, before = 0;

        for (uint32_t n = 0; at != 0 && at != ino && n < fs->lib->super->s_inodes_count; n++) {
                int r = ext_read_inode(fs, at, ret_inode);

                if (r < 0)
                        return r;
                before = at;
                at = ret_inode->i_dtime;
        }
        if (at != ino)
                return -ENOENT;
        *ret_before = before;
        return 0;
}

bool ext_is_orphan(ExtFs *fs, ext2_ino_t ino) {
        ext2_ino_t before;
        ExtInode other;

        return find_before(fs, ino, &before, &other) == 0;
}

/* `inode` is written by the caller. */
int ext_remove_orphan(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        ext2_ino_t before;
        ExtInode other;
        int r = find_before(fs, ino, &before, &other);

        if (r < 0)
                return r == -ENOENT ? 0 : r;
        if (before == 0) {
                fs->lib->super->s_last_orphan = inode->i_dtime;
                ext2fs_mark_super_dirty(fs->lib);
        } else {
                other.i_dtime = inode->i_dtime;
                r = ext_write_inode(fs, before, &other);
        }
        inode->i_dtime = 0;
        return r;
}

/* A file that has a name was being cut to the size that its inode says. */
static int finish_cut(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        uint64_t from = (EXT2_I_SIZE(inode) + fs->lib->blocksize - 1) / fs->lib->blocksize;
        int r = S_ISREG(inode->i_mode) && !(inode->i_flags & EXT4_INLINE_DATA_FL)
                        ? extfile_free_blocks(fs, ino, inode, from)
                        : 0;

        if (r == 0)
                r = ext_remove_orphan(fs, ino, inode);
        return r < 0 ? r : ext_write_inode(fs, ino, inode);
}

static int free_first(ExtFs *fs) {
        ext2_ino_t ino = fs->lib->super->s_last_orphan;
        ExtInode inode;
        int r = ino < EXT2_FIRST_INO(fs->lib->super) ? -EIO : ext_read_inode(fs, ino, &inode);

        if (r < 0)
                return r;
        if (!ext2fs_test_inode_bitmap2(fs->lib->inode_map, ino))
                return -EIO; /* already free: a list that leads nowhere */
        return inode.i_links_count == 0 ? ext_free_inode(fs, ino) : finish_cut(fs, ino, &inode);
}

int ext_free_orphans(ExtFs *fs) {
        uint32_t n_max = fs->lib->super->s_inodes_count;

        for (uint32_t n = 0; fs->lib->super->s_last_orphan != 0; n++) {
                int r = n < n_max ? free_first(fs) : -EIO;

                if (r == 0)
                        r = ext_commit_if_much(fs);
                if (r == -EIO)
                        fs_explain("the list of orphans is damaged; e2fsck repairs it");
                if (r < 0)
                        return r;
        }
        return 0;
}
