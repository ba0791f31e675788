/* SPDX-License-Identifier: MIT */
/*
 * System calls of the program, answered: by the back end for files of the VFS, by the kernel for the rest.
 *
 * Everything that a program does with files arrives here, from the symbols (symbols.c) and from the trap
 * (trap.h), as the system call that it is on Linux: number, arguments, and a result that is a negative errno
 * on failure. No memory is allocated, no lock is held, errno is left alone.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>

#include "fdt.h"

struct stat;

#define CALL_PATH_MAX    4096u /* bytes of a path, with the zero */
#define CALL_NUMBERS_MAX 512u  /* system calls have numbers below */

/* The call of fchmodat() with its flags, whose number older headers lack. */
#define CALL_FCHMODAT2 452

typedef struct CallArgs {
        long number;
        long a[6];
} CallArgs;

/* What is answered here of one number. */
typedef struct CallRow {
        long (*answer)(const CallArgs *args); /* NULL: the kernel's */
        unsigned char given;                  /* n: only when argument n, from 1 on, is not 0; 0: all */
        bool of_file;                         /* of mmap: not of memory of its own */
        bool of_processes;                    /* only in a library that has call_fork */
        unsigned long unless;                 /* bits of the first argument with which it is the kernel's */
} CallRow;

/* By number. */
extern const CallRow call_rows[CALL_NUMBERS_MAX];

/* The answer to a call. */
long call(long number, long a0, long a1, long a2, long a3, long a4, long a5);
/* What is to be done when the process ends itself, by exit() or _exit(); NULL: nothing. */
void call_before_exit(void (*then)(void));
/* The kernel's answer. */
long call_kernel(const CallArgs *args);
/* The same of a call whose first argument is a descriptor, and which a chamber may refuse before it looks at
 * it. */
long call_kernel_fd(const CallArgs *args);

/* --- what the answers share --- */

/* A library whose program is given files of the host beside those of the VFS (exec_given.h) defines these.
 * They lie over the VFS. */
#define CALL_NOT_GIVEN (-4096l) /* no errno, and no number */
/* Called when the chamber is about to be closed: the last moment at which they can be mapped. */
__attribute__((weak)) void call_at_closing(void);
/* 0: opened; CALL_NOT_GIVEN; or a negative errno. */
__attribute__((weak)) long call_open_given(
        const char *path, int flags, struct vfs **ret_vfs, Handle *ret_handle);
/* 0, or CALL_NOT_GIVEN. */
__attribute__((weak)) long call_stat_given(const char *path, struct stat *st);
/* Whether a folder leads to one. */
__attribute__((weak)) bool call_has_given_below(const char *path);
/* False: it is to be mapped as a copy. */
__attribute__((weak)) bool call_map_given(FdtFile *file, const CallArgs *args, long *ret);

/* Called before main(), when calls are answered; a library whose program can't go on without files defines
 * it.
 */
__attribute__((weak)) void call_has_begun(void);

/* Defined by a library whose program has the terminal of its caller: its standard streams stay its own. */
__attribute__((weak)) extern const bool call_keeps_streams;

/* Defined by a library whose program may make processes. fork: clone() as fork() calls it, and its older
 * ways; waited: something was heard of a child; exec: what asked for another program. */
__attribute__((weak)) long call_fork(const CallArgs *args);
__attribute__((weak)) void call_waited(void);
__attribute__((weak)) long call_exec(void);

/* The back end; made at the first use. */
struct vfs *call_vfs(void);
/* That of the network, likewise; NULL: the environment names none. Not from signal handlers. */
struct vfs *call_net(void);

/* A member's answer: its result, or the negative errno. Nothing given counts as EIO. (The member stores its
 * error while the arguments are evaluated: hence its address.) */
static inline long call_result(long result, const int *error) {
        return result >= 0 ? result : *error > 0 ? -(long)*error : -EIO;
}

/* A path argument. 0, -EFAULT: none, -ENAMETOOLONG, or -ENOENT: empty. */
long call_path(long argument, const char **ret_path);

/* Where a relative path begins. */
typedef struct CallDir {
        FdtFile *file; /* or NULL */
        Handle handle;
} CallDir;

/* A directory argument for that path. 0, -EBADF, or -ENOTDIR: a descriptor that is not the VFS's. */
long call_dir(long fd, const char *path, CallDir *ret_dir);
void call_dir_put(const CallDir *dir);
