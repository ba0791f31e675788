/* SPDX-License-Identifier: MIT */
/*
 * Service locator over the boot block.
 *
 * Each channel end and each listener of the block is made into an object when it is first asked
 * for, and never twice: its descriptors are gone with the object. Looking up takes a lock; it is
 * no part of a call.
 */
#include <coresrv/sl/sl_api.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "boot/boot.h"
#include "endpoint.h"
#include "handle/handle_kinds.h"
#include "sl.h"
#include "transport/chan.h"
#include "transport/family.h"

/* What became of one name; the handle tells whether it is still open. */
typedef struct Place {
        bool is_used;
        Handle handle; /* INVALID_HANDLE: making it failed */
} Place;

static struct {
        pthread_mutex_t lock;
        Place *channels;  /* one for each of the block; used for client ends only */
        Place *listeners; /* one for each of the block */
        SlRegistered *registered;
} sl = {.lock = PTHREAD_MUTEX_INITIALIZER};

pthread_mutex_t *sl_get_lock(void) {
        return &sl.lock;
}

static bool is_name(const char *name) {
        size_t n = name ? strnlen(name, SERVICE_LOCATOR_NAME_MAX) : 0;

        return n > 0 && n < SERVICE_LOCATOR_NAME_MAX;
}

/* --- making the objects; the caller holds the lock --- */

static Handle open_handle(const HndKind *kind, void *object, const struct ShapeTable *shape) {
        Handle handle;

        if (hnd_open(kind, object, shape, &handle) == 0)
                return handle;
        kind->free(object);
        return INVALID_HANDLE;
}

static Handle make_client(const Boot *boot, const BootChannel *c) {
        const struct ShapeTable *shape = boot_shape(boot, c);
        const ChanClientPlan plan = {.mem_fd = c->mem_fd,
                .bell_fd = c->bell_fd,
                .status_fd = c->status_fd,
                .status_index = c->status,
                .judged_fd = c->verdicts_off ? c->judged_fd : -1,
                .kernel = boot_kernel(),
                .verdicts = boot_verdicts(boot, c),
                .shape = shape,
                .deadline_ms = c->deadline_ms};
        ChanClient *client;

        if (c->role == BOOT_LATE ? chan_client_ended(&client) : chan_client_open(&plan, &client))
                return INVALID_HANDLE;
        return open_handle(&hnd_client, client, shape);
}

/* Adds every channel of listener `index`. */
static bool add_channels(const Boot *boot, Listener *listener, uint32_t index) {
        for (uint32_t i = 0; i < boot->block->n_channels; i++) {
                const BootChannel *c = &boot->channels[i];

                if (c->role != BOOT_SERVER || c->listener != index)
                        continue;
                if (listener_add_end(listener, &(ChanEndPlan){.mem_fd = c->mem_fd,
                                                       .judged_fd = c->verdicts_off ? c->judged_fd : -1,
                                                       .kernel = boot_kernel(),
                                                       .verdicts = boot_verdicts(boot, c),
                                                       .shape = boot_shape(boot, c),
                                                       .peer = boot_text(boot, c->peer_off),
                                                       .held = boot_held(),
                                                       .seat = c->seat}))
                        return false;
        }
        return true;
}

static Handle make_listener(const Boot *boot, uint32_t index) {
        const BootListener *l = &boot->listeners[index];
        Listener *listener;

        if (listener_new(boot->block->status_fd, l->status, l->ear_fd, &listener))
                return INVALID_HANDLE;
        if (!add_channels(boot, listener, index)) {
                (void)listener_free(listener);
                return INVALID_HANDLE;
        }
        return open_handle(&hnd_listener, listener, boot_listener_shape(boot, l));
}

/* --- looking up --- */

static bool are_places_ready(const Boot *boot) {
        if (!sl.channels)
                sl.channels = calloc((size_t)boot->block->n_channels + 1, sizeof *sl.channels);
        if (!sl.listeners)
                sl.listeners = calloc((size_t)boot->block->n_listeners + 1, sizeof *sl.listeners);
        return sl.channels && sl.listeners;
}

static Handle find_client(const Boot *boot, const char *name) {
        for (uint32_t i = 0; i < boot->block->n_channels; i++) {
                const BootChannel *c = &boot->channels[i];
                Place *place = &sl.channels[i];

                if (c->role == BOOT_SERVER || strcmp(boot_text(boot, c->name_off), name) != 0)
                        continue;
                if (!place->is_used && family_self() != 0)
                        return INVALID_HANDLE; /* its slots would be taken twice */
                if (!place->is_used)
                        *place = (Place){.is_used = true, .handle = make_client(boot, c)};
                return place->handle;
        }
        return INVALID_HANDLE;
}

static Handle find_listener(const Boot *boot, const char *name) {
        for (uint32_t i = 0; i < boot->block->n_listeners; i++) {
                Place *place = &sl.listeners[i];

                if (strcmp(boot_text(boot, boot->listeners[i].name_off), name) != 0)
                        continue;
                if (!place->is_used && family_self() != 0)
                        return INVALID_HANDLE;
                if (!place->is_used) {
                        *place = (Place){.is_used = true, .handle = make_listener(boot, i)};
                        if (place->handle != INVALID_HANDLE && sl.registered)
                                sl.registered(place->handle, i);
                }
                return place->handle;
        }
        return INVALID_HANDLE;
}

static Handle locate(Handle (*find)(const Boot *boot, const char *name), const char *name) {
        const Boot *boot = boot_get();
        Handle handle = INVALID_HANDLE;

        if (!boot || !is_name(name))
                return INVALID_HANDLE;
        (void)pthread_mutex_lock(&sl.lock);
        if (are_places_ready(boot))
                handle = find(boot, name);
        (void)pthread_mutex_unlock(&sl.lock);
        return hnd_is_open(handle) ? handle : INVALID_HANDLE;
}

bool sl_find_listener(Handle handle, uint32_t *ret_index) {
        const Boot *boot = boot_get();
        bool is_found = false;

        (void)pthread_mutex_lock(&sl.lock);
        for (uint32_t i = 0; boot && sl.listeners && i < boot->block->n_listeners && !is_found; i++) {
                is_found = sl.listeners[i].is_used && sl.listeners[i].handle == handle;
                *ret_index = i;
        }
        (void)pthread_mutex_unlock(&sl.lock);
        return is_found && handle != INVALID_HANDLE;
}

const BootChannel *sl_find_channel(Handle handle) {
        const Boot *boot = boot_get();
        const BootChannel *found = NULL;

        (void)pthread_mutex_lock(&sl.lock);
        for (uint32_t i = 0; boot && sl.channels && i < boot->block->n_channels && !found; i++)
                if (sl.channels[i].is_used && sl.channels[i].handle == handle)
                        found = &boot->channels[i];
        (void)pthread_mutex_unlock(&sl.lock);
        return handle == INVALID_HANDLE ? NULL : found;
}

void sl_on_registered(SlRegistered *registered) {
        (void)pthread_mutex_lock(&sl.lock);
        sl.registered = registered;
        (void)pthread_mutex_unlock(&sl.lock);
}

/* --- public functions --- */

Handle ServiceLocatorRegister(
        const char *channelName, const void *endpoints, rtl_size_t endpointsSize, ServiceId *id) {
        Handle handle = locate(find_listener, channelName);

        (void)endpoints;
        (void)endpointsSize;
        if (handle != INVALID_HANDLE && id)
                *id = 0;
        return handle;
}

Handle ServiceLocatorConnect(const char *channelName) {
        return locate(find_client, channelName);
}

nk_iid_t ServiceLocatorGetRiid(Handle channel, const char *endpointName) {
        HndEntry *entry = is_name(endpointName) ? hnd_get(channel, &hnd_client) : NULL;
        nk_iid_t iid;

        if (!entry)
                return INVALID_RIID;
        iid = endpoint_find(entry->shape, endpointName);
        hnd_put(entry);
        return iid;
}
