/* SPDX-License-Identifier: MIT */
/*
 * Memory that devices read and write: see <coresrv/io/io_api.h> for why there is none here.
 *
 * Source: prototypes documented. The functions that make such memory are not declared: only their names are
 * known.
 */
#ifndef CORESRV_IO_DMA_H
#define CORESRV_IO_DMA_H

#include <coresrv/io/io_api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a buffer lies, as devices see it. */
typedef struct DmaInfo DmaInfo;

/* Maps a buffer. All results stay as they are. Returns rcUnimplemented. */
Retcode KnIoDmaMap(Handle rid, rtl_size_t offset, rtl_size_t length, void *hint, int vmflags, void **addr,
        Handle *handle);

/* Tells where a buffer lies behind the IOMMU, or in memory. Both return rcUnimplemented. */
Retcode KnIoDmaGetInfo(Handle rid, DmaInfo **outInfo);
Retcode KnIoDmaGetPhysInfo(Handle rid, DmaInfo **outInfo);

/* Lets the device use a buffer. Returns rcUnimplemented. */
Retcode KnIoDmaBegin(Handle rid, Handle *handle);

#ifdef __cplusplus
}
#endif

#endif
