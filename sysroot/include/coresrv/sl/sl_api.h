/* SPDX-License-Identifier: MIT */
/*
 * Service locator: from the channel names of init.yaml to handles, from endpoint names to RIIDs.
 *
 * Channels are made before the two processes start, so nothing here waits for the other side or
 * asks it. The data comes with the process; in a program that was not started as part of a
 * solution every look-up fails.
 *
 * Threads: all functions may be called from any thread.
 * Source: functions, the dummies and the name forms documented and observed; "same handle again"
 * and what happens with bad names are our choice.
 */
#ifndef CORESRV_SL_SL_API_H
#define CORESRV_SL_SL_API_H

#include <handle/handletype.h>
#include <nk/types.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest channel or endpoint name, bytes with the NUL. */
#define SERVICE_LOCATOR_NAME_MAX 256u

/* Programs pass either type as the fourth argument of ServiceLocatorRegister. */
typedef nk_iid_t ServiceId;

/* Gets the listener that serves every channel with this name that ends at this process.
 * channelName:    NUL-terminated, 1 .. SERVICE_LOCATOR_NAME_MAX - 1 bytes; borrowed.
 * endpoints, endpointsSize: not used (documented: RTL_NULL and 0).
 * id:             not used (documented as obsolete); set to 0 on success; may be null.
 * Returns a listener handle; the same one each time. INVALID_HANDLE when the name is null, empty, too
 * long, or not that of a channel to this process, when the handle was closed before, or when the
 * process has no room for another handle. Close it with KnHandleClose, which ends its channels. */
Handle ServiceLocatorRegister(
        const char *channelName, const void *endpoints, rtl_size_t endpointsSize, ServiceId *id);

/* Gets the client end of the channel with this name.
 * channelName:    as above.
 * Returns a client handle; the same one each time. INVALID_HANDLE in the same cases as above. Close it
 * with KnHandleClose, which ends the channel for good (documented). */
Handle ServiceLocatorConnect(const char *channelName);

/* Finds an endpoint of the server class of a channel.
 * channel:        client handle.
 * endpointName:   NUL-terminated, borrowed; one of
 *                 "main.store"              instance names and endpoint (documented),
 *                 "demo.CStore.store"       declaring component class and endpoint (observed),
 *                 either of them behind "<server class>." (observed).
 *                 When a name fits several endpoints the earlier form wins, then the smaller RIID.
 * Returns the RIID, or INVALID_RIID when the handle is not an open client handle, or the name is null,
 * empty, too long or unknown. */
nk_iid_t ServiceLocatorGetRiid(Handle channel, const char *endpointName);

#ifdef __cplusplus
}
#endif

#endif
