/* SPDX-License-Identifier: MIT */
/*
 * The beginning of a VFS program: see server.h.
 */
#include "server.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/handle/handle_api.h>
#include <coresrv/sl/sl_api.h>

#define _VFS_SERVER_INTERFACE
#include <vfs/basic.h>

#include "crew.h"
#include "serve.h"
#include "startup.h"
#include "world.h"

#define BACKEND       "server:"
#define NAMES_MAX     1024u /* bytes of both variables */
#define USUAL_CHANNEL "kl.VfsEntity"
#define OLD_CHANNEL   "VFS"

/* Names of channels to serve, each once. */
typedef struct Channels {
        char text[NAMES_MAX];
        size_t used;
        const char *names[SERVER_CHANNELS_MAX];
        uint32_t n;
} Channels;

static void *complain(const char *what, const char *which) {
        (void)fprintf(stderr, "vfs: %s%s%s\n", what, *which ? ": " : "", which);
        return NULL;
}

/* --- which channels --- */

static bool add_channel(Channels *c, const char *name, size_t length) {
        char *copy = c->text + c->used;

        if (length == 0 || length >= SERVICE_LOCATOR_NAME_MAX || length >= sizeof c->text - c->used)
                return false;
        memcpy(copy, name, length);
        copy[length] = '\0';
        for (uint32_t i = 0; i < c->n; i++)
                if (strcmp(c->names[i], copy) == 0)
                        return true;
        if (c->n == SERVER_CHANNELS_MAX)
                return false;
        c->names[c->n++] = copy;
        c->used += length + 1;
        return true;
}

/* "server:NAME[,NAME]"; braces behind "server" mean nothing here. */
static bool add_backend(Channels *c, const char *value) {
        const char *names = strchr(value, ':');

        if (strncmp(value, "server", 6) != 0 || !names || (value[6] != ':' && value[6] != '{'))
                return false;
        for (names++;; names++) {
                size_t length = strcspn(names, ",");

                if (!add_channel(c, names, length))
                        return false;
                names += length;
                if (*names == '\0')
                        return true;
        }
}

/* The name without the underscore wins. */
static const char *variable(const char *name) {
        const char *value = getenv(name + 1), *old = getenv(name);

        if (value && old && strcmp(value, old) != 0)
                (void)fprintf(stderr, "vfs: %s and %s differ: %s is used\n", name + 1, name, name + 1);
        return value ? value : old;
}

static bool find_channels(Channels *c) {
        static const char *const variables[] = {"_VFS_FILESYSTEM_BACKEND", "_VFS_NETWORK_BACKEND"};

        for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
                const char *value = variable(variables[i]);

                if (value && !add_backend(c, value)) {
                        (void)fprintf(stderr, "vfs: %s='%s' is not of the form server:NAME\n",
                                variables[i] + 1, value);
                        return false;
                }
        }
        if (c->n > 0)
                return true;
        return add_channel(c, USUAL_CHANNEL, strlen(USUAL_CHANNEL)) &&
               add_channel(c, OLD_CHANNEL, strlen(OLD_CHANNEL));
}

/* --- serving --- */

static struct kl_VfsSession session = {.ops = &serve_session_ops};
static struct kl_VfsFile file = {.ops = &serve_file_ops};
static struct kl_VfsName name = {.ops = &serve_name_ops};
static struct kl_VfsMount mount_ = {.ops = &serve_mount_ops};
static struct kl_VfsXattr xattr = {.ops = &serve_xattr_ops};
static struct kl_VfsAcl acl = {.ops = &serve_acl_ops};
static struct kl_VfsSocket socket_ = {.ops = &serve_socket_ops};
static struct kl_VfsNetConfig netconfig = {.ops = &serve_netconfig_ops};
static struct kl_Vfs_component component;

static void *serve_channel(void *listener) {
        (void)crew_serve((Handle)(uintptr_t)listener, &component, 0);
        return NULL;
}

static uint32_t waits_of_client(void) {
        const char *text = getenv("VFS_CLIENT_MAX_THREADS");
        char *end = NULL;
        unsigned long n = text ? strtoul(text, &end, 10) : SESSION_WAITS_DEFAULT;

        if ((!end || *end == '\0') && n >= 1 && n <= SESSION_WAITS_MAX)
                return (uint32_t)n;
        (void)fprintf(stderr, "vfs: VFS_CLIENT_MAX_THREADS='%s' is not 1 .. %u: %u is used\n", text,
                SESSION_WAITS_MAX, SESSION_WAITS_DEFAULT);
        return SESSION_WAITS_DEFAULT;
}

/* A thread for each but the last, whose listener is for the caller. */
static Handle begin_channels(const Channels *c) {
        Handle last = INVALID_HANDLE;
        pthread_t thread;

        for (uint32_t i = 0; i < c->n; i++) {
                Handle listener = ServiceLocatorRegister(c->names[i], NULL, 0, NULL);

                if (listener == INVALID_HANDLE)
                        continue;
                if (last != INVALID_HANDLE &&
                        pthread_create(&thread, NULL, serve_channel, (void *)(uintptr_t)last) != 0)
                        return INVALID_HANDLE;
                last = listener;
        }
        if (last == INVALID_HANDLE)
                (void)complain("no process has a channel to this one of the name", c->names[0]);
        return last;
}

static void *serve_clients(void *arg) {
        Channels channels = {.n = 0};
        Handle listener;
        int r = find_channels(&channels) ? startup_root() : -EINVAL;

        (void)arg;
        if (r < 0)
                return complain("cannot begin", strerror(-r));
        r = sessions_begin(world_mounts(), waits_of_client());
        if (r < 0)
                return complain(
                        "no handles or notifications (does the policy allow them to the VFS?)", strerror(-r));
        kl_Vfs_component_init(
                &component, &session, &file, &name, &mount_, &xattr, &acl, &socket_, &netconfig);
        listener = begin_channels(&channels);
        if (listener != INVALID_HANDLE)
                (void)serve_channel((void *)(uintptr_t)listener);
        return complain("nobody can call any more", "");
}

__attribute__((constructor)) void vfs_server_attach(void) {
        _vfs_server_set_main_thread_routine(serve_clients, NULL);
}
