/* SPDX-License-Identifier: MIT */
/*
 * Connection manager: two queues in order of arrival over one pool of entries.
 *
 * Queues are searched from the front. They are short, because a request waits only as long as its
 * server takes to look, and each process has a small share; an index would be more code than it saves.
 */
#include "cm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Waiting {
        struct Waiting *next, *prev;
        CmTicket ticket;
        uint64_t until_ms;
        uint32_t task;             /* whose call it is */
        char name[CM_NAME_SIZE];   /* of that process */
        char server[CM_NAME_SIZE]; /* a request: whom it is for */
        char service[CM_NAME_SIZE];
} Waiting;

typedef struct Queue {
        Waiting *first, *last;
} Queue;

struct Cm {
        Queue requests; /* clients in KnCmConnect */
        Queue listens;  /* servers in KnCmListen */
        Queue unused;
        uint32_t n_waiting;
        CmSay *say;
        void *host;
        Waiting entries[];
};

/* --- queues --- */

static void append(Queue *q, Waiting *w) {
        w->next = NULL;
        w->prev = q->last;
        if (q->last)
                q->last->next = w;
        else
                q->first = w;
        q->last = w;
}

static void take_out(Queue *q, Waiting *w) {
        if (w->prev)
                w->prev->next = w->next;
        else
                q->first = w->next;
        if (w->next)
                w->next->prev = w->prev;
        else
                q->last = w->prev;
}

int cm_new(uint32_t n_max, CmSay *say, void *host, Cm **ret_cm) {
        Cm *cm = calloc(1, sizeof *cm + n_max * sizeof *cm->entries);

        if (!cm)
                return -ENOMEM;
        cm->say = say;
        cm->host = host;
        for (uint32_t i = 0; i < n_max; i++)
                append(&cm->unused, &cm->entries[i]);
        *ret_cm = cm;
        return 0;
}

Cm *cm_free(Cm *cm) {
        free(cm);
        return NULL;
}

uint32_t cm_count(const Cm *cm) {
        return cm->n_waiting;
}

/* --- entries --- */

static bool is_name(const char *text) {
        return text[0] != '\0' && strnlen(text, CM_NAME_SIZE) < CM_NAME_SIZE;
}

static uint32_t count_share(const Queue *q, uint32_t task) {
        uint32_t n = 0;

        for (const Waiting *w = q->first; w; w = w->next)
                n += w->task == task;
        return n;
}

/* NULL: the process has used up its share, or there is no room at all. */
static Waiting *enter(Cm *cm, Queue *q, const CmTask *task, CmTicket ticket, uint64_t until_ms) {
        Waiting *w = cm->unused.first;

        if (!w || count_share(q, task->number) >= CM_SHARE_MAX)
                return NULL;
        take_out(&cm->unused, w);
        *w = (Waiting){.ticket = ticket, .until_ms = until_ms, .task = task->number};
        (void)strncpy(w->name, task->name, sizeof w->name - 1);
        append(q, w);
        cm->n_waiting++;
        return w;
}

static void leave(Cm *cm, Queue *q, Waiting *w) {
        take_out(q, w);
        append(&cm->unused, w);
        cm->n_waiting--;
}

static void end(Cm *cm, Queue *q, Waiting *w, Retcode rc) {
        CmEnd e = {.ticket = w->ticket, .rc = rc, .is_listen = q == &cm->listens};

        leave(cm, q, w);
        cm->say(cm->host, &e);
}

static Waiting *find_request_for(const Cm *cm, const char *server) {
        Waiting *w = cm->requests.first;

        while (w && strcmp(w->server, server) != 0)
                w = w->next;
        return w;
}

static Waiting *find_request(const Cm *cm, const char *server, const char *client, const char *service) {
        Waiting *w = cm->requests.first;

        while (w && (strcmp(w->server, server) != 0 || strcmp(w->name, client) != 0 ||
                            strcmp(w->service, service) != 0))
                w = w->next;
        return w;
}

/* Shows a request to whoever listens, and puts it at the end of the queue. */
static void show(Cm *cm, Waiting *request, CmTicket listen) {
        CmEnd e = {.ticket = listen,
                .rc = rcOk,
                .is_listen = true,
                .client = request->name,
                .service = request->service};

        take_out(&cm->requests, request);
        append(&cm->requests, request);
        cm->say(cm->host, &e);
}

/* --- what processes ask --- */

Retcode cm_connect(Cm *cm, const CmTask *client, CmTicket ticket, const char *server, bool exists,
        const char *service, uint64_t now_ms, uint64_t until_ms) {
        Waiting *request, *listen = cm->listens.first;

        if (!is_name(server) || !is_name(service))
                return rcInvalidArgument;
        if (!exists && until_ms <= now_ms)
                return rcResourceNotFound;
        request = enter(cm, &cm->requests, client, ticket, until_ms);
        if (!request)
                return rcOutOfMemory;
        (void)strncpy(request->server, server, sizeof request->server - 1);
        (void)strncpy(request->service, service, sizeof request->service - 1);
        while (listen && strcmp(listen->name, server) != 0)
                listen = listen->next;
        if (listen) {
                CmTicket shown = listen->ticket;

                leave(cm, &cm->listens, listen);
                show(cm, request, shown);
        }
        return rcOk;
}

Retcode cm_listen(Cm *cm, const CmTask *server, CmTicket ticket, uint64_t now_ms, uint64_t until_ms) {
        Waiting *request = find_request_for(cm, server->name);

        if (request) {
                show(cm, request, ticket);
                return rcOk;
        }
        if (until_ms <= now_ms)
                return rcTimeout;
        return enter(cm, &cm->listens, server, ticket, until_ms) ? rcOk : rcOutOfMemory;
}

Retcode cm_accept(Cm *cm, const CmTask *server, const char *client, const char *service, CmTicket *ret_ticket,
        uint32_t *ret_client) {
        Waiting *request = find_request(cm, server->name, client, service);

        if (!request)
                return rcResourceNotFound;
        *ret_ticket = request->ticket;
        *ret_client = request->task;
        leave(cm, &cm->requests, request);
        return rcOk;
}

Retcode cm_drop(Cm *cm, const CmTask *server, const char *client, const char *service) {
        Waiting *request = find_request(cm, server->name, client, service);

        if (!request)
                return rcResourceNotFound;
        end(cm, &cm->requests, request, rcAbort);
        return rcOk;
}

/* --- what happens to them --- */

void cm_task_died(Cm *cm, const CmTask *task) {
        Waiting *next;

        for (Waiting *w = cm->listens.first; w; w = next) {
                next = w->next;
                if (w->task == task->number)
                        leave(cm, &cm->listens, w);
        }
        for (Waiting *w = cm->requests.first; w; w = next) {
                next = w->next;
                if (w->task == task->number)
                        leave(cm, &cm->requests, w);
                else if (strcmp(w->server, task->name) == 0)
                        end(cm, &cm->requests, w, rcNotConnected);
        }
}

static uint64_t expire(Cm *cm, Queue *q, uint64_t now_ms) {
        uint64_t soonest = CM_NEVER;
        Waiting *next;

        for (Waiting *w = q->first; w; w = next) {
                next = w->next;
                if (w->until_ms <= now_ms)
                        end(cm, q, w, rcTimeout);
                else if (w->until_ms < soonest)
                        soonest = w->until_ms;
        }
        return soonest;
}

uint64_t cm_expire(Cm *cm, uint64_t now_ms) {
        uint64_t requests = expire(cm, &cm->requests, now_ms);
        uint64_t listens = expire(cm, &cm->listens, now_ms);

        return requests < listens ? requests : listens;
}
