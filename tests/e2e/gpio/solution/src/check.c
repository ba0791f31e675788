/* SPDX-License-Identifier: MIT */
/*
 * Cases: see check.h.
 */
#include "check.h"

#include <rtl/retcode_hr.h>

#include <stdio.h>

int check_status;

void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
        if (!is_true)
                check_status = 1;
}

void check_rc(Retcode got, Retcode wanted, const char *what) {
        check(got == wanted, what);
        if (got != wanted)
                fprintf(stderr, "# " RETCODE_HR_FMT " instead of " RETCODE_HR_FMT "\n",
                        RETCODE_HR_PARAMS(got), RETCODE_HR_PARAMS(wanted));
}
