/* SPDX-License-Identifier: MIT */
/*
 * Registry: processes with their sessions, and one list of all services in the order of publication.
 *
 * A process is kept while it has a session. A session is a place of the table and a count of its uses; a
 * service has one bit for each session of its process that published it.
 */
#include "registry.h"

#include <stdlib.h>
#include <string.h>

typedef struct Process {
        struct Process *next;
        uint32_t n_services;
        uint8_t sessions; /* bits: numbers in use */
        char name[];
} Process;

_Static_assert(REGISTRY_SESSIONS_MAX <= 8, "a bit of Process.sessions each");

typedef struct Session {
        Process *process; /* NULL: a free place */
        uint32_t n_uses;  /* of this place, from 1 */
        uint32_t tag;
        uint8_t bit; /* in the masks of its process */
} Session;

typedef struct Service {
        struct Service *previous, *next;
        Process *process;
        uint8_t sessions;    /* bits: who published it; never 0 */
        const char *service; /* in `type`, behind its zero */
        char type[];
} Service;

struct Registry {
        Process *processes;
        Service *first, *last;
        Session *sessions;
        uint32_t n_places; /* of sessions */
};

Registry *registry_new(void) {
        return calloc(1, sizeof(Registry));
}

Registry *registry_free(Registry *r) {
        if (!r)
                return NULL;
        for (uint32_t i = 0; i < r->n_places; i++)
                if (r->sessions[i].process)
                        (void)registry_close(r, (uint64_t)r->sessions[i].n_uses << 32 | i, NULL);
        free(r->sessions);
        free(r);
        return NULL;
}

/* Processes ---------------------------------------------------------------------------------------------- */

static Process *find_process(const Registry *r, const char *name) {
        for (Process *p = r->processes; p; p = p->next)
                if (strcmp(p->name, name) == 0)
                        return p;
        return NULL;
}

static Process *add_process(Registry *r, const char *name) {
        size_t size = strlen(name) + 1;
        Process *p = calloc(1, sizeof(*p) + size);

        if (!p)
                return NULL;
        memcpy(p->name, name, size);
        p->next = r->processes;
        r->processes = p;
        return p;
}

static void drop_if_idle(Registry *r, Process *process) {
        Process **at = &r->processes;

        if (process->sessions)
                return;
        while (*at != process)
                at = &(*at)->next;
        *at = process->next;
        free(process);
}

/* Services ----------------------------------------------------------------------------------------------- */

static Service *find_service(const Registry *r, const Process *process, const RegistryService *s) {
        for (Service *at = r->first; at; at = at->next)
                if (at->process == process && strcmp(at->type, s->type) == 0 &&
                        strcmp(at->service, s->service) == 0)
                        return at;
        return NULL;
}

/* Published by nobody yet. */
static Service *add_service(Registry *r, Process *process, const RegistryService *s) {
        size_t type_size = strlen(s->type) + 1, service_size = strlen(s->service) + 1;
        Service *new = calloc(1, sizeof(*new) + type_size + service_size);

        if (!new)
                return NULL;
        memcpy(new->type, s->type, type_size);
        memcpy(new->type + type_size, s->service, service_size);
        new->service = new->type + type_size;
        new->process = process;
        new->previous = r->last;
        *(r->last ? &r->last->next : &r->first) = new;
        r->last = new;
        process->n_services++;
        return new;
}

static void take_back(Registry *r, Service *s, uint8_t bit) {
        s->sessions = (uint8_t)(s->sessions & ~bit);
        if (s->sessions)
                return;
        *(s->previous ? &s->previous->next : &r->first) = s->next;
        *(s->next ? &s->next->previous : &r->last) = s->previous;
        s->process->n_services--;
        free(s);
}

/* Sessions ----------------------------------------------------------------------------------------------- */

static Session *find_session(const Registry *r, RegistrySession session) {
        uint32_t i = (uint32_t)session;

        if (i >= r->n_places || !r->sessions[i].process || r->sessions[i].n_uses != session >> 32)
                return NULL;
        return r->sessions + i;
}

/* A free place, or -1: no memory. */
static int64_t find_place(Registry *r) {
        uint32_t n = r->n_places;
        Session *more;

        for (uint32_t i = 0; i < n; i++)
                if (!r->sessions[i].process)
                        return i;
        more = reallocarray(r->sessions, 2 * (n + 1), sizeof(*more));
        if (!more)
                return -1;
        memset(more + n, 0, (n + 2) * sizeof(*more));
        r->sessions = more;
        r->n_places = 2 * (n + 1);
        return n;
}

Retcode registry_open(Registry *r, const char *process, RegistrySession *ret_session) {
        Process *p = find_process(r, process);
        int64_t place;
        Session *s;

        if (p && p->sessions == (1u << REGISTRY_SESSIONS_MAX) - 1)
                return rcQuotaExceeded;
        place = find_place(r);
        if (place < 0)
                return rcOutOfMemory;
        if (!p)
                p = add_process(r, process);
        if (!p)
                return rcOutOfMemory;
        s = r->sessions + place;
        s->process = p;
        s->n_uses++;
        s->bit = (uint8_t)(~p->sessions & (p->sessions + 1)); /* the lowest that is clear */
        p->sessions |= s->bit;
        *ret_session = (uint64_t)s->n_uses << 32 | (uint32_t)place;
        return rcOk;
}

void registry_set_tag(Registry *r, RegistrySession session, uint32_t tag) {
        Session *s = find_session(r, session);

        if (s)
                s->tag = tag;
}

bool registry_close(Registry *r, RegistrySession session, uint32_t *ret_tag) {
        Session *s = find_session(r, session);

        if (!s)
                return false;
        for (Service *at = r->first, *next; at; at = next) {
                next = at->next;
                if (at->process == s->process)
                        take_back(r, at, s->bit);
        }
        s->process->sessions = (uint8_t)(s->process->sessions & ~s->bit);
        drop_if_idle(r, s->process);
        s->process = NULL;
        if (ret_tag)
                *ret_tag = s->tag;
        return true;
}

/* ---------------------------------------------------------------------------------------------------------
 */

Retcode registry_publish(Registry *r, RegistrySession session, const RegistryService *s) {
        Session *from = find_session(r, session);
        Service *service;

        if (!from)
                return rcInvalidArgument;
        if (strcmp(s->server, from->process->name) != 0)
                return rcSecurityDisallow;
        service = find_service(r, from->process, s);
        if (service && (service->sessions & from->bit))
                return rcAlreadyExists;
        if (!service && from->process->n_services == REGISTRY_SERVICES_MAX)
                return rcQuotaExceeded;
        if (!service)
                service = add_service(r, from->process, s);
        if (!service)
                return rcOutOfMemory;
        service->sessions |= from->bit;
        return rcOk;
}

Retcode registry_unpublish(Registry *r, RegistrySession session, const RegistryService *s) {
        Session *from = find_session(r, session);
        Service *service;

        if (!from)
                return rcInvalidArgument;
        service = strcmp(s->server, from->process->name) == 0 ? find_service(r, from->process, s) : NULL;
        if (!service || !(service->sessions & from->bit))
                return rcResourceNotFound;
        take_back(r, service, from->bit);
        return rcOk;
}

Retcode registry_find(const Registry *r, const char *type, uint32_t index, RegistryService *ret_service) {
        for (const Service *at = r->first; at; at = at->next) {
                if (strcmp(at->type, type) != 0 || index-- > 0)
                        continue;
                *ret_service = (RegistryService){
                        .type = at->type, .server = at->process->name, .service = at->service};
                return rcOk;
        }
        return rcResourceNotFound;
}

RegistryCounts registry_count(const Registry *r) {
        RegistryCounts n = {.n_services = 0};

        for (const Process *p = r->processes; p; p = p->next)
                n.n_processes++;
        for (const Service *s = r->first; s; s = s->next)
                n.n_services++;
        for (uint32_t i = 0; i < r->n_places; i++)
                n.n_sessions += r->sessions[i].process != NULL;
        return n;
}
