/* SPDX-License-Identifier: MIT */
/*
 * Devices of a host that gives its processes none: coresrv/io/io_api.h says what that means.
 */
#include <coresrv/io/dma.h>
#include <coresrv/io/io_api.h>
#include <coresrv/io/irq.h>
#include <coresrv/io/mmio.h>
#include <coresrv/iommu/iommu_api.h>

Retcode KnIoClose(__rtl_unused Handle rid) {
        return rcUnimplemented;
}

/* --- DMA --- */

Retcode KnIoDmaMap(__rtl_unused Handle rid, __rtl_unused rtl_size_t offset, __rtl_unused rtl_size_t length,
        __rtl_unused void *hint, __rtl_unused int vmflags, __rtl_unused void **addr,
        __rtl_unused Handle *handle) {
        return rcUnimplemented;
}

Retcode KnIoDmaGetInfo(__rtl_unused Handle rid, __rtl_unused DmaInfo **outInfo) {
        return rcUnimplemented;
}

Retcode KnIoDmaGetPhysInfo(__rtl_unused Handle rid, __rtl_unused DmaInfo **outInfo) {
        return rcUnimplemented;
}

Retcode KnIoDmaBegin(__rtl_unused Handle rid, __rtl_unused Handle *handle) {
        return rcUnimplemented;
}

/* --- interrupts --- */

Retcode KnRegisterIrq(__rtl_unused int irq, __rtl_unused Handle *rid) {
        return rcUnimplemented;
}

Retcode KnIoAttachIrq(__rtl_unused Handle rid, __rtl_unused rtl_uint32_t flags, __rtl_unused Handle *handle) {
        return rcUnimplemented;
}

Retcode KnIoDetachIrq(__rtl_unused Handle rid) {
        return rcUnimplemented;
}

Retcode KnIoDisableIrq(__rtl_unused Handle rid) {
        return rcUnimplemented;
}

Retcode KnIoEnableIrq(__rtl_unused Handle rid) {
        return rcUnimplemented;
}

/* --- memory of devices --- */

Retcode KnRegisterPhyMem(
        __rtl_unused rtl_uint64_t base, __rtl_unused rtl_size_t size, __rtl_unused Handle *rid) {
        return rcUnimplemented;
}

Retcode KnIoMapMem(__rtl_unused Handle rid, __rtl_unused rtl_uint32_t prot, __rtl_unused rtl_uint32_t attr,
        __rtl_unused void **addr, __rtl_unused Handle *handle) {
        return rcUnimplemented;
}

/* --- IOMMU --- */

Retcode KnIommuAttachDevice(__rtl_unused rtl_uint32_t bdf) {
        return rcOk;
}

Retcode KnIommuDetachDevice(__rtl_unused rtl_uint32_t bdf) {
        return rcOk;
}
