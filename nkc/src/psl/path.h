/* SPDX-License-Identifier: MIT */
/*
 * The way a call takes between two processes, as far as the policy alone decides it. A solution can
 * ask for more: with `mediation: always` nothing is direct.
 */
#pragma once

#include "psl/policy.h"

typedef enum PolPath {
        POL_PATH_DIRECT,   /* client and server share memory; the kernel process does not see the call */
        POL_PATH_USE,      /* the same with handles that the server gave; with others as straight */
        POL_PATH_STRAIGHT, /* the kernel process judges the request, the reply goes straight to the client */
        POL_PATH_JUDGED,   /* it judges the request and the reply */
        POL_PATH_REFUSED   /* it refuses every such request */
} PolPath;

typedef struct PolWay {
        PolPath path;
        const PolDecision *request;
        const PolDecision *response;
        const PolDecision *error;
        bool request_has_handle, reply_has_handle; /* a place for one */
} PolWay;

/* client, server: classes. */
PolWay pol_way(const PolPolicy *p, uint32_t client, uint32_t server, uint32_t riid, uint32_t mid);
/* One line for people. */
const char *pol_way_why(const PolWay *w, Arena *a);

const char *pol_path_text(PolPath path); /* "direct" */
