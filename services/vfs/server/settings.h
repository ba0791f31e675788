/* SPDX-License-Identifier: MIT */
/*
 * What the environment asks of a VFS server: the channels that it serves, and how many calls of a client
 * wait.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server.h"

#define SETTINGS_TEXT_MAX 1024u /* bytes of the channels' names, each with its zero */

typedef struct Settings {
        const char *names[SERVER_CHANNELS_MAX]; /* of channels, each once; in `text` */
        uint32_t n;
        uint32_t n_waits;
        char text[SETTINGS_TEXT_MAX];
        uint32_t used;
} Settings;

/* Reads VFS_FILESYSTEM_BACKEND, VFS_NETWORK_BACKEND, with or without an underscore before them, and
 * VFS_CLIENT_MAX_THREADS. False: a value can't be used, which is said on standard error. */
bool settings_read(Settings *ret_settings);
