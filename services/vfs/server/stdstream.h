/* SPDX-License-Identifier: MIT */
/*
 * The standard streams of clients: those of the VFS process itself.
 */
#pragma once

#include "stream.h"

/* number: 0, 1 or 2. A stream with a reference for the caller; there is one of each, shared by all. */
Stream *stdstream_get(unsigned number);
