/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: both receiving sides of a channel, whose memory the input writes to.
 *
 * The input is a script; each step is a letter of a small alphabet and its arguments, see steps[].
 * Some steps write into the channel as a hostile end would, others call the runtime of the honest
 * end. Whatever the runtime lets through is looked at byte by byte, and wrong if it is wrong.
 * The other end of chan_call is a thread that follows the script while the call waits.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rtl/retcode.h>

#include "craft.h"
#include "nk/verify.h"
#include "platform/linux/futex.h"
#include "transport/chan_mem.h"
#include "visit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS_MAX 64
#define HELD_MAX  4
#define SHAPE_MAX 8192
#define RES_ARENA 64u /* room for a response's arena; Put needs all of it */
#define WORDS     160u

typedef struct Script {
        const uint8_t *at, *end;
} Script;

typedef struct Rig {
        Script script;
        ChanHeader *mem; /* as the hostile end sees it */
        Listener *listener;
        ChanClient *client;
        ChanRequest held[HELD_MAX]; /* received and not answered */
        uint32_t n_held;
} Rig;

/* Missing bytes are zeros. */
static uint32_t next(Script *s, size_t n) {
        uint32_t value = 0;

        for (size_t i = 0; i < n; i++)
                value |= (uint32_t)(s->at < s->end ? *s->at++ : 0) << 8 * i;
        return value;
}

static ChanSlot *next_slot(Rig *r) {
        return chan_slot(r->mem, next(&r->script, 1) % CHAN_SLOTS);
}

static void must(bool is_as_it_must_be, const char *what) {
        if (is_as_it_must_be)
                return;
        (void)fprintf(stderr, "fuzz_receive: %s\n", what);
        abort();
}

/* --- steps of the hostile end --- */

static void write_word(Rig *r) {
        char *data = chan_slot_data(next_slot(r));
        uint32_t at = next(&r->script, 1) % WORDS, value = next(&r->script, 4);

        memcpy(data + at * sizeof value, &value, sizeof value);
}

static void write_byte(Rig *r) {
        char *data = chan_slot_data(next_slot(r));
        uint32_t at = next(&r->script, 2) % (WORDS * 4);

        data[at] = (char)next(&r->script, 1);
}

static void write_sizes(Rig *r) {
        ChanSlot *slot = next_slot(r);

        slot->msg_size = next(&r->script, 1);
        slot->arena_size = next(&r->script, 2);
}

static void write_large_sizes(Rig *r) {
        ChanSlot *slot = next_slot(r);

        slot->msg_size = next(&r->script, 4);
        slot->arena_size = next(&r->script, 4);
}

static void write_control(Rig *r) {
        ChanSlot *slot = next_slot(r);
        uint32_t value;

        switch (next(&r->script, 1) % 6) {
        case 0:
                slot->cpu = next(&r->script, 4);
                break;
        case 1:
                slot->flags = next(&r->script, 4);
                break;
        case 2:
                slot->status = (int32_t)next(&r->script, 4);
                break;
        case 3:
                value = next(&r->script, 4);
                atomic_store(&slot->state, value);
                break;
        case 4:
                value = next(&r->script, 1) & CHAN_SERVER_GONE;
                atomic_store(&r->mem->closed, value);
                break;
        default:
                r->mem->pad[0] = next(&r->script, 4);
                r->mem->forbidden[0] = next(&r->script, 4);
                break;
        }
}

static void post(Rig *r) {
        uint32_t value = next(&r->script, 4);

        atomic_fetch_or(chan_pending(r->mem), value);
}

/* A right request, as a start. */
static void put_request(Rig *r) {
        uint32_t i = next(&r->script, 1);
        ChanSlot *slot = chan_slot(r->mem, i % CHAN_SLOTS);
        Crafted c;

        switch (i / CHAN_SLOTS % 3) {
        case 0:
                craft_all(&c);
                break;
        case 1:
                craft_put(&c);
                break;
        default:
                craft_give(&c);
                break;
        }
        slot->msg_size = c.msg_size;
        slot->arena_size = c.arena_size;
        memcpy(chan_slot_data(slot), &c.msg, c.msg_size);
        memcpy(chan_slot_data(slot) + chan_arena_off(c.msg_size), c.arena, c.arena_size);
        atomic_fetch_or(chan_pending(r->mem), 1u << i % CHAN_SLOTS);
}

/* A right answer to a Put, as a start. */
static void put_response(Rig *r) {
        ChanSlot *slot = next_slot(r);
        hostile_ITarget_Put_res res = {.slot = 1, .echo = {0, 4}};

        nk_message_make_req(&res.base_, sizeof res);
        nkx_message_set_method_id(&res.base_, 0, hostile_ITarget_Put_mid);
        slot->msg_size = sizeof res;
        slot->arena_size = 4;
        slot->status = rcOk;
        memcpy(chan_slot_data(slot), &res, sizeof res);
        memcpy(chan_slot_data(slot) + chan_arena_off(sizeof res), "abc", 4);
}

/* --- steps of the honest end --- */

static void receive(Rig *r) {
        static hostile_Target_entity_req msg;
        static _Alignas(8) uint8_t room[hostile_Target_entity_req_arena_size];
        uint32_t arena_max = next(&r->script, 1) % 4 ? (uint32_t)sizeof room : next(&r->script, 1);
        ChanIn in = {.msg = &msg.base_, .msg_max = sizeof msg, .arena = room, .arena_max = arena_max};
        const ChanWait at_once = {.timeout_ms = 0};
        struct nk_arena arena;
        ChanRequest request;
        const char *complaint;
        nk_uint32_t sum;
        int res;

        if (r->n_held == HELD_MAX)
                return;
        memset(&msg, 0xa5, sizeof msg);
        res = listener_recv(r->listener, &in, &at_once, &request);
        must(res >= 0 && res < CHAN_E_MAX, "an error that is none");
        if (res)
                return;
        must(in.got_msg <= sizeof msg && in.got_arena <= arena_max, "more than there is room for");
        nk_arena_init(&arena, room, room + arena_max);
        (void)nkx_arena_set_used(&arena, in.got_arena);
        complaint = visit_request(&msg, &arena, &sum);
        must(!complaint, complaint);
        r->held[r->n_held++] = request;
}

static void reply(Rig *r) {
        hostile_ITarget_Put_res res = {.slot = 1};
        ChanOut out = {.msg = &res.base_, .msg_size = sizeof res};
        bool has_message = next(&r->script, 1) & 1;

        if (r->n_held == 0)
                return;
        nk_message_make_req(&res.base_, sizeof res);
        (void)listener_reply(r->listener, &r->held[--r->n_held], has_message ? &out : NULL, rcOk);
}

/* --- the other end of a call --- */

static struct {
        pthread_once_t once;
        sem_t start, done;
        Rig *rig;
        _Atomic bool is_over; /* the call came back by itself */
} other = {.once = PTHREAD_ONCE_INIT};

static bool take(Rig *r, uint32_t *ret_slot) {
        uint32_t pending = atomic_load(chan_pending(r->mem)) & CHAN_ALL_SLOTS;
        uint32_t bit = pending & -pending;

        if (!bit)
                return false;
        atomic_fetch_and(chan_pending(r->mem), ~bit);
        *ret_slot = (uint32_t)__builtin_ctz(bit);
        return true;
}

static void follow_script(Rig *r, uint32_t n_steps);

static void give_answer(Rig *r) {
        uint32_t i, kind = next(&r->script, 1);
        ChanSlot *slot;

        while (!take(r, &i)) {
                if (other.is_over)
                        return;
                (void)sched_yield();
        }
        slot = chan_slot(r->mem, i);
        slot->status = rcOk;
        follow_script(r, kind % 8);
        atomic_store(&slot->state, kind < 250 ? CHAN_REPLY : kind < 253 ? CHAN_DEAD : UINT32_MAX);
        plat_futex_wake(&slot->state, 1);
}

static _Noreturn void *be_the_other_end(void *arg) {
        (void)arg;
        for (;;) {
                while (sem_wait(&other.start) != 0)
                        continue;
                give_answer(other.rig);
                (void)sem_post(&other.done);
        }
}

static void start_other_end(void) {
        pthread_t thread;

        must(sem_init(&other.start, 0, 0) == 0, "a semaphore");
        must(sem_init(&other.done, 0, 0) == 0, "a semaphore");
        must(pthread_create(&thread, NULL, be_the_other_end, NULL) == 0, "a thread");
}

static void call(Rig *r) {
        static hostile_Target_entity_res res;
        static _Alignas(8) uint8_t room[RES_ARENA];
        ChanIn in = {.msg = &res.base_, .msg_max = sizeof res, .arena = room, .arena_max = sizeof room};
        const ChanWait wait = {.timeout_ms = 1000};
        Crafted c;
        ChanOut out = {.msg = &c.msg.base_, .arena = c.arena};
        struct nk_arena arena;
        const char *complaint;
        nk_uint32_t sum;
        int32_t status = rcOk;
        int result;

        craft_put(&c);
        out.msg_size = c.msg_size;
        out.arena_size = c.arena_size;
        atomic_store(chan_pending(r->mem), 0);
        other.rig = r;
        other.is_over = false;
        (void)sem_post(&other.start);
        result = chan_call(r->client, &out, &in, &wait, &status);
        other.is_over = true;
        while (sem_wait(&other.done) != 0)
                continue;
        must(result >= 0 && result < CHAN_E_MAX, "an error that is none");
        if (result || status)
                return;
        must(in.got_msg <= sizeof res && in.got_arena <= sizeof room, "more than there is room for");
        must(res.base_.iid == 0 && res.base_.mid == hostile_ITarget_Put_mid, "an answer to another call");
        nk_arena_init(&arena, room, room + sizeof room);
        (void)nkx_arena_set_used(&arena, in.got_arena);
        complaint = visit_response(&res, &arena, &sum);
        must(!complaint, complaint);
}

/* --- the script --- */

typedef void Step(Rig *r);

/* The hostile end's first: the other end of a call uses these only. */
static Step *const steps[] = {write_word, write_byte, write_sizes, write_large_sizes, write_control,
        put_response, put_request, post, receive, reply, call};
#define STEPS         (sizeof steps / sizeof *steps)
#define HOSTILE_STEPS 6u

static void follow_script(Rig *r, uint32_t n_steps) {
        for (uint32_t i = 0; i < n_steps; i++)
                steps[next(&r->script, 1) % HOSTILE_STEPS](r);
}

/* --- the rig --- */

static const ShapeTable *shape(void) {
        static _Alignas(8) char table[SHAPE_MAX];
        int fd;

        if (table[0])
                return (const ShapeTable *)(void *)table;
        fd = open(HOSTILE_SHAPE, O_RDONLY | O_CLOEXEC);
        must(fd >= 0 && read(fd, table, sizeof table) > 0, "the shape table can't be read");
        (void)close(fd);
        must(verify_table(table, sizeof table) == 0, "the shape table is wrong");
        return (const ShapeTable *)(void *)table;
}

static void rig_init(Rig *r) {
        int status, status_ro, ear, mem, bell;

        must(chan_status_create(&status, &status_ro) == 0, "status page");
        must(chan_ear_create(&ear) == 0, "ear");
        must(chan_bell_create(&bell) == 0, "bell");
        must(chan_ear_add(ear, bell) == 0, "hearing");
        must(chan_mem_create(&mem) == 0, "memory");
        must(chan_mem_map(mem, &r->mem) == 0, "mapping");
        must(listener_new(status, 0, ear, &r->listener) == 0, "listener");
        must(listener_add(r->listener, dup(mem), shape()) == 0, "server's end");
        must(chan_client_new(mem, bell, status_ro, 0, shape(), 0, &r->client) == 0, "client's end");
        (void)close(status);
}

static void rig_deinit(Rig *r) {
        r->client = chan_client_free(r->client);
        r->listener = listener_free(r->listener);
        chan_mem_unmap(r->mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Rig rig = {.script = {data, data + size}};

        (void)pthread_once(&other.once, start_other_end);
        rig_init(&rig);
        for (uint32_t i = 0; i < STEPS_MAX && rig.script.at < rig.script.end; i++)
                steps[next(&rig.script, 1) % STEPS](&rig);
        rig_deinit(&rig);
        return 0;
}
