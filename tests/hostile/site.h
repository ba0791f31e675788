/* SPDX-License-Identifier: MIT */
/*
 * Site: real processes around one server, each with descriptors of its own, started and watched as
 * the kernel process does it. Client 0 is the neighbour; the others are there to be attacked from.
 */
#pragma once

#include <sys/types.h>

#include "score.h"
#include "support/boot_builder.h"
#include "support/link.h"

#define SITE_CLIENTS 100
#define SITE_SERVER  SITE_CLIENTS
#define SITE_NOBODY  (SITE_CLIENTS + 1) /* who gets none of the site's descriptors */

typedef struct Site {
        Score *score;
        int status, status_ro, ear, news;
        LinkFds client_fds[SITE_CLIENTS], server_fds[SITE_CLIENTS];
        ChanHeader *mem[SITE_CLIENTS]; /* as the kernel process sees it */
        pid_t server, neighbour;
} Site;

/* All of these assert. */
void site_open(Site *s, unsigned n_server_threads);
/* Ends both and checks that they lived and had nothing to complain about. */
void site_close(Site *s);

/* Adds a channel to the boot block of a client of the class. */
void site_add_channel(BootBuilder *b, const char *name, const LinkFds *fds);

/* A process that is client number i: with a boot block, or with bare descriptors. */
typedef int SiteProgram(Site *s, unsigned i);
pid_t site_start_client(Site *s, unsigned i, SiteProgram *program);
pid_t site_start_raw(Site *s, unsigned i, SiteProgram *program);
/* Kills it if need be, waits, and ends its channel. Returns the wait status. */
int site_end_client(Site *s, unsigned i, pid_t pid);

/* The server and the neighbour are there, and nobody has complained. */
void site_assert_well(const Site *s);
/* Returns when `counter` has grown by n; asserts that all are well meanwhile, and that it does grow. */
void site_await(const Site *s, const _Atomic uint64_t *counter, uint64_t n);
