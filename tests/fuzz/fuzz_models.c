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

static KsmSid sid_of(unsigned bits) {
        return bits % 8;
}

static TStep step_of(const uint8_t *d) {
        const RefKind *kind = ref_kinds + (d[0] & 0x7f) % T_N_OBJECTS;
        bool is_lattice = kind->object == T_LATTICE;
        bool has_text = kind->object == T_RE || d[2] & 0x80;

        return (TStep){
                .object = kind->object,
                .method = (KsmMethod)(kind->first + d[1] % (kind->last - kind->first + 1u)),
                .sid = sid_of(d[2]),
                .target = sid_of(d[2] >> 3),
                .driver = sid_of(d[3]),
                .container = sid_of(d[3] >> 3),
                .index = d[3] % 4 % 3,
                .states = state_sets + d[3] % 8,
                .entry = {(KsmInt)d[3] * 300 - (kind->object == T_PAIRS ? 300 : 0), d[2] & 3},
                .value = (KsmInt)d[3] - 4,
                .condition = d[3] & 1,
                .level = ref_levels[is_lattice][d[3] / 41 % REF_LEVELS],
                .level_r = ref_levels[is_lattice][d[2] / 41 % REF_LEVELS],
                .text = has_text ? ref_texts[d[3] % REF_TEXTS] : NULL,
                .is_broken = d[1] >= 0xf8,
        };
}

/* One event, in both worlds. */
static void compare(TPolicy *p, RefWorld *world, TStep *steps, size_t n) {
        KsmInt found[MOST], expected[MOST];
        bool results[MOST];

        for (size_t i = 0; i < n; i++)
                steps[i].ret = found + i;
        if (t_run(p, steps, n) != ref_event(world, steps, n, results, expected))
                abort();
        for (size_t i = 0; i < n; i++) {
                const KsmResult *result = p->record.results + i;

                if (results[i] != (result->outcome == KSM_GRANTED))
                        abort();
                if (results[i] && !result->is_rule && found[i] != expected[i])
                        abort();
        }
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
                        steps[n].level = ref_levels[steps[n].object == T_LATTICE][0];
                n++;
                if (n == MOST || data[0] & 0x80) {
                        compare(&p, &world, steps, n);
                        n = 0;
                }
        }
        t_policy_deinit(&p);
        return 0;
}
