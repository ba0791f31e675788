/* SPDX-License-Identifier: MIT */
/*
 * Connection manager: who waits, who is told what, in which order, and that nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/cm.h"

#define SAID_MAX 64

/* What the host was told. */
typedef struct Said {
        CmTicket ticket;
        Retcode rc;
        char client[CM_NAME_SIZE];
        char service[CM_NAME_SIZE];
} Said;

typedef struct World {
        Cm *cm;
        Said said[SAID_MAX];
        uint32_t n_said;
        uint32_t n_ends; /* also those there was no room to note */
} World;

static const CmTask alice = {1, "Alice"}, bob = {2, "Bob"}, server = {3, "Server"};

static void say(void *host, const CmEnd *end) {
        World *w = host;
        Said *s = &w->said[w->n_said];

        w->n_ends++;
        if (w->n_said == SAID_MAX)
                return;
        *s = (Said){.ticket = end->ticket, .rc = end->rc};
        if (end->client) {
                (void)snprintf(s->client, sizeof s->client, "%s", end->client);
                (void)snprintf(s->service, sizeof s->service, "%s", end->service);
        }
        w->n_said++;
}

static int set_up(void **state) {
        static World w;

        w = (World){.n_said = 0};
        *state = &w;
        return cm_new(8, say, &w, &w.cm);
}

static int tear_down(void **state) {
        World *w = *state;

        cm_free(w->cm);
        return 0;
}

static Retcode connect_to(World *w, const CmTask *client, CmTicket ticket, const char *service) {
        return cm_connect(w->cm, client, ticket, "Server", true, service, 0, 100);
}

static void assert_said(const World *w, uint32_t i, CmTicket ticket, Retcode rc) {
        assert_true(i < w->n_said);
        assert_int_equal(w->said[i].ticket, ticket);
        assert_int_equal(w->said[i].rc, rc);
}

static void a_request_reaches_a_server_that_listens(void **state) {
        World *w = *state;

        assert_int_equal(cm_listen(w->cm, &server, 10, 0, 50), rcOk);
        assert_int_equal(w->n_said, 0);
        assert_int_equal(connect_to(w, &alice, 20, "files"), rcOk);
        assert_said(w, 0, 10, rcOk);
        assert_string_equal(w->said[0].client, "Alice");
        assert_string_equal(w->said[0].service, "files");
        assert_int_equal(cm_count(w->cm), 1); /* the request still waits */
}

static void a_request_waits_for_a_server_that_listens_later(void **state) {
        World *w = *state;

        assert_int_equal(connect_to(w, &alice, 20, "files"), rcOk);
        assert_int_equal(cm_listen(w->cm, &server, 10, 0, 0), rcOk);
        assert_said(w, 0, 10, rcOk);
        assert_string_equal(w->said[0].client, "Alice");
}

static void one_request_is_shown_again_and_again(void **state) {
        World *w = *state;

        assert_int_equal(connect_to(w, &alice, 20, "files"), rcOk);
        for (CmTicket t = 1; t <= 3; t++) {
                assert_int_equal(cm_listen(w->cm, &server, t, 0, 0), rcOk);
                assert_said(w, (uint32_t)t - 1, t, rcOk);
        }
}

static void a_request_that_was_shown_goes_to_the_end_of_the_queue(void **state) {
        World *w = *state;
        const char *const expected[] = {"Alice", "Bob", "Alice"};

        assert_int_equal(connect_to(w, &alice, 20, "files"), rcOk);
        assert_int_equal(connect_to(w, &bob, 21, "files"), rcOk);
        for (uint32_t i = 0; i < 3; i++) {
                assert_int_equal(cm_listen(w->cm, &server, i, 0, 0), rcOk);
                assert_string_equal(w->said[i].client, expected[i]);
        }
}

static void requests_for_other_servers_are_not_shown(void **state) {
        World *w = *state;

        assert_int_equal(cm_connect(w->cm, &alice, 20, "Other", true, "files", 0, 100), rcOk);
        assert_int_equal(cm_listen(w->cm, &server, 10, 0, 0), rcTimeout);
        assert_int_equal(w->n_said, 0);
}

static void accept_takes_the_request_and_names_its_call(void **state) {
        World *w = *state;
        CmTicket ticket = 0;
        uint32_t client = 0;

        assert_int_equal(connect_to(w, &bob, 21, "files"), rcOk);
        assert_int_equal(cm_accept(w->cm, &server, "Bob", "files", &ticket, &client), rcOk);
        assert_int_equal(ticket, 21);
        assert_int_equal(client, bob.number);
        assert_int_equal(w->n_said, 0); /* the host ends that call itself */
        assert_int_equal(cm_count(w->cm), 0);
}

static void a_request_is_accepted_once(void **state) {
        World *w = *state;
        CmTicket ticket;
        uint32_t client;

        assert_int_equal(connect_to(w, &bob, 21, "files"), rcOk);
        assert_int_equal(cm_accept(w->cm, &server, "Bob", "files", &ticket, &client), rcOk);
        assert_int_equal(cm_accept(w->cm, &server, "Bob", "files", &ticket, &client), rcResourceNotFound);
}

static void accept_wants_the_exact_client_service_and_server(void **state) {
        World *w = *state;
        CmTicket ticket;
        uint32_t client;

        assert_int_equal(connect_to(w, &bob, 21, "files"), rcOk);
        assert_int_equal(cm_accept(w->cm, &server, "Bob", "file", &ticket, &client), rcResourceNotFound);
        assert_int_equal(cm_accept(w->cm, &server, "Alice", "files", &ticket, &client), rcResourceNotFound);
        assert_int_equal(cm_accept(w->cm, &alice, "Bob", "files", &ticket, &client), rcResourceNotFound);
        assert_int_equal(cm_accept(w->cm, &server, "Bob", "files", &ticket, &client), rcOk);
}

static void equal_requests_are_accepted_in_order(void **state) {
        World *w = *state;
        CmTicket ticket;
        uint32_t client;

        assert_int_equal(connect_to(w, &bob, 21, "files"), rcOk);
        assert_int_equal(connect_to(w, &bob, 22, "files"), rcOk);
        assert_int_equal(cm_accept(w->cm, &server, "Bob", "files", &ticket, &client), rcOk);
        assert_int_equal(ticket, 21);
        assert_int_equal(cm_accept(w->cm, &server, "Bob", "files", &ticket, &client), rcOk);
        assert_int_equal(ticket, 22);
}

static void a_dropped_client_is_told(void **state) {
        World *w = *state;

        assert_int_equal(connect_to(w, &bob, 21, "files"), rcOk);
        assert_int_equal(cm_drop(w->cm, &server, "Bob", "files"), rcOk);
        assert_said(w, 0, 21, rcAbort);
        assert_int_equal(cm_drop(w->cm, &server, "Bob", "files"), rcResourceNotFound);
        assert_int_equal(cm_count(w->cm), 0);
}

static void nobody_waits_for_a_process_that_does_not_exist_without_time(void **state) {
        World *w = *state;

        assert_int_equal(cm_connect(w->cm, &alice, 20, "Nobody", false, "files", 5, 5), rcResourceNotFound);
        assert_int_equal(cm_connect(w->cm, &alice, 20, "Nobody", false, "files", 5, 6), rcOk);
        assert_int_equal(cm_count(w->cm), 1);
}

static void waiting_ends_on_time_and_not_before(void **state) {
        World *w = *state;

        assert_int_equal(connect_to(w, &alice, 20, "files"), rcOk);
        assert_int_equal(cm_listen(w->cm, &bob, 10, 0, 50), rcOk);
        assert_int_equal(cm_expire(w->cm, 49), 50);
        assert_int_equal(w->n_said, 0);
        assert_int_equal(cm_expire(w->cm, 50), 100);
        assert_said(w, 0, 10, rcTimeout);
        assert_true(cm_expire(w->cm, 100) == CM_NEVER);
        assert_said(w, 1, 20, rcTimeout);
        assert_int_equal(cm_count(w->cm), 0);
}

static void a_dead_server_ends_its_requests_and_a_dead_client_takes_his_along(void **state) {
        World *w = *state;
        CmTicket ticket;
        uint32_t client;

        assert_int_equal(connect_to(w, &alice, 20, "files"), rcOk);
        assert_int_equal(connect_to(w, &bob, 21, "files"), rcOk);
        cm_task_died(w->cm, &alice);
        assert_int_equal(w->n_said, 0);
        assert_int_equal(cm_accept(w->cm, &server, "Alice", "files", &ticket, &client), rcResourceNotFound);
        cm_task_died(w->cm, &server);
        assert_int_equal(w->n_said, 1);
        assert_said(w, 0, 21, rcNotConnected);
        assert_int_equal(cm_count(w->cm), 0);
}

static void a_dead_server_listens_no_more(void **state) {
        World *w = *state;

        assert_int_equal(cm_listen(w->cm, &server, 10, 0, 50), rcOk);
        cm_task_died(w->cm, &server);
        assert_int_equal(connect_to(w, &alice, 20, "files"), rcOk);
        assert_int_equal(w->n_said, 0);
}

static void names_are_within_their_limit(void **state) {
        World *w = *state;
        char name[CM_NAME_SIZE + 1];

        memset(name, 'n', sizeof name);
        name[CM_NAME_SIZE] = '\0';
        assert_int_equal(connect_to(w, &alice, 20, name), rcInvalidArgument);
        assert_int_equal(cm_connect(w->cm, &alice, 20, name, true, "s", 0, 9), rcInvalidArgument);
        name[CM_NAME_SIZE - 1] = '\0';
        assert_int_equal(connect_to(w, &alice, 20, name), rcOk);
        assert_int_equal(cm_listen(w->cm, &server, 1, 0, 0), rcOk);
        assert_string_equal(w->said[0].service, name);
        assert_int_equal(connect_to(w, &alice, 20, ""), rcInvalidArgument);
        assert_int_equal(cm_connect(w->cm, &alice, 20, "", true, "s", 0, 9), rcInvalidArgument);
}

static void a_full_table_refuses_and_recovers(void **state) {
        World *w = *state;

        for (CmTicket t = 0; t < 8; t++)
                assert_int_equal(connect_to(w, &alice, t, "files"), rcOk);
        assert_int_equal(connect_to(w, &bob, 8, "files"), rcOutOfMemory);
        assert_int_equal(cm_listen(w->cm, &alice, 9, 0, 50), rcOutOfMemory);
        assert_int_equal(cm_drop(w->cm, &server, "Alice", "files"), rcOk);
        assert_int_equal(connect_to(w, &bob, 8, "files"), rcOk);
}

static void one_process_gets_its_share_and_leaves_room_for_others(void **state) {
        World w = {.n_said = 0};

        (void)state;
        assert_int_equal(cm_new(CM_SHARE_MAX * 2, say, &w, &w.cm), 0);
        for (CmTicket t = 0; t < CM_SHARE_MAX; t++)
                assert_int_equal(connect_to(&w, &alice, t, "files"), rcOk);
        assert_int_equal(connect_to(&w, &alice, 99, "files"), rcOutOfMemory);
        assert_int_equal(connect_to(&w, &bob, 100, "files"), rcOk);
        cm_task_died(w.cm, &server);
        assert_int_equal(w.n_ends, CM_SHARE_MAX + 1);
        assert_int_equal(cm_count(w.cm), 0);
        cm_free(w.cm);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                CASE(a_request_reaches_a_server_that_listens),
                CASE(a_request_waits_for_a_server_that_listens_later),
                CASE(one_request_is_shown_again_and_again),
                CASE(a_request_that_was_shown_goes_to_the_end_of_the_queue),
                CASE(requests_for_other_servers_are_not_shown),
                CASE(accept_takes_the_request_and_names_its_call),
                CASE(a_request_is_accepted_once),
                CASE(accept_wants_the_exact_client_service_and_server),
                CASE(equal_requests_are_accepted_in_order),
                CASE(a_dropped_client_is_told),
                CASE(nobody_waits_for_a_process_that_does_not_exist_without_time),
                CASE(waiting_ends_on_time_and_not_before),
                CASE(a_dead_server_ends_its_requests_and_a_dead_client_takes_his_along),
                CASE(a_dead_server_listens_no_more),
                CASE(names_are_within_their_limit),
                CASE(a_full_table_refuses_and_recovers),
                cmocka_unit_test(one_process_gets_its_share_and_leaves_room_for_others),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
