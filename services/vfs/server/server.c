/* SPDX-License-Identifier: MIT */
/*
 * The beginning of a VFS program: see server.h.
 */
#include "server.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <coresrv/handle/handle_api.h>
#include <coresrv/sl/sl_api.h>

#define _VFS_SERVER_INTERFACE
#include <vfs/basic.h>

#include "crew.h"
#include "ending.h"
#include "serve.h"
#include "settings.h"
#include "startup.h"
#include "world.h"

#define CLIENTS_MS 500u /* so long those that have ended are waited for at our own end */

static void *complain(const char *what, const char *which) {
        (void)fprintf(stderr, "vfs: %s%s%s\n", what, *which ? ": " : "", which);
        return NULL;
}

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

/* A thread for each but the last, whose listener is for the caller. */
static Handle begin_channels(const Settings *s) {
        Handle last = INVALID_HANDLE;
        pthread_t thread;

        for (uint32_t i = 0; i < s->n; i++) {
                Handle listener = ServiceLocatorRegister(s->names[i], NULL, 0, NULL);

                if (listener == INVALID_HANDLE)
                        continue;
                if (last != INVALID_HANDLE &&
                        pthread_create(&thread, NULL, serve_channel, (void *)(uintptr_t)last) != 0)
                        return INVALID_HANDLE;
                last = listener;
        }
        if (last == INVALID_HANDLE)
                (void)complain("no process has a channel to this one of the name", s->names[0]);
        return last;
}

/* Those that have ended: their files without a name go with them. */
static void let_clients_go(void) {
        sessions_await_end(CLIENTS_MS);
}

static void *serve_clients(void *arg) {
        Settings settings;
        Handle listener;
        int r = settings_read(&settings) ? startup_root() : -EINVAL;

        (void)arg;
        if (r < 0)
                return complain("cannot begin", strerror(-r));
        r = sessions_begin(world_mounts(), settings.n_waits);
        if (r < 0)
                return complain(
                        "no handles or notifications (does the policy allow them to the VFS?)", strerror(-r));
        kl_Vfs_component_init(
                &component, &session, &file, &name, &mount_, &xattr, &acl, &socket_, &netconfig);
        ending_before(let_clients_go);
        listener = begin_channels(&settings);
        if (listener != INVALID_HANDLE)
                (void)serve_channel((void *)(uintptr_t)listener);
        return complain("nobody can call any more", "");
}

__attribute__((constructor)) void vfs_server_attach(void) {
        _vfs_server_set_main_thread_routine(serve_clients, NULL);
}
