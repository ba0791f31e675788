/* SPDX-License-Identifier: MIT */
/*
 * The tables between channel codes, Retcode and nk_err_t: every code has its counterpart.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "kos/ipc.h"
#include "transport/chan.h"

static void every_channel_code_has_its_retcode(void **state) {
        static const struct {
                int chan;
                Retcode rc;
                nk_err_t nk;
        } rows[] = {
                {0, rcOk, NK_EOK},
                {CHAN_E_CLOSED, rcNotConnected, NK_ENOTCONN},
                {CHAN_E_TIMEOUT, rcTimeout, NK_EAGAIN},
                {CHAN_E_INTERRUPTED, rcIpcInterrupt, NK_EAGAIN},
                {CHAN_E_TOO_BIG, rcOutOfMemory, NK_ENOMEM},
                {CHAN_E_MALFORMED, rcInvalidArgument, NK_EINVAL},
                {CHAN_E_METHOD, rcResourceNotFound, NK_ENOENT},
                {CHAN_E_DENIED, rcSecurityDisallow, NK_EPERM},
                {CHAN_E_STATE, rcInvalidOperation, NK_EBADMSG},
                {-ENOMEM, rcOutOfMemory, NK_ENOMEM},
                {CHAN_E_MAX, rcInternalError, NK_EBADMSG},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                assert_int_equal(ipc_retcode_from_chan(rows[i].chan), rows[i].rc);
                assert_int_equal(ipc_nk_err(rows[i].rc), rows[i].nk);
        }
}

static void no_channel_code_was_forgotten(void **state) {
        (void)state;
        for (int r = 1; r < CHAN_E_MAX; r++) {
                assert_int_not_equal(ipc_retcode_from_chan(r), rcOk);
                assert_int_not_equal(ipc_retcode_from_chan(r), rcInternalError);
        }
}

/* The sign of an outcome says which code space it is of. */
static void outcome_of_a_dispatcher_keeps_its_code(void **state) {
        (void)state;
        assert_int_equal(ipc_nk_err(NK_ENOTEMPTY), NK_ENOTEMPTY);
        assert_int_equal(ipc_nk_err(NK_ELOGIC_MAKE(5)), NK_ELOGIC_MAKE(5));
        assert_int_equal(ipc_retcode(NK_ENOENT), rcResourceNotFound);
        assert_int_equal(ipc_retcode(NK_ENOMEM), rcOutOfMemory);
        assert_int_equal(ipc_retcode(NK_ELOGIC_MAKE(5)), rcFail);
        assert_int_equal(ipc_retcode(rcBusy), rcBusy);
        assert_int_equal(ipc_nk_err(MAKE_RETCODE(1, 3, 4, 5)), NK_EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_channel_code_has_its_retcode),
                cmocka_unit_test(no_channel_code_was_forgotten),
                cmocka_unit_test(outcome_of_a_dispatcher_keeps_its_code),
        };

        return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
