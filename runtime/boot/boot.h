/* SPDX-License-Identifier: MIT */
/*
 * Boot block, the receiving side: finds it, checks all of it, keeps it mapped.
 *
 * The kernel process wrote it, but it comes through an inherited descriptor, so nothing of it is
 * used before it has been checked: seals, sizes, every offset and text, every shape table, every
 * descriptor. After that the accessors can't fail. A process without a valid block was not started
 * as part of a solution: boot_get() is NULL and every look-up of the service locator fails.
 */
#pragma once

#include <stddef.h>

#include "boot_block.h"
#include "transport/verdicts.h"

struct ShapeTable;
struct ChanKernel;
struct HeldTable;

enum {
        BOOT_E_ABSENT = 1, /* the descriptor is closed, or no boot block: it is left as it is */
        BOOT_E_UNSEALED,   /* a boot block that somebody could still change */
        BOOT_E_VERSION,    /* of another version of the kernel process */
        BOOT_E_MALFORMED,  /* an offset, a text or a table is outside the block, or wrong in itself */
        BOOT_E_DESCRIPTOR, /* a descriptor that is listed is not open, or is listed twice */
        BOOT_E_MAX
};

/* A checked block. Valid until boot_unload; the one of boot_get, as long as the process. */
typedef struct Boot {
        const BootBlock *block;
        const char *task_name;         /* this process */
        const char *class_name;        /* and its class */
        const BootListener *listeners; /* block->n_listeners */
        const BootChannel *channels;   /* block->n_channels */
        const BootGrant *grants;       /* block->n_grants */
} Boot;

/* The block of this process. The first call loads it, any thread may make it. NULL: none or not valid. */
const Boot *boot_get(void);

/* Loads a block. fd: taken over on success (closed: the mapping is all that is needed). It and every
 * descriptor that the block lists must have come through exec, so without close-on-exec; it is set here.
 * 0, a BOOT_E_* code, or a negative errno. */
int boot_load(int fd, Boot *ret_boot);
void boot_unload(Boot *boot);

/* A text of the block by its offset. */
const char *boot_text(const Boot *boot, uint32_t off);
/* The shape table of a channel. */
const struct ShapeTable *boot_shape(const Boot *boot, const BootChannel *channel);
/* That of this process's own class; NULL: answers are not checked. */
const struct ShapeTable *boot_listener_shape(const Boot *boot, const BootListener *listener);
/* Its verdicts; NULL: there is no policy. */
const ChanVerdicts *boot_verdicts(const Boot *boot, const BootChannel *channel);

/* The kernel process, towards which the judged calls of this process go: made when it is first asked for, and
 * there for as long as the process. NULL: nothing is judged, or it can't be mapped. */
const struct ChanKernel *boot_kernel(void);

/* What handles in direct requests stand for, likewise. NULL: nobody says, so they all go the judged way. */
const struct HeldTable *boot_held(void);
