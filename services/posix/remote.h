/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: a VFS program does the work, over a channel.
 *
 * The first call begins a session with it. Opening must be quick, and a call that gives a handle is not, so
 * spare file handles are asked for in advance; closing makes a handle spare again. Contents of files and
 * paths are sent from where they lie and received where they are wanted.
 *
 * A VFS that died and came back knows nothing of the session. The call that finds out fails with EIO, and the
 * next one begins another session, in which paths mean the same as before: unless this one had changed its
 * root, its working directory or what is mounted. Then all calls fail with EIO, as those with files do that
 * were open.
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
        _Atomic uint32_t n_renewals;               /* of the channel when it began; set before `client` */
        _Atomic uint32_t n_lost;                   /* sessions that ended with the VFS */
        _Atomic bool is_bound;                     /* what was done in the session can't be had in another */
        _Atomic int64_t mask;                      /* of new files; -1: the VFS's own */
        Ids places;                                /* of `handles`: those without a spare one */
        Ids spares;                                /* those with one */
        _Atomic uint32_t links[REMOTE_SPARES_MAX]; /* a place is in one of the two, or somebody's */
        Handle handles[REMOTE_SPARES_MAX];
        _Atomic uint32_t issued[REMOTE_SPARES_MAX]; /* handles that the session has got; the first n_issued */
        _Atomic uint32_t n_issued;
        _Atomic uint32_t issued_after; /* n_lost when it began */
        Closings closings;

        pthread_mutex_t scratch_lock; /* large results; who takes both takes this one before `lock` */
        nk_uint8_t scratch[REMOTE_SCRATCH_MAX];
        nk_uint8_t request[REMOTE_REQUEST_MAX];
} Remote;

/* Constructor; config: the channel's name, or "" for _VFS_CONNECTION_ID. */
struct vfs *remote_new(Handle client_id, const char *config, int *error);

static inline Remote *remote_of(struct vfs *self) {
        return (Remote *)(void *)self; /* it is the first member */
}

#define NOTHING_ELSE .base_ = {0} /* a request that has no other field to fill in */

/* The session has gone to another place, or changed the world of its VFS: one that loses it can't go on in a
 * new one. */
static inline void remote_bind(Remote *r) {
        atomic_store(&r->is_bound, true);
}

/* The session, begun if need be; INVALID_HANDLE: *error says why. */
Handle remote_client(Remote *r, int *error);
/* The outcome of a call: true when it succeeded, else *error is set. */
bool remote_settle(Remote *r, nk_err_t err, nk_sint32_t answered, int *error);

/* The umask, in this session and in those that come after it. */
bool remote_set_mask(Remote *r, Handle client, uint32_t mask, uint32_t *ret_old, int *error);

Handle remote_take_spare(Remote *r, int *error);
void remote_put_spare(Remote *r, Handle file);
/* Of a file that can't be closed: goes when its session has gone. */
void remote_drop_stale(Remote *r, Handle file);

/* --- a copy of the process --- */

/* The back end as this one; NULL: it is another. */
Remote *remote_from(struct vfs *vfs);
/* A session that is to be the copy's; INVALID_HANDLE: *error. Who doesn't need it closes it, and with it its
 * files. */
Handle remote_fork(Remote *r, int *error);
/* The open files `from` once more, for that session, which
 * is to be that member's; INVALID_HANDLE for those that are not open any more. */
bool remote_copy_files(
        Remote *r, Handle session, uint32_t member, const Handle *from, uint32_t n, Handle *ret, int *error);
/* Ends a session: its files are closed, its locks given up when this returns. */
void remote_end(Remote *r, Handle session);
/* A member of the family that has ended may still have what the error is about: what it had is given back.
 * True: it is worth another try. */
bool remote_look_for_ended(int error);
/* Nobody is at the session and the memory of calls in between. */
void remote_hold(Remote *r);
void remote_release(Remote *r);
/* In the copy, held: the session is the copy's, which has no spare files yet. */
void remote_become(Remote *r, Handle session);

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
