/* SPDX-License-Identifier: MIT */
/*
 * Back ends: those that the library brings, those that the program registered, and the one that is chosen.
 */
#pragma once

#include <vfs/vfs.h>

typedef struct BackendBuiltIn {
        const char *name;
        create_vfs_backend_t make;
} BackendBuiltIn;

/* What this library brings; a list for each, chosen by the build. Ends with a NULL name. */
extern const BackendBuiltIn backend_built_in[];
/* Taken when the environment says nothing. */
extern const char backend_default[];

/* The back end of files as the environment wants it; the stub when there is none. Says on the console what is
 * wrong. Never NULL. */
struct vfs *backend_choose(void);
/* The same for the network; NULL: the environment wants none. */
struct vfs *backend_choose_network(void);

/* Every call fails with EIO. */
extern struct vfs backend_stub;
