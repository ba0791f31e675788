/* SPDX-License-Identifier: MIT */
/*
 * Events from bytes, against the models as plainly as possible: every result is the same. Four bytes are a
 * step: object and end of the event, method, SIDs, operands. An input is one life of a policy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reference.h"

#define MOST      8 /* steps of an event */
#define STEP_SIZE 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint64_t state_sets[8] = {0, 1, 2, 3, 4, 5, 6, 7};
static const KsmLevel levels[3] = {{.degree = 0}, {.degree = 1}, {.degree = 2}};

static KsmSid sid_of(unsigned bits) {
        return bits % 8;
}

static TStep step_of(const uint8_t *d) {
        static const struct {
                TObject object;
                KsmMethod first;
                KsmMethod last;
        } kinds[] = {
                {T_DOOR, KSM_FLOW_INIT, KSM_FLOW_QUERY},
                {T_GATE, KSM_FLOW_INIT, KSM_FLOW_QUERY},
                {T_SET, KSM_SET_INIT, KSM_SET_CONTAINS},
                {T_MAP, KSM_MAP_INIT, KSM_MAP_GET_UNCOMMITED},
                {T_MIC, KSM_MIC_CREATE, KSM_MIC_QUERY_LEVEL},
                {T_BASE, KSM_BASE_GRANT, KSM_BASE_DENY},
        };
        unsigned k = (d[0] & 0x7f) % 6;

        return (TStep){
                .object = kinds[k].object,
                .method = (KsmMethod)(kinds[k].first + d[1] % (kinds[k].last - kinds[k].first + 1u)),
                .sid = sid_of(d[2]),
                .target = sid_of(d[2] >> 3),
                .driver = sid_of(d[3]),
                .container = sid_of(d[3] >> 3),
                .index = d[3] % 4,
                .states = state_sets + d[3] % 8,
                .entry = {(KsmInt)d[3] * 300},
                .value = (KsmInt)d[3] - 4,
                .condition = d[3] & 1,
                .level = d[3] >> 6 < 3 ? levels + (d[3] >> 6) : NULL,
                .level_r = d[2] >> 6 < 3 ? levels + (d[2] >> 6) : NULL,
        };
}

static bool is_expression(KsmMethod method) {
        return method == KSM_FLOW_QUERY || method == KSM_SET_CONTAINS || method == KSM_MAP_GET ||
               method == KSM_MAP_GET_UNCOMMITED || method == KSM_MIC_QUERY_LEVEL;
}

/* One event, in both worlds. */
static void compare(TPolicy *p, RefWorld *world, TStep *steps, size_t n) {
        RefWorld before = *world;
        KsmInt found[MOST], expected[MOST] = {0};
        bool is_granted = false, is_denied = false, is_broken = false;

        for (size_t i = 0; i < n; i++)
                steps[i].ret = found + i;
        t_run(p, steps, n);
        for (size_t i = 0; i < n; i++) {
                const KsmResult *result = p->record.results + i;
                bool good = !is_broken && ref_step(world, steps + i, expected + i);

                if (good != (result->outcome == KSM_GRANTED))
                        abort();
                if (good && !result->is_rule && found[i] != expected[i])
                        abort();
                is_broken = !good && is_expression(steps[i].method);
                is_denied |= !good;
                is_granted |= !is_expression(steps[i].method);
        }
        is_granted &= !is_denied;
        if (is_granted != p->record.is_granted)
                abort();
        if (!is_granted)
                *world = before;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        TStep steps[MOST];
        RefWorld world;
        TPolicy p;
        size_t n = 0;

        t_policy_init(&p);
        ref_init(&world);
        for (KsmSid sid = KSM_SID_KERNEL; sid <= p.c; sid++)
                world.sids[sid].is_alive = true;
        for (; size >= STEP_SIZE; data += STEP_SIZE, size -= STEP_SIZE) {
                steps[n] = step_of(data);
                if (steps[n].method == KSM_MIC_UPGRADE && !steps[n].level)
                        steps[n].level = levels;
                n++;
                if (n == MOST || data[0] & 0x80) {
                        compare(&p, &world, steps, n);
                        n = 0;
                }
        }
        t_policy_deinit(&p);
        return 0;
}
