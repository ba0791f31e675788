/* SPDX-License-Identifier: MIT */
/*
 * What handles stand for: the two ends of channels, and sync objects.
 */
#pragma once

#include "handle_table.h"

extern const HndKind hnd_client;   /* object: ChanClient; shape: of the server's class */
extern const HndKind hnd_listener; /* object: Listener; shape: of this process's class */
extern const HndKind hnd_sync;     /* object: ChanSync; no shape */
