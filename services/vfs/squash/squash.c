/* SPDX-License-Identifier: MIT */
/*
 * SquashFS: the library reads tables, directories and contents; here they become nodes.
 *
 * Inodes have numbers, and a directory has one place: an image in which a directory contains itself, or one
 * that lies above, ends there with an error.
 */
#include "squash.h"

#include <errno.h>
#include <sqfs/error.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "../mounts.h"
#include "squashfs.h"

/* --- the device --- */

static int file_read(sqfs_file_t *file, sqfs_u64 offset, void *buffer, size_t size) {
        SquashFile *f = (SquashFile *)file;
        int r = blk_read(f->blk, buffer, size, offset);

        if (r == -EINVAL)
                return SQFS_ERROR_OUT_OF_BOUNDS;
        f->error = r;
        return r < 0 ? SQFS_ERROR_IO : 0;
}

static int file_write(sqfs_file_t *file, sqfs_u64 offset, const void *buffer, size_t size) {
        (void)file;
        (void)offset;
        (void)buffer;
        (void)size;
        return SQFS_ERROR_UNSUPPORTED;
}

static int file_truncate(sqfs_file_t *file, sqfs_u64 size) {
        (void)file;
        (void)size;
        return SQFS_ERROR_UNSUPPORTED;
}

static sqfs_u64 file_size(const sqfs_file_t *file) {
        return ((const SquashFile *)(const void *)file)->blk->size;
}

/* It lies in the file system, which frees it. */
static void file_destroy(sqfs_object_t *object) {
        (void)object;
}

static void file_init(SquashFile *f, Blk *blk) {
        *f = (SquashFile){.head = {.base = {.destroy = file_destroy},
                                  .read_at = file_read,
                                  .write_at = file_write,
                                  .get_size = file_size,
                                  .truncate = file_truncate},
                .blk = blk};
}

int squash_error(SquashFs *fs, int error) {
        if (error >= 0)
                return 0;
        switch (error) {
        case SQFS_ERROR_ALLOC:
                return -ENOMEM;
        case SQFS_ERROR_IO:
                return fs->file.error < 0 ? fs->file.error : -EIO;
        case SQFS_ERROR_NO_ENTRY:
                return -ENOENT;
        case SQFS_ERROR_UNSUPPORTED:
        case SFQS_ERROR_SUPER_MAGIC:
        case SFQS_ERROR_SUPER_VERSION:
                return -EINVAL;
        default:
                return -EIO; /* the image is damaged */
        }
}

/* --- nodes --- */

static void free_node(TreeNode *node) {
        sqfs_free(((SquashNode *)node)->inode);
        free(node);
}

static void squash_release(FsNode *node) {
        nodes_release(&squash_fs(node)->nodes, node, free_node);
}

static bool is_type_sound(mode_t mode) {
        return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) || S_ISCHR(mode) || S_ISBLK(mode) ||
               S_ISFIFO(mode) || S_ISSOCK(mode);
}

mode_t squash_mode_of_type(unsigned type) {
        static const mode_t modes[] = {
                [SQFS_INODE_DIR] = S_IFDIR,
                [SQFS_INODE_FILE] = S_IFREG,
                [SQFS_INODE_SLINK] = S_IFLNK,
                [SQFS_INODE_BDEV] = S_IFBLK,
                [SQFS_INODE_CDEV] = S_IFCHR,
                [SQFS_INODE_FIFO] = S_IFIFO,
                [SQFS_INODE_SOCKET] = S_IFSOCK,
        };

        if (type >= SQFS_INODE_EXT_DIR)
                type -= SQFS_INODE_EXT_DIR - SQFS_INODE_DIR;
        return type < sizeof modes / sizeof *modes ? modes[type] : 0;
}

static SquashNode *node_new(SquashFs *fs, sqfs_inode_generic_t *inode) {
        SquashNode *n = calloc(1, sizeof *n);

        if (!n)
                return NULL;
        fs_node_init(&n->head.head, &fs->head, inode->base.inode_number, inode->base.mode);
        n->inode = inode;
        return n;
}

int squash_get_node(SquashFs *fs, sqfs_inode_generic_t *inode, SquashNode *dir, FsNode **ret) {
        mode_t mode = inode->base.mode;
        /* the kind is said twice */
        bool is_sound = is_type_sound(mode) && squash_mode_of_type(inode->base.type) == (mode & S_IFMT);
        SquashNode *n = is_sound ? node_new(fs, inode) : NULL;
        TreeNode *found;
        int r;

        if (!n) {
                sqfs_free(inode);
                return is_sound ? -ENOMEM : -EIO;
        }
        r = nodes_add(&fs->nodes, &n->head, dir ? &dir->head : &n->head, &found);
        if (r < 0 || found != &n->head)
                free_node(&n->head);
        if (r < 0)
                return r;
        if (found->head.type != (mode & S_IFMT) || (S_ISDIR(mode) && dir && found->parent != &dir->head)) {
                (void)fs_unref(&found->head);
                return -EIO; /* one number for two, or a directory in two places */
        }
        *ret = &found->head;
        return 0;
}

/* --- attributes --- */

static uint32_t links_of(const sqfs_inode_generic_t *inode) {
        switch (inode->base.type) {
        case SQFS_INODE_DIR:
                return inode->data.dir.nlink;
        case SQFS_INODE_EXT_DIR:
                return inode->data.dir_ext.nlink;
        case SQFS_INODE_FILE:
                return 1; /* a file with more names has the longer kind of inode */
        case SQFS_INODE_EXT_FILE:
                return inode->data.file_ext.nlink;
        case SQFS_INODE_SLINK:
        case SQFS_INODE_EXT_SLINK:
                return inode->data.slink.nlink;
        case SQFS_INODE_BDEV:
        case SQFS_INODE_CDEV:
        case SQFS_INODE_EXT_BDEV:
        case SQFS_INODE_EXT_CDEV:
                return inode->data.dev.nlink;
        default:
                return inode->data.ipc.nlink;
        }
}

static uint64_t size_of(const sqfs_inode_generic_t *inode) {
        sqfs_u64 size = 0;

        if (S_ISLNK(inode->base.mode))
                return inode->data.slink.target_size;
        if (S_ISREG(inode->base.mode))
                (void)sqfs_inode_get_file_size(inode, &size);
        return size < INT64_MAX ? size : INT64_MAX;
}

static dev_t device_of(const sqfs_inode_generic_t *inode) {
        uint32_t n;

        if (!S_ISCHR(inode->base.mode) && !S_ISBLK(inode->base.mode))
                return 0;
        n = inode->data.dev.devno;
        return makedev((n & 0xfff00) >> 8, (n & 0xff) | (n >> 12 & 0xfff00));
}

static int find_id(SquashFs *fs, uint16_t index, uint32_t *ret) {
        return squash_error(fs, sqfs_id_table_index_to_id(fs->ids, index, ret));
}

static int squash_stat(FsNode *node, struct stat *ret) {
        const sqfs_inode_generic_t *inode = squash_inode(node);
        SquashFs *fs = squash_fs(node);
        uint32_t uid, gid;
        int r;

        (void)pthread_mutex_lock(&fs->lock);
        r = find_id(fs, inode->base.uid_idx, &uid);
        if (r == 0)
                r = find_id(fs, inode->base.gid_idx, &gid);
        (void)pthread_mutex_unlock(&fs->lock);
        if (r < 0)
                return r;
        *ret = (struct stat){
                .st_ino = node->ino,
                .st_mode = inode->base.mode,
                .st_nlink = links_of(inode) ? links_of(inode) : 1,
                .st_uid = uid,
                .st_gid = gid,
                .st_rdev = device_of(inode),
                .st_size = (off_t)size_of(inode),
                .st_blksize = fs->super.block_size,
                .st_blocks = (blkcnt_t)(size_of(inode) / 512 + (size_of(inode) % 512 != 0)),
                .st_atim = {.tv_sec = inode->base.mod_time},
                .st_mtim = {.tv_sec = inode->base.mod_time},
                .st_ctim = {.tv_sec = inode->base.mod_time},
        };
        return 0;
}

/* --- contents --- */

static int squash_readlink(FsNode *node, char *buffer, size_t size, size_t *ret_length) {
        const sqfs_inode_generic_t *inode = squash_inode(node);
        uint64_t n = size_of(inode);

        if (n == 0 || n > FS_LINK_MAX)
                return -EIO;
        *ret_length = n < size ? (size_t)n : size;
        memcpy(buffer, inode->extra, *ret_length);
        return 0;
}

/* Piece by piece: the library gives what lies in one block. */
static int read_pieces(
        SquashFs *fs, const sqfs_inode_generic_t *inode, uint8_t *to, size_t size, uint64_t at) {
        while (size > 0) {
                sqfs_u32 n = size < INT32_MAX ? (sqfs_u32)size : INT32_MAX;
                sqfs_s32 got = sqfs_data_reader_read(fs->contents, inode, at, to, n);

                if (got <= 0)
                        return got < 0 ? squash_error(fs, got) : -EIO;
                to += got;
                at += (uint32_t)got;
                size -= (uint32_t)got;
        }
        return 0;
}

static int squash_read(FsNode *node, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        const sqfs_inode_generic_t *inode = squash_inode(node);
        SquashFs *fs = squash_fs(node);
        uint64_t end = size_of(inode);
        int r;

        if (at >= end)
                size = 0;
        else if (size > end - at)
                size = (size_t)(end - at);
        (void)pthread_mutex_lock(&fs->lock);
        r = read_pieces(fs, inode, buffer, size, at);
        (void)pthread_mutex_unlock(&fs->lock);
        if (r == 0)
                *ret_got = size;
        return r;
}

/* --- the file system --- */

static int squash_statvfs(Fs *head, struct statvfs *ret) {
        const SquashFs *fs = (SquashFs *)head;

        *ret = (struct statvfs){
                .f_bsize = fs->super.block_size,
                .f_frsize = fs->super.block_size,
                .f_blocks = (fs->super.bytes_used + fs->super.block_size - 1) / fs->super.block_size,
                .f_files = fs->super.inode_count,
                .f_namemax = FS_NAME_MAX,
        };
        return 0;
}

static void fs_free(SquashFs *fs) {
        sqfs_destroy(fs->attributes);
        sqfs_destroy(fs->ids);
        sqfs_destroy(fs->contents);
        sqfs_destroy(fs->entries);
        sqfs_destroy(fs->inodes);
        sqfs_destroy(fs->compressor);
        nodes_deinit(&fs->nodes);
        (void)pthread_mutex_destroy(&fs->lock);
        fs_deinit(&fs->head);
        free(fs);
}

static void squash_unmount(Fs *head) {
        SquashFs *fs = (SquashFs *)head;

        (void)fs_unref(head->root);
        blk_close(fs->file.blk);
        fs_free(fs);
}

static const FsOps squash_ops = {
        .type = "squashfs",
        .unmount = squash_unmount,
        .statvfs = squash_statvfs,
        .release = squash_release,
        .lookup = squash_lookup,
        .parent = nodes_parent,
        .stat = squash_stat,
        .readlink = squash_readlink,
        .readdir = squash_readdir,
        .read = squash_read,
        .getxattr = squash_getxattr,
        .listxattr = squash_listxattr,
};

/* --- mounting --- */

static int open_compressor(SquashFs *fs) {
        sqfs_compressor_config_t config;
        int r = sqfs_compressor_config_init(
                &config, fs->super.compression_id, fs->super.block_size, SQFS_COMP_FLAG_UNCOMPRESS);

        if (r == 0)
                r = sqfs_compressor_create(&config, &fs->compressor);
        if (r != 0) {
                const char *name = sqfs_compressor_name_from_id(fs->super.compression_id);

                fs_explain("compression '%s' is not supported", name ? name : "unknown");
                return r == SQFS_ERROR_ALLOC ? -ENOMEM : -EINVAL;
        }
        if (fs->super.flags & SQFS_FLAG_COMPRESSOR_OPTIONS)
                r = fs->compressor->read_options(fs->compressor, &fs->file.head);
        return squash_error(fs, r);
}

static int open_attributes(SquashFs *fs) {
        if (fs->super.flags & SQFS_FLAG_NO_XATTRS || fs->super.xattr_id_table_start == UINT64_MAX)
                return 0;
        fs->attributes = sqfs_xattr_reader_create(0);
        if (!fs->attributes)
                return -ENOMEM;
        return squash_error(
                fs, sqfs_xattr_reader_load(fs->attributes, &fs->super, &fs->file.head, fs->compressor));
}

/* The table that comes next, of those that the image has. */
static uint64_t end_of_entries(const sqfs_super_t *super) {
        uint64_t end = super->id_table_start;

        if (super->fragment_table_start < end)
                end = super->fragment_table_start;
        if (super->export_table_start < end)
                end = super->export_table_start;
        return end;
}

static int open_readers(SquashFs *fs) {
        sqfs_file_t *file = &fs->file.head;
        int r;

        fs->ids = sqfs_id_table_create(0);
        fs->inodes = sqfs_meta_reader_create(
                file, fs->compressor, fs->super.inode_table_start, fs->super.directory_table_start);
        fs->entries = sqfs_meta_reader_create(
                file, fs->compressor, fs->super.directory_table_start, end_of_entries(&fs->super));
        fs->contents = sqfs_data_reader_create(file, fs->super.block_size, fs->compressor, 0);
        if (!fs->ids || !fs->inodes || !fs->entries || !fs->contents)
                return -ENOMEM;
        r = squash_error(fs, sqfs_id_table_read(fs->ids, file, &fs->super, fs->compressor));
        if (r == 0)
                r = squash_error(fs, sqfs_data_reader_load_fragment_table(fs->contents, &fs->super));
        return r < 0 ? r : open_attributes(fs);
}

static int open_root(SquashFs *fs) {
        sqfs_inode_generic_t *inode;
        int r = squash_read_inode(fs, fs->super.root_inode_ref, &inode);

        if (r == 0)
                r = squash_get_node(fs, inode, NULL, &fs->head.root);
        if (r == 0 && !S_ISDIR(fs->head.root->type)) {
                fs->head.root = fs_unref(fs->head.root);
                r = -EIO;
        }
        return r;
}

/* A table of so many fragments is found by places of 8 bytes, one for 512 of them: an image that promises
 * more than that would only cost memory. */
static bool are_fragments_sound(const SquashFs *fs) {
        return fs->super.fragment_entry_count / 512 <= fs->super.bytes_used / 8;
}

static int open_image(SquashFs *fs) {
        int r = squash_error(fs, sqfs_super_read(&fs->super, &fs->file.head));

        if (r == 0 && fs->super.bytes_used > fs->file.blk->size) {
                fs_explain("the file system is larger than its device");
                r = -EIO;
        }
        if (r == 0 &&
                (!are_fragments_sound(fs) || fs->super.directory_table_start < fs->super.inode_table_start))
                r = -EIO;
        if (r == 0)
                r = open_compressor(fs);
        if (r == 0)
                r = open_readers(fs);
        return r < 0 ? r : open_root(fs);
}

static int fs_new(Blk *blk, SquashFs **ret_fs) {
        SquashFs *fs = calloc(1, sizeof *fs);

        if (!fs)
                return -ENOMEM;
        fs_init(&fs->head, &squash_ops);
        nodes_init(&fs->nodes);
        (void)pthread_mutex_init(&fs->lock, NULL);
        file_init(&fs->file, blk);
        fs->head.is_read_only = true;
        *ret_fs = fs;
        return 0;
}

int squash_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        SquashFs *fs;
        int r;

        (void)data;
        fs_explain("%s", "");
        if (!(flags & MOUNT_READ_ONLY))
                return -EROFS;
        if (!blk)
                return -ENODEV;
        if (blk->size < sizeof(sqfs_super_t))
                return -EINVAL;
        r = fs_new(blk, &fs);
        if (r < 0)
                return r;
        r = open_image(fs);
        if (r < 0) {
                fs_free(fs);
                return r;
        }
        *ret_fs = &fs->head;
        return 0;
}
