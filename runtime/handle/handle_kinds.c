/* SPDX-License-Identifier: MIT */
/*
 * How each kind of handle is closed and freed.
 */
#include "handle_kinds.h"

#include "transport/chan.h"

static void client_close(void *object) {
        chan_client_close(object);
}

static void client_free(void *object) {
        (void)chan_client_free(object);
}

static void listener_end(void *object) {
        listener_close(object);
}

static void listener_drop(void *object) {
        (void)listener_free(object);
}

/* Who waits with the object would wait without a way to interrupt it: let go. */
static void sync_close(void *object) {
        chan_sync_set(object);
}

static void sync_free(void *object) {
        (void)chan_sync_free(object);
}

const HndKind hnd_client = {.name = "client", .close = client_close, .free = client_free};
const HndKind hnd_listener = {.name = "listener", .close = listener_end, .free = listener_drop};
const HndKind hnd_sync = {.name = "sync object", .close = sync_close, .free = sync_free};
