/* SPDX-License-Identifier: MIT */
/*
 * Guests: one entry for each process that ever asked; there are as many as init.yaml names.
 */
#include "guests.h"

#include <stdlib.h>
#include <string.h>

#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/ns/ns_api.h>
#include <coresrv/time/timeout.h>

typedef struct Guest {
        struct Guest *next;
        Handle channels[GUESTS_CHANNELS_MAX]; /* the oldest first; INVALID_HANDLE: none */
        char name[UCORE_STRING_SIZE];
} Guest;

/* NULL: no memory. */
static Guest *find(Guest **first, const char *name) {
        Guest *g = *first;

        while (g && strcmp(g->name, name) != 0)
                g = g->next;
        if (g)
                return g;
        g = calloc(1, sizeof(*g));
        if (!g)
                return NULL;
        memcpy(g->name, name, strlen(name) + 1);
        for (size_t i = 0; i < GUESTS_CHANNELS_MAX; i++)
                g->channels[i] = INVALID_HANDLE;
        g->next = *first;
        *first = g;
        return g;
}

/* Closing what has ended already is no error. */
static void end_oldest(Guest *g) {
        if (g->channels[0] != INVALID_HANDLE)
                (void)KnHandleClose(g->channels[0]);
        memmove(g->channels, g->channels + 1, sizeof(g->channels) - sizeof(g->channels[0]));
        g->channels[GUESTS_CHANNELS_MAX - 1] = INVALID_HANDLE;
}

/* A request that is not accepted for want of room has been answered so. */
static void accept_one(
        Guest **first, const char *client, const char *service, Handle listener, nk_iid_t riid) {
        Guest *g = strcmp(service, NS_CHANNEL) == 0 ? find(first, client) : NULL;
        Handle channel;

        if (!g) {
                (void)KnCmDrop(client, service);
                return;
        }
        end_oldest(g);
        if (KnCmAccept(client, service, riid, listener, &channel) == rcOk)
                g->channels[GUESTS_CHANNELS_MAX - 1] = channel;
}

Retcode guests_accept(Handle listener, nk_iid_t riid) {
        char client[UCORE_STRING_SIZE], service[UCORE_STRING_SIZE];
        Guest *first = NULL;
        Retcode rc;

        while ((rc = KnCmListen(RTL_NULL, INFINITE_TIMEOUT, client, service)) == rcOk)
                accept_one(&first, client, service, listener, riid);
        while (first) {
                Guest *next = first->next;

                free(first);
                first = next;
        }
        return rc;
}
