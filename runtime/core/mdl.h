/* SPDX-License-Identifier: MIT */
/*
 * Memory objects: memory that processes share by handle.
 *
 * The host holds the memory; a process that may map it gets a descriptor of its own, which it can keep. So
 * the last handle says little: an object counts towards the process that made it for as long as anybody can
 * touch it, mapped or not, and the host can tell. What nobody can touch any more is freed when its last
 * handle goes, when its maker asks for more, or when a process dies.
 *
 * Threads: the host serialises the calls.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rtl/retcode.h>

#define MDL_PAGE        4096u         /* sizes and offsets are multiples */
#define MDL_OBJECTS_MAX 64u           /* of one process that made them: each is a descriptor of the host */
#define MDL_SHARED      (64ull << 20) /* bytes of the objects of one process, where it has no limit of its own */

/* What the host does. A block of memory is a number of its own, not negative. */
typedef struct MdlHost {
        /* A block of zeros that nobody can make larger or smaller. 0 or a negative errno. */
        int (*make)(uint64_t size, int *ret_block);
        void (*free)(int block);
        /* A descriptor that gives access to it, for somebody else; is_writable: also for writing. */
        int (*open)(int block, bool is_writable, int *ret_fd);
        void (*close)(int fd);
        /* Can somebody else touch it: is a descriptor open, or a mapping left? */
        bool (*is_open)(int block);
} MdlHost;

typedef struct Mdl Mdl;

/* What one process has made. */
typedef struct MdlShare {
        uint64_t max_size, size; /* bytes */
        uint32_t n_objects;
        Mdl *released; /* without a handle, and touched when last looked at */
} MdlShare;

/* share: outlives the object. rcOk; rcInvalidArgument: size is 0 or no multiple of MDL_PAGE; rcQuotaExceeded:
 * too large for the share, or MDL_OBJECTS_MAX; rcOutOfMemory: the host has none. */
Retcode mdl_new(const MdlHost *host, MdlShare *share, uint64_t size, bool is_writable, Mdl **ret_mdl);
/* The last handle is gone. */
void mdl_release(Mdl *m);

uint64_t mdl_size(const Mdl *m);
bool mdl_is_writable(const Mdl *m);
/* A descriptor for mapping so much of it. rcOk: the caller's, to be closed by the host's function;
 * rcInvalidArgument: not within it, or no multiples of MDL_PAGE; rcNoCapability: never writable;
 * rcOutOfMemory. */
Retcode mdl_open(const Mdl *m, uint64_t offset, uint64_t size, bool is_writable, int *ret_fd);

/* Frees what was released and nobody can touch. */
void mdl_collect(MdlShare *share);
/* Frees what was released, touched or not: the share goes away, and no handle is left. */
void mdl_share_end(MdlShare *share);
