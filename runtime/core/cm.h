/* SPDX-License-Identifier: MIT */
/*
 * Connection manager: requests for dynamic channels, from KnCmConnect() to KnCmAccept() or KnCmDrop().
 *
 * Two queues: requests that wait for their server, and servers that wait for a request. Both hold open
 * calls of processes, which the host knows by a ticket of its own; whatever ends one of them goes out by
 * one function of the host. A request belongs to a client by number and to a server by name, because the
 * server need not have started yet. Everything is allocated at the start; a process can only fill its
 * own share. No threads and no clock of its own: the host serialises the calls and says what time it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rtl/retcode.h>

#define CM_REQUESTS_MAX 4096u /* connects and listens that wait, of all processes */
#define CM_SHARE_MAX    64u   /* of one process */
#define CM_NAME_SIZE    256u  /* bytes of a process or service name, with its zero */
#define CM_NEVER        UINT64_MAX

typedef struct Cm Cm;
typedef uint64_t CmTicket; /* an open call, as the host numbers it */

/* A process: its number, which no other one has as long as it lives, and its name. */
typedef struct CmTask {
        uint32_t number;
        const char *name;
} CmTask;

/* How an open call ends. */
typedef struct CmEnd {
        CmTicket ticket;
        Retcode rc;
        bool is_listen;
        const char *client; /* a listen with rcOk: who asks; valid during the call of the host's function */
        const char *service;
} CmEnd;
typedef void CmSay(void *host, const CmEnd *end);

/* Room for `n_max` waiting calls. say: called from within any function below, and must not call one. */
int cm_new(uint32_t n_max, CmSay *say, void *host, Cm **ret_cm);
Cm *cm_free(Cm *cm);

/* A client asks for `service` of the process named `server` and waits until accepted, dropped or
 * until_ms. `exists`: the server has been created. rcOk: it waits, and an end will be said, except for the
 * one of cm_accept(). rcResourceNotFound: no such process, and no time to wait for it. rcInvalidArgument: a
 * name is empty or longer than CM_NAME_SIZE. rcOutOfMemory: the process has CM_SHARE_MAX waiting calls, or
 * the table is full. */
Retcode cm_connect(Cm *cm, const CmTask *client, CmTicket ticket, const char *server, bool exists,
        const char *service, uint64_t now_ms, uint64_t until_ms);

/* A server wants the first request in its queue. It stays there, as the last one. Said at once if there is
 * one, else with the next request, or rcTimeout. rcOk: said, or will be. rcOutOfMemory: as above. */
Retcode cm_listen(Cm *cm, const CmTask *server, CmTicket ticket, uint64_t now_ms, uint64_t until_ms);

/* Takes the oldest request of that client for that service out of the server's queue. rcOk: *ret_ticket is
 * the client's call, which the host ends itself; *ret_client its number. rcResourceNotFound: no such request.
 */
Retcode cm_accept(Cm *cm, const CmTask *server, const char *client, const char *service, CmTicket *ret_ticket,
        uint32_t *ret_client);

/* Refuses it: the client's call ends with rcAbort. rcOk, rcResourceNotFound. */
Retcode cm_drop(Cm *cm, const CmTask *server, const char *client, const char *service);

/* The process is gone: its calls vanish unsaid, and what waits for it ends with rcNotConnected. */
void cm_task_died(Cm *cm, const CmTask *task);

/* Ends what has waited long enough, with rcTimeout. Returns when to come again, or CM_NEVER. */
uint64_t cm_expire(Cm *cm, uint64_t now_ms);

/* Waiting calls, for checks that nothing is left. */
uint32_t cm_count(const Cm *cm);
