/* SPDX-License-Identifier: MIT */
/*
 * Stranger: is denied something 600 times, and then the audit.
 */
#include <caisson/audit.h>
#include <coresrv/handle/handle_api.h>

#include <stdio.h>

#define N_DENIALS 600

int main(void) {
        Handle handle = INVALID_HANDLE;
        int n = 0;

        for (int i = 0; i < N_DENIALS; i++)
                n += KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, 0, NULL, &handle) == rcSecurityDisallow;
        fprintf(stderr, "%s each of many calls is denied\n", n == N_DENIALS ? "ok" : "not ok");
        n = nkx_audit_open(&handle) == rcSecurityDisallow && handle == INVALID_HANDLE;
        fprintf(stderr, "%s so is the audit\n", n ? "ok" : "not ok");
        return 0;
}
