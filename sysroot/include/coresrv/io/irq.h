/* SPDX-License-Identifier: MIT */
/*
 * Interrupts: see <coresrv/io/io_api.h> for why there are none here.
 *
 * Source: functions and flags documented; types and values are our choice.
 */
#ifndef CORESRV_IO_IRQ_H
#define CORESRV_IO_IRQ_H

#include <coresrv/io/io_api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What raises an interrupt, whether it is shared, and how urgent it is: one of each group. */
#define IRQ_LEVEL_LOW   0x0001u
#define IRQ_LEVEL_HIGH  0x0002u
#define IRQ_EDGE_RAISE  0x0004u
#define IRQ_EDGE_FALL   0x0008u
#define IRQ_SHARED      0x0010u
#define IRQ_PRIO_LOW    0x0100u
#define IRQ_PRIO_NORMAL 0x0200u
#define IRQ_PRIO_HIGH   0x0300u
#define IRQ_PRIO_RT     0x0400u

/* Registers an interrupt, attaches the calling thread to it, detaches it, masks it, lets it through. All
 * results stay as they are. Each returns rcUnimplemented. */
Retcode KnRegisterIrq(int irq, Handle *rid);
Retcode KnIoAttachIrq(Handle rid, rtl_uint32_t flags, Handle *handle);
Retcode KnIoDetachIrq(Handle rid);
Retcode KnIoDisableIrq(Handle rid);
Retcode KnIoEnableIrq(Handle rid);

#ifdef __cplusplus
}
#endif

#endif
