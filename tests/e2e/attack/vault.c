/* SPDX-License-Identifier: MIT */
/*
 * The vault. Serves as it should, and tells what should never have reached it; its argument may make it a
 * hostile one:
 *
 *      flip      changes its answers while they are being judged
 *      replay    gives answers that it gave before, to calls that are over
 *      watch     looks for what its client might pass to it without a call
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include "ends.h"
#include "traces.h"

#define ECHO_OFF offsetof(attack_IVault_Show_res, echo)

static ChanHeader *leg; /* the server's, to the kernel process */
static bool is_watching;

#define IMPLEMENT(method, is_meant)                                                                          \
        static nk_err_t serve_##method(struct attack_IVault *self, const attack_IVault_##method##_req *req,  \
                const struct nk_arena *req_arena, attack_IVault_##method##_res *res,                         \
                struct nk_arena *res_arena) {                                                                \
                (void)self, (void)req_arena, (void)res_arena;                                                \
                if (!(is_meant))                                                                             \
                        (void)printf("LEAKED " #method " %u\n", (unsigned)req->value);                       \
                res->echo = req->value;                                                                      \
                return NK_EOK;                                                                               \
        }
IMPLEMENT(Steal, false)
IMPLEMENT(Tell, req->value == GRANTED)
IMPLEMENT(Show, true)

/* The first call says that everything runs, the second one that the client has done what it can. */
static nk_err_t serve_Open(struct attack_IVault *self, const attack_IVault_Open_req *req,
        const struct nk_arena *req_arena, attack_IVault_Open_res *res, struct nk_arena *res_arena) {
        static unsigned n_calls;

        (void)self, (void)req_arena, (void)res_arena;
        if (is_watching && ++n_calls == 1)
                traces_look_before();
        else if (is_watching)
                traces_look_after();
        res->echo = req->value;
        return NK_EOK;
}

/* --- hostile --- */

static _Noreturn void *flip(void *unused) {
        (void)unused;
        for (uint32_t n = 0;; n++)
                for (uint32_t i = 0; i < CHAN_SLOTS; i++) {
                        volatile char *data = chan_slot_data(chan_slot(leg, i));

                        *(volatile uint32_t *)(volatile void *)(data + ECHO_OFF) = n % 2 ? OTHER : GRANTED;
                }
}

static _Noreturn void *replay(void *unused) {
        (void)unused;
        for (;;) {
                ChanSlot *slot = chan_slot(leg, 0);
                Message old = make_request(attack_IVault_Show_mid, OTHER);

                memcpy(chan_slot_data(slot), &old, sizeof old.res);
                slot->msg_size = sizeof old.res;
                slot->arena_size = 0;
                slot->status = 0;
                atomic_store(&slot->state, CHAN_REPLY);
                chan_post_judged(leg, CHAN_ALL_SLOTS, boot_kernel());
                (void)sched_yield();
        }
}

static void start(const char *what) {
        static const struct {
                const char *name;
                void *(*run)(void *unused);
        } modes[] = {{"flip", flip}, {"replay", replay}};
        int fd = own_channel()->judged_fd;
        pthread_t thread;

        if (fd < 0 || chan_mem_map(fd, &leg) < 0)
                exit(EXIT_FAILURE);
        is_watching = strcmp(what, "watch") == 0;
        if (is_watching)
                traces_keep();
        for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
                if (strcmp(modes[i].name, what) == 0)
                        (void)pthread_create(&thread, NULL, modes[i].run, NULL);
}

/* --- serving --- */

int main(int argc, char **argv) {
        static const attack_IVault_ops ops = {
                .Open = serve_Open, .Steal = serve_Steal, .Tell = serve_Tell, .Show = serve_Show};
        struct attack_IVault impl = {.ops = &ops};
        attack_Vault_entity entity;
        attack_Vault_entity_req req;
        attack_Vault_entity_res res;
        NkKosTransport transport;
        ServiceId id;

        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        if (argc > 1)
                start(argv[1]);
        if (NkKosTransport_Init(&transport, ServiceLocatorRegister("vault", NULL, 0, &id), NK_NULL, 0) !=
                NK_EOK)
                return EXIT_FAILURE;
        attack_Vault_entity_init(&entity, &impl);
        for (;;) {
                nk_req_reset(&req);
                if (nk_transport_recv(&transport.base, &req.base_, NK_NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)attack_Vault_entity_dispatch(&entity, &req.base_, NK_NULL, &res.base_, NK_NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NK_NULL);
        }
}
