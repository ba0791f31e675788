/* SPDX-License-Identifier: MIT */
/*
 * Server: the methods of kl.drivers.GPIO over a bank.
 *
 * A client is a channel. Its session is an object of ours of which it holds the only handle: when that is
 * closed, also by the client's death, a notification ends the session. Nothing waits in a method: a client
 * that finds no events waits for a user event of that object, which the bell thread signals.
 */
#pragma once

#include <handle/handletype.h>

#include "bank.h"

typedef struct Server Server;

/* 0, or a negative Retcode: a thread, a notice or memory can't be had. bank: borrowed. */
int server_new(Bank *bank, Server **ret_server);

/* For the BankHost: an owner's queue has events. */
void server_ring(void *server, uint64_t owner, uint32_t port);

/* Serves requests of that listener handle for ever. Returns when it can't go on, with an nk_err_t. */
int server_run(Server *server, Handle listener);
