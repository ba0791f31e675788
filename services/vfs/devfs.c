/* SPDX-License-Identifier: MIT */
/*
 * Nodes that are always there, one a device; those of disks are found only while there is such a disk. What
 * can be set of a node is kept as long as it is mounted.
 */
#include "devfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "devices.h"
#include "meta.h"

#define ROOT_INO   1u
#define DISK_MAJOR 259u
#define BLOCK_SIZE 4096

typedef struct DevNode DevNode;

typedef struct Device {
        const char *name;
        unsigned major, minor; /* as on Linux */
        int (*read)(DevNode *n, void *buffer, size_t size, size_t *ret_got);
        int (*write)(DevNode *n, const void *data, size_t size, size_t *ret_put);
} Device;

struct DevNode {
        FsNode head;
        const Device *device; /* NULL: the directory, a disk */
        char disk[DEVICES_NAME_MAX];
        dev_t rdev;
        FsMeta meta;
};

/* --- devices --- */

static int read_nothing(DevNode *n, void *buffer, size_t size, size_t *ret_got) {
        (void)n;
        (void)buffer;
        (void)size;
        *ret_got = 0;
        return 0;
}

static int read_zeros(DevNode *n, void *buffer, size_t size, size_t *ret_got) {
        (void)n;
        memset(buffer, 0, size);
        *ret_got = size;
        return 0;
}

static int read_random(DevNode *n, void *buffer, size_t size, size_t *ret_got) {
        size_t done = 0;

        (void)n;
        while (done < size) {
                ssize_t got = getrandom((char *)buffer + done, size - done, 0);

                if (got < 0 && errno != EINTR)
                        return -errno;
                done += got > 0 ? (size_t)got : 0;
        }
        *ret_got = size;
        return 0;
}

static int write_away(DevNode *n, const void *data, size_t size, size_t *ret_put) {
        (void)n;
        (void)data;
        *ret_put = size;
        return 0;
}

static int write_full(DevNode *n, const void *data, size_t size, size_t *ret_put) {
        (void)n;
        (void)data;
        (void)size;
        (void)ret_put;
        return -ENOSPC;
}

static int read_console(DevNode *n, void *buffer, size_t size, size_t *ret_got);
static int write_console(DevNode *n, const void *data, size_t size, size_t *ret_put);

static const Device devices[] = {
        {"null", 1, 3, read_nothing, write_away},
        {"zero", 1, 5, read_zeros, write_away},
        {"full", 1, 7, read_zeros, write_full},
        {"random", 1, 8, read_random, write_away},
        {"urandom", 1, 9, read_random, write_away},
        {"tty", 5, 0, read_console, write_console},
        {"console", 5, 1, read_console, write_console},
};

#define N_DEVICES (sizeof devices / sizeof *devices)

typedef struct DevFs {
        Fs head;
        const DevfsConsole *console;
        DevNode root, nodes[N_DEVICES + DEVICES_NAMES];
} DevFs;

static DevFs *fs_of(const FsNode *node) {
        return (DevFs *)node->fs;
}

static DevNode *dev(FsNode *node) {
        return (DevNode *)node;
}

static int read_console(DevNode *n, void *buffer, size_t size, size_t *ret_got) {
        const DevfsConsole *console = fs_of(&n->head)->console;

        return console->read ? console->read(buffer, size, ret_got) : read_nothing(n, buffer, size, ret_got);
}

static int write_console(DevNode *n, const void *data, size_t size, size_t *ret_put) {
        return fs_of(&n->head)->console->write(data, size, ret_put);
}

/* --- names --- */

static const char *name_of(const DevNode *n) {
        return n->device ? n->device->name : n->disk;
}

static bool is_there(const DevNode *n) {
        return n->device || devices_exists(n->disk);
}

static int devfs_lookup(FsNode *dir, const FsName *name, FsNode **ret) {
        DevFs *fs = fs_of(dir);

        for (size_t i = 0; i < N_DEVICES + DEVICES_NAMES; i++) {
                DevNode *n = &fs->nodes[i];

                if (strlen(name_of(n)) != name->length || memcmp(name_of(n), name->text, name->length) != 0)
                        continue;
                if (!is_there(n))
                        break;
                *ret = fs_ref(&n->head);
                return 0;
        }
        return -ENOENT;
}

static int devfs_parent(FsNode *dir, FsNode **ret) {
        *ret = fs_ref(dir);
        return 0;
}

static int devfs_readdir(FsNode *dir, uint64_t at, FsEmit *emit, void *arg) {
        DevFs *fs = fs_of(dir);

        for (; at < N_DEVICES + DEVICES_NAMES; at++) {
                const DevNode *n = &fs->nodes[at];
                FsName name = {.text = name_of(n), .length = (uint32_t)strlen(name_of(n))};

                if (is_there(n) && !emit(arg, &name, n->head.ino, n->head.type, at + 1))
                        break;
        }
        return 0;
}

/* Nobody makes or removes devices from outside. */

static int devfs_create(FsNode *dir, const FsName *name, const FsNew *what, FsNode **ret) {
        (void)dir;
        (void)name;
        (void)what;
        (void)ret;
        return -EPERM;
}

static int devfs_remove(FsNode *dir, const FsName *name) {
        FsNode *node;
        int r = devfs_lookup(dir, name, &node);

        if (r < 0)
                return r;
        (void)fs_unref(node);
        return -EPERM;
}

static int devfs_rename(FsNode *from, const FsName *old, FsNode *to, const FsName *new, unsigned flags) {
        (void)to;
        (void)new;
        (void)flags;
        return devfs_remove(from, old);
}

/* --- nodes --- */

static int devfs_stat(FsNode *node, struct stat *ret) {
        const DevNode *n = dev(node);

        meta_stat(&n->meta, node, ret);
        ret->st_nlink = S_ISDIR(node->type) ? 2 : 1;
        ret->st_rdev = n->rdev;
        ret->st_blksize = BLOCK_SIZE;
        return 0;
}

static int devfs_set(FsNode *node, const FsSet *set) {
        meta_set(&dev(node)->meta, set);
        return 0;
}

/* Disks are there to be mounted. */
static int devfs_read(FsNode *node, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        (void)at;
        return dev(node)->device ? dev(node)->device->read(dev(node), buffer, size, ret_got) : -EIO;
}

static int devfs_write(FsNode *node, const void *data, size_t size, uint64_t at, size_t *ret_put) {
        (void)at;
        return dev(node)->device ? dev(node)->device->write(dev(node), data, size, ret_put) : -EIO;
}

static int devfs_fsync(FsNode *node, bool only_data) {
        (void)only_data;
        return S_ISCHR(node->type) ? -EINVAL : 0;
}

/* --- the file system --- */

static int devfs_sync(Fs *fs) {
        (void)fs;
        return 0;
}

static int devfs_statvfs(Fs *fs, struct statvfs *ret) {
        (void)fs;
        *ret = (struct statvfs){.f_bsize = BLOCK_SIZE, .f_frsize = BLOCK_SIZE, .f_namemax = FS_NAME_MAX};
        return 0;
}

/* Nodes are part of the file system, which has a reference on each. */
static void devfs_release(FsNode *node) {
        (void)node;
}

static void devfs_unmount(Fs *fs) {
        fs_deinit(fs);
        free(fs);
}

static const FsOps devfs_ops = {
        .type = "devfs",
        .unmount = devfs_unmount,
        .sync = devfs_sync,
        .statvfs = devfs_statvfs,
        .release = devfs_release,
        .lookup = devfs_lookup,
        .parent = devfs_parent,
        .stat = devfs_stat,
        .set = devfs_set,
        .readdir = devfs_readdir,
        .create = devfs_create,
        .unlink = devfs_remove,
        .rmdir = devfs_remove,
        .rename = devfs_rename,
        .read = devfs_read,
        .write = devfs_write,
        .fsync = devfs_fsync,
};

static void node_init(DevFs *fs, DevNode *n, uint64_t ino, mode_t mode) {
        fs_node_init(&n->head, &fs->head, ino, mode);
        meta_init(&n->meta, &(FsNew){.mode = mode});
}

int devfs_new(const DevfsConsole *console, Fs **ret_fs) {
        DevFs *fs = calloc(1, sizeof *fs);

        if (!fs)
                return -ENOMEM;
        fs_init(&fs->head, &devfs_ops);
        fs->console = console;
        node_init(fs, &fs->root, ROOT_INO, S_IFDIR | 0755);
        for (size_t i = 0; i < N_DEVICES; i++) {
                node_init(fs, &fs->nodes[i], ROOT_INO + 1 + i, S_IFCHR | 0666);
                fs->nodes[i].device = &devices[i];
                fs->nodes[i].rdev = makedev(devices[i].major, devices[i].minor);
        }
        for (uint32_t i = 0; i < DEVICES_NAMES; i++) {
                DevNode *n = &fs->nodes[N_DEVICES + i];

                node_init(fs, n, ROOT_INO + 1 + N_DEVICES + i, S_IFBLK | 0660);
                devices_name(i, n->disk);
                n->rdev = makedev(DISK_MAJOR, i);
        }
        fs->head.root = &fs->root.head;
        *ret_fs = &fs->head;
        return 0;
}

/* --- the console of this process --- */

static int write_stderr(const void *data, size_t size, size_t *ret_put) {
        ssize_t n = write(STDERR_FILENO, data, size);

        if (n < 0)
                return -errno;
        *ret_put = (size_t)n;
        return 0;
}

int devfs_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        static const DevfsConsole console = {.write = write_stderr};

        (void)flags;
        if (blk || (data && data[0]))
                return -EINVAL;
        return devfs_new(&console, ret_fs);
}
