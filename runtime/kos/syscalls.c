/* SPDX-License-Identifier: MIT */
/*
 * coresrv/syscalls.h: the exchange as system calls.
 */
#include <coresrv/syscalls.h>

#include "ipc.h"

Retcode Call(Handle handle, const SMsgHdr *msgOut, SMsgHdr *msgIn) {
        return ipc_retcode(ipc_call(handle, msgOut, msgIn, INFINITE_TIMEOUT, INVALID_HANDLE));
}

Retcode Recv(Handle handle, SMsgHdr *msgIn) {
        return ipc_retcode(ipc_recv(handle, msgIn, INFINITE_TIMEOUT, INVALID_HANDLE));
}

Retcode Reply(Handle handle, const SMsgHdr *msgOut) {
        return ipc_retcode(ipc_reply(handle, msgOut));
}

Retcode CallEx(Handle handle, const SMsgHdr *msgOut, SMsgHdr *msgIn, rtl_uint32_t mdelay, Handle syncHandle) {
        return ipc_retcode(ipc_call(handle, msgOut, msgIn, mdelay, syncHandle));
}

Retcode RecvEx(Handle handle, SMsgHdr *msgIn, rtl_uint32_t mdelay, Handle syncHandle) {
        return ipc_retcode(ipc_recv(handle, msgIn, mdelay, syncHandle));
}
