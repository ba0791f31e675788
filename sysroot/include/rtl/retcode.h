/* SPDX-License-Identifier: MIT */
/*
 * Return codes of libkos and of the kernel.
 *
 * 0 is success; an error is a negative number made of bit fields:
 *
 *      31 severity   1: error
 *      30 customer   1: defined by the solution's developers
 *      29..22 space  code set, RC_SPACE_*
 *      21..12 facility  part of a space
 *      11..0  code
 *
 * Names, fields and rcOk == 0 are documented or observed; positions and numbers are our choice. A
 * Retcode is not an nk_err_t: the two code spaces share only the zero.
 */
#ifndef RTL_RETCODE_H
#define RTL_RETCODE_H

#include <rtl/types.h>

typedef __INT32_TYPE__ Retcode;

#define RC_SPACE_GENERAL 0 /* may come from any function */
#define RC_SPACE_KERNEL  1
#define RC_SPACE_DRIVERS 2

#define RC_SPACE_MAX    0xffu
#define RC_FACILITY_MAX 0x3ffu
#define RC_CODE_MAX     0xfffu

/* An error code. customer: 0 or 1; the others: 0 .. RC_*_MAX, higher bits are cut off. Evaluates each
 * argument once; a constant expression for constants. */
#define MAKE_RETCODE(customer, space, facility, code)                                                        \
        ((Retcode)(0x80000000u | NKX_RC_PUT(customer, 1u, 30) | NKX_RC_PUT(space, RC_SPACE_MAX, 22) |        \
                   NKX_RC_PUT(facility, RC_FACILITY_MAX, 12) | NKX_RC_PUT(code, RC_CODE_MAX, 0)))

/* The fields of a code, as int. */
#define RC_GET_SEVERITY(rc) NKX_RC_GET(rc, 1u, 31)
#define RC_GET_CUSTOMER(rc) NKX_RC_GET(rc, 1u, 30)
#define RC_GET_SPACE(rc)    NKX_RC_GET(rc, RC_SPACE_MAX, 22)
#define RC_GET_FACILITY(rc) NKX_RC_GET(rc, RC_FACILITY_MAX, 12)
#define RC_GET_CODE(rc)     NKX_RC_GET(rc, RC_CODE_MAX, 0)

#define NKX_RC_PUT(value, max, shift) ((((rtl_uint32_t)(value)) & (max)) << (shift))
#define NKX_RC_GET(rc, max, shift)    ((int)((((rtl_uint32_t)(rc)) >> (shift)) & (max)))
#define NKX_RC(code)                  MAKE_RETCODE(0, RC_SPACE_GENERAL, 0, code)

/* The generic codes. Which function gives which one, and when, is said at the function. */
#define rcOk                 ((Retcode)0) /* success */
#define rcInvalidArgument    NKX_RC(1)    /* bad argument; a message without the structure of its IDL */
#define rcNotConnected       NKX_RC(2)    /* the other end of the channel is gone, or never was */
#define rcOutOfMemory        NKX_RC(3)    /* memory or another resource is used up */
#define rcBufferTooSmall     NKX_RC(4)    /* the result does not fit; nothing was written */
#define rcInternalError      NKX_RC(5)    /* a broken invariant inside the system */
#define rcTransferError      NKX_RC(6)    /* a message could not be carried over */
#define rcReceiveError       NKX_RC(7)    /* a message could not be received */
#define rcSourceFault        NKX_RC(8)    /* the sender's memory could not be read */
#define rcTargetFault        NKX_RC(9)    /* the receiver's memory could not be written */
#define rcIpcInterrupt       NKX_RC(10)   /* interrupted through the synchronisation object */
#define rcRestart            NKX_RC(11)   /* broken off, has to be started again */
#define rcFail               NKX_RC(12)   /* no better name; a semaphore's count too big */
#define rcNoCapability       NKX_RC(13)   /* the handle does not allow the operation */
#define rcNotReady           NKX_RC(14)   /* not possible yet */
#define rcUnimplemented      NKX_RC(15)   /* not implemented, or impossible on this host */
#define rcBufferTooLarge     NKX_RC(16)   /* more data than the operation admits */
#define rcBusy               NKX_RC(17)   /* in use; a try-lock found it taken */
#define rcResourceNotFound   NKX_RC(18)   /* no such thing; the end of an enumeration */
#define rcTimeout            NKX_RC(19)   /* the time limit passed */
#define rcSecurityDisallow   NKX_RC(20)   /* denied by the policy or a handle's rights */
#define rcFutexWouldBlock    NKX_RC(21)   /* a futex word had another value */
#define rcAbort              NKX_RC(22)   /* ended by another thread; a request dropped */
#define rcInvalidThreadState NKX_RC(23)   /* the thread cannot do that now */
#define rcAlreadyExists      NKX_RC(24)   /* registered already */
#define rcInvalidOperation   NKX_RC(25)   /* not allowed in this state */
#define rcHandleRevoked      NKX_RC(26)   /* the handle was revoked */
#define rcQuotaExceeded      NKX_RC(27)   /* above the caller's share of a resource */
#define rcDeviceNotFound     NKX_RC(28)   /* no such device */

#define NKX_RC_COUNT 29 /* the generic codes are numbered 0 .. NKX_RC_COUNT - 1 */

#endif
