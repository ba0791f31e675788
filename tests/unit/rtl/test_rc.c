/* SPDX-License-Identifier: MIT */
/*
 * Return codes: fields, numbers, names, and the way into and out of the other code spaces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include <rtl/retcode_hr.h>

#include "rtl/rc.h"

#define ROW(rc)                                                                                              \
        { #rc, rc }

/* In the order of their numbers. */
static const struct {
        const char *name;
        Retcode rc;
} all[] = {
        ROW(rcOk),
        ROW(rcInvalidArgument),
        ROW(rcNotConnected),
        ROW(rcOutOfMemory),
        ROW(rcBufferTooSmall),
        ROW(rcInternalError),
        ROW(rcTransferError),
        ROW(rcReceiveError),
        ROW(rcSourceFault),
        ROW(rcTargetFault),
        ROW(rcIpcInterrupt),
        ROW(rcRestart),
        ROW(rcFail),
        ROW(rcNoCapability),
        ROW(rcNotReady),
        ROW(rcUnimplemented),
        ROW(rcBufferTooLarge),
        ROW(rcBusy),
        ROW(rcResourceNotFound),
        ROW(rcTimeout),
        ROW(rcSecurityDisallow),
        ROW(rcFutexWouldBlock),
        ROW(rcAbort),
        ROW(rcInvalidThreadState),
        ROW(rcAlreadyExists),
        ROW(rcInvalidOperation),
        ROW(rcHandleRevoked),
        ROW(rcQuotaExceeded),
        ROW(rcDeviceNotFound),
};

static void every_code_has_its_number_and_its_name(void **state) {
        (void)state;

        assert_int_equal(rtl_countof(all), NKX_RC_COUNT);
        for (int i = 0; i < NKX_RC_COUNT; i++) {
                assert_int_equal(RC_GET_CODE(all[i].rc), i);
                assert_int_equal(RC_GET_SPACE(all[i].rc), RC_SPACE_GENERAL);
                assert_string_equal(rtl_retcode_name(all[i].rc), all[i].name);
                assert_string_equal(nkx_retcode_text(all[i].rc), all[i].name);
        }
}

static void success_is_zero_and_errors_are_negative(void **state) {
        (void)state;

        assert_int_equal(rcOk, 0);
        assert_int_equal(RC_GET_SEVERITY(rcOk), 0);
        for (int i = 1; i < NKX_RC_COUNT; i++) {
                assert_true(all[i].rc < 0);
                assert_int_equal(RC_GET_SEVERITY(all[i].rc), 1);
        }
}

static void fields_keep_their_values(void **state) {
        const Retcode rc = MAKE_RETCODE(1, 0xaa, 0x155, 0x7bc);
        (void)state;

        assert_int_equal((rtl_uint32_t)rc, 0xea9557bcu | 0x40000000u);
        assert_int_equal(RC_GET_SEVERITY(rc), 1);
        assert_int_equal(RC_GET_CUSTOMER(rc), 1);
        assert_int_equal(RC_GET_SPACE(rc), 0xaa);
        assert_int_equal(RC_GET_FACILITY(rc), 0x155);
        assert_int_equal(RC_GET_CODE(rc), 0x7bc);
}

static void fields_do_not_run_into_each_other(void **state) {
        (void)state;

        assert_int_equal((rtl_uint32_t)MAKE_RETCODE(0, 0, 0, RC_CODE_MAX), 0x80000fff);
        assert_int_equal(MAKE_RETCODE(0, 0, 0, RC_CODE_MAX + 1), MAKE_RETCODE(0, 0, 0, 0));
        assert_int_equal((rtl_uint32_t)MAKE_RETCODE(0, 0, RC_FACILITY_MAX, 0), 0x803ff000);
        assert_int_equal(MAKE_RETCODE(0, 0, RC_FACILITY_MAX + 1, 0), MAKE_RETCODE(0, 0, 0, 0));
        assert_int_equal((rtl_uint32_t)MAKE_RETCODE(0, RC_SPACE_MAX, 0, 0), 0xbfc00000);
        assert_int_equal(MAKE_RETCODE(0, RC_SPACE_MAX + 1, 0, 0), MAKE_RETCODE(0, 0, 0, 0));
        assert_int_equal((rtl_uint32_t)MAKE_RETCODE(1, 0, 0, 0), 0xc0000000);
}

static void code_without_name_is_shown_by_its_fields(void **state) {
        char text[100];
        (void)state;

        snprintf(text, sizeof(text), "[" RETCODE_HR_FMT "]", RETCODE_HR_PARAMS(MAKE_RETCODE(1, 3, 5, 7)));
        assert_string_equal(text, "[0xc0c05007 (customer, space 3, facility 5, code 7)]");
        assert_string_equal(
                nkx_retcode_text(NKX_RC(NKX_RC_COUNT)), "0x8000001d (space 0, facility 0, code 29)");
        assert_string_equal(nkx_retcode_text(NKX_RC(0)), "0x80000000 (space 0, facility 0, code 0)");
        assert_string_equal(nkx_retcode_text(5), "0x00000005 (space 0, facility 0, code 5)");
        assert_string_equal(
                nkx_retcode_text(-1), "0xffffffff (customer, space 255, facility 1023, code 4095)");
        assert_null(rtl_retcode_name(NKX_RC(NKX_RC_COUNT)));
        assert_non_null(rtl_retcode_name(NKX_RC(NKX_RC_COUNT - 1)));
}

static void four_texts_live_at_once(void **state) {
        const char *texts[4];
        (void)state;

        for (int i = 0; i < 4; i++)
                texts[i] = nkx_retcode_text(MAKE_RETCODE(1, 0, 0, i));
        for (int i = 0; i < 4; i++)
                assert_string_equal(
                        strchr(texts[i], '\0') - 2, ((const char *[]){"0)", "1)", "2)", "3)"})[i]);
}

static void codes_of_an_exchange_have_their_nk_error(void **state) {
        (void)state;

        assert_int_equal(rtl_nk_err_from_retcode(rcOk), NK_EOK);
        assert_int_equal(rtl_nk_err_from_retcode(rcSecurityDisallow), NK_EPERM);
        assert_int_equal(rtl_nk_err_from_retcode(rcInvalidArgument), NK_EINVAL);
        assert_int_equal(rtl_nk_err_from_retcode(rcOutOfMemory), NK_ENOMEM);
        assert_int_equal(rtl_nk_err_from_retcode(rcBufferTooSmall), NK_ENOMEM);
        assert_int_equal(rtl_nk_err_from_retcode(rcNotConnected), NK_ENOTCONN);
        assert_int_equal(rtl_nk_err_from_retcode(rcIpcInterrupt), NK_EAGAIN);
        assert_int_equal(rtl_nk_err_from_retcode(rcTimeout), NK_EAGAIN);
        assert_int_equal(rtl_nk_err_from_retcode(rcResourceNotFound), NK_ENOENT);
        assert_int_equal(rtl_nk_err_from_retcode(rcFail), NK_EBADMSG);
}

static void no_error_becomes_success_on_the_way(void **state) {
        (void)state;

        for (int i = 1; i < NKX_RC_COUNT; i++) {
                assert_int_not_equal(rtl_nk_err_from_retcode(all[i].rc), NK_EOK);
                assert_true(rtl_errno_from_retcode(all[i].rc) > 0);
        }
        for (int err = 1; err < 200; err++) {
                assert_true(rtl_retcode_from_errno(err) < 0);
                assert_int_equal(rtl_retcode_from_errno(-err), rtl_retcode_from_errno(err));
                assert_non_null(rtl_retcode_name(rtl_retcode_from_errno(err)));
        }
        assert_int_equal(rtl_nk_err_from_retcode(NKX_RC(NKX_RC_COUNT)), NK_EBADMSG);
        assert_int_equal(rtl_nk_err_from_retcode(NKX_RC(0)), NK_EBADMSG);
        assert_int_equal(rtl_nk_err_from_retcode(7), NK_EBADMSG);
        assert_int_equal(rtl_nk_err_from_retcode(MAKE_RETCODE(1, 0, 0, 1)), NK_EBADMSG);
        assert_int_equal(rtl_errno_from_retcode(MAKE_RETCODE(0, RC_SPACE_KERNEL, 0, 1)), EIO);
        assert_int_equal(rtl_retcode_from_errno(0), rcOk);
        assert_int_equal(rtl_errno_from_retcode(rcOk), 0);
}

static void errno_survives_the_way_there_and_back(void **state) {
        static const int errors[] = {EINVAL, ENOTCONN, ENOMEM, ENOBUFS, EINTR, ENOSYS, EMSGSIZE, EAGAIN,
                EBUSY, ENOENT, ETIMEDOUT, EPERM, EACCES, ECANCELED, EEXIST, EDQUOT, ENODEV};
        (void)state;

        for (size_t i = 0; i < rtl_countof(errors); i++)
                assert_int_equal(rtl_errno_from_retcode(rtl_retcode_from_errno(errors[i])), errors[i]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_code_has_its_number_and_its_name),
                cmocka_unit_test(success_is_zero_and_errors_are_negative),
                cmocka_unit_test(fields_keep_their_values),
                cmocka_unit_test(fields_do_not_run_into_each_other),
                cmocka_unit_test(code_without_name_is_shown_by_its_fields),
                cmocka_unit_test(four_texts_live_at_once),
                cmocka_unit_test(codes_of_an_exchange_have_their_nk_error),
                cmocka_unit_test(no_error_becomes_success_on_the_way),
                cmocka_unit_test(errno_survives_the_way_there_and_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
