/* SPDX-License-Identifier: MIT */
/*
 * Memory of devices: see <coresrv/io/io_api.h> for why there is none here.
 *
 * Source: the first two functions are documented, types of KnRegisterPhyMem are our choice. Those that read
 * and write registers are not declared: only their names are known, and nothing is mapped that they could
 * use.
 */
#ifndef CORESRV_IO_MMIO_H
#define CORESRV_IO_MMIO_H

#include <coresrv/io/io_api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Registers `size` bytes of memory of a device, and maps them. All results stay as they are. Each returns
 * rcUnimplemented. */
Retcode KnRegisterPhyMem(rtl_uint64_t base, rtl_size_t size, Handle *rid);
Retcode KnIoMapMem(Handle rid, rtl_uint32_t prot, rtl_uint32_t attr, void **addr, Handle *handle);

#ifdef __cplusplus
}
#endif

#endif
