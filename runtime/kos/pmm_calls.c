/* SPDX-License-Identifier: MIT */
/*
 * coresrv/vmm/pmm_api.h: calls to the kernel, which answers with a descriptor where something is to be
 * mapped.
 */
#include <coresrv/vmm/pmm_api.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kl/core/VMM.idl.h>

#include "kernel_call.h"
#include "mailbox.h"
#include "rtl/rc.h"

#define PAGE       4096u
#define HOST_FLAGS (VMM_FLAG_COMMIT | VMM_FLAG_LOCKED) /* what happens anyway */

static kl_core_VMM_proxy kernel(void) {
        kl_core_VMM_proxy proxy;

        kl_core_VMM_proxy_init(&proxy, kernel_transport(), KERNEL_VMM);
        return proxy;
}

/* 0: no such size. */
static rtl_size_t whole_pages(rtl_size_t size) {
        return size <= PTRDIFF_MAX ? rtl_align_up(size, PAGE) : 0;
}

Retcode KnPmmMdlCreate(rtl_size_t size, int flags, Handle *handle) {
        kl_core_VMM_proxy proxy = kernel();
        kl_core_VMM_CreateBuffer_req req = {
                .size = whole_pages(size), .flags = (rtl_uint32_t)(flags & ~HOST_FLAGS)};
        kl_core_VMM_CreateBuffer_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (req.size == 0 || !handle)
                return rcInvalidArgument;
        err = kl_core_VMM_CreateBuffer(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *handle = res.buffer.handle;
        return rc;
}

/* The mapping keeps the memory; the descriptor is no use any more. */
static Retcode map(int fd, rtl_size_t offset, rtl_size_t size, void *hint, int flags, void **addr) {
        int protection = PROT_READ | (flags & VMM_FLAG_WRITE ? PROT_WRITE : 0);
        void *memory = mmap(hint, size, protection, MAP_SHARED, fd, (off_t)offset);
        Retcode rc = memory == MAP_FAILED ? rtl_retcode_from_errno(errno) : rcOk;

        (void)close(fd);
        if (rc == rcOk)
                *addr = memory;
        return rc;
}

Retcode KnPmmMdlMap(Handle handle, rtl_size_t offset, rtl_size_t size, void *hint, int flags, void **addr) {
        kl_core_VMM_proxy proxy = kernel();
        kl_core_VMM_MapBuffer_req req = {.buffer = nk_handle_desc(handle),
                .offset = offset,
                .size = whole_pages(size),
                .flags = (rtl_uint32_t)(flags & ~HOST_FLAGS)};
        kl_core_VMM_MapBuffer_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;
        int fd;

        if (req.size == 0 || !addr || (rtl_uintptr_t)hint % PAGE != 0)
                return rcInvalidArgument;
        if (!mail_may_come())
                return rcInvalidOperation;
        err = kl_core_VMM_MapBuffer(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc != rcOk)
                return rc;
        return mail_take(res.letter, &fd, 1) ? rcOutOfMemory
                                             : map(fd, offset, (rtl_size_t)req.size, hint, flags, addr);
}

Retcode nkx_mdl_query(Handle handle, rtl_size_t *size, int *flags) {
        kl_core_VMM_proxy proxy = kernel();
        kl_core_VMM_QueryBuffer_req req = {.buffer = nk_handle_desc(handle)};
        kl_core_VMM_QueryBuffer_res res = {.rc = rcFail};
        nk_err_t err = kl_core_VMM_QueryBuffer(&proxy.base, &req, NULL, &res, NULL);
        Retcode rc = kernel_outcome(err, res.rc);

        if (rc == rcOk && size)
                *size = (rtl_size_t)res.size;
        if (rc == rcOk && flags)
                *flags = (int)res.flags;
        return rc;
}
