/* SPDX-License-Identifier: MIT */
/*
 * What clients are told for each error of the bank.
 */
#pragma once

#include <rtl/retcode.h>

Retcode codes_retcode(int bank_error);
