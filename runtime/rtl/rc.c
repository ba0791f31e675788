/* SPDX-License-Identifier: MIT */
/*
 * Return codes: one row for each generic code with its name and its counterparts, and one row for
 * each errno that has a counterpart.
 */
#include <rtl/retcode_hr.h>

#include <errno.h>
#include <stdio.h>

#include "rc.h"

typedef struct Row {
        const char *name;
        nk_err_t nk_err;
        int err;
} Row;

#define ROW(rc, nk_err, err) [RC_GET_CODE(rc)] = {#rc, nk_err, err}

static const Row rows[] = {
        ROW(rcOk, NK_EOK, 0),
        ROW(rcInvalidArgument, NK_EINVAL, EINVAL),
        ROW(rcNotConnected, NK_ENOTCONN, ENOTCONN),
        ROW(rcOutOfMemory, NK_ENOMEM, ENOMEM),
        /* A response that does not fit into the caller's arena: the caller's buffers are too small. */
        ROW(rcBufferTooSmall, NK_ENOMEM, ENOBUFS),
        ROW(rcInternalError, NK_EBADMSG, EIO),
        ROW(rcTransferError, NK_EBADMSG, EIO),
        ROW(rcReceiveError, NK_EBADMSG, EIO),
        ROW(rcSourceFault, NK_EBADMSG, EFAULT),
        ROW(rcTargetFault, NK_EBADMSG, EFAULT),
        ROW(rcIpcInterrupt, NK_EAGAIN, EINTR),
        ROW(rcRestart, NK_EBADMSG, EINTR),
        ROW(rcFail, NK_EBADMSG, EIO),
        ROW(rcNoCapability, NK_EBADMSG, EACCES),
        ROW(rcNotReady, NK_EBADMSG, EAGAIN),
        ROW(rcUnimplemented, NK_EBADMSG, ENOSYS),
        ROW(rcBufferTooLarge, NK_EBADMSG, EMSGSIZE),
        ROW(rcBusy, NK_EBADMSG, EBUSY),
        /* A server answers so when it lacks the endpoint or method, or has no result. */
        ROW(rcResourceNotFound, NK_ENOENT, ENOENT),
        ROW(rcTimeout, NK_EAGAIN, ETIMEDOUT),
        ROW(rcSecurityDisallow, NK_EPERM, EPERM),
        ROW(rcFutexWouldBlock, NK_EBADMSG, EWOULDBLOCK),
        ROW(rcAbort, NK_EBADMSG, ECANCELED),
        ROW(rcInvalidThreadState, NK_EBADMSG, EIO),
        ROW(rcAlreadyExists, NK_EBADMSG, EEXIST),
        ROW(rcInvalidOperation, NK_EBADMSG, EPROTO),
        ROW(rcHandleRevoked, NK_EBADMSG, EBADF),
        ROW(rcQuotaExceeded, NK_EBADMSG, EDQUOT),
        ROW(rcDeviceNotFound, NK_EBADMSG, ENODEV),
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == NKX_RC_COUNT, "every generic code has its row");

static const struct {
        int err;
        Retcode rc;
} from_errno[] = {
        {EINVAL, rcInvalidArgument},
        {EFAULT, rcInvalidArgument},
        {EBADF, rcInvalidArgument},
        {ENOTCONN, rcNotConnected},
        {EPIPE, rcNotConnected},
        {ECONNRESET, rcNotConnected},
        {ENOMEM, rcOutOfMemory},
        {ENFILE, rcOutOfMemory},
        {ENOSPC, rcOutOfMemory},
        {ENOBUFS, rcBufferTooSmall},
        {ERANGE, rcBufferTooSmall},
        {EINTR, rcRestart},
        {ENOSYS, rcUnimplemented},
        {EOPNOTSUPP, rcUnimplemented},
        {EMSGSIZE, rcBufferTooLarge},
        {E2BIG, rcBufferTooLarge},
        {EAGAIN, rcNotReady},
        {EBUSY, rcBusy},
        {ENOENT, rcResourceNotFound},
        {ESRCH, rcResourceNotFound},
        {ETIMEDOUT, rcTimeout},
        {EPERM, rcSecurityDisallow},
        {EACCES, rcNoCapability},
        {ECANCELED, rcAbort},
        {EEXIST, rcAlreadyExists},
        {EMFILE, rcQuotaExceeded},
        {EDQUOT, rcQuotaExceeded},
        {ENODEV, rcDeviceNotFound},
        {ENXIO, rcDeviceNotFound},
};

static const Row *row_of(Retcode rc) {
        unsigned code = (unsigned)RC_GET_CODE(rc);

        if (rc == rcOk)
                return &rows[0];
        if (code == 0 || code >= NKX_RC_COUNT || rc != NKX_RC(code))
                return NULL;
        return &rows[code];
}

const char *rtl_retcode_name(Retcode rc) {
        const Row *row = row_of(rc);

        return row ? row->name : NULL;
}

nk_err_t rtl_nk_err_from_retcode(Retcode rc) {
        const Row *row = row_of(rc);

        return row ? row->nk_err : NK_EBADMSG;
}

int rtl_errno_from_retcode(Retcode rc) {
        const Row *row = row_of(rc);

        return row ? row->err : EIO;
}

Retcode rtl_retcode_from_errno(int err) {
        if (err == 0)
                return rcOk;
        for (size_t i = 0; i < sizeof(from_errno) / sizeof(from_errno[0]); i++)
                if (err == from_errno[i].err || err == -from_errno[i].err)
                        return from_errno[i].rc;
        return rcFail;
}

const char *nkx_retcode_text(Retcode rc) {
        static _Thread_local char buffers[4][64];
        static _Thread_local unsigned next;
        const char *name = rtl_retcode_name(rc);
        char *text;

        if (name)
                return name;

        text = buffers[next++ % 4];
        snprintf(text, sizeof(buffers[0]), "0x%08x (%sspace %d, facility %d, code %d)", (unsigned)rc,
                RC_GET_CUSTOMER(rc) ? "customer, " : "", RC_GET_SPACE(rc), RC_GET_FACILITY(rc),
                RC_GET_CODE(rc));
        return text;
}
