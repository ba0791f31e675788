/* SPDX-License-Identifier: MIT */
/*
 * The time limit that never passes.
 *
 * Every parameter that counts milliseconds (`msecs`, `mdelay`, `timeout`) accepts it.
 * Source: name documented and observed; value and header are our choice.
 */
#ifndef CORESRV_TIME_TIMEOUT_H
#define CORESRV_TIME_TIMEOUT_H

#include <rtl/types.h>

#define INFINITE_TIMEOUT ((rtl_uint32_t)0xffffffffu)

#endif
