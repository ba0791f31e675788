/* SPDX-License-Identifier: MIT */
/*
 * What the environment asks of a VFS server: names of channels and counts, at their limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <coresrv/sl/sl_api.h>

#include "session.h"
#include "settings.h"

#define FILES   "VFS_FILESYSTEM_BACKEND"
#define NETWORK "VFS_NETWORK_BACKEND"
#define WAITS   "VFS_CLIENT_MAX_THREADS"

static Settings settings;

static int forget(void **state) {
        (void)state;
        return unsetenv(FILES) | unsetenv("_" FILES) | unsetenv(NETWORK) | unsetenv("_" NETWORK) |
               unsetenv(WAITS);
}

static bool with(const char *name, const char *value) {
        assert_int_equal(setenv(name, value, 1), 0);
        return settings_read(&settings);
}

static void without_a_variable_the_usual_channels_are_served(void **state) {
        (void)state;
        assert_true(settings_read(&settings));
        assert_int_equal(settings.n, 2);
        assert_string_equal(settings.names[0], "kl.VfsEntity");
        assert_string_equal(settings.names[1], "VFS");
}

static void names_of_both_variables_count_once(void **state) {
        (void)state;
        assert_true(with("_" FILES, "server:VFS1,VFS2"));
        assert_true(with(NETWORK, "server{x}:VFS2,VFS3"));
        assert_int_equal(settings.n, 3);
        assert_string_equal(settings.names[2], "VFS3");
        assert_true(with(FILES, "server:mine")); /* the spelling without the underscore wins */
        assert_string_equal(settings.names[0], "mine");
}

static void other_forms_are_refused(void **state) {
        static const char *const bad[] = {
                "", "server", "server:", "server:a,", "server:,a", "client:a", "serve:a", "servers:a", NULL};

        (void)state;
        for (const char *const *value = bad; *value; value++)
                assert_false(with(FILES, *value));
}

/* "server:a0,a1 …" */
static bool with_channels(unsigned n) {
        char value[256] = "server:a0";

        for (unsigned i = 1; i < n; i++)
                (void)snprintf(value + strlen(value), sizeof value - strlen(value), ",a%u", i);
        return with(FILES, value);
}

static void there_is_an_end_of_channels(void **state) {
        (void)state;
        assert_true(with_channels(SERVER_CHANNELS_MAX - 1));
        assert_true(with_channels(SERVER_CHANNELS_MAX));
        assert_int_equal(settings.n, SERVER_CHANNELS_MAX);
        assert_false(with_channels(SERVER_CHANNELS_MAX + 1));
}

static bool with_name_of(size_t length) {
        char value[SERVICE_LOCATOR_NAME_MAX + 16] = "server:";
        size_t head = strlen(value);

        memset(value + head, 'n', length);
        value[head + length] = '\0';
        return with(FILES, value);
}

static void a_name_is_not_endless(void **state) {
        (void)state;
        assert_true(with_name_of(SERVICE_LOCATOR_NAME_MAX - 1));
        assert_false(with_name_of(SERVICE_LOCATOR_NAME_MAX));
}

static void waits_are_a_number_within_limits(void **state) {
        static const struct {
                const char *text;
                uint32_t n;
        } rows[] = {{"1", 1}, {"63", 63}, {"64", SESSION_WAITS_MAX}, {"65", SESSION_WAITS_DEFAULT},
                {"0", SESSION_WAITS_DEFAULT}, {"", SESSION_WAITS_DEFAULT}, {"-1", SESSION_WAITS_DEFAULT},
                {" 5", SESSION_WAITS_DEFAULT}, {"5x", SESSION_WAITS_DEFAULT},
                {"99999999999999999999", SESSION_WAITS_DEFAULT}};

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                assert_true(with(WAITS, rows[i].text));
                assert_int_equal(settings.n_waits, rows[i].n);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(without_a_variable_the_usual_channels_are_served, forget),
                cmocka_unit_test_teardown(names_of_both_variables_count_once, forget),
                cmocka_unit_test_teardown(other_forms_are_refused, forget),
                cmocka_unit_test_teardown(there_is_an_end_of_channels, forget),
                cmocka_unit_test_teardown(a_name_is_not_endless, forget),
                cmocka_unit_test_teardown(waits_are_a_number_within_limits, forget),
        };

        return cmocka_run_group_tests_name("vfs_server settings", tests, NULL, NULL);
}
