/* SPDX-License-Identifier: MIT */
/*
 * Results of the NK layer: nk_err_t values of the arena, of transports, of generated proxies
 * and dispatchers, and of the methods of a server.
 *
 * Only NK_EOK == 0 is documented by KasperskyOS; the other numbers are our choice: those of the
 * host's <errno.h>, so that a debugger and strerror() name them. nk_err_t and Retcode are two
 * separate code spaces that share only the zero.
 */
#ifndef NK_ERRNO_H
#define NK_ERRNO_H

#include <stdint.h>

#define NK_EOK       0   /* success */
#define NK_EPERM     1   /* the policy denied the exchange; a handle's rights do not suffice */
#define NK_ENOENT    2   /* no such RIID or MID; the server had no result; not found */
#define NK_EAGAIN    11  /* interrupted, or the time limit passed: may be tried again */
#define NK_ENOMEM    12  /* an arena or a message buffer is too small; out of memory */
#define NK_EINVAL    22  /* bad argument */
#define NK_ENOTEMPTY 39  /* something to be removed is not empty; for use by methods */
#define NK_ENOMSG    42  /* no message of the wanted kind; for use by methods */
#define NK_EBADMSG   74  /* malformed message, or a failure of the exchange with no better name */
#define NK_ENOTCONN  107 /* no channel, or the peer is gone */

/*
 * Logic errors: a 16-bit code of the application inside an nk_err_t. A method of an interface in
 * simplified error mode returns NK_ELOGIC_MAKE(code); the client's call returns the same value.
 *
 * NK_ELOGIC_MAKE(code):  code: any integer, its low 16 bits count. Never NK_EOK, not even for 0.
 * NK_ELOGIC_CHECK(err):  true when err was made by NK_ELOGIC_MAKE; false for every NK_E* and for
 *                        negative values (a Retcode that was returned as an nk_err_t).
 * NK_ELOGIC_GET(err):    the 16-bit code.
 * Each evaluates its argument once; MAKE of a constant is a constant expression.
 * Source: names observed in public programs, encoding is our choice.
 */
#define NK_ELOGIC_MAKE(code) ((int)(0x10000u | ((uint32_t)(code)&0xffffu)))
#define NK_ELOGIC_CHECK(err) (((uint32_t)(err)&0x80010000u) == 0x10000u)
#define NK_ELOGIC_GET(err)   ((uint16_t)((uint32_t)(err)&0xffffu))

#endif
