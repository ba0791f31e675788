/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the relay between two hostile ends, who write into the client's and the server's leg.
 *
 * The input is a script of steps: a letter (see do_step) and its arguments. What the judge is asked about
 * is looked at byte by byte; and an answer may be judged only for a request that was granted, once for each,
 * and a granted message must arrive as it was judged.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rtl/retcode.h>

#include "craft.h"
#include "nk/verify.h"
#include "transport/chan_mem.h"
#include "transport/relay.h"
#include "visit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS_MAX 64
#define SHAPE_MAX 8192
#define COPY_MAX  4096u

typedef struct Script {
        const uint8_t *at, *end;
} Script;

typedef struct Rig {
        Script script;
        ChanHeader *legs[2]; /* client's, server's */
        Relay *relay;
        RelayRoute *route;
        int n_open; /* granted requests whose answers were not judged yet */
        uint32_t granted_size;
        uint8_t granted[COPY_MAX]; /* the constant part of the last granted message */
} Rig;

static void must(bool ok, const char *what) {
        if (ok)
                return;
        (void)fprintf(stderr, "fuzz_relay: %s\n", what);
        abort();
}

/* Missing bytes are zeros. */
static uint32_t next(Script *s, size_t n) {
        uint32_t value = 0;

        for (size_t i = 0; i < n; i++)
                value |= (uint32_t)(s->at < s->end ? *s->at++ : 0) << 8 * i;
        return value;
}

/* --- the judge --- */

static void keep(Rig *r, const RelayMessage *m) {
        r->granted_size = m->message_size < COPY_MAX ? m->message_size : COPY_MAX;
        memcpy(r->granted, m->message, r->granted_size);
}

/* Right to the last byte, in memory of its own. */
static void look_at(const RelayMessage *m, bool is_answer) {
        union {
                hostile_Target_entity_req req;
                hostile_Target_entity_res res;
        } copy;
        char *bytes = malloc(m->arena_size + 1u);
        struct nk_arena arena;
        const char *complaint;
        nk_uint32_t sum;

        must(bytes != NULL, "no memory");
        must(m->message_size <= sizeof copy, "a message larger than any");
        memset(&copy, 0, sizeof copy);
        memcpy(&copy, m->message, m->message_size);
        memcpy(bytes, m->arena, m->arena_size);
        nk_arena_init(&arena, bytes, bytes + m->arena_size);
        must(nkx_arena_set_used(&arena, m->arena_size) == NK_EOK, "an arena that holds what is in it");
        complaint =
                is_answer ? visit_response(&copy.res, &arena, &sum) : visit_request(&copy.req, &arena, &sum);
        must(!complaint, complaint ? complaint : "");
        free(bytes);
}

static bool judge_request(void *arg, const RelayMessage *m) {
        Rig *r = arg;

        if (m->malformed)
                return false;
        look_at(m, false);
        keep(r, m);
        r->n_open++;
        return true;
}

static bool judge_response(void *arg, bool is_error, const RelayMessage *m) {
        Rig *r = arg;

        (void)is_error;
        must(r->n_open-- > 0, "an answer nobody was asked for");
        if (m->malformed)
                return false;
        look_at(m, true);
        keep(r, m);
        return true;
}

static void note_forbidden(void *arg, uint16_t riid, uint16_t mid) {
        (void)arg, (void)riid, (void)mid;
        must(false, "a report about a leg that does not exist");
}

/* --- making --- */

static const ShapeTable *shape(void) {
        static _Alignas(8) uint8_t table[SHAPE_MAX];
        int fd;
        ssize_t n;

        if (table[0])
                return (const ShapeTable *)(void *)table;
        fd = open(HOSTILE_SHAPE, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? -1 : read(fd, table, sizeof table);
        must(n > 0, "the shape table can't be read");
        (void)close(fd);
        return (const ShapeTable *)(void *)table;
}

static ChanWay all_judged(void *arg, uint16_t riid, uint16_t mid) {
        (void)arg, (void)riid, (void)mid;
        return CHAN_WAY_JUDGED;
}

static int make_leg(ChanHeader **ret_mem) {
        int fd;

        must(chan_mem_create(&fd) == 0 && chan_mem_map(fd, ret_mem) == 0, "a leg");
        return fd;
}

static void rig_init(Rig *r, ChanVerdicts *verdicts) {
        static const RelayJudge judge = {
                .request = judge_request, .response = judge_response, .forbidden = note_forbidden};
        RelayPlan plan = {.direct_fd = -1, .shape = shape(), .verdicts = verdicts, .judge = &judge, .arg = r};
        int status, status_ro, ear;

        (void)verdicts_fill(verdicts, shape(), all_judged, NULL);
        must(chan_status_create(&status, &status_ro) == 0, "page");
        must(chan_ear_create(&ear) == 0, "ear");
        must(relay_new(status, ear, &r->relay) == 0, "relay");
        plan.client_fd = make_leg(&r->legs[0]);
        plan.server_fd = make_leg(&r->legs[1]);
        plan.status_fd = status_ro;
        must(chan_bell_create(&plan.bell_fd) == 0, "bell");
        must(relay_add(r->relay, &plan, &r->route) == 0, "route");
        (void)close(plan.client_fd);
        (void)close(plan.server_fd);
        (void)close(status_ro);
        (void)close(plan.bell_fd);
}

/* --- steps --- */

static void write_good(Rig *r, uint32_t leg, uint32_t i) {
        ChanSlot *slot = chan_slot(r->legs[leg], i);
        Crafted c;

        if (next(&r->script, 1) & 1)
                craft_all(&c);
        else
                craft_put(&c);
        if (leg == 1) { /* an answer to it */
                hostile_ITarget_Put_res *res = (hostile_ITarget_Put_res *)(void *)&c.msg;

                craft_put(&c);
                c.msg_size = sizeof *res;
                res->base_.size = sizeof *res;
                res->echo = (nk_ptr_t){.offset = 0, .size = 4};
        }
        slot->msg_size = c.msg_size;
        slot->arena_size = c.arena_size;
        memcpy(chan_slot_data(slot), &c.msg, c.msg_size);
        memcpy(chan_slot_data(slot) + chan_arena_off(c.msg_size), c.arena, sizeof c.arena);
        slot->status = rcOk;
}

static void check_arrived(const Rig *r, uint32_t leg) {
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                if (memcmp(chan_slot_data(chan_slot(r->legs[leg], i)), r->granted, r->granted_size) == 0)
                        return;
        must(false, "a granted message did not arrive as it was judged");
}

static void turn(Rig *r) {
        uint32_t pending = atomic_load(chan_pending(r->legs[1]));
        int n_open = r->n_open;

        (void)relay_turn(r->relay);
        if (r->n_open > n_open && (atomic_load(chan_pending(r->legs[1])) & ~pending))
                check_arrived(r, 1);
}

static void do_step(Rig *r) {
        Script *s = &r->script;
        uint32_t letter = next(s, 1) % 8, leg = next(s, 1) & 1, i = next(s, 1) % CHAN_SLOTS;
        ChanSlot *slot = chan_slot(r->legs[leg], i);

        switch (letter) {
        case 0: /* a word of the control line */
                ((volatile uint32_t *)(void *)slot)[next(s, 1) % 16] = next(s, 4);
                break;
        case 1: /* a word of the message */
                ((volatile uint32_t *)(void *)chan_slot_data(slot))[next(s, 1) % 160] = next(s, 4);
                break;
        case 2:
                write_good(r, leg, i);
                break;
        case 3:
        case 4:
                atomic_fetch_or(chan_judged(r->legs[leg]), 1u << i);
                break;
        case 5:
                atomic_fetch_or(chan_notes(r->legs[leg]), 1u << i);
                break;
        case 6:
                r->legs[leg]->closed = next(s, 4);
                r->legs[leg]->forbidden[i] = next(s, 4);
                break;
        default:
                turn(r);
                break;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Rig rig;
        ChanVerdicts *verdicts = calloc(1, verdicts_size(shape()));

        must(verdicts != NULL, "no memory");
        rig = (Rig){.script = {data, data + size}};
        rig_init(&rig, verdicts);
        for (int n = 0; n < STEPS_MAX && rig.script.at < rig.script.end; n++)
                do_step(&rig);
        for (uint32_t n = 0; n < 3 * CHAN_SLOTS; n++)
                turn(&rig);
        relay_free(rig.relay);
        chan_mem_unmap(rig.legs[0]);
        chan_mem_unmap(rig.legs[1]);
        free(verdicts);
        return 0;
}
