/* SPDX-License-Identifier: MIT */
/*
 * Calls of the driver, as the client library makes them: parameters in, a Retcode out. One session for the
 * process.
 */
#pragma once

#include <handle/handletype.h>
#include <rtl/retcode.h>

#include <kl/drivers/GPIO.idl.h>

/* rcOk also when it is connected already. */
Retcode call_connect(void);
/* Of the session's object; INVALID_HANDLE before call_connect(). */
Handle call_session(void);

Retcode call_open(const char *name, uint32_t *ret_port, uint32_t *ret_pins);
Retcode call_close(uint32_t port);
Retcode call_set_mode(uint32_t port, uint32_t pin, uint32_t mode);
Retcode call_release_mode(uint32_t port, uint32_t pin);
Retcode call_out(uint32_t port, uint32_t pin, uint32_t value);
Retcode call_in(uint32_t port, uint32_t pin, uint32_t *ret_value);

/* Room for one answer with events. */
typedef struct CallEvents {
        const kl_drivers_GPIO_Event *events; /* n of them, in `arena` */
        uint32_t n_events;
        uint32_t n_lost;
        char arena[kl_drivers_GPIO_GetEvents_res_arena_size];
} CallEvents;
Retcode call_get_events(uint32_t port, uint32_t n_max, CallEvents *ret_events);
