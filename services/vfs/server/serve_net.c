/* SPDX-License-Identifier: MIT */
/*
 * Endpoints `socket` and `netconfig`: this VFS has no network, and what a back end lacks is EIO.
 */
#include "serve.h"

METHOD(VfsSocket, Socket) {
        Session *s = session_get(&req->client);
        FileSlot *slot = slot_get(&req->file);
        int r = s && slot ? -EIO : -EBADF;

        slot_put(slot);
        session_put(s);
        return answer(&res->error, r);
}

METHOD(VfsNetConfig, SysctlByName) {
        Session *s = session_get(&req->client);

        session_put(s);
        return answer(&res->error, s ? -EIO : -EBADF);
}

const struct kl_VfsSocket_ops serve_socket_ops = {.Socket = Socket_method};
const struct kl_VfsNetConfig_ops serve_netconfig_ops = {.SysctlByName = SysctlByName_method};
