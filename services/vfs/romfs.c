/* SPDX-License-Identifier: MIT */
/*
 * ROMFS. An image is a chain of headers for each directory: next header and type, a word whose meaning
 * depends on the type, size, checksum, name; the contents follow. All numbers are big-endian, all headers
 * lie at multiples of 16, and every directory's chain begins with "." and "..".
 *
 * genromfs lays everything out forwards: what follows in a chain, and what is in a directory, lies behind.
 * Here that is demanded, so every walk ends, whatever an image says. Only hard links lead anywhere.
 */
#include "romfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "mounts.h"
#include "nodes.h"

#define MAGIC       "-rom1fs-"
#define ALIGN       16u
#define HEAD_SIZE   16u  /* of a header without its name, and of the superblock without the volume's */
#define NAME_ROOM   272u /* FS_NAME_MAX, a zero, and the rest up to a multiple of 16 */
#define SUMMED_SIZE 512u /* bytes at the image's begin that its checksum covers */
#define SIZE_MAX_   0xfffffff0u
#define BLOCK_SIZE  1024u

enum { TYPE_LINK, TYPE_DIR, TYPE_FILE, TYPE_SYMLINK, TYPE_BLOCK, TYPE_CHAR, TYPE_SOCKET, TYPE_FIFO };
enum { TYPE_MASK = 7, EXEC_BIT = 8 };

/* Permissions are not in an image, but for one bit: may it be executed? */
static const mode_t modes[] = {
        [TYPE_DIR] = S_IFDIR | 0444,
        [TYPE_FILE] = S_IFREG | 0444,
        [TYPE_SYMLINK] = S_IFLNK | 0777,
        [TYPE_BLOCK] = S_IFBLK | 0600,
        [TYPE_CHAR] = S_IFCHR | 0600,
        [TYPE_SOCKET] = S_IFSOCK | 0644,
        [TYPE_FIFO] = S_IFIFO | 0644,
};

typedef struct RomFs {
        Fs head;
        Blk *blk;
        uint32_t size;    /* bytes of the image */
        uint32_t root_at; /* the first header */
        NodeTable nodes;
} RomFs;

/* A header, as it is read. */
typedef struct RomHead {
        uint32_t at;
        uint32_t next; /* 0: the last */
        uint32_t type;
        bool may_execute;
        uint32_t info;
        uint32_t size;
        uint32_t data_at;
        uint32_t name_length;
        char name[NAME_ROOM];
} RomHead;

typedef struct RomNode {
        TreeNode head;
        uint32_t first; /* of a directory: header of the first entry */
        uint32_t data_at;
        uint32_t size;
        mode_t mode;
        dev_t rdev;
} RomNode;

static RomFs *fs_of(const FsNode *node) {
        return (RomFs *)node->fs;
}

static RomNode *rom(const FsNode *node) {
        return (RomNode *)(uintptr_t)node;
}

/* --- headers --- */

static uint32_t word(const unsigned char *p) {
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Sum of all words; 0 if it is right. size: a multiple of 4. */
static uint32_t checksum(const unsigned char *p, size_t size) {
        uint32_t sum = 0;

        for (size_t i = 0; i < size; i += 4)
                sum += word(p + i);
        return sum;
}

static uint32_t name_room(size_t length) {
        return (uint32_t)((length + 1 + ALIGN - 1) & ~(size_t)(ALIGN - 1));
}

static int read_head(const RomFs *fs, uint32_t at, RomHead *h) {
        unsigned char raw[HEAD_SIZE + NAME_ROOM] = {0};
        size_t n = sizeof raw;
        int r;

        if (at < fs->root_at || at >= fs->size || fs->size - at < HEAD_SIZE + ALIGN)
                return -EIO;
        n = n < fs->size - at ? n : fs->size - at;
        r = blk_read(fs->blk, raw, n, at);
        if (r < 0)
                return r;
        h->name_length = (uint32_t)strnlen((char *)raw + HEAD_SIZE, n - HEAD_SIZE);
        if (h->name_length > FS_NAME_MAX || HEAD_SIZE + name_room(h->name_length) > n)
                return -EIO;
        if (checksum(raw, HEAD_SIZE + name_room(h->name_length)) != 0)
                return -EIO;
        h->at = at;
        h->next = word(raw) & ~(ALIGN - 1);
        h->type = word(raw) & TYPE_MASK;
        h->may_execute = word(raw) & EXEC_BIT;
        h->info = word(raw + 4);
        h->size = word(raw + 8);
        h->data_at = at + HEAD_SIZE + name_room(h->name_length);
        memcpy(h->name, raw + HEAD_SIZE, NAME_ROOM);
        return 0;
}

/* What follows in a chain lies behind, or the chain might have no end. */
static int next_head(const RomFs *fs, RomHead *h) {
        if (h->next == 0)
                return -ENOENT;
        return h->next > h->at ? read_head(fs, h->next, h) : -EIO;
}

/* A hard link's own header leads to the header of the file, which is no link. */
static int follow(const RomFs *fs, RomHead *h) {
        int r;

        if (h->type != TYPE_LINK)
                return 0;
        r = read_head(fs, h->info & ~(ALIGN - 1), h);
        if (r < 0)
                return r;
        return h->type == TYPE_LINK || h->type == TYPE_DIR ? -EIO : 0;
}

static bool is_dot(const RomHead *h) {
        return strcmp(h->name, ".") == 0 || strcmp(h->name, "..") == 0;
}

static bool is_name_sound(const RomHead *h) {
        return h->name_length > 0 && !memchr(h->name, '/', h->name_length);
}

/* --- nodes --- */

static void free_node(TreeNode *node) {
        free(node);
}

static void romfs_release(FsNode *node) {
        nodes_release(&fs_of(node)->nodes, node, free_node);
}

/* Does everything that the header promises lie in the image? The root is its own first entry. */
static bool is_head_sound(const RomFs *fs, const RomHead *h, bool is_root) {
        uint32_t first = h->info & ~(ALIGN - 1);

        if (h->type == TYPE_DIR)
                return first > h->at || (first == h->at && is_root);
        return h->type != TYPE_FILE && h->type != TYPE_SYMLINK ? true : h->size <= fs->size - h->data_at;
}

static RomNode *node_new(RomFs *fs, const RomHead *h) {
        RomNode *n = calloc(1, sizeof *n);

        if (!n)
                return NULL;
        n->mode =
                modes[h->type] | (h->may_execute && (h->type == TYPE_DIR || h->type == TYPE_FILE) ? 0111 : 0);
        fs_node_init(&n->head.head, &fs->head, h->at, n->mode);
        n->first = h->info & ~(ALIGN - 1);
        n->data_at = h->data_at;
        n->size = h->type == TYPE_FILE || h->type == TYPE_SYMLINK ? h->size : 0;
        if (h->type == TYPE_BLOCK || h->type == TYPE_CHAR)
                n->rdev = makedev(h->info >> 16, h->info & 0xffff);
        return n;
}

/* The node of a header that is no link, found in `dir`; NULL: it is the root. */
static int get_node(RomFs *fs, const RomHead *h, RomNode *dir, TreeNode **ret) {
        RomNode *n;
        int r;

        if (!is_head_sound(fs, h, !dir))
                return -EIO;
        n = node_new(fs, h);
        if (!n)
                return -ENOMEM;
        r = nodes_add(&fs->nodes, &n->head, dir ? &dir->head : &n->head, ret);
        if (r < 0 || *ret != &n->head)
                free(n);
        return r;
}

static int romfs_stat(FsNode *node, struct stat *ret) {
        const RomNode *n = rom(node);

        *ret = (struct stat){
                .st_ino = node->ino,
                .st_mode = n->mode,
                .st_nlink = 1, /* an image does not count them */
                .st_rdev = n->rdev,
                .st_size = n->size,
                .st_blksize = BLOCK_SIZE,
                .st_blocks = ((blkcnt_t)n->size + 511) / 512,
        };
        return 0;
}

static int read_data(const RomNode *n, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        int r = 0;

        if (at >= n->size)
                size = 0;
        else if (size > n->size - at)
                size = (size_t)(n->size - at);
        if (size > 0)
                r = blk_read(fs_of(&n->head.head)->blk, buffer, size, n->data_at + at);
        if (r == 0)
                *ret_got = size;
        return r;
}

static int romfs_read(FsNode *node, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        return read_data(rom(node), buffer, size, at, ret_got);
}

static int romfs_readlink(FsNode *node, char *buffer, size_t size, size_t *ret_length) {
        return rom(node)->size > FS_LINK_MAX ? -EIO : read_data(rom(node), buffer, size, 0, ret_length);
}

/* --- directories --- */

static int romfs_lookup(FsNode *dir, const FsName *name, FsNode **ret) {
        RomFs *fs = fs_of(dir);
        RomHead h;
        TreeNode *found;
        int r = read_head(fs, rom(dir)->first, &h);

        while (r == 0 && (h.name_length != name->length || memcmp(h.name, name->text, name->length) != 0))
                r = next_head(fs, &h);
        if (r == 0)
                r = follow(fs, &h);
        if (r == 0)
                r = get_node(fs, &h, rom(dir), &found);
        if (r < 0)
                return r;
        if (S_ISDIR(found->head.type) && found->parent != &rom(dir)->head) {
                (void)fs_unref(&found->head);
                return -EIO; /* in two places */
        }
        *ret = &found->head;
        return 0;
}

/* Positions are headers, one byte on: 0 is the start. */
static int romfs_readdir(FsNode *dir, uint64_t at, FsEmit *emit, void *arg) {
        const RomFs *fs = fs_of(dir);
        RomHead h;
        int r = read_head(fs, rom(dir)->first, &h);

        for (; r == 0; r = next_head(fs, &h)) {
                const FsName name = {.text = h.name, .length = h.name_length};
                RomHead target = h;

                if (h.at < at || is_dot(&h))
                        continue;
                r = is_name_sound(&h) ? follow(fs, &target) : -EIO;
                if (r < 0)
                        return r;
                if (!emit(arg, &name, target.at, modes[target.type] & S_IFMT, (uint64_t)h.at + 1))
                        return 0;
        }
        return r == -ENOENT ? 0 : r;
}

/* --- the file system --- */

static int romfs_statvfs(Fs *fs, struct statvfs *ret) {
        *ret = (struct statvfs){
                .f_bsize = BLOCK_SIZE,
                .f_frsize = BLOCK_SIZE,
                .f_blocks = (((RomFs *)fs)->size + BLOCK_SIZE - 1) / BLOCK_SIZE,
                .f_namemax = FS_NAME_MAX,
        };
        return 0;
}

static void fs_free(RomFs *fs) {
        nodes_deinit(&fs->nodes);
        fs_deinit(&fs->head);
        free(fs);
}

static void romfs_unmount(Fs *fs) {
        RomFs *f = (RomFs *)fs;

        (void)fs_unref(fs->root);
        blk_close(f->blk);
        fs_free(f);
}

static const FsOps romfs_ops = {
        .type = "romfs",
        .unmount = romfs_unmount,
        .statvfs = romfs_statvfs,
        .release = romfs_release,
        .lookup = romfs_lookup,
        .parent = nodes_parent,
        .stat = romfs_stat,
        .readlink = romfs_readlink,
        .readdir = romfs_readdir,
        .read = romfs_read,
};

/* Checks the head of the image. */
static int read_super(RomFs *fs, const unsigned char *raw, size_t size) {
        size_t length = strnlen((const char *)raw + HEAD_SIZE, size - HEAD_SIZE);
        uint32_t full;

        if (memcmp(raw, MAGIC, 8) != 0)
                return -EINVAL;
        full = word(raw + 8);
        if (full > fs->blk->size || full > SIZE_MAX_ || full < HEAD_SIZE)
                return -EIO;
        if (checksum(raw, full < SUMMED_SIZE ? full & ~3u : SUMMED_SIZE) != 0)
                return -EIO;
        if (length == size - HEAD_SIZE)
                return -EIO;
        fs->size = full;
        fs->root_at = HEAD_SIZE + name_room(length);
        return 0;
}

static int open_image(RomFs *fs) {
        unsigned char raw[SUMMED_SIZE] = {0};
        size_t n = fs->blk->size < sizeof raw ? (size_t)fs->blk->size : sizeof raw;
        int r = n < HEAD_SIZE ? -EINVAL : blk_read(fs->blk, raw, n, 0);

        return r < 0 ? r : read_super(fs, raw, n);
}

static int get_root(RomFs *fs) {
        RomHead h;
        TreeNode *root;
        int r = open_image(fs);

        if (r == 0)
                r = read_head(fs, fs->root_at, &h);
        if (r == 0)
                r = h.type == TYPE_DIR ? get_node(fs, &h, NULL, &root) : -EIO;
        if (r == 0)
                fs->head.root = &root->head;
        return r;
}

static int fs_new(Blk *blk, RomFs **ret_fs) {
        RomFs *fs = calloc(1, sizeof *fs);

        if (!fs)
                return -ENOMEM;
        fs_init(&fs->head, &romfs_ops);
        nodes_init(&fs->nodes);
        fs->blk = blk;
        fs->head.is_read_only = true;
        *ret_fs = fs;
        return 0;
}

int romfs_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        RomFs *fs;
        int r;

        (void)data;
        if (!(flags & MOUNT_READ_ONLY))
                return -EROFS;
        if (!blk)
                return -ENODEV;
        r = fs_new(blk, &fs);
        if (r < 0)
                return r;
        r = get_root(fs);
        if (r < 0) {
                fs_free(fs);
                return r;
        }
        *ret_fs = &fs->head;
        return 0;
}
