/* SPDX-License-Identifier: MIT */
/*
 * Cases that a process of this solution prints.
 */
#pragma once

#include <rtl/retcode.h>

/* Exit status so far: 1 when a case has failed. */
extern int check_status;

void check(int is_true, const char *what);
void check_rc(Retcode got, Retcode wanted, const char *what);
