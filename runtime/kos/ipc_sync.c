/* SPDX-License-Identifier: MIT */
/*
 * coresrv/ipc/ipc_api.h: sync objects behind handles.
 */
#include <coresrv/ipc/ipc_api.h>

#include "handle/handle_kinds.h"
#include "transport/chan.h"

Retcode KnIpcCreateSyncObject(Handle *syncHandle) {
        ChanSync *sync;
        int r;

        if (!syncHandle)
                return rcInvalidArgument;
        r = chan_sync_new(&sync);
        if (r < 0)
                return rcOutOfMemory; /* a heap object and a descriptor are all it needs */
        if (hnd_open(&hnd_sync, sync, NULL, syncHandle)) {
                (void)chan_sync_free(sync);
                return rcQuotaExceeded;
        }
        return rcOk;
}

static Retcode change(Handle handle, void (*to)(ChanSync *sync)) {
        HndEntry *entry = hnd_get(handle, &hnd_sync);

        if (!entry)
                return rcInvalidArgument;
        to(entry->object);
        hnd_put(entry);
        return rcOk;
}

Retcode KnIpcSetInterrupt(Handle syncHandle) {
        return change(syncHandle, chan_sync_set);
}

Retcode KnIpcClearInterrupt(Handle syncHandle) {
        return change(syncHandle, chan_sync_clear);
}
