/* SPDX-License-Identifier: MIT */
/*
 * Handles: numbers that mean something in one process only.
 *
 * Never depend on a value: equal numbers in two processes have nothing to do with each other.
 * Source: the names are documented; width and values are our choice.
 */
#ifndef HANDLE_HANDLETYPE_H
#define HANDLE_HANDLETYPE_H

#include <rtl/types.h>

typedef rtl_uint32_t Handle;
typedef Handle Notice; /* a receiver of notifications, <coresrv/handle/notice_api.h> */

#define INVALID_HANDLE ((Handle)-1) /* identifies nothing */

/* Range of the `type` of KnHandleCreateUserObject(); which one is taken has no effect. */
#define HANDLE_TYPE_USER_FIRST 0x0100u
#define HANDLE_TYPE_USER_LAST  0x01ffu

#endif
