/* SPDX-License-Identifier: MIT */
/*
 * The back end `local`: its tree, its open files, and mounting. See local.h.
 */
#include "local.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "client_place.h"
#include "local_state.h"
#include "startup.h"
#include "world.h"

VfsClient local_client;

static VfsFile *_Atomic files[LOCAL_FILES_MAX];
static _Atomic uint32_t links[LOCAL_FILES_MAX];
static Ids places = IDS_FULL(links);

/* --- open files --- */

Handle local_put_file(VfsFile *file) {
        uint32_t place = ids_take(&places);

        if (place == IDS_NONE)
                return INVALID_HANDLE;
        atomic_store(&files[place], file);
        return place;
}

VfsFile *local_file(Handle handle) {
        return handle < LOCAL_FILES_MAX ? atomic_load(&files[handle]) : NULL;
}

VfsFile *local_take_file(Handle handle) {
        VfsFile *file = handle < LOCAL_FILES_MAX ? atomic_exchange(&files[handle], NULL) : NULL;

        if (file)
                ids_put(&places, handle);
        return file;
}

/* --- the tree --- */

static int make_tree(void) {
        int r = startup_root();

        if (r == 0)
                r = vfs_client_init(&local_client, world_mounts(), geteuid(), getegid());
        local_client.walker.checks_modes = true;
        return r;
}

static int tree_result;

static void make_tree_once(void) {
        tree_result = make_tree();
}

/* --- members of the whole --- */

static int local_chdir(struct vfs *self, const char *path, int *error) {
        (void)self;
        return local_outcome(vfs_chdir(&local_client, path), error);
}

static int local_fchdir(struct vfs *self, Handle fd, int *error) {
        VfsFile *file = local_file(fd);

        (void)self;
        return local_outcome(file ? vfs_fchdir(&local_client, file) : -EBADF, error);
}

static int local_chroot(struct vfs *self, const char *path, int *error) {
        (void)self;
        return local_outcome(vfs_chroot(&local_client, path), error);
}

static int local_getcwd(struct vfs *self, char *buf, size_t size, int *error) {
        (void)self;
        return local_outcome(vfs_getcwd(&local_client, buf, size), error);
}

static mode_t local_umask(struct vfs *self, mode_t mask, int *error) {
        (void)self;
        (void)error;
        return vfs_umask(&local_client, mask);
}

static int local_sync(struct vfs *self, int *error) {
        (void)self;
        return local_outcome(mounts_sync(world_mounts()), error);
}

static int local_mount(struct vfs *self, const char *source, const char *target, const char *type,
        unsigned long flags, const void *data, int *error) {
        const WorldMount plan = {
                .source = source, .target = target, .type = type, .data = data ? data : "", .flags = flags};

        (void)self;
        return local_outcome(world_mount(&local_client, &plan), error);
}

static int local_umount(struct vfs *self, const char *target, int *error) {
        static const VfsPatience patience = {.ms = WORLD_UMOUNT_MS};

        (void)self;
        return local_outcome(vfs_umount(&local_client, target, &patience), error);
}

typedef struct Listing {
        struct nkx_vfs_mount *mounts;
        size_t room, n;
} Listing;

static void cut(char *to, size_t size, const char *from) {
        size_t n = strnlen(from, size - 1);

        memcpy(to, from, n);
        to[n] = '\0';
}

static bool list_one(void *arg, const Mount *mount) {
        Listing *listing = arg;

        if (listing->n < listing->room) {
                struct nkx_vfs_mount *to = &listing->mounts[listing->n];

                cut(to->type, sizeof to->type, mount->fs->ops->type);
                cut(to->from, sizeof to->from, mount->device);
                cut(to->target, sizeof to->target, mount->path);
                place_statvfs_of(mount, &to->st);
                to->flags = (uint32_t)to->st.f_flag;
        }
        listing->n++;
        return true;
}

static int local_getvfsstat(struct vfs *self, struct nkx_vfs_mount *list, size_t count, int *error) {
        Listing listing = {.mounts = list, .room = count};

        (void)self;
        (void)error;
        mounts_each(world_mounts(), list_one, &listing);
        return (int)listing.n;
}

/* The tree stays: another object may be made. */
static void local_dtor(struct vfs *self) {
        (void)self;
}

static struct vfs object = {
        .dtor = local_dtor,
        .chdir = local_chdir,
        .fchdir = local_fchdir,
        .chroot = local_chroot,
        .getcwd = local_getcwd,
        .umask = local_umask,
        .sync = local_sync,
        .mount = local_mount,
        .umount = local_umount,
        .getvfsstat = local_getvfsstat,
};

struct vfs *local_new(Handle client_id, const char *config, int *error) {
        static pthread_once_t once = PTHREAD_ONCE_INIT;

        (void)client_id;
        if (config[0]) {
                *error = EINVAL;
                return NULL;
        }
        (void)pthread_once(&once, make_tree_once);
        if (tree_result < 0) {
                *error = -tree_result;
                return NULL;
        }
        local_add_files(&object);
        local_add_names(&object);
        local_add_xattrs(&object);
        return &object;
}

struct vfs *local_new_server(Handle client_id, const char *config, int *error) {
        (void)config;
        return local_new(client_id, "", error);
}
