/* SPDX-License-Identifier: MIT */
/*
 * Mounting by name: see world.h.
 */
#include "world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "devices.h"
#include "ending.h"
#include "fstypes.h"
#include "writeback.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of has_begun */
static bool has_begun;
static Mounts mounts;

/* --- making a file system --- */

static int flags_of(unsigned long flags, unsigned *ret) {
        static const struct {
                unsigned long theirs;
                unsigned ours; /* 0: asks for nothing that isn't so anyway */
        } known[] = {
                {MS_RDONLY, MOUNT_READ_ONLY},
                {MS_NODEV, MOUNT_NO_DEVICES},
                {MS_NOEXEC, MOUNT_NO_EXEC},
                {MS_NOSUID, MOUNT_NO_SUID},
                {MS_SYNCHRONOUS, MOUNT_SYNC},
                {MS_NOATIME, MOUNT_NO_ATIME},
                {MS_RELATIME, 0},
        };

        *ret = 0;
        fs_explain("%s", "");
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
                if (flags & known[i].theirs)
                        *ret |= known[i].ours;
                flags &= ~known[i].theirs;
        }
        if (flags)
                fs_explain("no option is known for the flags %#lx", flags);
        return flags ? -EINVAL : 0;
}

static int make_of_type(const FsType *type, const WorldMount *m, unsigned flags, Fs **ret) {
        Blk *blk = NULL;
        int r;

        fs_explain("%s", "");
        if (type->is_read_only && !(flags & MOUNT_READ_ONLY)) {
                fs_explain("%s is read-only: mount it with the option ro", type->name);
                return -EROFS;
        }
        if (!type->has_options && *m->data)
                return fs_refuse_option(type->name, m->data, NULL);
        if (type->needs_device)
                r = devices_open(m->source, (flags & MOUNT_READ_ONLY) != 0, &blk);
        else
                r = 0;
        if (r == 0)
                r = type->mount(blk, flags, m->data, ret);
        if (r == 0)
                (*ret)->is_on_device = type->needs_device;
        if (r < 0)
                (void)blk_close(blk);
        return r;
}

/* Whoever looks at his options has recognised the device before. */
static bool has_decided(int r, const FsType *type) {
        if (r == -EINVAL)
                return type->has_options && *fs_explanation();
        return r == 0 || r == -ENODEV || r == -ENXIO || r == -EIO;
}

/* "auto": whoever recognises it. What can only be read is tried too, if that is asked for. */
static int make_any(const WorldMount *m, unsigned flags, Fs **ret) {
        const FsType *type;
        int r = -ENODEV;

        for (uint32_t i = 0; (type = fstypes_with_device(i)) != NULL; i++) {
                r = make_of_type(type, m, flags, ret);
                if (has_decided(r, type))
                        return r;
        }
        fs_explain("%s holds no file system that is known here, or one that needs the option ro%s", m->source,
                *m->data ? " or doesn't know another one" : "");
        return r;
}

/* What the file system itself had no more words for. */
static void explain_type(int r, const FsType *type, const WorldMount *m) {
        if (r != -EINVAL || *fs_explanation())
                return;
        if (type->needs_device)
                fs_explain("%s holds no %s, or a damaged one", m->source, type->name);
}

static int make(const WorldMount *m, unsigned flags, Fs **ret) {
        const FsType *type = fstypes_find(m->type);
        int r = -ENODEV;

        if (type) {
                r = make_of_type(type, m, flags, ret);
                explain_type(r, type, m);
        } else if (strcmp(m->type, "auto") == 0) {
                r = make_any(m, flags, ret);
        } else {
                fs_explain("there is no file system '%s'", m->type);
        }
        if (r == 0 && (flags & MOUNT_READ_ONLY))
                (*ret)->is_read_only = true;
        return r;
}

/* --- mounting --- */

static void unmake(Fs *fs) {
        fs->ops->unmount(fs);
}

/* The directory is looked at before the device is touched. */
static int check_target(VfsClient *c, const char *target) {
        struct stat st;
        int r = vfs_stat(c, NULL, target, true, &st);

        return r == 0 && !S_ISDIR(st.st_mode) ? -ENOTDIR : r;
}

int world_mount(VfsClient *c, const WorldMount *m) {
        unsigned flags;
        Fs *fs;
        int r = flags_of(m->flags, &flags);

        if (r == 0)
                r = check_target(c, m->target);
        if (r == 0)
                r = make(m, flags, &fs);
        if (r < 0)
                return r;
        r = vfs_mount(c, m->target, fs, m->source, flags);
        if (r < 0)
                unmake(fs);
        return r;
}

static int begin(const WorldMount *root) {
        const Place nowhere = PLACE_NULL;
        MountPlan plan = {.device = root->source, .path = "/"};
        int r = flags_of(root->flags, &plan.flags);

        if (r == 0)
                r = make(root, plan.flags, &plan.fs);
        if (r < 0)
                return r;
        r = mounts_init(&mounts);
        if (r == 0) {
                writeback_begin(&mounts, writeback_period_ms(getenv("VFS_WRITE_BACK")));
                r = mounts_add(&mounts, &nowhere, &plan);
        }
        if (r < 0) {
                writeback_end();
                unmake(plan.fs);
                return r;
        }
        ending_begin(&mounts);
        return 0;
}

int world_begin(const WorldMount *root) {
        static const WorldMount usual = {.source = "ramfs", .target = "/", .type = "ramfs", .data = ""};
        int r = 0;

        (void)pthread_mutex_lock(&lock);
        if (!has_begun)
                r = begin(root ? root : &usual);
        has_begun |= r == 0;
        (void)pthread_mutex_unlock(&lock);
        return r;
}

bool world_has_begun(void) {
        bool has;

        (void)pthread_mutex_lock(&lock);
        has = has_begun;
        (void)pthread_mutex_unlock(&lock);
        return has;
}

Mounts *world_mounts(void) {
        return &mounts;
}
