/* SPDX-License-Identifier: MIT */
/*
 * What the library for programs with their file systems inside brings, and takes when nothing else is said.
 */
#include "backends.h"
#include "local.h"

const BackendBuiltIn backend_built_in[] = {{"local", local_new}, {"server", local_new_server}, {NULL, NULL}};
const char backend_default[] = "local:";
