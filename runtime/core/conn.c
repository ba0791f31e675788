/* SPDX-License-Identifier: MIT */
/*
 * Connections and listeners: who refers to whom, and what ends with what.
 */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <services/ocap.h>

#include "state.h"

struct Conn {
        CoreTask *client;
        ConnListener *listener;
        void *host;
        uint32_t number;  /* 0: lost, or it has none */
        uint32_t channel; /* with no number from the start: of the init file */
        bool is_static;
        CoreObject *server, *handle; /* objects that go with it; NULL: none */
        Conn *next_served, **served; /* of the listener */
        Conn *next_called, **called; /* of the client */
};

static const CoreChannels *host_of(const CoreTask *task) {
        return &task->core->host.channels;
}

static Retcode rc_of_host(int error) {
        if (error == -EINVAL)
                return rcInvalidArgument;
        if (error == -EDQUOT)
                return rcQuotaExceeded;
        return error == -ENOTCONN ? rcNotConnected : rcOutOfMemory;
}

void conn_close_fds(MailFds *fds) {
        for (uint32_t i = 0; i < fds->n; i++)
                (void)close(fds->list[i]);
        fds->n = 0;
}

/* --- listeners --- */

static ConnListener *listener_new(CoreTask *task, void *host) {
        ConnListener *listener = calloc(1, sizeof *listener);

        if (!listener)
                return NULL;
        *listener = (ConnListener){.task = task, .host = host, .next = task->listeners};
        task->listeners = listener;
        return listener;
}

Retcode conn_listener_new(CoreTask *task, MailFds *ret_fds, ConnListener **ret_listener) {
        const CoreChannels *host = host_of(task);
        void *own;
        int r;

        if (!host->listener_open)
                return rcUnimplemented;
        if (task->n_listeners == CONN_LISTENERS_MAX)
                return rcQuotaExceeded;
        r = host->listener_open(host->arg, task->number, ret_fds, &own);
        if (r < 0)
                return rc_of_host(r);
        *ret_listener = listener_new(task, own);
        if (!*ret_listener) {
                conn_close_fds(ret_fds);
                host->listener_close(host->arg, own);
                return rcOutOfMemory;
        }
        task->n_listeners++;
        return rcOk;
}

Retcode core_listener_new(CoreTask *task, MailFds *ret_fds, CoreObject **ret_object) {
        CoreObjectSpec spec = {.kind = &core_listener_kind, .rights = OCAP_IPC_SERVER | OCAP_IPC_LISTENER};
        uint32_t number;
        Retcode rc = conn_listener_new(task, ret_fds, &spec.listener);

        if (rc != rcOk)
                return rc;
        rc = core_object_new(task, &spec, ret_object, &number);
        if (rc == rcOk) {
                spec.listener->tag = number;
                return rcOk;
        }
        conn_close_fds(ret_fds);
        conn_listener_unref(conn_listener_ref(spec.listener));
        return rc;
}

static Retcode find_static(CoreTask *task, uint32_t index, ConnListener **ret_listener) {
        const CoreChannels *host = host_of(task);
        ConnListener *listener = task->listeners;
        void *own;

        while (listener && (!listener->is_static || listener->tag != index))
                listener = listener->next;
        if (!listener) {
                own = host->listener_find ? host->listener_find(host->arg, task->number, index) : NULL;
                if (!own)
                        return rcInvalidArgument;
                listener = listener_new(task, own);
                if (!listener)
                        return rcOutOfMemory;
                listener->tag = index;
                listener->is_static = true;
                listener->n_refs = 1;
        }
        *ret_listener = listener;
        return rcOk;
}

Retcode conn_listener_find(CoreTask *task, uint32_t number, ConnListener **ret_listener) {
        void *found = NULL;
        CoreObject *object;
        int r;

        if (!(number & HTREE_FLAG))
                return find_static(task, number, ret_listener);
        r = htree_find(task->space, number, &core_listener_kind, OCAP_IPC_LISTENER, &found);
        if (r == HTREE_E_KIND)
                r = htree_find(task->space, number, &core_server_kind, OCAP_IPC_SERVER, &found);
        if (r)
                return core_rc_of(r);
        object = found;
        *ret_listener = object->listener;
        return object->listener && object->listener->task == task ? rcOk : rcInvalidArgument;
}

ConnListener *conn_listener_ref(ConnListener *listener) {
        listener->n_refs++;
        return listener;
}

void conn_listener_unref(ConnListener *listener) {
        if (!listener || --listener->n_refs > 0)
                return;
        conn_listener_close(listener);
        free(listener);
}

static void leave_task(ConnListener *listener) {
        ConnListener **at = &listener->task->listeners;

        while (*at != listener)
                at = &(*at)->next;
        *at = listener->next;
        listener->task->n_listeners -= !listener->is_static;
        listener->task = NULL;
}

/* Each connection holds a reference: one more keeps it until the last has ended. */
void conn_listener_close(ConnListener *listener) {
        const CoreChannels *host;

        if (!listener->task)
                return;
        host = host_of(listener->task);
        listener->n_refs++;
        while (listener->conns)
                conn_end(listener->conns);
        host->listener_close(host->arg, listener->host);
        listener->host = NULL;
        leave_task(listener);
        listener->n_refs--;
}

/* --- connections --- */

static Retcode check_limits(const ConnPlan *plan) {
        if (!plan->listener->task)
                return rcNotConnected;
        if (plan->client->n_called >= CONN_CALLED_MAX || plan->listener->task->n_served >= CONN_SERVED_MAX)
                return rcQuotaExceeded;
        return rcOk;
}

static void enter(Conn *conn) {
        ConnListener *listener = conn_listener_ref(conn->listener);

        conn->served = &listener->conns;
        conn->next_served = listener->conns;
        if (conn->next_served)
                conn->next_served->served = &conn->next_served;
        listener->conns = conn;
        conn->called = &conn->client->conns;
        conn->next_called = conn->client->conns;
        if (conn->next_called)
                conn->next_called->called = &conn->next_called;
        conn->client->conns = conn;
        listener->task->n_served++;
        conn->client->n_called++;
}

static void leave(Conn *conn) {
        *conn->served = conn->next_served;
        if (conn->next_served)
                conn->next_served->served = conn->served;
        *conn->called = conn->next_called;
        if (conn->next_called)
                conn->next_called->called = conn->called;
        conn->listener->task->n_served--;
        conn->client->n_called--;
}

static Conn *find_old(const ConnPlan *plan) {
        Conn *conn = plan->client->conns;

        if (plan->number)
                return htree_watcher(plan->client->space, plan->number);
        while (conn && !(conn->is_static && conn->channel == plan->channel))
                conn = conn->next_called;
        return conn;
}

Retcode conn_open(const ConnPlan *plan, MailFds *ret_fds, Conn **ret_conn) {
        const CoreChannels *host = host_of(plan->client);
        Conn *old = find_old(plan);
        CoreChannelPlan own = {.client = plan->client->number,
                .listener = plan->listener->host,
                .tag = plan->listener->tag,
                .has_riid = plan->has_riid,
                .riid = plan->riid};
        Conn *conn;
        Retcode rc;
        int r;

        if (old)
                conn_end(old);
        rc = check_limits(plan);
        if (rc != rcOk)
                return rc;
        conn = calloc(1, sizeof *conn);
        if (!conn)
                return rcOutOfMemory;
        *conn = (Conn){.client = plan->client,
                .listener = plan->listener,
                .number = plan->number,
                .channel = plan->channel,
                .is_static = plan->number == 0};
        r = host->channel_open(host->arg, &own, ret_fds, &conn->host);
        if (r < 0) {
                free(conn);
                return rc_of_host(r);
        }
        enter(conn);
        if (plan->number)
                (void)htree_watch(plan->client->space, plan->number, conn);
        *ret_conn = conn;
        return rcOk;
}

void conn_end(Conn *conn) {
        const CoreChannels *host = host_of(conn->client);
        ConnListener *listener = conn->listener;

        if (conn->number)
                (void)htree_watch(conn->client->space, conn->number, NULL);
        if (conn->server)
                conn->server->conn = NULL;
        if (conn->handle)
                conn->handle->conn = NULL;
        host->channel_close(host->arg, conn->host);
        leave(conn);
        free(conn);
        conn_listener_unref(listener);
}

void conn_lost(void *of) {
        Conn *conn = of;

        conn->number = 0;
        conn_end(conn);
}

void conn_bind_server(Conn *conn, CoreObject *object) {
        conn->server = object;
        object->conn = conn;
}

void conn_bind_client(Conn *conn, CoreObject *object) {
        conn->handle = object;
        object->conn = conn;
}

ConnListener *conn_listener_of(const Conn *conn) {
        return conn->listener;
}

void conn_task_died(CoreTask *task) {
        while (task->conns)
                conn_end(task->conns);
        while (task->listeners) {
                ConnListener *listener = task->listeners;

                conn_listener_close(listener);
                if (listener->is_static)
                        conn_listener_unref(listener);
        }
}
