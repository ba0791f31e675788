/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of the VFS: from the program's numbers to open files of a back end.
 *
 * A virtual descriptor is a real one too, a placeholder: the kernel chooses its number and keeps its
 * FD_CLOEXEC, and poll, select and epoll find it readable and writable, as files always are. An open file may
 * have several descriptors (dup).
 *
 * Always true: the memory of a FdtFile is never given back, so a stale look at one is harmless; whoever uses
 * one holds a reference, and the last one to go closes it at the back end. A number whose placeholder is just
 * being closed is marked, and waited for.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <vfs/vfs.h>

#define FDT_FDS_MAX   4096 /* numbers a virtual descriptor can have: 0 .. FDT_FDS_MAX - 1 */
#define FDT_FILES_MAX 4096u

/* Asks a back end for a standard stream: a member of struct vfs. */
typedef Handle FdtTake(struct vfs *self, int *error);

typedef struct FdtFile {
        _Atomic uint32_t refs;  /* 0: free */
        _Atomic(Handle) handle; /* INVALID_HANDLE: it is being opened, and has a number already */
        struct vfs *vfs;
        _Atomic int flags; /* O_ACCMODE, O_NONBLOCK, O_APPEND, O_DIRECTORY as it was opened or set */
        uint32_t turn;     /* of the place: how often it was taken */
        bool is_memory;    /* its back end is the process's own memory: a copy of the process has it too */
        FdtTake *take;     /* of a standard stream; NULL: any other file */
        _Atomic int stage; /* of a standard stream: whether its handle is there */
} FdtFile;

/* A free one with one reference, or NULL. Nothing is known of it yet but vfs. */
FdtFile *fdt_file_new(struct vfs *vfs);
/* One more reference to a file of which the caller has one. */
FdtFile *fdt_file_ref(FdtFile *file);
/* Gives a reference back; the last one closes. 0, or what closing says, a negative errno. */
int fdt_file_put(FdtFile *file);

/* A reference to the file behind a number. NULL: it is not the VFS's. */
FdtFile *fdt_get(long fd);
bool fdt_is_virtual(long fd);

/* A descriptor for a file, from `lowest` on; takes over the caller's reference, also on failure. flags:
 * O_CLOEXEC. The number, or -EMFILE. */
long fdt_install(FdtFile *file, int lowest, int flags);
/* The same, of a file that has the number `from`. */
long fdt_copy(FdtFile *file, int from, int lowest, int flags);
/* Makes a number that the process was started with a standard stream. The back end is asked for it when it is
 * used first: a program that prints nothing need not wait for it. Until then, while it is asked, and for good
 * when it has none, the number is what it was. The placeholders of all its copies are the real descriptor: so
 * poll() tells the truth, and what the back end can't show any more is shown there. */
void fdt_cover(int fd, struct vfs *vfs, FdtTake *take);
/* Makes `to` another descriptor of `from`'s file, a reference to which the caller hands over. */
long fdt_install_at(FdtFile *file, int from, int to, int flags);
/* Ends a number, the VFS's or not; 0 or a negative errno. */
long fdt_close(long fd);
/* What a number is that is not the VFS's: `error` when it is open, else -EBADF. */
long fdt_real_error(long fd, long error);
/* Remembers what is open now: the process was started with it, and its channels are among it. A program that
 * closes whatever may be open must not end them: such a number is nobody's to close (-EBADF). */
void fdt_keep_open(void);
bool fdt_is_kept(long fd);
/* Forgets the file of a number whose real descriptor is being replaced; the file, or NULL. */
FdtFile *fdt_uncover(long fd);

/* --- a copy of the process --- */

/* An open file as it was when the copy was prepared, and its handle in there. */
typedef struct FdtCopy {
        uint32_t id, turn;
        Handle was, is;
} FdtCopy;

/* Open files of a back end from place *at on, at most n; how many. *at: where to go on. */
uint32_t fdt_list(const struct vfs *vfs, uint32_t *at, FdtCopy *ret, uint32_t n);
/* In the copy, which has but this thread: the files of the list are open there, and those in its memory;
 * those that were closed since and all others are not. Standard streams (fdt_cover) have no place in it.
 * was_alone: so had the process, and all references are this thread's. Afterwards `is` of the list is what
 * nobody needs. */
void fdt_become(FdtCopy *list, uint32_t n, bool was_alone);
