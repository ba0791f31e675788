/* SPDX-License-Identifier: MIT */
/*
 * GPIO: pins of the driver kl.drivers.GPIO, through its channel of that name.
 *
 * A pin belongs to the process that gave it a mode, until that process gives it back, closes the port or
 * ends. Link libgpio_client (CMake: find_package(gpio), ${gpio_CLIENT_LIB}). Ports and their pins are the
 * driver's configuration; limits and what its policy sees: docs/reference/gpio.md.
 *
 * Besides the codes named below every function that asks the driver returns rcNotConnected: the driver is
 * gone, or GpioInit() did not succeed before; rcSecurityDisallow: the policy denies it. Threads: any function
 * from any thread. Source: names and parameters documented or observed; values, codes and limits are our
 * choice.
 */
#ifndef GPIO_GPIO_H
#define GPIO_GPIO_H

#include <kdf/kdf.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GPIO_PORT_NAME_MAX 31u  /* bytes of a port's name, without the zero */
#define GPIO_PINS_MAX      256u /* of one port */

/* An open port. */
typedef struct GpioPort *GpioHandle;
#define GPIO_INVALID_HANDLE ((GpioHandle)-1)

/* What a pin does: one direction, and for an input what it reports. Events without a direction are an
 * input's. */
typedef rtl_uint32_t GpioMode;
#define GPIO_DIR_IN           0x01u
#define GPIO_DIR_OUT          0x02u
#define GPIO_EVENT_RISE_EDGE  0x10u
#define GPIO_EVENT_FALL_EDGE  0x20u
#define GPIO_EVENT_LOW_LEVEL  0x40u /* when it gets low, and at once if it is low when the mode is set */
#define GPIO_EVENT_HIGH_LEVEL 0x80u

/* KdfEvent.type. */
#define GPIO_EVENT_TYPE_EDGE_RISE  1u
#define GPIO_EVENT_TYPE_EDGE_FALL  2u
#define GPIO_EVENT_TYPE_LEVEL_LOW  3u
#define GPIO_EVENT_TYPE_LEVEL_HIGH 4u
#define GPIO_EVENT_TYPE_LOST       5u /* only with rcQuotaExceeded */

/* Payload of an event. */
typedef struct GpioEvent {
        rtl_uint32_t pin;   /* of GPIO_EVENT_TYPE_LOST: 0xffffffff */
        rtl_uint32_t value; /* level after it; of GPIO_EVENT_TYPE_LOST: how many were lost */
        rtl_uint64_t time;  /* nanoseconds of the monotonic clock, taken by the driver */
} GpioEvent;

/* Connects to the driver. Again: nothing happens.
 * Returns rcOk; rcNotConnected: init.yaml gives the process no channel "kl.drivers.GPIO", or the driver is
 * gone; rcAlreadyExists: somebody in this process talks to the driver past this library; rcQuotaExceeded: 64
 * clients. Blocks: for the driver's answer. */
Retcode GpioInit(void);

/* Opens a port. port: "gpio0" and so on; copied. handle: not NULL, set on success only; close it.
 * Returns rcOk; rcInvalidArgument: a NULL, or the name is too long; rcDeviceNotFound: no such port;
 * rcAlreadyExists: the process has it open. */
Retcode GpioOpenPort(const char *port, GpioHandle *handle);

/* Closes a port and gives its pins back. Threads that wait for its events return with rcAbort, callbacks have
 * ended when it returns; so it must not be called from one.
 * Returns rcOk; rcInvalidArgument: not an open port; rcInvalidOperation: from a callback. */
Retcode GpioClosePort(GpioHandle handle);

/* Takes a pin, or changes the mode of one's own. An output begins at 0.
 * Returns rcOk; rcInvalidArgument: not an open port, no such pin, or not a mode (both directions, events of
 * an output, unknown bits, none); rcBusy: another process has the pin, or somebody outside of the solution;
 * rcUnimplemented: the device can't; rcFail: it failed; rcOutOfMemory. What the device refuses costs a pin of
 * one's own: it has no mode then, and is nobody's. */
Retcode GpioSetMode(GpioHandle handle, rtl_uint32_t pin, GpioMode mode);

/* Gives a pin back: it reports nothing any more, and anybody may take it. What it has reported stays queued.
 * Returns rcOk; rcInvalidArgument: not an open port, no such pin; rcBusy: another process has it; rcNotReady:
 * nobody has. */
Retcode GpioReleaseMode(GpioHandle handle, rtl_uint32_t pin);

/* Sets an output. value: 0 or 1.
 * Returns rcOk; rcInvalidArgument: not an open port, no such pin, another value; rcBusy: another process has
 * the pin; rcNotReady: it has no mode; rcInvalidOperation: it is an input; rcFail: the device failed. */
Retcode GpioOut(GpioHandle handle, rtl_uint32_t pin, rtl_uint32_t value);

/* Level of an input, or what an output was set to. value: not NULL, set to 0 or 1 on success only.
 * Returns rcOk; rcInvalidArgument: not an open port, no such pin, NULL; rcBusy, rcNotReady, rcFail: as for
 * GpioOut(). */
Retcode GpioIn(GpioHandle handle, rtl_uint32_t pin, rtl_uint32_t *value);

/* Takes the next event of the port's pins that have no callback, in the order in which they happened.
 * event:       room for a KdfEvent and a GpioEvent.
 * timeout_ms:  how long to wait for one; 0xffffffff: for ever; 0: not.
 * Returns rcOk: the type is one of GPIO_EVENT_TYPE_*, the payload a GpioEvent; rcTimeout; rcQuotaExceeded:
 * events were lost here, because nobody took them for too long: type GPIO_EVENT_TYPE_LOST, and the next call
 * goes on behind them; rcInvalidArgument: not an open port, NULL; rcAbort: the port was closed;
 * rcSecurityDisallow also: the policy lets the process not wait for notices (endpoint notice.Notice of
 * kl.core.Core); rcOutOfMemory.
 * Blocks: as said. Several threads get an event each. */
Retcode GpioGetEvent(GpioHandle handle, KdfEvent *event, rtl_uint32_t timeout_ms);

/* Called for each event of a pin, by a thread of the library, one after the other for all pins of a port.
 * value: the level after it. May call all functions but GpioClosePort(). */
typedef void (*GpioEventCb)(GpioHandle handle, rtl_uint32_t pin, rtl_uint32_t value, void *ctx);

/* From now on events of the pin go to `cb` and not to GpioGetEvent(). ctx: handed on, never followed.
 * Returns rcOk; rcInvalidArgument: not an open port, no such pin, cb is NULL; rcAlreadyExists: the pin has a
 * callback; rcOutOfMemory: no thread. */
Retcode GpioRegisterEventCb(GpioHandle handle, rtl_uint32_t pin, GpioEventCb cb, void *ctx);

/* Ends that. Called from elsewhere than a callback, none of this pin runs any more when it returns.
 * Returns rcOk; rcInvalidArgument: not an open port, no such pin; rcResourceNotFound: the pin has no
 * callback. */
Retcode GpioUnregisterEventCb(GpioHandle handle, rtl_uint32_t pin);

/* How many events of a port were lost since it was opened: for programs with callbacks.
 * Returns rcOk; rcInvalidArgument: not an open port, NULL. Does not ask the driver. Source: our own
 * extension. */
Retcode nkx_gpio_count_lost(GpioHandle handle, rtl_uint64_t *count);

#ifdef __cplusplus
}
#endif

#endif
