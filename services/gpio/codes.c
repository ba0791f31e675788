/* SPDX-License-Identifier: MIT */
/*
 * Codes: see codes.h.
 */
#include "codes.h"

#include "bank.h"

Retcode codes_retcode(int bank_error) {
        static const Retcode codes[BANK_E_MAX] = {
                [0] = rcOk,
                [BANK_E_PORT] = rcDeviceNotFound,
                [BANK_E_PIN] = rcInvalidArgument,
                [BANK_E_MODE] = rcInvalidArgument,
                [BANK_E_VALUE] = rcInvalidArgument,
                [BANK_E_BUSY] = rcBusy,
                [BANK_E_NOT_SET] = rcNotReady,
                [BANK_E_DIRECTION] = rcInvalidOperation,
                [BANK_E_IS_OPEN] = rcAlreadyExists,
                [BANK_E_NOT_OPEN] = rcResourceNotFound,
                [BANK_E_OWNERS] = rcQuotaExceeded,
                [BANK_E_TAPS] = rcQuotaExceeded,
                [BANK_E_UNSUPPORTED] = rcUnimplemented,
                [BANK_E_DEVICE] = rcFail,
                [BANK_E_MEMORY] = rcOutOfMemory,
        };

        return bank_error >= 0 && bank_error < BANK_E_MAX ? codes[bank_error] : rcInternalError;
}
