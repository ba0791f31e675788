/* SPDX-License-Identifier: MIT */
/*
 * Channels that processes get while they run, as the kernel's endpoints know them.
 *
 * A listener belongs to a process that serves; what can be called through a handle (a client handle, a user
 * object made with a channel) refers to one. A connection is a channel of one client to one listener, and
 * hangs on the number under which the client has the handle: it ends with that, with the listener, and with
 * either process. One that stands in for a channel of the init file has no such number, and ends when the
 * client asks for the next one.
 */
#pragma once

#include "core.h"
#include "objects.h"

#define CONN_LISTENERS_MAX 64u   /* made by one process */
#define CONN_SERVED_MAX    1000u /* connections to the listeners of one process, beside its static channels */
#define CONN_CALLED_MAX    250u  /* connections of one process as a client: it can't use up a server alone */

typedef struct Conn Conn;

typedef struct ConnListener {
        CoreTask *task; /* NULL: closed, or the process has died */
        void *host;     /* the host's; NULL with it */
        uint32_t tag;   /* number of its first handle; of one that the process was born with, its index */
        bool is_static;
        uint32_t n_refs; /* objects, connections, and its task for a static one */
        Conn *conns;
        struct ConnListener *next; /* of the same task */
} ConnListener;

/* A new listener of that process. ret_fds: for the process. rcOk, rcQuotaExceeded, rcOutOfMemory. */
Retcode conn_listener_new(CoreTask *task, MailFds *ret_fds, ConnListener **ret_listener);
/* What a handle of that process, or the index of a listener that it was born with, means as a listener. Not
 * referred to yet. rcOk, rcInvalidArgument, rcHandleRevoked, rcNoCapability, rcOutOfMemory. */
Retcode conn_listener_find(CoreTask *task, uint32_t number, ConnListener **ret_listener);
/* Its connections end; what refers to it can't be called any more. */
void conn_listener_close(ConnListener *listener);
ConnListener *conn_listener_ref(ConnListener *listener);
void conn_listener_unref(ConnListener *listener);

/* A new listener with a handle of its own, which is its tag. ret_fds as above. rcOk, and codes of both. */
Retcode core_listener_new(CoreTask *task, MailFds *ret_fds, CoreObject **ret_object);

typedef struct ConnPlan {
        ConnListener *listener;
        CoreTask *client;
        uint32_t number;  /* the client's handle; 0: it stands in for a channel of the init file, */
        uint32_t channel; /* with this number there */
        bool has_riid;
        uint16_t riid;
} ConnPlan;

/* In place of the one that hangs on that number already, or stands in for that channel, if there is one.
 * ret_fds: for the client, the caller closes them. rcOk; rcNotConnected: the listener is closed;
 * rcInvalidArgument: there is no such endpoint; rcQuotaExceeded, rcOutOfMemory. */
Retcode conn_open(const ConnPlan *plan, MailFds *ret_fds, Conn **ret_conn);
void conn_end(Conn *conn);
/* An object goes with the connection: it is told (object->conn is NULL then). */
void conn_bind_server(Conn *conn, CoreObject *object);
void conn_bind_client(Conn *conn, CoreObject *object);
ConnListener *conn_listener_of(const Conn *conn);

/* The number that it hangs on is gone. */
void conn_lost(void *conn);
void conn_task_died(CoreTask *task);

void conn_close_fds(MailFds *fds);
