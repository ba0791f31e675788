/* SPDX-License-Identifier: MIT */
/*
 * Children: their states, and who waits for the next one.
 */
#include "child.h"

#include <stdlib.h>

typedef enum State { CREATED, STARTING, RUNNING, ENDED } State;

typedef struct Wait {
        struct Wait *next;
        const void *owner;
        ChildTicket ticket;
        uint64_t until_ms;
} Wait;

struct Child {
        Child *next;
        ChildList *list;
        void *data;
        uint32_t place;
        State state;
        bool is_terminated; /* on the way to its end, or there, by the will of a process */
        uint32_t reason;
        int32_t status;
        ChildTicket starter; /* with STARTING: the call that waits */
        Wait *waits;
        uint32_t n_waits;
};

Child *child_new(ChildList *list, uint32_t place) {
        Child *c = calloc(1, sizeof(*c));

        if (!c)
                return NULL;
        c->list = list;
        c->place = place;
        c->next = list->first;
        list->first = c;
        return c;
}

static void say_wait(const Child *c, ChildTicket ticket, Retcode rc) {
        ChildEnd end = {.ticket = ticket, .rc = rc};

        if (rc == rcOk) {
                end.reason = c->reason;
                end.status = c->status;
        }
        c->list->say(c->list->host, &end);
}

static void say_start(const Child *c, Retcode rc) {
        c->list->say(c->list->host, &(ChildEnd){.ticket = c->starter, .is_start = true, .rc = rc});
}

static void end_wait(Child *c, Wait **at) {
        Wait *w = *at;

        *at = w->next;
        c->n_waits--;
        free(w);
}

static void end_waits(Child *c, Retcode rc) {
        while (c->waits) {
                ChildTicket ticket = c->waits->ticket;

                end_wait(c, &c->waits);
                say_wait(c, ticket, rc);
        }
}

bool child_free(Child *c) {
        Child **at = &c->list->first;
        bool is_unused = c->state == CREATED;

        if (c->state == STARTING)
                say_start(c, rcAbort);
        end_waits(c, rcAbort);
        while (*at != c)
                at = &(*at)->next;
        *at = c->next;
        free(c);
        return is_unused;
}

void child_set_data(Child *c, void *data) {
        c->data = data;
}

void *child_data(const Child *c) {
        return c->data;
}

Child *child_find(const ChildList *list, uint32_t place) {
        for (Child *c = list->first; c; c = c->next)
                if (c->place == place)
                        return c;
        return NULL;
}

uint32_t child_place(const Child *c) {
        return c->place;
}

bool child_is_created(const Child *c) {
        return c->state == CREATED;
}

bool child_is_running(const Child *c) {
        return c->state == RUNNING;
}

bool child_has_ended(const Child *c) {
        return c->state == ENDED;
}

Retcode child_start(Child *c, ChildTicket ticket) {
        if (c->state != CREATED)
                return rcInvalidOperation;
        c->state = STARTING;
        c->starter = ticket;
        return rcOk;
}

void child_started(Child *c, Retcode rc) {
        if (c->state != STARTING)
                return;
        c->state = rc == rcOk ? RUNNING : CREATED;
        say_start(c, rc);
}

Retcode child_terminate(Child *c) {
        if (c->state != RUNNING)
                return rcInvalidOperation;
        c->is_terminated = true;
        return rcOk;
}

void child_ended(Child *c, bool was_killed, int32_t status) {
        c->state = ENDED;
        c->status = status;
        c->reason = !was_killed ? CHILD_EXITED : c->is_terminated ? CHILD_TERMINATED : CHILD_KILLED;
        end_waits(c, rcOk);
}

static Retcode add_wait(Child *c, const void *owner, ChildTicket ticket, uint64_t until_ms) {
        Wait *w;

        if (c->n_waits == CHILD_WAITS_MAX)
                return rcQuotaExceeded;
        w = calloc(1, sizeof(*w));
        if (!w)
                return rcOutOfMemory;
        *w = (Wait){.next = c->waits, .owner = owner, .ticket = ticket, .until_ms = until_ms};
        c->waits = w;
        c->n_waits++;
        return rcOk;
}

Retcode child_wait(Child *c, const void *owner, ChildTicket ticket, uint64_t now_ms, uint64_t until_ms) {
        if (c->state == ENDED) {
                say_wait(c, ticket, rcOk);
                return rcOk;
        }
        return until_ms <= now_ms ? rcTimeout : add_wait(c, owner, ticket, until_ms);
}

void child_owner_died(ChildList *list, const void *owner) {
        for (Child *c = list->first; c; c = c->next)
                for (Wait **at = &c->waits; *at;)
                        if ((*at)->owner == owner)
                                end_wait(c, at);
                        else
                                at = &(*at)->next;
}

/* Returns when the next one has waited long enough. */
static uint64_t expire(Child *c, uint64_t now_ms) {
        uint64_t next_ms = CHILD_NEVER;

        for (Wait **at = &c->waits; *at;) {
                ChildTicket ticket = (*at)->ticket;

                if ((*at)->until_ms > now_ms) {
                        next_ms = (*at)->until_ms < next_ms ? (*at)->until_ms : next_ms;
                        at = &(*at)->next;
                        continue;
                }
                end_wait(c, at);
                say_wait(c, ticket, rcTimeout);
        }
        return next_ms;
}

uint64_t child_expire(ChildList *list, uint64_t now_ms) {
        uint64_t next_ms = CHILD_NEVER;

        for (Child *c = list->first; c; c = c->next) {
                uint64_t own_ms = expire(c, now_ms);

                next_ms = own_ms < next_ms ? own_ms : next_ms;
        }
        return next_ms;
}

uint32_t child_count(const ChildList *list) {
        uint32_t n = 0;

        for (const Child *c = list->first; c; c = c->next)
                n += 1 + c->n_waits;
        return n;
}
