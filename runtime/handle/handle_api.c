/* SPDX-License-Identifier: MIT */
/*
 * coresrv/handle/handle_api.h over the handle table.
 */
#include <coresrv/handle/handle_api.h>

#include "handle_table.h"

Retcode KnHandleClose(Handle handle) {
        return hnd_close(handle) ? rcInvalidArgument : rcOk;
}
