/* SPDX-License-Identifier: MIT */
/*
 * Rights of handles: the 32-bit mask of an object capability.
 *
 * The low 16 bits belong to the kind of resource, the others are common to all handles. Bit 31 is
 * never a right. A descendant's mask is always a part of its ancestor's.
 * Source: the names are documented; the bits are our choice, only the names are API.
 */
#ifndef SERVICES_OCAP_H
#define SERVICES_OCAP_H

#include <rtl/types.h>

/* --- common to all handles --- */

#define OCAP_HANDLE_TRANSFER  0x00010000u /* transfer over IPC */
#define OCAP_HANDLE_COPY      0x00020000u /* KnHandleCopy() */
#define OCAP_HANDLE_GET_EVENT 0x00040000u /* subscribe a notification receiver to the resource */
#define OCAP_HANDLE_SET_EVENT 0x00080000u /* signal events of a user resource */
#define OCAP_HANDLE_GET_SID   0x00100000u /* KnHandleGetSidByHandle() */
#define OCAP_HANDLE_FULL      0x001f0000u /* all of these */

/*
 * OCAP_HANDLE_SPEC(n): right number n of a resource provider's own resources, n = 0 .. 15. The
 * provider gives them names in a header of its own:
 *
 *      #define DOOR_RIGHT_OPEN OCAP_HANDLE_SPEC(0)
 *
 * n is a constant; any other number does not compile (an array of negative size).
 */
#define OCAP_HANDLE_SPEC(n) ((rtl_uint32_t)((1u << (n)) * sizeof(char[(n) >= 0 && (n) < 16 ? 1 : -1])))

/* --- IPC handles --- */

#define OCAP_IPC_SERVER   0x00000001u /* Recv() and Reply() */
#define OCAP_IPC_LISTENER 0x00000002u /* add channels to the set that the handle identifies */
#define OCAP_IPC_CLIENT   0x00000004u /* Call() with any RIID */
#define OCAP_IPC_CALL     0x00000008u /* Call() through a callable handle */

/* --- everything that handles of these system resources can allow --- */

#define OCAP_IOPORT_FULL (OCAP_HANDLE_FULL | 0xffffu)
#define OCAP_TASK_FULL   (OCAP_HANDLE_FULL | 0xffffu)
#define OCAP_FILE_FULL   (OCAP_HANDLE_FULL | 0xffffu)

#endif
