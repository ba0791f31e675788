/* SPDX-License-Identifier: MIT */
/*
 * kos/random/random_api.h on the generator of the host's kernel.
 */
#include <kos/random/random_api.h>

#include <errno.h>
#include <sys/random.h>

#include "rtl/rc.h"

Retcode KosRandomGenerate(rtl_size_t size, void *output) {
        char *bytes = output;
        rtl_size_t done = 0;

        if (!output && size > 0)
                return rcInvalidArgument;
        /* A signal may cut long ones short. */
        while (done < size) {
                ssize_t n = getrandom(bytes + done, size - done, 0);

                if (n < 0 && errno != EINTR)
                        return rtl_retcode_from_errno(errno);
                if (n > 0)
                        done += (rtl_size_t)n;
        }
        return rcOk;
}
