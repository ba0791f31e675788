/* SPDX-License-Identifier: MIT */
/*
 * What policy tests reached: how often each rule gave which result, and which methods were asked for.
 */
#pragma once

#include <stdio.h>

#include "ksm.h"

typedef struct PalSiteCount {
        uint64_t n[KSM_FAILED + 1]; /* by outcome */
} PalSiteCount;

typedef struct PalCoverage {
        const KsmModule *module;
        PalSiteCount *sites;
        uint64_t *events; /* packed: event, classes, method, decision; one an event */
        size_t n_events;
        size_t room;
} PalCoverage;

int pal_coverage_init(PalCoverage *v, const KsmModule *module); /* 0, -ENOMEM */
void pal_coverage_deinit(PalCoverage *v);

int pal_coverage_add(PalCoverage *v, const KsmRecord *record); /* 0, -ENOMEM */
/* One JSON object:
 *     {"policy":"security.psl",
 *      "sites":[{"file":"…","line":3,"column":9,"text":"…","object":"door","method":"enter",
 *                "granted":1,"denied":0,"failed":0}, …],
 *      "events":[{"event":"request","src":"A","dst":"B","riid":0,"mid":1,"granted":1,"denied":0}, …]}
 * All sites in the order of the module; events that were asked for, in a stable order; src and dst are
 * null where there is no class. 0, -EIO. */
int pal_coverage_write(PalCoverage *v, FILE *out);
