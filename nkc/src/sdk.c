/* SPDX-License-Identifier: MIT */
/*
 * The SDK, seen from /proc/self/exe.
 */
#include "sdk.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool sdk_find(Sdk *sdk, Arena *a) {
        char path[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
        char *slash;
        struct stat st;

        if (n <= 0)
                return false;
        path[n] = '\0';
        slash = strrchr(path, '/');
        if (!slash)
                return false;
        *slash = '\0';
        sdk->include = arena_printf(a, "%s/%s", path, NKC_INCLUDE_FROM_BIN);
        sdk->ksm = arena_printf(a, "%s/ksm", sdk->include);
        sdk->library = arena_printf(a, "%s/%s/libksm.a", path, NKC_LIB_FROM_BIN);
        return stat(sdk->include, &st) == 0 && S_ISDIR(st.st_mode);
}
