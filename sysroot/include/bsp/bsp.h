/* SPDX-License-Identifier: MIT */
/*
 * BSP: modules of the board and how their pins are multiplexed, through the driver kl.drivers.BSP and its
 * channel of that name. Link libbsp_client (CMake: find_package(bsp), ${bsp_CLIENT_LIB}).
 *
 * Which modules there are, and with which configurations, is the driver's configuration:
 * docs/reference/gpio.md. On this system a module is nothing but its state there; nothing has to be enabled
 * for pins of kl.drivers.GPIO.
 *
 * Functions that ask the driver also return rcNotConnected: the driver is gone, or BspInit() did not succeed
 * before; rcSecurityDisallow: the policy denies it. Threads: any. Source: names, parameters and use
 * documented; values and codes are our choice.
 */
#ifndef BSP_BSP_H
#define BSP_BSP_H

#include <rtl/retcode.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BSP_NAME_MAX 64 /* room for the name of a module or a configuration, the zero included */

/* As 1.0 calls the result. */
typedef Retcode BspError;
#define BSP_EOK rcOk

/* Connects to the driver. Again: nothing happens. name: NULL.
 * Returns rcOk; rcInvalidArgument: a name; rcNotConnected: init.yaml gives the process no channel
 * "kl.drivers.BSP". */
Retcode BspInit(const char *name);

/* Switches a module on, "i2c1". Again: nothing happens.
 * Returns rcOk; rcInvalidArgument: NULL, or BSP_NAME_MAX bytes and more; rcDeviceNotFound: no such module. */
Retcode BspEnableModule(const char *module);

/* Chooses how a module's pins are multiplexed.
 * config:  "<board>.<suffix>", such as "raspberry_pi4b.default"; KnHalGetEnv("board") is the board's name.
 * Returns rcOk; rcInvalidArgument: NULL, or BSP_NAME_MAX bytes and more; rcDeviceNotFound: no such module;
 * rcResourceNotFound: the module has no such configuration, or the name is another board's. */
Retcode BspSetConfig(const char *module, const char *config);

#ifdef __cplusplus
}
#endif

#endif
