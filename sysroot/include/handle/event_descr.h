/* SPDX-License-Identifier: MIT */
/*
 * Events of objects: bits of the masks in <coresrv/handle/notice_api.h>.
 *
 * The low 16 bits are common to all objects and come from the kernel; the others belong to the kind of
 * object. Source: the names are documented; the bits are our choice, only the names are API.
 */
#ifndef HANDLE_EVENT_DESCR_H
#define HANDLE_EVENT_DESCR_H

#include <rtl/types.h>

/* --- common to all objects --- */

#define EVENT_OBJECT_DESTROYED                                                                               \
        0x00000001u                    /* its provider ended, or every handle of it is closed or revoked */
#define EVENT_BADGE_CLOSED 0x00000002u /* every handle made together with the badge is closed or revoked */

/* --- by the kind of object --- */

/* Event number n of a kind of object, n = 0 .. 15. n is a constant; any other number does not compile (an
 * array of negative size). */
#define OBJECT_EVENT_SPEC(n) ((rtl_uint32_t)((0x10000u << (n)) * sizeof(char[(n) >= 0 && (n) < 16 ? 1 : -1])))

/* Event number n of a resource provider's own objects, n = 0 .. 15. */
#define OBJECT_EVENT_USER(n) OBJECT_EVENT_SPEC(n)

#define EVENT_TASK_COMPLETED OBJECT_EVENT_SPEC(0) /* of a process: it has ended */

#endif
