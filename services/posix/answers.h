/* SPDX-License-Identifier: MIT */
/*
 * The answers to system calls, one function for each, for the table in call.c. Arguments and results are
 * those of the system call of that name.
 */
#pragma once

#include "call.h"

typedef long Answer(const CallArgs *args);

/* Of a wait that goes on in pieces, with signals held back (signals.h) but between them: lets those come that
 * are waiting. True: the program has heard of one, and none of its handlers that could have been it asks for
 * the wait to go on (SA_RESTART). */
bool signals_end_wait(uint64_t before);

/* answer_open.c */
Answer answer_open, answer_openat, answer_creat, answer_close, answer_close_range, answer_dup, answer_dup2,
        answer_dup3, answer_fcntl, answer_ioctl, answer_flock, answer_socket;
/* answer_io.c */
Answer answer_read, answer_write, answer_readv, answer_writev, answer_pread, answer_pwrite, answer_preadv,
        answer_pwritev, answer_preadv2, answer_pwritev2, answer_sendfile, answer_mmap;
/* answer_file.c */
Answer answer_lseek, answer_ftruncate, answer_fsync, answer_fdatasync, answer_getdents, answer_fchmod,
        answer_fchown, answer_fchdir, answer_fallocate, answer_fadvise, answer_fstatfs, answer_no_such;
/* answer_stat.c */
Answer answer_stat, answer_lstat, answer_fstat, answer_newfstatat, answer_statx, answer_statfs, answer_access,
        answer_faccessat, answer_readlink, answer_readlinkat;
/* answer_names.c */
Answer answer_mkdir, answer_mkdirat, answer_rmdir, answer_unlink, answer_unlinkat, answer_rename,
        answer_renameat, answer_renameat2, answer_link, answer_linkat, answer_symlink, answer_symlinkat,
        answer_chmod, answer_fchmodat, answer_fchmodat2, answer_chown, answer_lchown, answer_fchownat,
        answer_truncate, answer_mknod, answer_mknodat, answer_utime, answer_utimes, answer_futimesat,
        answer_utimensat;
/* call.c */
Answer answer_exit;
/* answer_place.c */
Answer answer_chdir, answer_chroot, answer_getcwd, answer_umask, answer_sync, answer_syncfs, answer_mount,
        answer_umount;
/* answer_process.c */
Answer answer_fork, answer_wait, answer_exec;
/* answer_xattr.c */
Answer answer_getxattr, answer_lgetxattr, answer_fgetxattr, answer_listxattr, answer_llistxattr,
        answer_flistxattr, answer_setxattr, answer_lsetxattr, answer_fsetxattr, answer_removexattr,
        answer_lremovexattr, answer_fremovexattr;
/* answer_signal.c */
Answer answer_sigaction, answer_sigprocmask, answer_sigsuspend, answer_ppoll, answer_pselect,
        answer_epoll_pwait;
/* exec_sem.c, exec_shm.c: of a program of the host. In other libraries there are none, and the calls are the
 * kernel's. */
__attribute__((weak)) Answer answer_semget, answer_semctl, answer_semtimedop, answer_shmget, answer_shmat,
        answer_shmdt, answer_shmctl;
