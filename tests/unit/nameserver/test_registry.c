/* SPDX-License-Identifier: MIT */
/*
 * The registry of the name server: whose services there are, for how long, and how many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry.h"

static Registry *registry;

static int setup(void **state) {
        (void)state;
        registry = registry_new();
        return registry ? 0 : -1;
}

static int teardown(void **state) {
        (void)state;
        registry = registry_free(registry);
        return 0;
}

static RegistrySession open_for(const char *process) {
        RegistrySession session = 0;

        assert_int_equal(registry_open(registry, process, &session), rcOk);
        assert_int_not_equal(session, 0);
        return session;
}

static Retcode publish(RegistrySession session, const char *type, const char *server, const char *service) {
        return registry_publish(
                registry, session, &(RegistryService){.type = type, .server = server, .service = service});
}

static Retcode unpublish(RegistrySession session, const char *type, const char *server, const char *service) {
        return registry_unpublish(
                registry, session, &(RegistryService){.type = type, .server = server, .service = service});
}

static void expect_found(const char *type, uint32_t index, const char *server, const char *service) {
        RegistryService s;

        assert_int_equal(registry_find(registry, type, index, &s), rcOk);
        assert_string_equal(s.type, type);
        assert_string_equal(s.server, server);
        assert_string_equal(s.service, service);
}

static void expect_end(const char *type, uint32_t index) {
        RegistryService s;

        assert_int_equal(registry_find(registry, type, index, &s), rcResourceNotFound);
}

static void expect_counts(uint32_t n_processes, uint32_t n_sessions, uint32_t n_services) {
        RegistryCounts n = registry_count(registry);

        assert_int_equal(n.n_processes, n_processes);
        assert_int_equal(n.n_sessions, n_sessions);
        assert_int_equal(n.n_services, n_services);
}

/* ---------------------------------------------------------------------------------------------------------
 */

static void services_are_found_by_type_in_their_order(void **state) {
        RegistrySession ata = open_for("Ata"), ram = open_for("Ram");

        (void)state;
        assert_int_equal(publish(ram, "kl.Block", "Ram", "disk"), rcOk);
        assert_int_equal(publish(ata, "kl.Clock", "Ata", "clock"), rcOk);
        assert_int_equal(publish(ata, "kl.Block", "Ata", "disk"), rcOk);
        expect_found("kl.Block", 0, "Ram", "disk");
        expect_found("kl.Block", 1, "Ata", "disk");
        expect_end("kl.Block", 2);
        expect_found("kl.Clock", 0, "Ata", "clock");
        expect_end("kl.Clock", 1);
        expect_end("kl.Bloc", 0);
        expect_end("kl.Block", UINT32_MAX);
}

static void what_is_taken_back_is_gone_and_the_others_move_up(void **state) {
        RegistrySession s = open_for("Ram");

        (void)state;
        for (const char *name = "abc"; *name; name++)
                assert_int_equal(publish(s, "t", "Ram", name), rcOk);
        assert_int_equal(unpublish(s, "t", "Ram", "bc"), rcOk);
        expect_found("t", 0, "Ram", "abc");
        expect_found("t", 1, "Ram", "c");
        expect_end("t", 2);
        assert_int_equal(unpublish(s, "t", "Ram", "bc"), rcResourceNotFound);
        assert_int_equal(unpublish(s, "t", "Ram", "abc"), rcOk);
        assert_int_equal(unpublish(s, "t", "Ram", "c"), rcOk);
        expect_end("t", 0);
        assert_int_equal(publish(s, "t", "Ram", "d"), rcOk);
        expect_found("t", 0, "Ram", "d");
}

static void nobody_publishes_in_anothers_name(void **state) {
        RegistrySession mine = open_for("Thief"), others = open_for("Bank");

        (void)state;
        assert_int_equal(publish(mine, "t", "Bank", "vault"), rcSecurityDisallow);
        expect_end("t", 0);
        assert_int_equal(publish(others, "t", "Bank", "vault"), rcOk);
        assert_int_equal(unpublish(mine, "t", "Bank", "vault"), rcResourceNotFound);
        expect_found("t", 0, "Bank", "vault");
}

static void session_that_is_closed_or_none_is_refused(void **state) {
        RegistrySession first = open_for("A"), second;

        (void)state;
        assert_true(registry_close(registry, first, NULL));
        second = open_for("A"); /* in the same place */
        assert_int_not_equal(first, second);
        for (int i = 0; i < 3; i++) {
                const RegistrySession stale[] = {first, 0, UINT64_MAX};

                assert_int_equal(publish(stale[i], "t", "A", "s"), rcInvalidArgument);
                assert_int_equal(unpublish(stale[i], "t", "A", "s"), rcInvalidArgument);
                assert_false(registry_close(registry, stale[i], NULL));
        }
        assert_int_equal(publish(second, "t", "A", "s"), rcOk);
}

static void end_of_a_session_takes_its_services_along(void **state) {
        RegistrySession a = open_for("A"), b = open_for("B");
        uint32_t tag = 0;

        (void)state;
        registry_set_tag(registry, a, 17);
        assert_int_equal(publish(a, "t", "A", "1"), rcOk);
        assert_int_equal(publish(b, "t", "B", "2"), rcOk);
        assert_int_equal(publish(a, "t", "A", "3"), rcOk);
        assert_true(registry_close(registry, a, &tag));
        assert_int_equal(tag, 17);
        expect_found("t", 0, "B", "2");
        expect_end("t", 1);
        expect_counts(1, 1, 1);
        assert_true(registry_close(registry, b, &tag));
        assert_int_equal(tag, 0);
        expect_counts(0, 0, 0);
}

/* A process that dies and comes back may publish again before anybody has noticed its death. */
static void service_lasts_as_long_as_one_of_its_sessions(void **state) {
        RegistrySession old = open_for("A"), new = open_for("A");

        (void)state;
        assert_int_equal(publish(old, "t", "A", "s"), rcOk);
        assert_int_equal(publish(old, "t", "A", "s"), rcAlreadyExists);
        assert_int_equal(publish(new, "t", "A", "s"), rcOk);
        expect_end("t", 1);
        assert_true(registry_close(registry, old, NULL));
        expect_found("t", 0, "A", "s");
        assert_int_equal(unpublish(new, "t", "A", "s"), rcOk);
        expect_end("t", 0);
}

static void names_that_differ_only_together_are_different(void **state) {
        RegistrySession s = open_for("A");

        (void)state;
        assert_int_equal(publish(s, "ab", "A", "c"), rcOk);
        assert_int_equal(publish(s, "a", "A", "bc"), rcOk);
        expect_found("ab", 0, "A", "c");
        expect_found("a", 0, "A", "bc");
}

/* Limits --------------------------------------------------------------------------------------------------
 */

static void process_has_its_share_of_sessions(void **state) {
        RegistrySession sessions[REGISTRY_SESSIONS_MAX], more;

        (void)state;
        for (uint32_t i = 0; i < REGISTRY_SESSIONS_MAX; i++)
                sessions[i] = open_for("A");
        assert_int_equal(registry_open(registry, "A", &more), rcQuotaExceeded);
        (void)open_for("B");
        expect_counts(2, REGISTRY_SESSIONS_MAX + 1, 0);
        assert_true(registry_close(registry, sessions[3], NULL));
        (void)open_for("A");
        assert_int_equal(registry_open(registry, "A", &more), rcQuotaExceeded);
}

static void process_has_its_share_of_services(void **state) {
        RegistrySession first = open_for("A"), second = open_for("A"), other = open_for("B");
        char name[16];

        (void)state;
        for (uint32_t i = 0; i < REGISTRY_SERVICES_MAX; i++) {
                (void)snprintf(name, sizeof(name), "s%u", i);
                assert_int_equal(publish(i % 2 ? first : second, "t", "A", name), rcOk);
        }
        assert_int_equal(publish(first, "t", "A", "more"), rcQuotaExceeded);
        assert_int_equal(publish(second, "u", "A", "s0"), rcQuotaExceeded);
        assert_int_equal(publish(first, "t", "A", "s0"), rcOk); /* it is there already */
        assert_int_equal(publish(other, "t", "B", "s0"), rcOk);
        assert_int_equal(unpublish(first, "t", "A", "s1"), rcOk);
        assert_int_equal(publish(second, "t", "A", "more"), rcOk);
        expect_counts(2, 3, REGISTRY_SERVICES_MAX + 1);
}

/* Many processes, in any order, against a plain list. */
static void random_steps_leave_what_a_plain_list_has(void **state) {
        enum { PROCESSES = 3, SERVICES = 5, STEPS = 200000 };
        RegistrySession sessions[PROCESSES] = {0};
        bool is_there[PROCESSES][SERVICES] = {{false}};
        unsigned seed = 7;

        (void)state;
        for (int step = 0; step < STEPS; step++) {
                unsigned p = (unsigned)rand_r(&seed) % PROCESSES, s = (unsigned)rand_r(&seed) % SERVICES;
                char server[] = {(char)('A' + p), '\0'}, service[] = {(char)('a' + s), '\0'};
                uint32_t n = 0;

                switch (rand_r(&seed) % 8) {
                case 0:
                        assert_int_equal(registry_close(registry, sessions[p], NULL), sessions[p] != 0);
                        sessions[p] = 0;
                        memset(is_there[p], 0, sizeof(is_there[p]));
                        break;
                case 1:
                        sessions[p] = sessions[p] ? sessions[p] : open_for(server);
                        break;
                case 2:
                case 3:
                        assert_int_equal(unpublish(sessions[p], "t", server, service),
                                !sessions[p]     ? rcInvalidArgument
                                : is_there[p][s] ? rcOk
                                                 : rcResourceNotFound);
                        is_there[p][s] = false;
                        break;
                default:
                        assert_int_equal(
                                publish(sessions[p], "t", server, service), !sessions[p] ? rcInvalidArgument
                                                                            : is_there[p][s] ? rcAlreadyExists
                                                                                             : rcOk);
                        is_there[p][s] = sessions[p] != 0;
                        break;
                }
                for (unsigned i = 0; i < PROCESSES * SERVICES; i++)
                        n += is_there[i / SERVICES][i % SERVICES];
                assert_int_equal(registry_count(registry).n_services, n);
        }
        for (unsigned p = 0; p < PROCESSES; p++)
                (void)registry_close(registry, sessions[p], NULL);
        expect_counts(0, 0, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(services_are_found_by_type_in_their_order),
                CASE(what_is_taken_back_is_gone_and_the_others_move_up),
                CASE(nobody_publishes_in_anothers_name),
                CASE(session_that_is_closed_or_none_is_refused),
                CASE(end_of_a_session_takes_its_services_along),
                CASE(service_lasts_as_long_as_one_of_its_sessions),
                CASE(names_that_differ_only_together_are_different),
                CASE(process_has_its_share_of_sessions),
                CASE(process_has_its_share_of_services),
                CASE(random_steps_leave_what_a_plain_list_has),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
