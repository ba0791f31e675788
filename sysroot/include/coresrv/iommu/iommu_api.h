/* SPDX-License-Identifier: MIT */
/*
 * The IOMMU: which memory a device may reach.
 *
 * Source: both functions documented, also that they succeed where no IOMMU is in use, as here. The type of
 * the parameter is our choice.
 */
#ifndef CORESRV_IOMMU_IOMMU_API_H
#define CORESRV_IOMMU_IOMMU_API_H

#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Puts a PCI device under the rule of the IOMMU, and takes it out of it.
 * bdf:  bus, device and function of the device.
 * Both return rcOk. None blocks; any thread. */
Retcode KnIommuAttachDevice(rtl_uint32_t bdf);
Retcode KnIommuDetachDevice(rtl_uint32_t bdf);

#ifdef __cplusplus
}
#endif

#endif
