/* SPDX-License-Identifier: MIT */
/*
 * Back ends of the VFS: who answers the file calls of a program.
 *
 * A program's file calls go to one object, a struct vfs. Which kind it is says the environment:
 *
 *      VFS_FILESYSTEM_BACKEND=<name>[{<modifier>}]:<config>
 *
 * <name> is `client` (a VFS program, over the channel that <config> names), `local` (file systems linked into
 * this program; <config> is empty), `server` (of a VFS program) or one that the program registers itself.
 * Without the variable it is `client` on the channel _VFS_CONNECTION_ID, or `local` where that is linked in.
 * When the object can't be made, every call fails with EIO.
 *
 * VFS_NETWORK_BACKEND has the same form: socket() goes there, so far to no avail: every VFS program answers
 * EIO. Without the variable it is the system call, which a chamber refuses.
 *
 * Source: nine members of struct vfs, from dtor to close, and the functions are documented; the other members
 * and what is said of errors and threads are our choice. Use designated initialisers: members may be added.
 */
#ifndef VFS_VFS_H
#define VFS_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <time.h>

#include <handle/handletype.h>

#include <vfs/defs.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a back end reports of one mount (getvfsstat). Texts end with a zero; longer ones are cut. */
struct nkx_vfs_mount {
        char type[32];     /* of the file system */
        char from[128];    /* its device, or the word that stands for one */
        char target[256];  /* where it is mounted */
        uint32_t flags;    /* ST_* of <sys/statvfs.h> */
        struct statvfs st; /* as statvfs() says it; zeros: the back end does not tell */
};

/*
 * A back end. The first parameter of each member is the object itself. An error is stored in *error as a
 * number of <errno.h>, and the result is then INVALID_HANDLE or -1; on success *error is 0 or left as it was
 * (it is 0 when the member is called). A member that is NULL fails with EIO. Members may be called by several
 * threads at once, and from signal handlers.
 *
 * fd:    an open file, as open() or openat() returned it; only close() ends its use.
 * dir:   where a relative path begins: an open folder, or INVALID_HANDLE for the working directory.
 * path, name, target: text, ended with a zero; borrowed for the call.
 * Structures and flags are those of this system's headers.
 */
struct vfs {
        /* Ends the object. Called once, when no call is under way; not NULL in what _vfs_init() returns. */
        void (*dtor)(struct vfs *self);
        /* Of a server: forgets all clients. */
        void (*disconnect_all_clients)(struct vfs *self, int *error);
        /* What descriptors 0, 1 and 2 mean; called once each, when the descriptor is used first. With an
         * error, or NULL, it stays the one that the program was started with. What write() answers with EIO,
         * or with EAGAIN and without a poll() that waits, is shown there too. */
        Handle (*getstdin)(struct vfs *self, int *error);
        Handle (*getstdout)(struct vfs *self, int *error);
        Handle (*getstderr)(struct vfs *self, int *error);
        Handle (*open)(struct vfs *self, const char *path, int oflag, mode_t mode, int *error);
        /* nodata: false before the call; to be set true, with the result 0, when there is nothing to read now
         * but may be later. The caller waits and asks again, or fails with EAGAIN when it must not wait. */
        ssize_t (*read)(struct vfs *self, Handle fd, void *buf, size_t count, bool *nodata, int *error);
        ssize_t (*write)(struct vfs *self, Handle fd, const void *buf, size_t count, int *error);
        int (*close)(struct vfs *self, Handle fd, int *error);

        /* Open files. */
        Handle (*openat)(struct vfs *self, Handle dir, const char *path, int oflag, mode_t mode, int *error);
        ssize_t (*pread)(struct vfs *self, Handle fd, void *buf, size_t count, off_t offset, int *error);
        ssize_t (*pwrite)(
                struct vfs *self, Handle fd, const void *buf, size_t count, off_t offset, int *error);
        off_t (*lseek)(struct vfs *self, Handle fd, off_t offset, int whence, int *error);
        int (*ftruncate)(struct vfs *self, Handle fd, off_t length, int *error);
        int (*fsync)(struct vfs *self, Handle fd, int *error);
        int (*fdatasync)(struct vfs *self, Handle fd, int *error);
        int (*fstat)(struct vfs *self, Handle fd, struct stat *st, int *error);
        int (*fstatvfs)(struct vfs *self, Handle fd, struct statvfs *st, int *error);
        int (*fchmod)(struct vfs *self, Handle fd, mode_t mode, int *error);
        int (*fchown)(struct vfs *self, Handle fd, uid_t uid, gid_t gid, int *error); /* -1: stays */
        int (*futimens)(
                struct vfs *self, Handle fd, const struct timespec times[2], int *error); /* NULL: now */
        ssize_t (*sendfile)(struct vfs *self, Handle out, Handle in, off_t *offset, size_t count, int *error);
        int (*flock)(
                struct vfs *self, Handle fd, int operation, int *error); /* LOCK_*; waits unless LOCK_NB */
        /* Waits until one of `events` (POLL*) is true, timeout_ms is over (-1: never) or, at any time,
         * without a reason; returns what is true. */
        int (*poll)(struct vfs *self, Handle fd, int events, int timeout_ms, int *error);
        /* cmd: F_GETFL; F_SETFL (arg: O_APPEND and O_NONBLOCK count); F_GETLK, F_SETLK, F_SETLKW and F_OFD_*
         * of the same kinds (arg: the address of a struct flock). */
        int (*fcntl)(struct vfs *self, Handle fd, int cmd, uintptr_t arg, int *error);
        int (*ioctl)(struct vfs *self, Handle fd, unsigned long request, void *arg, int *error);
        /* Entries of a folder from where the last call ended, as struct dirent64 one after the other; returns
         * the bytes, 0 at the end. */
        ssize_t (*getdents)(struct vfs *self, Handle fd, void *buf, size_t size, int *error);

        /* Names. flags: AT_* of <fcntl.h>, as the call of that name takes them. */
        int (*stat)(struct vfs *self, const char *path, struct stat *st, int *error);
        int (*lstat)(struct vfs *self, const char *path, struct stat *st, int *error);
        int (*fstatat)(
                struct vfs *self, Handle dir, const char *path, struct stat *st, int flags, int *error);
        int (*faccessat)(struct vfs *self, Handle dir, const char *path, int mode, int flags, int *error);
        ssize_t (*readlinkat)(
                struct vfs *self, Handle dir, const char *path, char *buf, size_t size, int *error);
        int (*truncate)(struct vfs *self, const char *path, off_t length, int *error);
        int (*fchmodat)(struct vfs *self, Handle dir, const char *path, mode_t mode, int flags, int *error);
        int (*fchownat)(
                struct vfs *self, Handle dir, const char *path, uid_t uid, gid_t gid, int flags, int *error);
        int (*utimensat)(struct vfs *self, Handle dir, const char *path, const struct timespec times[2],
                int flags, int *error);
        int (*mkdirat)(struct vfs *self, Handle dir, const char *path, mode_t mode, int *error);
        int (*unlinkat)(struct vfs *self, Handle dir, const char *path, int flags, int *error);
        int (*renameat)(struct vfs *self, Handle old_dir, const char *old_path, Handle new_dir,
                const char *new_path, unsigned flags, int *error); /* RENAME_* */
        int (*linkat)(struct vfs *self, Handle old_dir, const char *old_path, Handle new_dir,
                const char *new_path, int flags, int *error);
        int (*symlinkat)(struct vfs *self, const char *target, Handle dir, const char *path, int *error);
        int (*statvfs)(struct vfs *self, const char *path, struct statvfs *st, int *error);

        /* Places, and the whole. */
        int (*chdir)(struct vfs *self, const char *path, int *error);
        int (*fchdir)(struct vfs *self, Handle fd, int *error);
        int (*chroot)(struct vfs *self, const char *path, int *error);
        int (*getcwd)(struct vfs *self, char *buf, size_t size, int *error);
        mode_t (*umask)(struct vfs *self, mode_t mask, int *error);
        int (*sync)(struct vfs *self, int *error);
        int (*mount)(struct vfs *self, const char *source, const char *target, const char *type,
                unsigned long flags, const void *data, int *error);
        int (*umount)(struct vfs *self, const char *target, int *error);
        /* Up to `count` mounts, from the first one, into what is zero; returns how many there are. */
        int (*getvfsstat)(struct vfs *self, struct nkx_vfs_mount *mounts, size_t count, int *error);

        /* Of a network back end. The socket is a file like others. */
        Handle (*socket)(struct vfs *self, int domain, int type, int protocol, int *error);

        /* Extended attributes. One of fd and path says which file: path is NULL, or fd is INVALID_HANDLE;
         * follow: whether a symbolic link at the end of path is followed. size 0 asks for the length. */
        ssize_t (*getxattr)(struct vfs *self, Handle fd, const char *path, bool follow, const char *name,
                void *value, size_t size, int *error);
        ssize_t (*listxattr)(struct vfs *self, Handle fd, const char *path, bool follow, char *list,
                size_t size, int *error);
        int (*setxattr)(struct vfs *self, Handle fd, const char *path, bool follow, const char *name,
                const void *value, size_t size, int flags, int *error);
        int (*removexattr)(
                struct vfs *self, Handle fd, const char *path, bool follow, const char *name, int *error);
};

/*
 * Makes a back end.
 * client_id: what to tell a server about who asks; INVALID_HANDLE for the program itself.
 * config:    the text behind the first colon of the variable; borrowed for the call.
 * error:     gets a number of <errno.h> when the result is NULL.
 * Returns the object, which its dtor ends, or NULL.
 */
typedef struct vfs *(*create_vfs_backend_t)(Handle client_id, const char *config, int *error);

/*
 * The mounts that the program's back end has: what getvfsstat() of <sys/statvfs.h> says of them, and their
 * names.
 *
 * mounts: `count` of them to be filled in, oldest first; may be NULL when count is 0.
 * Returns how many there are, perhaps more than count; -1 with errno: EIO when the back end can't tell, or
 * what it says. Any thread. Source: our own extension.
 */
int nkx_vfs_mounts(struct nkx_vfs_mount *mounts, size_t count);

/*
 * Makes a back end by its name, also for use inside of another one.
 *
 * backend: `client`, `local` or a registered name; NUL-terminated, borrowed.
 * client_id, config: handed to its constructor.
 * error:   NULL, or gets on failure: ENOENT when no back end has that name, EINVAL when backend or config is
 *          NULL, what the constructor said (`client`: ECONNREFUSED when there is no such channel), EIO
 *          when it said nothing.
 * Returns the object, or NULL. May block as long as the constructor does; `client` does not. Any thread.
 */
struct vfs *_vfs_init(const char *backend, Handle client_id, const char *config, int *error);

/*
 * Adds a back end to those that can be chosen. REGISTER_VFS_BACKEND calls it.
 *
 * name: borrowed as long as the program. ctor: not NULL.
 * Returns 0; EINVAL: the name is NULL, empty, or has one of ":{},"; EEXIST: the name is taken; ENOSPC: there
 * are already NKX_VFS_BACKENDS_MAX. Before main(), or under the caller's own lock.
 */
int nkx_vfs_register(const char *name, create_vfs_backend_t ctor);

#define NKX_VFS_BACKENDS_MAX 16

/*
 * Registers a back end before main(); at file scope, without a semicolon behind it.
 * fn: void fn(create_vfs_backend_t *ctor, const char **name); stores its constructor and its name. Its
 * prototype must have been seen. A back end in a library of its own must be linked whole
 * (-Wl,--whole-archive): nothing refers to it.
 */
#ifdef __cplusplus
#define NKX_VFS_LANGUAGE extern "C"
#else
#define NKX_VFS_LANGUAGE
#endif
#if defined(__has_attribute)
#if __has_attribute(retain)
#define NKX_VFS_KEPT __attribute__((used, retain, constructor(NKX_VFS_PRIORITY)))
#endif
#endif
#ifndef NKX_VFS_KEPT
#define NKX_VFS_KEPT __attribute__((used, constructor(NKX_VFS_PRIORITY)))
#endif
#define NKX_VFS_PRIORITY 200 /* before the program's own constructors, which may use files */
/* The attributes stand at the declaration: gcc drops the priority if one without it came before. */
#define REGISTER_VFS_BACKEND(fn)                                                                             \
        NKX_VFS_LANGUAGE NKX_VFS_KEPT void nkx_vfs_register_##fn(void);                                      \
        void nkx_vfs_register_##fn(void) {                                                                   \
                create_vfs_backend_t nkx_ctor = NULL;                                                        \
                const char *nkx_name = NULL;                                                                 \
                fn(&nkx_ctor, &nkx_name);                                                                    \
                (void)nkx_vfs_register(nkx_name, nkx_ctor);                                                  \
        }

#ifdef __cplusplus
}
#endif

#endif
