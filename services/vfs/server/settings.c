/* SPDX-License-Identifier: MIT */
/*
 * From the environment to numbers and names: see settings.h.
 */
#include "settings.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/sl/sl_api.h>

#include "envnum.h"
#include "session.h"

#define BACKEND       "server"
#define WAITS         "VFS_CLIENT_MAX_THREADS"
#define USUAL_CHANNEL "kl.VfsEntity"
#define OLD_CHANNEL   "VFS"

/* NULL, or what is wrong with it. */
static const char *add_channel(Settings *s, const char *name, size_t length) {
        char *copy = s->text + s->used;

        if (length == 0)
                return "a name of a channel is empty";
        if (length >= SERVICE_LOCATOR_NAME_MAX || length >= sizeof s->text - s->used)
                return "a name of a channel is too long";
        memcpy(copy, name, length);
        copy[length] = '\0';
        for (uint32_t i = 0; i < s->n; i++)
                if (strcmp(s->names[i], copy) == 0)
                        return NULL;
        if (s->n == SERVER_CHANNELS_MAX)
                return "there are too many channels, with those of the other variable";
        s->names[s->n++] = copy;
        s->used += (uint32_t)length + 1;
        return NULL;
}

/* "server:NAME[,NAME]"; braces behind "server" mean nothing here. */
static const char *add_backend(Settings *s, const char *value) {
        const char *names = strchr(value, ':'), *wrong = NULL;
        size_t head = strlen(BACKEND);

        if (strncmp(value, BACKEND, head) != 0 || !names || (value[head] != ':' && value[head] != '{'))
                return "a VFS program has " BACKEND ":NAME, the name of a channel to it";
        for (names++; !wrong; names++) {
                size_t length = strcspn(names, ",");

                wrong = add_channel(s, names, length);
                names += length;
                if (*names == '\0')
                        break;
        }
        return wrong;
}

/* The name without the underscore wins. */
static const char *variable(const char *name) {
        const char *value = getenv(name + 1), *old = getenv(name);

        if (value && old && strcmp(value, old) != 0)
                (void)fprintf(stderr, "vfs: %s and %s differ: %s is used\n", name + 1, name, name + 1);
        return value ? value : old;
}

static bool read_channels(Settings *s) {
        static const char *const variables[] = {"_VFS_FILESYSTEM_BACKEND", "_VFS_NETWORK_BACKEND"};

        for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
                const char *value = variable(variables[i]);
                const char *wrong = value ? add_backend(s, value) : NULL;

                if (wrong) {
                        (void)fprintf(stderr, "vfs: %s='%s': %s\n", variables[i] + 1, value, wrong);
                        return false;
                }
        }
        if (s->n == 0) {
                (void)add_channel(s, USUAL_CHANNEL, strlen(USUAL_CHANNEL));
                (void)add_channel(s, OLD_CHANNEL, strlen(OLD_CHANNEL));
        }
        return true;
}

static uint32_t read_waits(void) {
        static const EnvNum variable = {
                .name = WAITS, .least = 1, .most = SESSION_WAITS_MAX, .usual = SESSION_WAITS_DEFAULT};

        return envnum_of(&variable, getenv(WAITS));
}

bool settings_read(Settings *ret_settings) {
        memset(ret_settings, 0, sizeof *ret_settings);
        ret_settings->n_waits = read_waits();
        return read_channels(ret_settings);
}
