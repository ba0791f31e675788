/* SPDX-License-Identifier: MIT */
/*
 * A module opened at run time: it finds the library in this program, and decides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ksm/ksm.h"

typedef struct Set {
        struct nk_message base_;
        nk_handle_desc_t lamp;
        nk_ptr_t mode;
} Set;

static Ksm *ksm;
static KsmRecord record;
static KsmSid process, lamp;

static int setup(void **state) {
        const KsmModule *module;
        KsmProblem problem;

        (void)state;
        if (ksm_module_load(EXAMPLE_MODULE, &problem, &module) != 0 || ksm_new(module, &problem, &ksm) != 0)
                fail_msg("%s", problem.text);
        assert_int_equal(ksm_record_init(&record, ksm), 0);
        assert_int_equal(ksm_subject_new(ksm, ksm_class_find(module, "demo.Lamp"), &process), 0);
        assert_int_equal(ksm_resource_new(ksm, &lamp), 0);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        ksm_record_deinit(&record);
        ksm = ksm_free(ksm);
        return 0;
}

static bool decide(KsmEventKind kind, const char *mode) {
        Set message = {.lamp = {.handle = lamp}, .mode = {.size = (uint32_t)strlen(mode) + 1}};
        KsmEvent event = {.kind = kind,
                .src = process,
                .dst = kind == KSM_SECURITY ? KSM_SID_NONE : process,
                .message = &message,
                .message_size = sizeof(message),
                .arena = mode,
                .arena_size = message.mode.size};

        return ksm_decide(ksm, &event, &record);
}

static void a_loaded_module_decides(void **state) {
        (void)state;
        assert_true(decide(KSM_EXECUTE, ""));
        assert_false(decide(KSM_REQUEST, "off"));
        assert_int_equal(record.results[0].why, KSM_WHY_NO_CONTEXT);
        assert_true(decide(KSM_SECURITY, ""));
        assert_true(decide(KSM_REQUEST, "anything"));
        assert_true(decide(KSM_REQUEST, "off"));
        assert_false(decide(KSM_REQUEST, "on"));
        assert_false(decide(KSM_RESPONSE, "off"));
        assert_true(record.is_unbound);
}

static void its_audit_names_places_in_the_text(void **state) {
        char line[KSM_LINE_SIZE];

        (void)state;
        assert_true(decide(KSM_SECURITY, ""));
        assert_true(decide(KSM_REQUEST, ""));
        assert_false(decide(KSM_REQUEST, "on"));
        ksm_record_text(ksm, &record, line, sizeof(line));
        assert_string_equal(line,
                "1970-01-01T00:00:00.000000Z denied request demo.Lamp 2 -> demo.Lamp 2 "
                "panel.mode.Set: door.query granted lamp.psl:4; re.match granted lamp.psl:6; "
                "base.assert denied (the condition is false) lamp.psl:6");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_loaded_module_decides, setup, teardown),
                cmocka_unit_test_setup_teardown(its_audit_names_places_in_the_text, setup, teardown),
        };

        return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
