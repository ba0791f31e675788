/* SPDX-License-Identifier: MIT */
/*
 * Wrong words, bells, sleeps and descriptors: nothing but the attacker's own channel may suffer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rtl/retcode.h>

#include "attack.h"
#include "platform/linux/futex.h"

static void complain_unless(Raw *r, bool is_as_it_should_be, const char *what) {
        if (!is_as_it_should_be)
                score_complain(r->score, "%s", what);
}

/* --- the state word --- */

/* A right request, and whatever else the word may say beside it. The answer comes all the same. */
static void dress_state(Raw *r) {
        ChanSlot *slot = chan_slot(r->mem, 0);
        Crafted c;

        craft_put(&c);
        raw_send(r, 0, &c);
        atomic_store(&slot->state, (uint32_t)r->round % 16 | (uint32_t)raw_random(r) << 4);
        raw_post(r, 0);
        (void)raw_wait(r, 0);
}

static void scramble_state(Raw *r) {
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                atomic_store(&chan_slot(r->mem, i)->state, (uint32_t)raw_random(r));
        atomic_fetch_or(chan_pending(r->mem), (uint32_t)raw_random(r));
        chan_ring(r->bell_fd);
        (void)sched_yield();
}

static void claim_to_sleep(Raw *r) {
        Crafted c;

        craft_put(&c);
        raw_send(r, 0, &c);
        atomic_fetch_or(&chan_slot(r->mem, 0)->state, CHAN_SLEEPS);
        complain_unless(r, raw_wait(r, 0) == rcOk || r->score->stop_attack, "sleeper got no answer");
}

static void claim_to_be_dead(Raw *r) {
        Crafted c;

        craft_put(&c);
        raw_send(r, 0, &c);
        atomic_fetch_or(&chan_slot(r->mem, 0)->state, CHAN_DEAD);
        (void)raw_wait(r, 0);
}

/* Answers itself, or takes the slot back, while the server works on it. */
static void meddle_while_served(Raw *r) {
        static const uint32_t words[] = {CHAN_REPLY, CHAN_FREE, CHAN_CALL, CHAN_STATE};
        Crafted c;

        craft_all(&c);
        raw_send(r, 0, &c);
        while (atomic_load(chan_pending(r->mem)) & 1 && !r->score->stop_attack)
                (void)sched_yield();
        atomic_store(&chan_slot(r->mem, 0)->state, words[r->round % 4]);
}

/* Every slot again as soon as a thread has taken it, so that several threads hold the same one. */
static void post_again_and_again(Raw *r) {
        Crafted c;

        craft_all(&c);
        for (uint32_t i = 0; i < 2; i++)
                raw_send(r, i, &c);
        for (uint32_t i = 0; i < 200; i++) {
                raw_post(r, i % 2);
                for (uint32_t n = 0; n < 100 && atomic_load(chan_pending(r->mem)) & 1u << i % 2; n++)
                        (void)sched_yield();
        }
}

/* --- requests that nobody waits for --- */

static void wait_for_nothing(Raw *r, uint32_t slots) {
        atomic_fetch_or(chan_pending(r->mem), chan_both(slots));
        chan_ring(r->bell_fd);
}

/* In every slot, and an honest call among them: it is served after them, and so is everybody else's. */
static void wait_for_nothing_everywhere(Raw *r) {
        Crafted c;

        craft_put(&c);
        for (uint32_t i = 1; i < CHAN_SLOTS; i++)
                raw_send(r, i, &c);
        wait_for_nothing(r, CHAN_ALL_SLOTS & ~1u);
        raw_expect(r, "put behind all that nobody waits for", &c, rcOk);
}

/* One is always there, or being served: it is the sender's own call that waits meanwhile. */
static void wait_for_nothing_without_end(Raw *r) {
        Crafted c;

        craft_put(&c);
        raw_send(r, 1, &c);
        raw_send(r, 0, &c);
        raw_post(r, 0);
        for (uint32_t i = 0; i < 500 && !r->score->stop_attack; i++)
                wait_for_nothing(r, 1u << 1);
        complain_unless(
                r, raw_wait(r, 0) == rcOk || r->score->stop_attack, "no answer after the last of them");
}

/* The two bits of a slot apart from each other, and calls that change their kind while they lie there. */
static void waver_about_waiting(Raw *r) {
        Crafted c;

        craft_all(&c);
        for (uint32_t i = 0; i < 4; i++)
                raw_send(r, i, &c);
        for (uint32_t i = 0; i < 200; i++) {
                atomic_fetch_xor(chan_pending(r->mem), (uint32_t)raw_random(r) & chan_both(15));
                chan_ring(r->bell_fd);
        }
        raw_post(r, 0);
        (void)raw_wait(r, 0); /* an answer, of whichever of them */
}

/* --- pending, closed, header --- */

static void storm_pending(Raw *r) {
        for (uint32_t i = 0; i < 1000; i++)
                atomic_store(chan_pending(r->mem), UINT32_MAX);
        chan_ring(r->bell_fd);
}

/* All but the bit by which a server takes a client for dead. */
static void scramble_closed(Raw *r) {
        Crafted c;

        atomic_store(&r->mem->closed, (uint32_t)raw_random(r) & ~CHAN_CLIENT_GONE);
        craft_put(&c);
        raw_expect(r, "put on a channel said to be closed", &c, rcOk);
}

/* Dead and alive in turn. The server lets the channel go the first time it looks. */
static void die_and_live(Raw *r) {
        Crafted c;

        craft_put(&c);
        raw_send(r, 0, &c);
        atomic_store(&r->mem->closed, (r->round & 1) ? CHAN_CLIENT_GONE : 0);
        chan_ring(r->bell_fd);
        (void)sched_yield();
}

static void scramble_header(Raw *r) {
        Crafted c;

        r->mem->pad[0] = (uint32_t)raw_random(r);
        r->mem->forbidden[0] = (uint32_t)raw_random(r);
        craft_put(&c);
        raw_expect(r, "put behind a wrong header", &c, rcOk);
}

/* Where it says it runs, and that the server may come over: every processor, most of which don't exist. */
static void lure_server(Raw *r) {
        ChanSlot *slot = chan_slot(r->mem, 0);
        Crafted c;

        craft_put(&c);
        slot->cpu = (r->round & 1) ? (uint32_t)raw_random(r) : (uint32_t)(r->round / 2 % 4);
        slot->flags = (r->round & 2) ? UINT32_MAX : CHAN_STAYS;
        slot->thread = (uint32_t)raw_random(r);
        raw_expect(r, "put of a caller that lures", &c, rcOk);
}

/* --- bells and sleeps --- */

static void storm_bell(Raw *r) {
        for (uint32_t i = 0; i < 1000; i++)
                chan_ring(r->bell_fd);
}

/* The counter up to the brim: whoever else could ring would wait for ever. Then on with calls. */
static void fill_bell(Raw *r) {
        const uint64_t most = UINT64_MAX - 1;
        Crafted c;

        (void)fcntl(r->bell_fd, F_SETFL, O_NONBLOCK);
        (void)!write(r->bell_fd, &most, sizeof most);
        craft_put(&c);
        raw_send(r, 0, &c);
        while (atomic_load(&chan_slot(r->mem, 0)->state) == CHAN_CALL && !r->score->stop_attack)
                (void)sched_yield();
}

/* Ends with a bell at which a ring would block, for the death that follows. */
static void block_bell(Raw *r) {
        const uint64_t most = UINT64_MAX - 1;

        (void)fcntl(r->bell_fd, F_SETFL, O_NONBLOCK);
        (void)!write(r->bell_fd, &most, sizeof most);
        (void)fcntl(r->bell_fd, F_SETFL, 0);
}

static void *sleep_on_words(void *arg) {
        Raw *r = arg;
        StatusEntry *entries;

        if (chan_status_map(r->status_fd, false, &entries) < 0)
                return NULL;
        while (!r->score->stop_attack) {
                (void)plat_futex_wait(&entries->bell_wanted, 1, PLAT_NO_DEADLINE);
                (void)plat_futex_wait(&entries->bell_wanted, 0, PLAT_NO_DEADLINE);
        }
        return NULL;
}

static void *sleep_on_slot(void *arg) {
        Raw *r = arg;

        while (!r->score->stop_attack)
                (void)plat_futex_wait(
                        &chan_slot(r->mem, 0)->state, CHAN_CALL | CHAN_SLEEPS, PLAT_NO_DEADLINE);
        return NULL;
}

/* Sleepers in wait for wake-ups that are meant for others. */
static void begin_sleeping(Raw *r) {
        pthread_t thread;

        for (uint32_t i = 0; i < 16; i++)
                complain_unless(r,
                        pthread_create(&thread, NULL, (i & 1) ? sleep_on_words : sleep_on_slot, r) == 0,
                        "no thread");
}

static void storm_futexes(Raw *r) {
        Crafted c;

        craft_put(&c);
        raw_send(r, 0, &c);
        atomic_fetch_or(&chan_slot(r->mem, 0)->state, CHAN_SLEEPS);
        for (uint32_t i = 0; i < 100; i++)
                plat_futex_wake(&chan_slot(r->mem, i % CHAN_SLOTS)->state, 1 << 20);
        (void)raw_wait(r, 0);
}

/* --- taking and not giving --- */

static void collect_nothing(Raw *r) {
        Crafted c;

        craft_put(&c);
        raw_send(r, (uint32_t)(r->round % CHAN_SLOTS), &c);
        (void)sched_yield();
}

static void abandon_all_slots(Raw *r) {
        Crafted c;

        craft_all(&c);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                raw_send(r, i, &c);
        while (atomic_load(chan_pending(r->mem)) && !r->score->stop_attack)
                (void)sched_yield();
}

/* Sixteen at once, none of which is worth anything. */
static void flood(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.msg.target.All.text.offset = UINT32_MAX;
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                raw_send(r, i, &c);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                (void)raw_wait(r, i);
}

/* --- descriptors --- */

static void resize_memory(Raw *r) {
        int fd = r->mem_fd;

        complain_unless(r, ftruncate(fd, 0) < 0, "the memory could be truncated");
        complain_unless(r, ftruncate(fd, 4096) < 0, "the memory could be cut off");
        complain_unless(r, ftruncate(fd, (off_t)CHAN_SIZE + 4096) < 0, "the memory could grow");
        complain_unless(r, fallocate(fd, 0, (off_t)CHAN_SIZE, 4096) < 0, "the memory could be extended");
        complain_unless(r, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) < 0, "the memory could be sealed");
        complain_unless(r, fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) < 0, "the memory could be sealed");
}

/* Takes the pages away under the server: it finds zeros there, and no fault. */
static void punch_holes(Raw *r) {
        Crafted c;

        craft_all(&c);
        for (uint32_t i = 0; i < 4; i++)
                raw_send(r, i, &c);
        (void)fallocate(r->mem_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, CHAN_HEADER_SIZE,
                4 * CHAN_SLOT_STRIDE);
        (void)sched_yield();
}

static void write_status_page(Raw *r) {
        int fd = r->status_fd;
        const uint32_t nothing = 0;
        void *page;

        page = mmap(NULL, STATUS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        complain_unless(r, page == MAP_FAILED, "the status page could be mapped writable");
        page = mmap(NULL, STATUS_SIZE, PROT_READ, MAP_SHARED, fd, 0);
        complain_unless(r, page != MAP_FAILED, "the status page could not be mapped");
        complain_unless(r, mprotect(page, STATUS_SIZE, PROT_READ | PROT_WRITE) < 0,
                "the status page could be made writable");
        complain_unless(
                r, pwrite(fd, &nothing, sizeof nothing, 0) < 0, "the status page could be written to");
        complain_unless(r, ftruncate(fd, 0) < 0, "the status page could be truncated");
        complain_unless(r, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, STATUS_SIZE) < 0,
                "the status page could be emptied");
        (void)munmap(page, STATUS_SIZE);
}

const Attack protocol_attacks[] = {
        {"state_word_with_anything_beside_the_call", "answered", NULL, dress_state, 0},
        {"state_words_at_random", "no effect", NULL, scramble_state, 0},
        {"client_that_says_it_sleeps_and_does_not", "rcOk", NULL, claim_to_sleep, 0},
        {"client_that_says_the_other_end_is_dead", "answered", NULL, claim_to_be_dead, 0},
        {"slot_answered_or_freed_by_the_client_while_it_is_served", "no effect", NULL, meddle_while_served,
                0},
        {"slot_posted_again_while_it_is_served", "served again", NULL, post_again_and_again, 0},
        {"slots_full_of_what_nobody_waits_for", "served first", NULL, wait_for_nothing_everywhere, 0},
        {"requests_that_nobody_waits_for_without_end", "served", NULL, wait_for_nothing_without_end, 0},
        {"requests_that_waver_about_waiting", "served", NULL, waver_about_waiting, 0},
        {"pending_bits_without_calls", "answered as empty messages", NULL, storm_pending, 0},
        {"closed_word_at_random", "rcOk", NULL, scramble_closed, 0},
        {"channel_that_dies_and_lives_in_turn", "let go", NULL, die_and_live, 0},
        {"header_at_random", "rcOk", NULL, scramble_header, 0},
        {"caller_that_lures_the_server_to_any_processor", "rcOk", NULL, lure_server, 0},
        {"bell_rung_without_end", "no effect", NULL, storm_bell, 0},
        {"bell_filled_to_the_brim", "not heard any more", NULL, fill_bell, 0},
        {"bell_that_blocks_who_rings_it", "nobody else has it", NULL, block_bell, 0},
        {"sleepers_that_wait_for_the_wake_ups_of_others", "no effect", begin_sleeping, storm_futexes, 0},
        {"replies_that_are_never_collected", "no effect", NULL, collect_nothing, 0},
        {"all_slots_abandoned", "no effect", NULL, abandon_all_slots, 0},
        {"flood_of_bad_requests", "rcInvalidArgument", NULL, flood, 0},
        {"memory_resized_or_sealed", "EPERM", NULL, resize_memory, 0},
        {"memory_with_holes", "no effect", NULL, punch_holes, 0},
        {"status_page_written_to", "EACCES, EBADF", NULL, write_status_page, 0},
        {.name = NULL},
};
