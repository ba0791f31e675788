/* SPDX-License-Identifier: MIT */
/*
 * Devices: there are none, every function says so and writes nothing; barriers are barriers.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <coresrv/io/barriers.h>
#include <coresrv/io/dma.h>
#include <coresrv/io/irq.h>
#include <coresrv/io/mmio.h>
#include <coresrv/iommu/iommu_api.h>

#include "support/runner.h"

static void devices_are_not_there_and_results_stay(void **state) {
        Handle handle = 5;
        DmaInfo *info = NULL;
        void *addr = &handle;

        (void)state;
        assert_int_equal(KnIoClose(handle), rcUnimplemented);
        assert_int_equal(KnIoDmaMap(handle, 0, 1, NULL, 0, &addr, &handle), rcUnimplemented);
        assert_int_equal(KnIoDmaGetInfo(handle, &info), rcUnimplemented);
        assert_int_equal(KnIoDmaGetPhysInfo(handle, &info), rcUnimplemented);
        assert_int_equal(KnIoDmaBegin(handle, &handle), rcUnimplemented);
        assert_int_equal(KnRegisterIrq(1, &handle), rcUnimplemented);
        assert_int_equal(KnIoAttachIrq(handle, IRQ_EDGE_RAISE | IRQ_PRIO_RT, &handle), rcUnimplemented);
        assert_int_equal(KnIoDetachIrq(handle), rcUnimplemented);
        assert_int_equal(KnIoDisableIrq(handle), rcUnimplemented);
        assert_int_equal(KnIoEnableIrq(handle), rcUnimplemented);
        assert_int_equal(KnRegisterPhyMem(0, 1, &handle), rcUnimplemented);
        assert_int_equal(KnIoMapMem(handle, 0, 0, &addr, &handle), rcUnimplemented);
        assert_int_equal(handle, 5);
        assert_ptr_equal(addr, &handle);
        assert_null(info);
}

static void without_iommu_devices_are_attached_at_once(void **state) {
        (void)state;
        assert_int_equal(KnIommuAttachDevice(0x0100), rcOk);
        assert_int_equal(KnIommuDetachDevice(0x0100), rcOk);
}

/* One thread fills a place and then says so, the other reads it when it was told. (Relaxed stores and loads,
 * so that nothing but the barriers orders them, and ThreadSanitizer, which knows no barriers, has no race.)
 */
static _Atomic int place, is_full;

static void fill(void *unused) {
        (void)unused;
        atomic_store_explicit(&place, 42, memory_order_relaxed);
        IoWriteBarrier();
        atomic_store_explicit(&is_full, 1, memory_order_relaxed);
}

static void barriers_order_what_another_thread_sees(void **state) {
        Runner filler;

        (void)state;
        t_start(&filler, fill, NULL);
        while (!atomic_load_explicit(&is_full, memory_order_relaxed))
                (void)sched_yield();
        IoReadBarrier();
        assert_int_equal(atomic_load_explicit(&place, memory_order_relaxed), 42);
        IoReadWriteBarrier();
        t_join(&filler);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(devices_are_not_there_and_results_stay),
                cmocka_unit_test(without_iommu_devices_are_attached_at_once),
                cmocka_unit_test(barriers_order_what_another_thread_sees),
        };

        return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
