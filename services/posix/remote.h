/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: a VFS program does the work, over a channel.
 *
 * The first call begins a session with it. Opening must be quick, and a call that gives a handle is not, so
 * spare file handles are asked for in advance; closing makes a handle spare again. Contents of files and
 * paths are sent from where they lie and received where they are wanted.
 *
 * Always true: a file handle is spare, or belongs to one open file, or is being opened or closed by one
 * thread, or by a closing that nobody waits for.
 */
#pragma once

#include <pthread.h>
#include <string.h>

#include <coresrv/nk/transport-kos.h>
#include <vfs/vfs.h>

#include <kl/VfsAcl.idl.h>
#include <kl/VfsFile.idl.h>
#include <kl/VfsMount.idl.h>
#include <kl/VfsName.idl.h>
#include <kl/VfsSession.idl.h>
#include <kl/VfsSocket.idl.h>
#include <kl/VfsXattr.idl.h>

#include "ids.h"
#include "remote_closing.h"

#define REMOTE_SPARES_MAX  4096u /* handles of one session, open and spare */
#define REMOTE_SCRATCH_MAX 65536u
#define REMOTE_REQUEST_MAX (65536u + 8192u) /* a value with its name and path */

typedef struct Remote {
        struct vfs vfs;
        Handle channel;
        NkKosTransport transport;
        struct kl_VfsSession_proxy sessions;
        struct kl_VfsFile_proxy files;
        struct kl_VfsName_proxy names;
        struct kl_VfsMount_proxy mounts;
        struct kl_VfsXattr_proxy xattrs;
        struct kl_VfsAcl_proxy acls;
        struct kl_VfsSocket_proxy sockets;
        Handle id; /* of the client to tell; INVALID_HANDLE: this process */

        pthread_mutex_t lock;                      /* of beginning the session, and of asking for handles */
        _Atomic uint32_t client;                   /* the session's handle; INVALID_HANDLE: not begun */
        rtl_uint32_t n_renewals;                   /* of the channel when it began; set before `client` */
        Ids places;                                /* of `handles`: those without a spare one */
        Ids spares;                                /* those with one */
        _Atomic uint32_t links[REMOTE_SPARES_MAX]; /* a place is in one of the two, or somebody's */
        Handle handles[REMOTE_SPARES_MAX];
        Closings closings;

        pthread_mutex_t scratch_lock; /* results that are larger than a stack should bear */
        nk_uint8_t scratch[REMOTE_SCRATCH_MAX];
        nk_uint8_t request[REMOTE_REQUEST_MAX];
} Remote;

/* Constructor; config: the channel's name, or "" for _VFS_CONNECTION_ID. */
struct vfs *remote_new(Handle client_id, const char *config, int *error);

static inline Remote *remote_of(struct vfs *self) {
        return (Remote *)(void *)self; /* it is the first member */
}

#define NOTHING_ELSE .base_ = {0} /* a request that has no other field to fill in */

/* The session, begun if need be; INVALID_HANDLE: *error says why. */
Handle remote_client(Remote *r, int *error);
/* The outcome of a call: true when it succeeded, else *error is set. */
bool remote_settle(Remote *r, nk_err_t err, nk_sint32_t answered, int *error);

Handle remote_take_spare(Remote *r, int *error);
void remote_put_spare(Remote *r, Handle file);

/* A text as the whole arena of a request, where it lies. */
static inline struct nk_arena remote_text(const char *text, nk_ptr_t *ret) {
        size_t size = strlen(text) + 1;
        char *start = (char *)(uintptr_t)text;

        *ret = (nk_ptr_t){.offset = 0, .size = (nk_uint32_t)size};
        return (struct nk_arena){.start = start, .current = start + size, .end = start + size};
}

/* Members by topic. */
void remote_add_streams(struct vfs *vfs);
void remote_add_files(struct vfs *vfs);
void remote_add_names(struct vfs *vfs);
void remote_add_places(struct vfs *vfs);
void remote_add_xattrs(struct vfs *vfs);

/* Lists of access rights, which a program reaches as attributes: of a path, or of an open file. */
typedef struct AclTarget {
        const char *path; /* NULL: fd */
        Handle fd;
        bool follow; /* a link at the end of the path */
} AclTarget;

bool remote_is_acl(const char *name);
ssize_t remote_get_acl(Remote *r, const AclTarget *t, const char *name, void *value, size_t size, int *error);
int remote_set_acl(
        Remote *r, const AclTarget *t, const char *name, const void *value, size_t size, int *error);
int remote_remove_acl(Remote *r, const AclTarget *t, const char *name, int *error);
