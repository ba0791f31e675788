/* SPDX-License-Identifier: MIT */
/*
 * Names: the endpoint of the name server, between the registry and the handles that stand for its sessions.
 *
 * The handle of a session is good at this server alone and can't be handed on. When the last one is gone,
 * because it was closed or its process died, a notification ends the session.
 *
 * Threads: names_end_sessions runs in one of its own, everything else in the one that serves.
 */
#pragma once

#include <pthread.h>

#include <coresrv/handle/handle_api.h>
#include <coresrv/handle/notice_api.h>
#include <kl/core/NameServer.idl.h>

#include "registry.h"

typedef struct Names {
        kl_core_NameServer base;
        Handle listener; /* of the requests */
        Handle sessions; /* what the handles of all sessions descend from */
        Notice notice;
        RegistrySession unsent; /* opened by the request at hand; 0: none */
        pthread_mutex_t lock;   /* of the registry */
        Registry *registry;
} Names;

/* rcOk, or why the kernel refused. */
Retcode names_init(Names *n, Handle listener);

/* The answer to the request at hand has gone out, or has not: then nobody will ever hold its session. */
void names_answered(Names *n, bool was_sent);

/* Ends sessions as their handles go, for ever; returns why it can't go on. */
Retcode names_end_sessions(Names *n);
