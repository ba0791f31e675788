/* SPDX-License-Identifier: MIT */
/*
 * Return codes for people: "rcTimeout" instead of -2147483629.
 *
 *      fprintf(stderr, "connect: " RETCODE_HR_FMT "\n", RETCODE_HR_PARAMS(rc));
 *
 * Source: both macros are observed in public programs; the text is our choice.
 */
#ifndef RTL_RETCODE_HR_H
#define RTL_RETCODE_HR_H

#include <rtl/retcode.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RETCODE_HR_FMT        "%s"
#define RETCODE_HR_PARAMS(rc) nkx_retcode_text(rc)

/*
 * Name of a generic code ("rcBusy"); of any other value its number and fields:
 * "0xc0c05007 (customer, space 3, facility 5, code 7)".
 * Returns static text for a name; otherwise text in one of four buffers of the thread, valid until the
 * fourth next call for a code without name. Never NULL, never fails, does not block.
 */
const char *nkx_retcode_text(Retcode rc);

#ifdef __cplusplus
}
#endif

#endif
