/* SPDX-License-Identifier: MIT */
/*
 * A client that was taken over: it tries to get past the policy. thief WHAT; prints what came of it.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rtl/retcode.h>

#include "ends.h"
#include "platform/linux/clock.h"
#include "traces.h"

#define FLIPS       3000           /* calls while the message is being changed */
#define FLOOD       20000          /* denied calls */
#define PATIENCE_NS 10000000000ull /* until an answer must be there */

static void say(bool is_refused, const char *what) {
        (void)printf("%s: %s\n", is_refused ? "refused" : "DONE", what);
}

static void say_outcome(const Outcome *got) {
        say(got->r == 0 && got->status == rcSecurityDisallow, got->r ? "failed"
                                                              : got->status == rcSecurityDisallow
                                                                      ? "rcSecurityDisallow"
                                                                      : "another answer");
}

static void steal(void) {
        ChanClient *client = open_client();
        Outcome got = call(client, attack_IVault_Steal_mid, GRANTED);

        say_outcome(&got);
}

/* --- past the kernel process --- */

/* What the runtime would never do: a request into the leg that leads to the server alone. */
static void post_directly(uint16_t mid, uint32_t value) {
        const BootChannel *c = own_channel();
        Message req = make_request(mid, value);
        ChanOut out = {.msg = &req.base, .msg_size = sizeof req.req};
        ChanHeader *mem;
        ChanSlot *slot;
        uint64_t until = plat_now_ns() + PATIENCE_NS;
        bool is_answered = false;

        if (c->mem_fd < 0 || chan_mem_map(c->mem_fd, &mem) < 0) {
                say(true, "there is no direct leg");
                return;
        }
        slot = chan_slot(mem, 0);
        chan_put(slot, &out);
        atomic_store(&slot->state, CHAN_CALL);
        atomic_fetch_or(chan_pending(mem), 1u);
        chan_ring(c->bell_fd);
        while (!is_answered && plat_now_ns() < until) {
                (void)sched_yield();
                is_answered = (atomic_load(&slot->state) & CHAN_STATE) == CHAN_REPLY;
        }
        say(is_answered && slot->status == rcSecurityDisallow,
                is_answered ? "rcSecurityDisallow" : "no answer");
}

static void steal_directly(void) {
        post_directly(attack_IVault_Steal_mid, GRANTED);
}

static void tell_directly(void) {
        post_directly(attack_IVault_Tell_mid, OTHER);
}

static void name_no_method(void) {
        post_directly(4711, GRANTED);
}

/* --- the tables --- */

static void alter_verdicts(void) {
        const ChanVerdicts *verdicts = boot_verdicts(boot_get(), own_channel());
        uintptr_t page = (uintptr_t)verdicts & ~(uintptr_t)4095;
        size_t size = (uintptr_t)verdicts + verdicts->size - page;

        if (mprotect((void *)page, size, PROT_READ | PROT_WRITE) < 0) {
                say(true, "the table can't be written");
                return;
        }
        memset((char *)(uintptr_t)verdicts + sizeof *verdicts +
                        (verdicts->n_endpoints + 1) * sizeof(uint32_t),
                CHAN_WAY_DIRECT,
                verdicts->size - sizeof *verdicts - (verdicts->n_endpoints + 1) * sizeof(uint32_t));
        steal();
}

/* --- time of check, time of use --- */

static _Atomic bool is_over;

static void *flip(void *leg) {
        for (uint32_t n = 0; !atomic_load(&is_over); n++)
                for (uint32_t i = 0; i < CHAN_SLOTS; i++) {
                        volatile char *data = chan_slot_data(chan_slot(leg, i));

                        *(volatile uint32_t *)(volatile void *)(data +
                                                                offsetof(attack_IVault_Tell_req, value)) =
                                n % 2 ? OTHER : GRANTED;
                }
        return NULL;
}

/* The vault says so if ever another value comes to it. */
static void change_after_check(void) {
        unsigned n_granted = 0, n_denied = 0;
        ChanHeader *leg;
        ChanClient *client;
        pthread_t thread;

        if (chan_mem_map(own_channel()->judged_fd, &leg) < 0)
                exit(EXIT_FAILURE);
        client = open_client();
        (void)pthread_create(&thread, NULL, flip, leg);
        for (int i = 0; i < FLIPS; i++) {
                Outcome got = call(client, attack_IVault_Tell_mid, GRANTED);

                n_denied += got.r == 0 && got.status == rcSecurityDisallow;
                n_granted += got.r == 0 && got.status == 0;
        }
        atomic_store(&is_over, true);
        (void)pthread_join(thread, NULL);
        (void)printf("%s: %u granted, %u denied\n", n_granted + n_denied == FLIPS ? "refused" : "DONE",
                n_granted, n_denied);
}

/* --- amounts --- */

static void flood(void) {
        ChanClient *client = open_client();
        unsigned n_denied = 0;

        for (int i = 0; i < FLOOD; i++) {
                Outcome got = call(client, attack_IVault_Steal_mid, (uint32_t)i);

                n_denied += got.r == 0 && got.status == rcSecurityDisallow;
        }
        say(n_denied == FLOOD, "each of them");
}

static bool are_all_answered(ChanHeader *leg) {
        bool are_all = true;

        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                are_all &= (atomic_load(&chan_slot(leg, i)->state) & CHAN_STATE) == CHAN_REPLY;
        return are_all;
}

/* Requests in all slots, again and again, and no answer taken. It stays until the last ones were judged:
 * where much runs, the kernel process may not come to look before it has posted all of them. */
static void post_everything(void) {
        Message req = make_request(attack_IVault_Tell_mid, OTHER);
        ChanOut out = {.msg = &req.base, .msg_size = sizeof req.req};
        ChanHeader *leg;
        uint64_t until;

        if (chan_mem_map(own_channel()->judged_fd, &leg) < 0)
                exit(EXIT_FAILURE);
        for (int n = 0; n < FLIPS; n++) {
                for (uint32_t i = 0; i < CHAN_SLOTS; i++) {
                        chan_put(chan_slot(leg, i), &out);
                        atomic_store(&chan_slot(leg, i)->state, CHAN_CALL);
                }
                chan_post_judged(leg, CHAN_ALL_SLOTS, boot_kernel());
                atomic_fetch_or(chan_notes(leg), CHAN_ALL_SLOTS);
                (void)sched_yield();
        }
        until = plat_now_ns() + PATIENCE_NS;
        while (!are_all_answered(leg) && plat_now_ns() < until)
                (void)sched_yield();
        (void)printf("%s: all slots, %d times\n", are_all_answered(leg) ? "contained" : "no answer", FLIPS);
}

/* --- two who work together --- */

static void leave_traces(void) {
        ChanClient *client;

        traces_keep();
        client = open_client();
        (void)call(client, attack_IVault_Open_mid, GRANTED);
        traces_leave();
        (void)call(client, attack_IVault_Open_mid, GRANTED);
        (void)printf("refused: left what it could\n");
}

/* For whoever compares from outside what two processes have. */
static void hold(void) {
        (void)printf("refused: holds all it was born with\n");
        (void)pause();
}

static const struct {
        const char *name;
        void (*attempt)(void);
} attempts[] = {
        {"steal", steal},
        {"steal-directly", steal_directly},
        {"tell-directly", tell_directly},
        {"no-method", name_no_method},
        {"alter-verdicts", alter_verdicts},
        {"change-after-check", change_after_check},
        {"post-everything", post_everything},
        {"flood", flood},
        {"leave-traces", leave_traces},
        {"hold", hold},
};

int main(int argc, char **argv) {
        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
                if (argc == 2 && strcmp(attempts[i].name, argv[1]) == 0) {
                        attempts[i].attempt();
                        return EXIT_SUCCESS;
                }
        return EXIT_FAILURE;
}
