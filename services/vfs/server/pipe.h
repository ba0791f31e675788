/* SPDX-License-Identifier: MIT */
/*
 * Pipes, between descriptors of one process and its copies.
 */
#pragma once

#include "bell.h"
#include "stream.h"

#define PIPE_SIZE  65536u /* bytes that it holds */
#define PIPE_WHOLE 4096u  /* so many at most are written in one piece or not at all (PIPE_BUF) */

/* Both ends, with a reference each. bell: lives as long as both. flags: O_NONBLOCK or 0. -ENOMEM. */
int pipe_new(Bell *bell, int flags, Stream **ret_reader, Stream **ret_writer);
