/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the squash module share.
 *
 * The library's readers remember where they are, so one lock is held around every call of them. An inode is
 * kept as long as its node, with what the library has decoded.
 */
#pragma once

#include <sqfs/compressor.h>
#include <sqfs/data_reader.h>
#include <sqfs/dir.h>
#include <sqfs/id_table.h>
#include <sqfs/inode.h>
#include <sqfs/io.h>
#include <sqfs/meta_reader.h>
#include <sqfs/super.h>
#include <sqfs/xattr.h>
#include <sqfs/xattr_reader.h>

#include "../nodes.h"
#include "squash.h"

typedef struct SquashFile {
        sqfs_file_t head; /* the device as the library sees it */
        Blk *blk;
        int error; /* of the device; the library has only one for all */
} SquashFile;

typedef struct SquashFs {
        Fs head;
        pthread_mutex_t lock;
        SquashFile file;
        sqfs_super_t super;
        sqfs_compressor_t *compressor;
        sqfs_meta_reader_t *inodes, *entries;
        sqfs_data_reader_t *contents;
        sqfs_id_table_t *ids;
        sqfs_xattr_reader_t *attributes; /* NULL: the image has none */
        NodeTable nodes;
} SquashFs;

typedef struct SquashNode {
        TreeNode head;
        sqfs_inode_generic_t *inode;
        sqfs_readdir_state_t place; /* of a directory: of its entry number `at`, if that is not 0 */
        uint64_t at;
} SquashNode;

static inline SquashFs *squash_fs(const FsNode *node) {
        return (SquashFs *)node->fs;
}

static inline const sqfs_inode_generic_t *squash_inode(const FsNode *node) {
        return ((const SquashNode *)(const void *)node)->inode;
}

/* The library's error as a negative errno. */
int squash_error(SquashFs *fs, int error);
/* A node for what the library has read in `dir`; NULL: the root. Takes the inode over. */
int squash_get_node(SquashFs *fs, sqfs_inode_generic_t *inode, SquashNode *dir, FsNode **ret);

mode_t squash_mode_of_type(unsigned type); /* 0: there is no such type */

/* What a reference leads to, to be freed. -EIO: also if it would take more memory than it can. Locked. */
int squash_read_inode(SquashFs *fs, uint64_t ref, sqfs_inode_generic_t **ret);
int squash_lookup(FsNode *dir, const FsName *name, FsNode **ret);
/* Positions are how many come before. */
int squash_readdir(FsNode *dir, uint64_t at, FsEmit *emit, void *arg);

int squash_getxattr(FsNode *node, const char *name, void *value, size_t size, size_t *ret_length);
int squash_listxattr(FsNode *node, char *list, size_t size, size_t *ret_length);
