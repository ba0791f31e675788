/* SPDX-License-Identifier: MIT */
/*
 * A listener and two clients: see fixture.h.
 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/caller.h"

int fixture_setup(void **state) {
        Fixture *f = calloc(1, sizeof *f);

        t_link_make(&f->link, 2, 0);
        t_server_init(&f->server);
        *state = f;
        return 0;
}

int fixture_teardown(void **state) {
        Fixture *f = *state;

        t_link_end(&f->link);
        free(f);
        return 0;
}

void fixture_assert_works(Fixture *f) {
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_server_serve(&f->server, f->link.listener);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
}
