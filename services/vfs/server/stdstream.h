/* SPDX-License-Identifier: MIT */
/*
 * The standard streams of clients.
 *
 * What a client prints goes to the console with its name (caisson/console.h), where there is one, else to the
 * output of this process; what it reads is the input of this process, which all of them share.
 */
#pragma once

#include "stream.h"

/* number: 0, 1 or 2; client: the name of its process, copied. With a reference for the caller. 0, -ENOMEM,
 * -ENAMETOOLONG. */
int stdstream_new(unsigned number, const char *client, Stream **ret);
