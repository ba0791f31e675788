/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the back end `local` share: the client, and open files by number.
 */
#pragma once

#include "client.h"
#include "ids.h"
#include "local.h"

extern VfsClient local_client;

/* The handle of an open file, which it takes over; INVALID_HANDLE: there are LOCAL_FILES_MAX. */
Handle local_put_file(VfsFile *file);
/* The file of a handle; NULL: it is none. Valid until local_take_file(). */
VfsFile *local_file(Handle handle);
/* The same, and the handle is free. */
VfsFile *local_take_file(Handle handle);

/* 0 or a positive result of a call as members give it: 0 or -1 with *error. */
static inline int local_outcome(int r, int *error) {
        if (r < 0)
                *error = -r;
        return r < 0 ? -1 : r;
}
