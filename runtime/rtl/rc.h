/* SPDX-License-Identifier: MIT */
/*
 * Where one code space ends and another begins: Retcode, nk_err_t and errno.
 *
 * Each conversion is a table in rc.c; every function is total, so that no code is lost on the
 * way: what has no better counterpart becomes the stated fallback. (The parts of the runtime turn
 * their own MODULE_E_* codes into a Retcode themselves, each in one place.)
 */
#pragma once

#include <nk/types.h>
#include <rtl/retcode.h>

/* Name of a generic code, static text; NULL for any other value. */
const char *rtl_retcode_name(Retcode rc);

/* Fallback: NK_EBADMSG. rcOk, and no other code, gives NK_EOK. */
nk_err_t rtl_nk_err_from_retcode(Retcode rc);

/* err: an errno or a negative errno. Fallback: rcFail. 0, and no other number, gives rcOk. */
Retcode rtl_retcode_from_errno(int err);

/* Positive errno. Fallback: EIO. rcOk, and no other code, gives 0. */
int rtl_errno_from_retcode(Retcode rc);
