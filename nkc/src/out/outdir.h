/* SPDX-License-Identifier: MIT */
/*
 * Writing of output files, all below one folder.
 *
 * A name is relative, has no "." or ".." in it, and no folder on its way below the output folder is
 * a symbolic link, so nothing outside can be written whatever the input is called. A file whose
 * content would not change is left alone (its time stamp too: nothing that depends on it is built
 * again); any other one is written under a temporary name and renamed, so a reader sees the old or
 * the new content and an interrupted run leaves the old one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define OUTDIR_TEMP_TRIES 100 /* names tried for the temporary file */

enum {
        OUTDIR_E_OUTSIDE = 1, /* the name is absolute, empty, or has an empty, "." or ".." part */
        OUTDIR_E_SYMLINK = 2, /* a folder of the name is a symbolic link, or no folder */
};

typedef struct OutDir {
        int fd; /* -1: not open */
} OutDir;

#define OUTDIR_NULL ((OutDir){.fd = -1})

/* The folder must exist; a symbolic link to it is fine, because the user wrote it. 0 or -errno. */
int outdir_open(OutDir *o, const char *folder);
void outdir_close(OutDir *o);

/* Brings the file `name` ("demo/IStore.idl.h") to this content, making the folders it needs.
 * 0, OUTDIR_E_* or -errno. */
int outdir_write(const OutDir *o, const char *name, const void *data, size_t size);

/* The same for a file that may have become somebody's own: -EEXIST when it is there with other content. */
int outdir_create(const OutDir *o, const char *name, const void *data, size_t size);

/* What went wrong, for a message: text of an OUTDIR_E_* or of a negative errno. */
const char *outdir_problem(int result);
