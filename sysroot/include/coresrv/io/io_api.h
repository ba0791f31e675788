/* SPDX-License-Identifier: MIT */
/*
 * Resources of devices.
 *
 * A process on this host has no devices of its own: what reaches into hardware is there so that drivers
 * compile, and says so when it is called. Drivers that serve images of devices or simulated pins do not
 * need it. None of these functions blocks; any thread may call them.
 * Source: functions documented; that they do nothing here is our choice.
 */
#ifndef CORESRV_IO_IO_API_H
#define CORESRV_IO_IO_API_H

#include <handle/handletype.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Gives up a resource of a device, or a mapping of one. Returns rcUnimplemented: there are none here. */
Retcode KnIoClose(Handle rid);

#ifdef __cplusplus
}
#endif

#endif
