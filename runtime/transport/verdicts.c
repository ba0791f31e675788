/* SPDX-License-Identifier: MIT */
/*
 * Verdicts: making and checking the table; reading it is in verdicts.h.
 */
#include "verdicts.h"

#include <errno.h>

static const ShapeEndpoint *endpoints(const ShapeTable *t) {
        return (const ShapeEndpoint *)(const void *)((const char *)t + t->endpoints_off);
}

static size_t begin_of_ways(uint32_t n_endpoints) {
        return ((size_t)n_endpoints + 1) * sizeof(uint32_t);
}

static uint8_t *ways(const ChanVerdicts *v) {
        return (uint8_t *)(uintptr_t)v->first;
}

size_t verdicts_size(const ShapeTable *shape) {
        size_t size = sizeof(ChanVerdicts) + begin_of_ways(shape->n_endpoints);

        for (uint32_t i = 0; i < shape->n_endpoints; i++)
                size += endpoints(shape)[i].n_methods;
        return size;
}

uint32_t verdicts_count(const ChanVerdicts *v, ChanWay way) {
        uint32_t n = 0;

        for (uint32_t at = v->first[0]; at < v->first[v->n_endpoints]; at++)
                n += ways(v)[at] == way;
        return n;
}

uint32_t verdicts_count_all(const ChanVerdicts *v) {
        return v->first[v->n_endpoints] - v->first[0];
}

static void end_straight(ChanVerdicts *v) {
        for (uint32_t at = v->first[0]; at < v->first[v->n_endpoints]; at++)
                ways(v)[at] = CHAN_WAY_JUDGED;
}

uint32_t verdicts_fill(ChanVerdicts *v, const ShapeTable *shape, VerdictsAsk *ask, void *arg) {
        uint32_t at = (uint32_t)begin_of_ways(shape->n_endpoints), n_direct;

        v->magic = VERDICTS_MAGIC;
        v->size = (uint32_t)verdicts_size(shape);
        v->n_endpoints = shape->n_endpoints;
        for (uint32_t riid = 0; riid < shape->n_endpoints; riid++) {
                v->first[riid] = at;
                for (uint32_t mid = 0; mid < endpoints(shape)[riid].n_methods; mid++)
                        ways(v)[at++] = (uint8_t)ask(arg, (uint16_t)riid, (uint16_t)mid);
        }
        v->first[shape->n_endpoints] = at;
        n_direct = verdicts_count(v, CHAN_WAY_DIRECT) + verdicts_count(v, CHAN_WAY_USE);
        if (n_direct == 0)
                end_straight(v);
        return n_direct;
}

bool verdicts_would_have(const ShapeTable *shape, ChanWay way, VerdictsAsk *ask, void *arg) {
        for (uint32_t riid = 0; riid < shape->n_endpoints; riid++)
                for (uint32_t mid = 0; mid < endpoints(shape)[riid].n_methods; mid++)
                        if (ask(arg, (uint16_t)riid, (uint16_t)mid) == way)
                                return true;
        return false;
}

int verdicts_check(const void *block, size_t size) {
        const ChanVerdicts *v = block;
        size_t room;

        if (size < sizeof *v || v->magic != VERDICTS_MAGIC || v->size != size)
                return -EBADMSG;
        room = size - sizeof *v;
        if (v->n_endpoints >= room / sizeof(uint32_t) || v->first[0] != begin_of_ways(v->n_endpoints) ||
                v->first[v->n_endpoints] != room)
                return -EBADMSG;
        for (uint32_t i = 0; i < v->n_endpoints; i++)
                if (v->first[i] > v->first[i + 1])
                        return -EBADMSG;
        for (size_t at = v->first[0]; at < room; at++)
                if (ways(v)[at] >= CHAN_WAYS)
                        return -EBADMSG;
        return 0;
}
