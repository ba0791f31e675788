/* SPDX-License-Identifier: MIT */
/*
 * Files of the host that a program is given at their paths: libraries that it may load while it runs, and its
 * script. The kernel process puts them into the chamber (chamber_root.h); they are mapped when the chamber is
 * about to be closed, and what the program does with them afterwards is answered from that memory. So no
 * descriptor of theirs is kept, and the chamber's walls need no door: code is not made, it is there already,
 * and mremap() shows it at a second place.
 *
 * They lie over the VFS: a path that is one of theirs leads there.
 */
#pragma once

#define GIVEN_VARIABLE  "CAISSON_GIVEN"
#define GIVEN_FOLDER    "/lib/given"
#define GIVEN_FILES_MAX 384u
#define GIVEN_NAMES_MAX 1024u
#define GIVEN_PATH_MAX  1024u /* bytes of a path, with the zero; a longer one is none of theirs */
#define GIVEN_OPEN_MAX  64u   /* open at once */
