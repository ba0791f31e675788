/* SPDX-License-Identifier: MIT */
/*
 * Channels of the init file whose server comes back: for clients that leave something with it.
 *
 * Source: our own extension.
 */
#ifndef CAISSON_CHANNEL_H
#define CAISSON_CHANNEL_H

#include <handle/handletype.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How many channels have taken the place of the first one behind a client's handle.
 *
 * A call that finds the channel ended, and the server living again (`restart` in init.yaml, or its starter),
 * goes over a new one, and this number is higher by one then. What the server knew before is gone: who needs
 * to know compares the number after a call with the one before.
 *
 * client: a handle of ServiceLocatorConnect(); of any other value the number is 0. Does not block. Any
 * thread.
 */
rtl_uint32_t nkx_channel_renewals(Handle client);

#ifdef __cplusplus
}
#endif

#endif
