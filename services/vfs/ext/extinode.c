/* SPDX-License-Identifier: MIT */
/*
 * Inodes: read and written whole, so that the fields beyond the first 128 bytes are there where the image has
 * room for them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "../meta.h"
#include "extfs.h"

#define CORE_SIZE EXT2_GOOD_OLD_INODE_SIZE

/* Is the field in this inode? */
#define HAS(inode, field)                                                                                    \
        ((size_t)CORE_SIZE + (inode)->i_extra_isize >=                                                       \
                offsetof(ExtInode, field) + sizeof((inode)->field)) /* i_extra_isize is 0 in a small one */

int ext_read_inode(ExtFs *fs, ext2_ino_t ino, ExtInode *ret) {
        errcode_t e;

        memset(ret, 0, sizeof *ret);
        if (ino == 0 || ino > fs->lib->super->s_inodes_count)
                return -EIO;
        e = ext2fs_read_inode_full(fs->lib, ino, ext_small(ret), sizeof *ret);
        if (e)
                return exterr_to_errno(e);
        if (EXT2_INODE_SIZE(fs->lib->super) <= CORE_SIZE)
                ret->i_extra_isize = 0;
        return CORE_SIZE + ret->i_extra_isize > EXT2_INODE_SIZE(fs->lib->super) ? -EIO : 0;
}

int ext_write_inode(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        size_t size = sizeof *inode;

        if (size > EXT2_INODE_SIZE(fs->lib->super))
                size = EXT2_INODE_SIZE(fs->lib->super);
        return exterr_to_errno(ext2fs_write_inode_full(fs->lib, ino, ext_small(inode), (int)size));
}

/* --- times --- */

struct timespec ext_now(void) {
        struct timespec t;

        (void)clock_gettime(CLOCK_REALTIME_COARSE, &t);
        return t;
}

/* Seconds have 34 bits, two of them in the second word, which has the nanoseconds; without it they have 32. A
 * time beyond becomes the first or the last there is, as on Linux. */
static void put_time(uint32_t *seconds, uint32_t *extra, const struct timespec *t) {
        const int64_t last = extra ? INT32_MAX + (3ll << 32) : INT32_MAX;
        int64_t s = t->tv_sec;
        uint32_t ns = (uint32_t)t->tv_nsec;

        if (s < INT32_MIN || s > last) {
                s = s < 0 ? INT32_MIN : last;
                ns = 0;
        }
        *seconds = (uint32_t)s;
        if (extra)
                *extra = ((uint32_t)((s - (int32_t)s) >> 32) & 3) | ns << 2;
}

static struct timespec get_time(uint32_t seconds, uint32_t extra) {
        return (struct timespec){.tv_sec = (int32_t)seconds + ((int64_t)(extra & 3) << 32),
                .tv_nsec = (long)(extra >> 2) % 1000000000};
}

#define ATIME(inode) get_time((inode)->i_atime, HAS(inode, i_atime_extra) ? (inode)->i_atime_extra : 0)
#define MTIME(inode) get_time((inode)->i_mtime, HAS(inode, i_mtime_extra) ? (inode)->i_mtime_extra : 0)
#define CTIME(inode) get_time((inode)->i_ctime, HAS(inode, i_ctime_extra) ? (inode)->i_ctime_extra : 0)

void ext_set_times(ExtInode *inode, const struct timespec *atime, const struct timespec *mtime,
        const struct timespec *ctime) {
        if (atime)
                put_time(&inode->i_atime, HAS(inode, i_atime_extra) ? &inode->i_atime_extra : NULL, atime);
        if (mtime)
                put_time(&inode->i_mtime, HAS(inode, i_mtime_extra) ? &inode->i_mtime_extra : NULL, mtime);
        if (ctime)
                put_time(&inode->i_ctime, HAS(inode, i_ctime_extra) ? &inode->i_ctime_extra : NULL, ctime);
}

/* Not twice in what is one moment to the image, which may count seconds only: a file that was just written
 * would be changed by each time it is read. */
void ext_note_read(FsNode *node, const ExtInode *inode) {
        const struct timespec atime = ATIME(inode), mtime = MTIME(inode), ctime = CTIME(inode);
        struct timespec now;

        if (node->fs->is_read_only || (inode->i_flags & EXT2_NOATIME_FL) ||
                !meta_is_due(&atime, &mtime, &ctime))
                return;
        now = ext_now();
        if (now.tv_sec != atime.tv_sec || (HAS(inode, i_atime_extra) && now.tv_nsec != atime.tv_nsec))
                meta_set_due(node);
}

/* What can't be kept the next one who reads tries again. */
void ext_accessed(FsNode *node) {
        const struct timespec now = ext_now();
        ExtFs *fs = ext_fs(node);
        ExtInode inode;
        int r;

        atomic_store_explicit(&node->is_due, false, memory_order_relaxed);
        if (ext_begin(fs, 0) < 0)
                return;
        r = ext_read_inode(fs, ext_ino(node), &inode);
        if (r == 0) {
                ext_set_times(&inode, &now, NULL, NULL);
                r = ext_write_inode(fs, ext_ino(node), &inode);
        }
        (void)ext_end(fs, r);
}

int ext_touch(ExtFs *fs, ext2_ino_t ino) {
        struct timespec now = ext_now();
        ExtInode inode;
        int r = ext_read_inode(fs, ino, &inode);

        if (r < 0)
                return r;
        ext_set_times(&inode, NULL, &now, &now);
        return ext_write_inode(fs, ino, &inode);
}

/* --- nodes --- */

static bool is_type_sound(mode_t mode) {
        return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) || S_ISCHR(mode) || S_ISBLK(mode) ||
               S_ISFIFO(mode) || S_ISSOCK(mode);
}

static int node_new(ExtFs *fs, ext2_ino_t ino, ExtNode **ret) {
        ExtInode inode;
        ExtNode *n;
        int r;

        if (ino != EXT2_ROOT_INO && ino < EXT2_FIRST_INO(fs->lib->super))
                return -EIO; /* the journal and its like have no names */
        r = ext_read_inode(fs, ino, &inode);
        if (r < 0)
                return r;
        if (!is_type_sound(inode.i_mode) || inode.i_links_count == 0)
                return -EIO;
        n = calloc(1, sizeof *n);
        if (!n)
                return -ENOMEM;
        fs_node_init(&n->head.head, &fs->head, ino, inode.i_mode);
        *ret = n;
        return 0;
}

/* dir: NULL for the root. */
static int add_node(ExtFs *fs, ext2_ino_t ino, ExtNode *dir, TreeNode **ret) {
        ExtNode *n;
        int r = node_new(fs, ino, &n);

        if (r < 0)
                return r;
        r = nodes_add(&fs->nodes, &n->head, dir ? &dir->head : &n->head, ret);
        if (r < 0 || *ret != &n->head)
                free(n);
        return r;
}

int ext_get_node(ExtFs *fs, ext2_ino_t ino, ExtNode *dir, FsNode **ret) {
        TreeNode *n = nodes_find(&fs->nodes, ino);
        int r = n ? 0 : add_node(fs, ino, dir, &n);

        if (r < 0)
                return r;
        if (S_ISDIR(n->head.type) && dir && n->parent != &dir->head) {
                ext_unref_later(fs, (ExtNode *)n);
                return -EIO; /* in two places */
        }
        *ret = &n->head;
        return 0;
}

/* --- attributes --- */

static dev_t device_of(const ExtInode *inode) {
        uint32_t old = inode->i_block[0], new = inode->i_block[1];

        if (!S_ISCHR(inode->i_mode) && !S_ISBLK(inode->i_mode))
                return 0;
        if (old)
                return makedev(old >> 8 & 0xff, old & 0xff);
        return makedev((new & 0xfff00) >> 8, (new & 0xff) | (new >> 12 & 0xfff00));
}

static void put_device(ExtInode *inode, dev_t rdev) {
        uint32_t big = (uint32_t)major(rdev), small = (uint32_t)minor(rdev);

        if (big < 256 && small < 256)
                inode->i_block[0] = big << 8 | small;
        else
                inode->i_block[1] = (small & 0xff) | big << 8 | (small & ~0xffu) << 12;
}

int ext_stat(FsNode *node, struct stat *ret) {
        ExtFs *fs = ext_fs(node);
        ExtInode inode;
        int r;

        ext_lock(fs);
        r = ext_read_inode(fs, ext_ino(node), &inode);
        if (r == 0 && (inode.i_mode & S_IFMT) != node->type)
                r = -EIO;
        if (r == 0)
                *ret = (struct stat){
                        .st_ino = node->ino,
                        .st_mode = inode.i_mode,
                        .st_nlink = inode.i_links_count,
                        .st_uid = inode_uid(inode),
                        .st_gid = inode_gid(inode),
                        .st_rdev = device_of(&inode),
                        .st_size = (off_t)(EXT2_I_SIZE(&inode) & INT64_MAX),
                        .st_blksize = fs->lib->blocksize,
                        .st_blocks = (blkcnt_t)ext2fs_get_stat_i_blocks(fs->lib, ext_small(&inode)),
                        .st_atim = ATIME(&inode),
                        .st_mtim = MTIME(&inode),
                        .st_ctim = CTIME(&inode),
                };
        ext_unlock(fs);
        return r;
}

void ext_set_owner(ExtInode *inode, uid_t uid, gid_t gid) {
        inode->i_uid = (uint16_t)uid;
        ext2fs_set_i_uid_high(*inode, (uint16_t)(uid >> 16));
        inode->i_gid = (uint16_t)gid;
        ext2fs_set_i_gid_high(*inode, (uint16_t)(gid >> 16));
}

static void apply(ExtInode *inode, const FsSet *set) {
        struct timespec now = ext_now();

        if (set->what & FS_SET_MODE)
                inode->i_mode = (uint16_t)((inode->i_mode & S_IFMT) | (set->mode & 07777));
        ext_set_owner(inode, set->what & FS_SET_UID ? set->uid : inode_uid(*inode),
                set->what & FS_SET_GID ? set->gid : inode_gid(*inode));
        ext_set_times(inode, set->what & FS_SET_ATIME ? &set->atime : NULL,
                set->what & FS_SET_MTIME ? &set->mtime : NULL, &now);
}

int ext_set(FsNode *node, const FsSet *set) {
        ExtFs *fs = ext_fs(node);
        ExtInode inode;
        int r = ext_begin(fs, 0);

        if (r < 0)
                return r;
        r = ext_read_inode(fs, ext_ino(node), &inode);
        if (r == 0) {
                apply(&inode, set);
                r = ext_write_inode(fs, ext_ino(node), &inode);
        }
        return ext_end(fs, r);
}

/* A directory with more links than fit has 1, where the image allows that. */
static int count_links(const ExtFs *fs, const ExtInode *inode, int n) {
        bool may_overflow = S_ISDIR(inode->i_mode) && ext2fs_has_feature_dir_nlink(fs->lib->super);

        if (may_overflow && (inode->i_links_count == 1 || inode->i_links_count + n >= (int)EXT_LINKS_MAX))
                return 1;
        return inode->i_links_count + n;
}

int ext_add_links(ExtFs *fs, ext2_ino_t ino, int n) {
        struct timespec now = ext_now();
        ExtInode inode;
        int r = ext_read_inode(fs, ino, &inode), count;

        if (r < 0)
                return r;
        count = count_links(fs, &inode, n);
        if (count > (int)EXT_LINKS_MAX)
                return -EMLINK;
        if (count < 0)
                return -EIO;
        inode.i_links_count = (uint16_t)count;
        ext_set_times(&inode, NULL, NULL, &now);
        return ext_write_inode(fs, ino, &inode);
}

/* --- coming and going --- */

/* An empty tree of extents, as every new file has it where the image has extents. */
static int begin_extents(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        ext2_extent_handle_t handle;
        errcode_t e;

        if (!ext2fs_has_feature_extents(fs->lib->super) || !S_ISREG(inode->i_mode))
                return 0;
        inode->i_flags |= EXT4_EXTENTS_FL;
        e = ext2fs_extent_open2(fs->lib, ino, ext_small(inode), &handle);
        if (e)
                return exterr_to_errno(e);
        ext2fs_extent_free(handle);
        return 0;
}

static int make_plain(ExtFs *fs, ext2_ino_t ino, const FsNew *what) {
        ExtInode inode = {.i_mode = (uint16_t)what->mode, .i_links_count = 1};
        errcode_t e;
        int r = begin_extents(fs, ino, &inode);

        if (r < 0)
                return r;
        if (S_ISCHR(what->mode) || S_ISBLK(what->mode))
                put_device(&inode, what->rdev);
        e = ext2fs_write_new_inode(fs->lib, ino, ext_small(&inode));
        if (e)
                return exterr_to_errno(e);
        ext2fs_inode_alloc_stats2(fs->lib, ino, +1, 0);
        return 0;
}

static int make_contents(ExtFs *fs, ext2_ino_t dir, ext2_ino_t ino, const FsNew *what) {
        if (S_ISDIR(what->mode))
                return exterr_to_errno(ext2fs_mkdir(fs->lib, dir, ino, NULL));
        if (S_ISLNK(what->mode))
                return exterr_to_errno(ext2fs_symlink(fs->lib, dir, ino, NULL, what->target));
        return make_plain(fs, ino, what);
}

static int set_new(ExtFs *fs, ext2_ino_t ino, const FsNew *what) {
        struct timespec now = ext_now();
        ExtInode inode;
        int r = ext_read_inode(fs, ino, &inode);

        if (r < 0)
                return r;
        inode.i_mode = (uint16_t)what->mode;
        ext_set_owner(&inode, what->uid, what->gid);
        ext_set_times(&inode, &now, &now, &now);
        if (HAS(&inode, i_crtime_extra))
                put_time(&inode.i_crtime, &inode.i_crtime_extra, &now);
        return ext_write_inode(fs, ino, &inode);
}

/* The library counts the link that ".." of a new directory is. */
int ext_new_inode(ExtFs *fs, ext2_ino_t dir, const FsNew *what, ext2_ino_t *ret_ino) {
        ext2_ino_t ino;
        errcode_t e = ext2fs_new_inode(fs->lib, dir, (int)what->mode, NULL, &ino);
        int r = e ? exterr_to_errno(e) : make_contents(fs, dir, ino, what);

        if (r == 0)
                r = set_new(fs, ino, what);
        if (r == 0)
                *ret_ino = ino;
        return r;
}

static int free_contents(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        if (inode->i_flags & EXT4_INLINE_DATA_FL ||
                !ext2fs_inode_has_valid_blocks2(fs->lib, ext_small(inode)))
                return 0;
        return extfile_free_blocks(fs, ino, inode, 0);
}

int ext_free_inode(ExtFs *fs, ext2_ino_t ino) {
        ExtInode inode;
        int r = ext_read_inode(fs, ino, &inode);

        if (r == 0)
                r = free_contents(fs, ino, &inode);
        if (r == 0)
                r = exterr_to_errno(ext2fs_free_ext_attr(fs->lib, ino, (struct ext2_inode_large *)&inode));
        if (r == 0)
                r = ext_remove_orphan(fs, ino, &inode);
        if (r < 0)
                return r;
        inode.i_links_count = 0;
        inode.i_dtime = (uint32_t)ext_now().tv_sec;
        r = ext_write_inode(fs, ino, &inode);
        if (r == 0)
                ext2fs_inode_alloc_stats2(fs->lib, ino, -1, S_ISDIR(inode.i_mode));
        return r;
}
