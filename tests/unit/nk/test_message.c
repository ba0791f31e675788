/* SPDX-License-Identifier: MIT */
/*
 * Message headers, logic errors, handle containers and constants of the NK layer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>

#include <nk/types.h>
#include <rtl/retcode.h>
#include <services/ocap.h>

/* A generated message in miniature. */
typedef struct Request {
        struct nk_message base_;
        nk_uint32_t value;
} Request;

typedef union Requests {
        struct nk_message base_;
        Request small;
        struct {
                struct nk_message base_;
                nk_uint64_t values[4];
        } large;
} Requests;

static void reset_states_the_size_and_keeps_the_payload(void **state) {
        Requests r;
        (void)state;

        memset(&r, 0xff, sizeof(r));
        r.small.value = 5;
        nk_req_reset(&r.small);
        assert_int_equal(r.base_.size, sizeof(Request));
        assert_int_equal(r.base_.iid, 0);
        assert_int_equal(r.base_.mid, 0);
        assert_int_equal(r.base_.ncaps, 0);
        assert_int_equal(r.base_.reserved, 0);
        assert_false(nk_msg_check_err(&r));
        assert_int_equal(r.small.value, 5);
        nk_req_reset(&r);
        assert_int_equal(r.base_.size, sizeof(Requests));
}

static void error_reset_sets_the_flag(void **state) {
        Request r = {.value = 5};
        (void)state;

        nk_err_reset(&r);
        assert_true(nk_msg_check_err(&r));
        assert_int_equal(r.base_.size, sizeof(Request));
        assert_int_equal(r.value, 5);
        nk_msg_set_method_id(&r, 3, 4);
        nk_msg_set_ncaps(&r, 2);
        assert_true(nk_msg_check_err(&r));
        assert_int_equal(r.base_.iid, 3);
        assert_int_equal(r.base_.mid, 4);
        assert_int_equal(r.base_.ncaps, 2);
        nk_req_reset(&r);
        assert_false(nk_msg_check_err(&r));
}

static void reset_evaluates_its_argument_once(void **state) {
        Request r[2];
        Request *p = r;
        (void)state;

        nk_req_reset(p++);
        assert_ptr_equal(p, r + 1);
        nk_err_reset(p--);
        assert_ptr_equal(p, r);
}

static void logic_error_carries_16_bits(void **state) {
        static const unsigned codes[] = {0, 1, 2, 0x7fff, 0x8000, 0xffff};
        (void)state;

        for (size_t i = 0; i < nk_array_size(codes); i++) {
                nk_err_t err = NK_ELOGIC_MAKE(codes[i]);

                assert_int_not_equal(err, NK_EOK);
                assert_true(NK_ELOGIC_CHECK(err));
                assert_int_equal(NK_ELOGIC_GET(err), codes[i]);
        }
        assert_int_equal(NK_ELOGIC_MAKE(0x10001), NK_ELOGIC_MAKE(1));
        assert_int_equal(NK_ELOGIC_MAKE(-1), NK_ELOGIC_MAKE(0xffff));
}

static void other_results_are_no_logic_errors(void **state) {
        static const nk_err_t errors[] = {NK_EOK, NK_EPERM, NK_ENOENT, NK_EAGAIN, NK_ENOMEM, NK_EINVAL,
                NK_ENOTEMPTY, NK_ENOMSG, NK_EBADMSG, NK_ENOTCONN, -1, INT_MIN, 0xffff, 0x20000};
        (void)state;

        for (size_t i = 0; i < nk_array_size(errors); i++)
                assert_false(NK_ELOGIC_CHECK(errors[i]));
        for (int code = 0; code < NKX_RC_COUNT; code++)
                assert_false(NK_ELOGIC_CHECK(NKX_RC(code)));
}

static void error_numbers_are_those_of_the_host(void **state) {
        (void)state;

        assert_int_equal(NK_EOK, 0);
        assert_int_equal(NK_EPERM, EPERM);
        assert_int_equal(NK_ENOENT, ENOENT);
        assert_int_equal(NK_EAGAIN, EAGAIN);
        assert_int_equal(NK_ENOMEM, ENOMEM);
        assert_int_equal(NK_EINVAL, EINVAL);
        assert_int_equal(NK_ENOTEMPTY, ENOTEMPTY);
        assert_int_equal(NK_ENOMSG, ENOMSG);
        assert_int_equal(NK_EBADMSG, EBADMSG);
        assert_int_equal(NK_ENOTCONN, ENOTCONN);
}

static void constants_have_their_type(void **state) {
        (void)state;

        assert_int_equal(sizeof(NK_UINT8_C(255)), 1);
        assert_int_equal(sizeof(NK_UINT16_C(0xffff)), 2);
        assert_int_equal(sizeof(NK_UINT32_C(4294967295)), 4);
        assert_true(NK_UINT64_C(18446744073709551615) == UINT64_MAX);
        assert_int_equal(sizeof(NK_SINT8_C(-128)), 1);
        assert_true(NK_SINT64_C(-9223372036854775807 - 1) == INT64_MIN);
        assert_int_equal(INVALID_RIID, 0xffff);
        assert_int_equal(nk_max(3, 4), 4);
}

static void handle_container_has_three_forms(void **state) {
        nk_handle_desc_t h = nk_handle_desc(7);
        (void)state;

        assert_int_equal(nk_get_handle(&h), 7);
        assert_int_equal(nk_get_rights(&h), NKX_RIGHTS_ALL);
        assert_int_equal(h.badge, 0);
        h = nk_handle_desc(7, OCAP_HANDLE_TRANSFER);
        assert_int_equal(nk_get_rights(&h), OCAP_HANDLE_TRANSFER);
        h = nk_handle_desc(7, OCAP_HANDLE_TRANSFER, 9);
        assert_int_equal(h.badge, 9);
        assert_false(nk_is_handle_dereferenced(&h));
}

static void sender_cannot_make_a_handle_look_dereferenced(void **state) {
        nk_handle_desc_t h = nk_handle_desc(7, UINT32_MAX, 9);
        nk_badge_t badge = 1;
        (void)state;

        assert_false(nk_is_handle_dereferenced(&h));
        assert_int_equal(nk_get_badge_op(&h, 0, &badge), NK_EINVAL);
        assert_int_equal(badge, 1);
}

static void badge_needs_every_bit_of_the_operation(void **state) {
        const nk_rights_t rights = OCAP_HANDLE_SPEC(0) | OCAP_HANDLE_SPEC(15);
        nk_handle_desc_t h = nkx_handle_desc_dereferenced(7, rights, 0xdeadbeef12345678u);
        nk_badge_t badge = 1;
        (void)state;

        assert_true(nk_is_handle_dereferenced(&h));
        assert_int_equal(nk_get_rights(&h), rights);
        assert_int_equal(nk_get_badge_op(&h, OCAP_HANDLE_SPEC(0) | OCAP_HANDLE_SPEC(1), &badge), NK_EPERM);
        assert_int_equal(nk_get_badge_op(&h, OCAP_HANDLE_SPEC(1), &badge), NK_EPERM);
        assert_int_equal(badge, 1);
        assert_int_equal(nk_get_badge_op(&h, rights, &badge), NK_EOK);
        assert_true(badge == 0xdeadbeef12345678u);
        assert_int_equal(nk_get_badge_op(&h, 0, &badge), NK_EOK);
}

static void rights_of_a_resource_do_not_touch_the_common_ones(void **state) {
        nk_rights_t all = 0;
        (void)state;

        all |= OCAP_HANDLE_SPEC(0) | OCAP_HANDLE_SPEC(1) | OCAP_HANDLE_SPEC(14) | OCAP_HANDLE_SPEC(15);
        assert_int_equal(all, 0xc003);
        assert_int_equal(OCAP_HANDLE_FULL & 0xffff, 0);
        assert_int_equal(OCAP_HANDLE_FULL & NKX_HANDLE_DEREFERENCED, 0);
        assert_int_equal(OCAP_HANDLE_FULL, OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY | OCAP_HANDLE_GET_EVENT |
                                                   OCAP_HANDLE_SET_EVENT | OCAP_HANDLE_GET_SID);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reset_states_the_size_and_keeps_the_payload),
                cmocka_unit_test(error_reset_sets_the_flag),
                cmocka_unit_test(reset_evaluates_its_argument_once),
                cmocka_unit_test(logic_error_carries_16_bits),
                cmocka_unit_test(other_results_are_no_logic_errors),
                cmocka_unit_test(error_numbers_are_those_of_the_host),
                cmocka_unit_test(constants_have_their_type),
                cmocka_unit_test(handle_container_has_three_forms),
                cmocka_unit_test(sender_cannot_make_a_handle_look_dereferenced),
                cmocka_unit_test(badge_needs_every_bit_of_the_operation),
                cmocka_unit_test(rights_of_a_resource_do_not_touch_the_common_ones),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
