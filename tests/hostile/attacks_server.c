/* SPDX-License-Identifier: MIT */
/*
 * What a hostile server can do to a client of its own. See duel.h for what comes of it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rtl/retcode.h>

#include "duel.h"
#include "platform/linux/futex.h"

#define HEAD ((uint32_t)sizeof(struct nk_message))

/* --- wrong answers --- */

static void lie_about_sizes(Villain *v) {
        static const uint32_t sizes[][2] = {
                {UINT32_MAX, 0},
                {UINT32_MAX, UINT32_MAX},
                {UINT32_MAX - 63, 64},
                {CHAN_MESSAGE_MAX, 1},
                {HEAD - 1, 0},
                {0, 0},
                {HEAD, 0},
                {sizeof(hostile_ITarget_Put_res) - 1, VILLAIN_KEY_SIZE},
        };
        uint32_t slot = villain_take(v);
        const uint32_t *row = sizes[villain_random(v) % 8];

        (void)villain_prepare(v, slot);
        chan_slot(v->mem, slot)->msg_size = row[0];
        chan_slot(v->mem, slot)->arena_size = row[1];
        villain_answer(v, slot);
}

static void answer_megabytes(Villain *v) {
        uint32_t slot = villain_take(v);

        (void)villain_prepare(v, slot);
        chan_slot(v->mem, slot)->arena_size = CHAN_MESSAGE_MAX - sizeof(hostile_ITarget_Put_res);
        villain_answer(v, slot);
}

static void answer_another_method(Villain *v) {
        uint32_t slot = villain_take(v);
        hostile_ITarget_Put_res *res = villain_prepare(v, slot);

        if (villain_random(v) & 1)
                res->base_.mid = (nk_mid_t)(1 + villain_random(v) % UINT16_MAX);
        else
                res->base_.iid = (nk_iid_t)(1 + villain_random(v) % UINT16_MAX);
        villain_answer(v, slot);
}

static void answer_with_a_wrong_header(Villain *v) {
        uint32_t slot = villain_take(v);
        hostile_ITarget_Put_res *res = villain_prepare(v, slot);

        switch (villain_random(v) % 4) {
        case 0:
                res->base_.flags |= 4u << villain_random(v) % 30;
                break;
        case 1:
                res->base_.reserved = 1ull << villain_random(v) % 64;
                break;
        case 2:
                res->base_.ncaps = 1 + (uint32_t)villain_random(v) % 1000;
                break;
        default:
                res->base_.size += 1 + (uint32_t)villain_random(v) % 1000;
                break;
        }
        villain_answer(v, slot);
}

static void answer_with_an_error(Villain *v) {
        uint32_t slot = villain_take(v);
        hostile_ITarget_Put_res *res = villain_prepare(v, slot);

        res->base_.flags |= NKX_MESSAGE_ERROR;
        villain_answer(v, slot);
}

static void answer_with_a_wrong_chunk(Villain *v) {
        static const nk_ptr_t chunks[] = {
                {VILLAIN_KEY_SIZE, 1}, {1, VILLAIN_KEY_SIZE}, {UINT32_MAX, 1},
                {UINT32_MAX - 7, VILLAIN_KEY_SIZE}, {0, UINT32_MAX}, {0, VILLAIN_KEY_SIZE - 1}, /* no end */
        };
        uint32_t slot = villain_take(v);

        villain_prepare(v, slot)->echo = chunks[villain_random(v) % 6];
        villain_answer(v, slot);
}

static void answer_with_any_status(Villain *v) {
        static const int32_t codes[] = {
                INT32_MIN, INT32_MAX, -1, 1, 133, 4096, rcSecurityDisallow, rcTimeout};
        uint32_t slot = villain_take(v);
        int32_t status = codes[villain_random(v) % 8];

        (void)villain_prepare(v, slot);
        chan_slot(v->mem, slot)->status = status;
        atomic_store(&chan_slot(v->mem, slot)->state, CHAN_REPLY);
        plat_futex_wake(&chan_slot(v->mem, slot)->state, INT_MAX);
}

/* What the client has sent lies there as if it were the answer. */
static void answer_before_there_is_an_answer(Villain *v) {
        uint32_t slot = villain_take(v);

        villain_answer(v, slot);
        (void)villain_prepare(v, slot);
}

/* --- answers that change --- */

static _Noreturn void *keep_changing(void *arg) {
        Villain *v = arg, own = *v;

        own.seed *= 77777;
        for (;;) {
                ChanSlot *slot = chan_slot(v->mem, 0);
                volatile uint32_t *words = (volatile uint32_t *)(void *)chan_slot_data(slot);
                uint32_t at = (uint32_t)villain_random(&own) % 32;

                switch (villain_random(&own) % 8) {
                case 0:
                        *(volatile uint32_t *)&slot->msg_size = (uint32_t)villain_random(&own) % 64;
                        break;
                case 1:
                        *(volatile uint32_t *)&slot->arena_size = (uint32_t)villain_random(&own) % 80;
                        break;
                case 2:
                        words[at] = (uint32_t)villain_random(&own);
                        break;
                default:
                        words[at] = (uint32_t)villain_random(&own) % 48;
                        break;
                }
        }
}

static void start_thread(Villain *v, void *(*run)(void *arg)) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, run, v) != 0)
                score_complain(v->score, "no thread");
}

static void begin_changing(Villain *v) {
        start_thread(v, keep_changing);
}

static void answer_rightly(Villain *v) {
        uint32_t slot = villain_take(v);

        (void)villain_prepare(v, slot);
        villain_answer(v, slot);
}

/* --- too late, too often, not at all --- */

static void take_nothing(Villain *v) {
        (void)v;
        (void)usleep(1000);
}

static void take_and_keep(Villain *v) {
        (void)villain_take(v);
}

/* One call in two, when its time has passed. */
static void answer_late(Villain *v) {
        uint32_t slot = villain_take(v);

        (void)usleep(2000 * DUEL_TIMEOUT_MS);
        (void)villain_prepare(v, slot);
        villain_answer(v, slot);
        answer_rightly(v);
}

static void answer_again_and_elsewhere(Villain *v) {
        uint32_t slot = villain_take(v);

        (void)villain_prepare(v, slot);
        for (uint32_t i = 0; i < 3 * CHAN_SLOTS; i++)
                if (i % CHAN_SLOTS != slot || i >= CHAN_SLOTS)
                        villain_answer(v, i % CHAN_SLOTS);
        villain_answer(v, slot);
}

static _Noreturn void *keep_changing_state(void *arg) {
        Villain *v = arg;

        for (uint32_t i = 0;; i++)
                atomic_store(&chan_slot(v->mem, 0)->state, CHAN_CALL | i << 4);
}

static void begin_changing_state(Villain *v) {
        start_thread(v, keep_changing_state);
        start_thread(v, keep_changing_state);
}

static void wake_without_an_answer(Villain *v) {
        for (uint32_t i = 0; i < 100; i++)
                plat_futex_wake(&chan_slot(v->mem, i % CHAN_SLOTS)->state, INT_MAX);
}

/* --- words --- */

static void say_it_is_dead(Villain *v) {
        uint32_t slot = villain_take(v);

        atomic_fetch_or(&chan_slot(v->mem, slot)->state, CHAN_DEAD);
        plat_futex_wake(&chan_slot(v->mem, slot)->state, INT_MAX);
}

static void close_and_open(Villain *v) {
        atomic_store(&v->mem->closed, (uint32_t)villain_random(v));
        answer_rightly(v);
        atomic_store(&v->mem->closed, 0);
}

static void scramble_pages(Villain *v) {
        uint32_t *words = (uint32_t *)(void *)v->entries;

        for (uint32_t i = 0; i < STATUS_SIZE / sizeof *words; i++)
                words[i] = (uint32_t)villain_random(v);
        v->mem->pad[0] = (uint32_t)villain_random(v);
        v->mem->forbidden[0] = (uint32_t)villain_random(v);
        answer_rightly(v);
}

/* --- descriptors --- */

static bool is_eventfd(int fd) {
        char path[64], target[64] = "";

        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        return readlink(path, target, sizeof target - 1) > 0 && strcmp(target, "anon_inode:[eventfd]") == 0;
}

/* The client's bell, with which it could make the client block. */
static void look_for_bells(Villain *v) {
        for (int fd = 0; fd < 1024; fd++)
                if (is_eventfd(fd))
                        score_complain(v->score, "descriptor %d of a server is an eventfd", fd);
        answer_rightly(v);
}

static void take_memory_away(Villain *v) {
        if (ftruncate(v->mem_fd, 0) == 0)
                score_complain(v->score, "the memory could be truncated");
        (void)fallocate(
                v->mem_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, CHAN_HEADER_SIZE, CHAN_SLOT_STRIDE);
        (void)sched_yield();
}

const DuelAttack duel_attacks[] = {
        {"sizes_of_an_answer_lie", "NK_EINVAL", DUEL_REFUSED, NULL, lie_about_sizes, 0},
        {"answer_of_megabytes", "NK_ENOMEM", DUEL_NO_ROOM, NULL, answer_megabytes, 0},
        {"answer_of_another_method", "NK_EINVAL", DUEL_REFUSED, NULL, answer_another_method, 0},
        {"header_of_an_answer_lies", "NK_EINVAL", DUEL_REFUSED, NULL, answer_with_a_wrong_header, 0},
        {"error_response_without_a_reason", "a code", DUEL_CODE | DUEL_REFUSED, NULL, answer_with_an_error,
                0},
        {"chunk_of_an_answer_lies", "NK_EINVAL", DUEL_REFUSED, NULL, answer_with_a_wrong_chunk, 0},
        {"status_that_is_none", "a code", DUEL_CODE | DUEL_REFUSED | DUEL_NO_ROOM | DUEL_TIMEOUT | DUEL_ENDED,
                NULL, answer_with_any_status, 0},
        {"request_given_back_as_the_answer", "checked", DUEL_ACCEPTED | DUEL_REFUSED, NULL,
                answer_before_there_is_an_answer, 0},
        {"answer_that_changes_while_it_is_read", "checked as it was copied",
                DUEL_ACCEPTED | DUEL_REFUSED | DUEL_NO_ROOM | DUEL_CODE, begin_changing, answer_rightly,
                20000},
        {"call_that_nobody_takes", "NK_EAGAIN", DUEL_TIMEOUT, NULL, take_nothing, 10},
        {"call_that_is_taken_and_never_answered", "NK_EAGAIN", DUEL_TIMEOUT, NULL, take_and_keep,
                2 * CHAN_SLOTS},
        {"answer_that_comes_too_late", "NK_EAGAIN, then accepted", DUEL_TIMEOUT | DUEL_ACCEPTED, NULL,
                answer_late, 10},
        {"answers_nobody_asked_for", "no effect on others", DUEL_ACCEPTED | DUEL_REFUSED, NULL,
                answer_again_and_elsewhere, 0},
        {"state_word_that_never_stands_still", "NK_EAGAIN", DUEL_TIMEOUT, begin_changing_state, take_nothing,
                10},
        {"wake_ups_without_an_answer", "NK_EAGAIN", DUEL_TIMEOUT, NULL, wake_without_an_answer, 10},
        {"server_that_says_it_is_dead", "NK_ENOTCONN", DUEL_ENDED, NULL, say_it_is_dead, 0},
        {"channel_closed_and_opened_in_turn", "NK_ENOTCONN or accepted",
                DUEL_ENDED | DUEL_ACCEPTED | DUEL_TIMEOUT, NULL, close_and_open, 0},
        {"status_page_and_header_at_random", "accepted", DUEL_ACCEPTED, NULL, scramble_pages, 0},
        {"server_looks_for_the_bell_of_its_client", "it has none", DUEL_ACCEPTED, NULL, look_for_bells, 20},
        {"memory_taken_away_under_the_client", "EPERM; NK_EAGAIN", DUEL_TIMEOUT, NULL, take_memory_away, 10},
        {.name = NULL},
};
