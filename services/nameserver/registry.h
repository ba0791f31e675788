/* SPDX-License-Identifier: MIT */
/*
 * Registry: which processes serve which interfaces, as they said themselves.
 *
 * A process opens sessions and publishes services in them, always under its own name. A service is there
 * once, in however many sessions of its process it was published, until the last of them takes it back or
 * ends. What a process can make us keep is counted, so it can fill its own share and nobody else's.
 *
 * Threads: the caller serialises. Names are borrowed, and kept as copies.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rtl/retcode.h>

#define REGISTRY_SESSIONS_MAX 8u  /* of one process */
#define REGISTRY_SERVICES_MAX 64u /* of one process, in all its sessions */

typedef struct Registry Registry;
typedef uint64_t RegistrySession; /* never 0, never used again */

typedef struct RegistryService {
        const char *type;    /* its interface */
        const char *server;  /* the process */
        const char *service; /* what to ask the process for */
} RegistryService;

/* NULL: no memory. */
Registry *registry_new(void);
Registry *registry_free(Registry *r);

/* rcOk, rcQuotaExceeded: REGISTRY_SESSIONS_MAX, rcOutOfMemory. */
Retcode registry_open(Registry *r, const char *process, RegistrySession *ret_session);
/* Notes a number of the caller's for an open session. */
void registry_set_tag(Registry *r, RegistrySession session, uint32_t tag);
/* Ends it with what was published in it; ret_tag may be NULL. False: there is no such session (any more). */
bool registry_close(Registry *r, RegistrySession session, uint32_t *ret_tag);

/* rcOk; rcInvalidArgument: no such session; rcSecurityDisallow: `server` is not the process of the session;
 * rcAlreadyExists: published in this session; rcQuotaExceeded: REGISTRY_SERVICES_MAX; rcOutOfMemory. */
Retcode registry_publish(Registry *r, RegistrySession session, const RegistryService *s);
/* rcOk; rcInvalidArgument: no such session; rcResourceNotFound: not published in this session. */
Retcode registry_unpublish(Registry *r, RegistrySession session, const RegistryService *s);

/* Service number `index` of a type, in the order in which they were published. rcOk: valid until the registry
 * changes; rcResourceNotFound. */
Retcode registry_find(const Registry *r, const char *type, uint32_t index, RegistryService *ret_service);

/* What there is, for checks that nothing is left. */
typedef struct RegistryCounts {
        uint32_t n_processes, n_sessions, n_services;
} RegistryCounts;
RegistryCounts registry_count(const Registry *r);
