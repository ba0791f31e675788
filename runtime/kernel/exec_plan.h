/* SPDX-License-Identifier: MIT */
/*
 * The solution that `caisson exec` runs: a program of the host, a VFS program whose client it is, and the
 * driver of the disks that the file systems lie on. It is written as an init description like anybody's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "chamber_root.h"
#include "pool.h"

#define EXEC_MOUNTS_MAX 32u
#define EXEC_DISKS_MAX  16u /* as many files as a process is granted */
#define EXEC_ENV_MAX    64u

/* What lies on "/" when nothing was asked for, and on "/dev" then. */
#define EXEC_ROOT    "nodev / ramfs 0"
#define EXEC_DEVICES "devfs /dev devfs 0"

/* The variable by which a process is a client of the VFS, or the VFS itself. */
#define EXEC_BACKEND "VFS_FILESYSTEM_BACKEND"

/* Where each process of the solution is named. */
#define EXEC_PROGRAM "caisson.Program"
#define EXEC_VFS     "kl.VfsRamFs"
#define EXEC_DRIVER  "kl.drivers.SDCard"

typedef struct ExecPlan {
        const char *program; /* absolute path */
        char *const *args;   /* behind it */
        size_t n_args;
        const char *mounts[EXEC_MOUNTS_MAX]; /* entries of an fstab */
        size_t n_mounts;
        const char *disks[EXEC_DISKS_MAX]; /* files: the disks mmc0, mmc1 … */
        bool is_read_only[EXEC_DISKS_MAX]; /* disks that their user may not write */
        size_t n_disks;
        const char *env[EXEC_ENV_MAX]; /* NAME=value */
        size_t n_env;
        RootGiven given[ROOT_GIVEN_MAX]; /* libraries to be loaded while it runs, and its script */
        size_t n_given;
        bool may_not_fork;
        uint64_t processes; /* and threads, at a time; 0: as many as any process may have */
} ExecPlan;

/* NULL, or what is wrong with an entry of an fstab. */
const char *exec_refuse_mount(const char *entry);
/* Whether it mounts what lies on "/"; whether one of the plan's does. */
bool exec_is_root(const char *entry);
bool exec_has_root(const ExecPlan *plan);
/* Writes the init description. False: it can't be written. */
bool exec_write(const ExecPlan *plan, FILE *out);
