/* SPDX-License-Identifier: MIT */
/*
 * Back ends: see backends.h and <vfs/vfs.h>.
 *
 * Registration happens before main(), one after the other; afterwards the list only is read.
 */
#include "backends.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "spec.h"

#define FS_TO_NET "fs->net" /* the modifier that is known; what it would route is not there yet */

static struct {
        const char *name;
        create_vfs_backend_t make;
} registered[NKX_VFS_BACKENDS_MAX];
static size_t n_registered;

static create_vfs_backend_t find(const char *name) {
        for (size_t i = 0; i < n_registered; i++)
                if (strcmp(registered[i].name, name) == 0)
                        return registered[i].make;
        for (const BackendBuiltIn *b = backend_built_in; b->name; b++)
                if (strcmp(b->name, name) == 0)
                        return b->make;
        return NULL;
}

__attribute__((visibility("default"))) int nkx_vfs_register(const char *name, create_vfs_backend_t ctor) {
        if (!name || !ctor || !*name || name[strcspn(name, ":{},")] || strlen(name) >= SPEC_NAME_MAX)
                return EINVAL;
        if (find(name))
                return EEXIST;
        if (n_registered == NKX_VFS_BACKENDS_MAX)
                return ENOSPC;
        registered[n_registered].name = name;
        registered[n_registered++].make = ctor;
        return 0;
}

static struct vfs *make(const char *name, Handle client_id, const char *config, int *error) {
        create_vfs_backend_t ctor = name && config ? find(name) : NULL;
        struct vfs *vfs;

        *error = !name || !config ? EINVAL : ENOENT;
        if (!ctor)
                return NULL;
        *error = 0;
        vfs = ctor(client_id, config, error);
        if (!vfs && *error == 0)
                *error = EIO;
        return vfs;
}

__attribute__((visibility("default"))) struct vfs *_vfs_init(
        const char *backend, Handle client_id, const char *config, int *error) {
        int why = 0;
        struct vfs *vfs = make(backend, client_id, config, &why);

        if (!vfs && error)
                *error = why;
        return vfs;
}

/* The variable's text; both spellings, the SDK's own first. NULL: neither is set. */
static const char *variable(const char *name) {
        const char *plain = getenv(name + 1), *underscored = getenv(name);

        if (plain && underscored && strcmp(plain, underscored) != 0)
                log_line(LOG_INIT "%s and %s differ: %s is taken", name + 1, name, name + 1);
        return plain ? plain : underscored;
}

static bool read_spec(const char *name, const char *text, Spec *ret_spec) {
        const char *wrong = spec_parse(text, ret_spec);

        if (wrong)
                log_line(LOG_INIT "%s=%s: %s", name, text, wrong);
        else if (ret_spec->modifier[0] && strcmp(ret_spec->modifier, FS_TO_NET) != 0)
                log_line(LOG_INIT "%s=%s: the modifier is not known and has no effect", name, text);
        return !wrong;
}

static void complain(const Spec *spec, int error) {
        log_line(LOG_INIT "Failed to create backend \"%s\", error %d (%s)", spec->name, error,
                strerrordesc_np(error));
        if (!find(spec->name))
                log_line(LOG_INIT "There is no back end %s: this program has no such name registered.",
                        spec->name);
        else if (error == ECONNREFUSED && strcmp(spec->name, "client") == 0)
                log_line(LOG_INIT "init.yaml gives this process no channel %s.",
                        spec->config[0] ? spec->config : _VFS_CONNECTION_ID);
}

/* The back end that a text asks for; NULL: it can't be made, and why is said. */
static struct vfs *make_as(const char *variable_name, const char *text) {
        struct vfs *vfs;
        Spec spec;
        int error = 0;

        if (!read_spec(variable_name, text, &spec))
                return NULL;
        vfs = make(spec.name, INVALID_HANDLE, spec.config, &error);
        if (!vfs)
                complain(&spec, error);
        if (!vfs || vfs->dtor)
                return vfs;
        log_line(LOG_INIT "backend \"%s\" has no dtor and is not used", spec.name);
        return NULL;
}

/* It is made when a program wants a socket, but a wrong value should not wait until one does. */
static void look_at_network(void) {
        const char *text = variable(_VFS_NETWORK_BACKEND);
        Spec spec;

        if (text && read_spec(&_VFS_NETWORK_BACKEND[1], text, &spec) && !find(spec.name))
                log_line(LOG_INIT "%s=%s: there is no such back end", &_VFS_NETWORK_BACKEND[1], text);
}

struct vfs *backend_choose(void) {
        const char *text = variable(_VFS_FILESYSTEM_BACKEND);
        struct vfs *vfs;

        look_at_network();
        vfs = make_as(&_VFS_FILESYSTEM_BACKEND[1], text ? text : backend_default);
        if (vfs)
                return vfs;
        log_line(LOG_CLIENT "The filesystem backend is a stub: file calls fail with EIO.");
        return &backend_stub;
}

struct vfs *backend_choose_network(void) {
        const char *text = variable(_VFS_NETWORK_BACKEND);
        struct vfs *vfs = text ? make_as(&_VFS_NETWORK_BACKEND[1], text) : NULL;

        if (vfs || !text)
                return vfs;
        log_line(LOG_CLIENT "The network backend is a stub: sockets fail with EIO.");
        return &backend_stub;
}
