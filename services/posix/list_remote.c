/* SPDX-License-Identifier: MIT */
/*
 * What the library for clients of a VFS program brings, and takes when nothing else is said.
 */
#include "backends.h"
#include "remote.h"

const BackendBuiltIn backend_built_in[] = {{"client", remote_new}, {NULL, NULL}};
const char backend_default[] = "client:";
