/* SPDX-License-Identifier: MIT */
/*
 * Verdicts: which way the calls of one channel take, method by method.
 *
 * The kernel process writes the table from the policy and seals it; client and server read it on
 * each call, so it is flat: a row of bytes an endpoint. What is not in the table is judged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nk/shape.h"

/* Ways of a call. The bytes of the table. */
typedef enum ChanWay {
        CHAN_WAY_DIRECT, /* request and answer over the direct leg */
        CHAN_WAY_USE, /* direct when every handle of the request is one to use at the server, else straight */
        CHAN_WAY_STRAIGHT, /* the request is judged, the answer comes over the direct leg */
        CHAN_WAY_JUDGED,   /* both are judged */
        CHAN_WAYS
} ChanWay;

#define VERDICTS_MAGIC 0x31445256u /* "VRD1" */

typedef struct ChanVerdicts {
        uint32_t magic;
        uint32_t size; /* bytes of the whole table */
        uint32_t n_endpoints;
        uint32_t first[]; /* n_endpoints + 1 of them: where an endpoint's bytes begin, from here */
} ChanVerdicts;

/* The way of a method. NULL: there is no policy, everything is direct. */
static inline ChanWay verdicts_way(const ChanVerdicts *v, uint32_t riid, uint32_t mid) {
        uint32_t at;

        if (!v)
                return CHAN_WAY_DIRECT;
        if (riid >= v->n_endpoints)
                return CHAN_WAY_JUDGED;
        at = v->first[riid];
        if (mid >= v->first[riid + 1] - at)
                return CHAN_WAY_JUDGED;
        return (ChanWay)((const uint8_t *)v->first)[at + mid];
}

/* May a request of that way come over the direct leg? */
static inline bool verdicts_may_be_direct(ChanWay way) {
        return way == CHAN_WAY_DIRECT || way == CHAN_WAY_USE;
}

/* Says the way of a method of the class. */
typedef ChanWay VerdictsAsk(void *arg, uint16_t riid, uint16_t mid);

/* Bytes that the table of a class needs. */
size_t verdicts_size(const ShapeTable *shape);
/* Fills it in. Without a method that may be direct there is no direct leg, so nothing is straight either.
 * Returns how many may. */
uint32_t verdicts_fill(ChanVerdicts *v, const ShapeTable *shape, VerdictsAsk *ask, void *arg);
/* Would a method take that way? */
bool verdicts_would_have(const ShapeTable *shape, ChanWay way, VerdictsAsk *ask, void *arg);
/* Does every index of the table lie inside it, and is each byte a way? 0, or -EBADMSG. */
int verdicts_check(const void *block, size_t size);
/* Number of methods, and of those that take that way. The table is a checked one. */
uint32_t verdicts_count_all(const ChanVerdicts *v);
uint32_t verdicts_count(const ChanVerdicts *v, ChanWay way);
