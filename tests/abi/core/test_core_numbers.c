/* SPDX-License-Identifier: MIT */
/*
 * Numbers of the kernel's endpoints and methods: libkos and the kernel process are built together, but
 * policies, audit files and recorded calls outlive a build. Methods whose names are documented come first, in
 * the documented order; a method is added at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" /* an endpoint is called Handle, and a type */
#include <kl/core/Core.edl.h>
#pragma GCC diagnostic pop

#include "handle/handle_table.h"
#include "handletree/htree.h"
#include "kos/kernel_call.h"

/* What libkos and the kernel process write down each for itself. */
static void both_sides_agree(void **state) {
        (void)state;
        assert_int_equal(KERNEL_VMM, kl_core_Core_vmm_iidOffset + kl_core_CVMM_VMM_iid);
        assert_int_equal(KERNEL_TASK, kl_core_Core_task_iidOffset + kl_core_CTask_Task_iid);
        assert_int_equal(KERNEL_HANDLE, kl_core_Core_handle_iidOffset + kl_core_CHandle_Handle_iid);
        assert_int_equal(KERNEL_AUDIT, kl_core_Core_audit_iidOffset + kl_core_CAudit_Audit_iid);
        assert_int_equal(KERNEL_HAL, kl_core_Core_hal_iidOffset + kl_core_CHAL_HAL_iid);
        assert_int_equal(KERNEL_NOTICE, kl_core_Core_notice_iidOffset + kl_core_CNotice_Notice_iid);
        assert_int_equal(HND_KERNELS, HTREE_FLAG);
        assert_int_equal(HANDLE_KERNEL_MAX, HTREE_HANDLES_MAX);
        assert_int_equal(INVALID_HANDLE, HTREE_INVALID);
        assert_false(hnd_is_kernels(INVALID_HANDLE));
}

static void endpoints_have_their_numbers(void **state) {
        (void)state;
        assert_int_equal(kl_core_Core_vmm_iidOffset, 0);
        assert_int_equal(kl_core_Core_handle_iidOffset, 3);
        assert_int_equal(kl_core_Core_task_iidOffset, 4);
        assert_int_equal(kl_core_Core_sync_iidOffset, 5);
        assert_int_equal(kl_core_Core_audit_iidOffset, 10);
        assert_int_equal(kl_core_Core_cm_iidOffset, 11);
        assert_int_equal(kl_core_Core_notice_iidOffset, 12);
        assert_int_equal(kl_core_Core_iidMax, 14);
}

static void methods_of_handles_have_their_numbers(void **state) {
        (void)state;
        assert_int_equal(kl_core_Handle_Copy_mid, 0);
        assert_int_equal(kl_core_Handle_CreateUserObject_mid, 1);
        assert_int_equal(kl_core_Handle_Close_mid, 2);
        assert_int_equal(kl_core_Handle_CreateListener_mid, 3);
        assert_int_equal(kl_core_Handle_Connect_mid, 4);
        assert_int_equal(kl_core_Handle_GetSecurity_mid, 5);
        assert_int_equal(kl_core_Handle_GetSidByHandle_mid, 6);
        assert_int_equal(kl_core_Handle_Revoke_mid, 7);
        assert_int_equal(kl_core_Handle_RevokeSubtree_mid, 8);
        assert_int_equal(kl_core_Handle_CreateBadge_mid, 9);
        assert_int_equal(kl_core_Handle_Open_mid, 10);
        assert_int_equal(kl_core_Handle_Reopen_mid, 11);
        assert_int_equal(kl_core_Handle_mid_max, 12);
}

static void methods_of_channels_and_notices_have_their_numbers(void **state) {
        (void)state;
        assert_int_equal(kl_core_CM_Connect_mid, 0);
        assert_int_equal(kl_core_CM_Listen_mid, 1);
        assert_int_equal(kl_core_CM_Drop_mid, 2);
        assert_int_equal(kl_core_CM_Accept_mid, 3);
        assert_int_equal(kl_core_Notice_Create_mid, 0);
        assert_int_equal(kl_core_Notice_SubscribeToObject_mid, 1);
        assert_int_equal(kl_core_Notice_GetEvent_mid, 2);
        assert_int_equal(kl_core_Sync_Wait_mid, 0);
        assert_int_equal(kl_core_Sync_Wake_mid, 1);
        assert_int_equal(kl_core_Audit_Open_mid, 0);
        assert_int_equal(kl_core_Audit_Close_mid, 1);
        assert_int_equal(kl_core_Audit_Read_mid, 2);
}

static void methods_of_tasks_have_their_numbers(void **state) {
        (void)state;
        assert_int_equal(kl_core_Task_Create_mid, 0);
        assert_int_equal(kl_core_Task_LoadSeg_mid, 1);
        assert_int_equal(kl_core_Task_Give_mid, 16);
        assert_int_equal(kl_core_Task_Lookup_mid, 17);
        assert_int_equal(kl_core_Task_mid_max, 18);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_sides_agree),
                cmocka_unit_test(endpoints_have_their_numbers),
                cmocka_unit_test(methods_of_handles_have_their_numbers),
                cmocka_unit_test(methods_of_channels_and_notices_have_their_numbers),
                cmocka_unit_test(methods_of_tasks_have_their_numbers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
