/* SPDX-License-Identifier: MIT */
/*
 * What the client libraries of drivers have in common: how an event arrives.
 *
 *      char buffer[sizeof(KdfEvent) + sizeof(GpioEvent)];
 *      KdfEvent *event = (KdfEvent *)buffer;
 *
 * Source: the type's name, its members type and payload and how room for it is made are documented; the
 * layout is our choice.
 */
#ifndef KDF_KDF_H
#define KDF_KDF_H

#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An event of a driver. The payload is the driver's: see the function that fills it. C++ knows its kind of
 * member as an extension only, which both compilers have. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
typedef struct KdfEvent {
        rtl_uint32_t type;
        rtl_uint32_t size; /* bytes of the payload */
        rtl_uint8_t payload[] __attribute__((aligned(8)));
} KdfEvent;
#pragma GCC diagnostic pop

#define KDF_INVALID_HANDLE ((void *)-1)

#ifdef __cplusplus
}
#endif

#endif
