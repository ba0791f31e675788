/* SPDX-License-Identifier: MIT */
/*
 * What most cases about calls start with: a listener, two clients of it, a server's buffers.
 */
#pragma once

#include "support/link.h"
#include "support/server.h"

typedef struct Fixture {
        Link link;
        Server server;
} Fixture;

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* One call from the first client, served by this thread: what a failure must leave possible. */
void fixture_assert_works(Fixture *f);
