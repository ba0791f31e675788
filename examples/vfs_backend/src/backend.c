/* SPDX-License-Identifier: MIT */
/*
 * A back end that parts the tree: what is below /mnt1 is asked of the first channel of its configuration, the
 * rest of the second one. It has the nine documented members and no other.
 */
#include <vfs/vfs.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SERVERS   2
#define FILES_MAX 50
#define FIRST     "/mnt1"

struct entry {
        struct vfs *server; /* NULL: free */
        Handle handle;
};

struct parted {
        struct vfs base;
        struct vfs *servers[SERVERS];
        struct entry files[FILES_MAX];
        pthread_mutex_t lock; /* of the files */
};

static struct parted *parted_of(struct vfs *self) {
        return (struct parted *)self;
}

static struct vfs *server_of(struct vfs *self, Handle handle) {
        struct parted *p = parted_of(self);
        struct vfs *found = NULL;

        pthread_mutex_lock(&p->lock);
        for (int i = 0; i < FILES_MAX && !found; i++)
                if (p->files[i].server && p->files[i].handle == handle)
                        found = p->files[i].server;
        pthread_mutex_unlock(&p->lock);
        return found;
}

static bool keep(struct parted *p, struct vfs *server, Handle handle) {
        bool is_kept = false;

        pthread_mutex_lock(&p->lock);
        for (int i = 0; i < FILES_MAX && !is_kept; i++)
                if (!p->files[i].server) {
                        p->files[i] = (struct entry){.server = server, .handle = handle};
                        is_kept = true;
                }
        pthread_mutex_unlock(&p->lock);
        return is_kept;
}

static void forget(struct parted *p, Handle handle) {
        pthread_mutex_lock(&p->lock);
        for (int i = 0; i < FILES_MAX; i++)
                if (p->files[i].server && p->files[i].handle == handle)
                        p->files[i].server = NULL;
        pthread_mutex_unlock(&p->lock);
}

static void parted_dtor(struct vfs *self) {
        struct parted *p = parted_of(self);

        for (int i = 0; i < SERVERS; i++)
                if (p->servers[i])
                        p->servers[i]->dtor(p->servers[i]);
        pthread_mutex_destroy(&p->lock);
        free(p);
}

static void parted_disconnect_all_clients(struct vfs *self, int *error) {
        (void)self;
        (void)error;
}

/* What a server has given, when there is a place to remember that. */
static Handle kept(struct parted *p, struct vfs *server, Handle handle, int *error) {
        if (handle == INVALID_HANDLE || keep(p, server, handle))
                return handle;
        server->close(server, handle, error);
        *error = ENFILE;
        return INVALID_HANDLE;
}

static Handle parted_getstdin(struct vfs *self, int *error) {
        struct vfs *first = parted_of(self)->servers[0];

        return kept(parted_of(self), first, first->getstdin(first, error), error);
}

static Handle parted_getstdout(struct vfs *self, int *error) {
        struct vfs *first = parted_of(self)->servers[0];

        return kept(parted_of(self), first, first->getstdout(first, error), error);
}

static Handle parted_getstderr(struct vfs *self, int *error) {
        struct vfs *first = parted_of(self)->servers[0];

        return kept(parted_of(self), first, first->getstderr(first, error), error);
}

static Handle parted_open(struct vfs *self, const char *path, int oflag, mode_t mode, int *error) {
        struct parted *p = parted_of(self);
        struct vfs *server = p->servers[strncmp(path, FIRST, strlen(FIRST)) != 0];

        return kept(p, server, server->open(server, path, oflag, mode, error), error);
}

static ssize_t parted_read(struct vfs *self, Handle fd, void *buf, size_t count, bool *nodata, int *error) {
        struct vfs *server = server_of(self, fd);

        if (server)
                return server->read(server, fd, buf, count, nodata, error);
        *error = EBADF;
        return -1;
}

static ssize_t parted_write(struct vfs *self, Handle fd, const void *buf, size_t count, int *error) {
        struct vfs *server = server_of(self, fd);

        if (server)
                return server->write(server, fd, buf, count, error);
        *error = EBADF;
        return -1;
}

static int parted_close(struct vfs *self, Handle fd, int *error) {
        struct vfs *server = server_of(self, fd);

        if (!server) {
                *error = EBADF;
                return -1;
        }
        forget(parted_of(self), fd);
        return server->close(server, fd, error);
}

/* "VFS1,VFS2": a channel for each. */
static bool connect_servers(struct parted *p, Handle client_id, const char *config, int *error) {
        const char *comma = strchr(config, ',');
        char first[32];

        if (!comma || (size_t)(comma - config) >= sizeof(first)) {
                *error = EINVAL;
                return false;
        }
        memcpy(first, config, (size_t)(comma - config));
        first[comma - config] = '\0';
        p->servers[0] = _vfs_init("client", client_id, first, error);
        p->servers[1] = p->servers[0] ? _vfs_init("client", client_id, comma + 1, error) : NULL;
        return p->servers[1] != NULL;
}

static struct vfs *parted_new(Handle client_id, const char *config, int *error) {
        struct parted *p = calloc(1, sizeof(*p));

        if (!p) {
                *error = ENOMEM;
                return NULL;
        }
        pthread_mutex_init(&p->lock, NULL);
        p->base = (struct vfs){.dtor = parted_dtor,
                .disconnect_all_clients = parted_disconnect_all_clients,
                .getstdin = parted_getstdin,
                .getstdout = parted_getstdout,
                .getstderr = parted_getstderr,
                .open = parted_open,
                .read = parted_read,
                .write = parted_write,
                .close = parted_close};
        if (connect_servers(p, client_id, config, error))
                return &p->base;
        parted_dtor(&p->base);
        return NULL;
}

static void parted_register(create_vfs_backend_t *ctor, const char **name) {
        *ctor = parted_new;
        *name = "custom_client";
}

REGISTER_VFS_BACKEND(parted_register)
