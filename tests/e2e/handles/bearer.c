/* SPDX-License-Identifier: MIT */
/*
 * Both ends of messages with handles, for a test that kills one of them. `bearer serve` serves until it is
 * killed; bearer WORD… does what the words say, one after the other, shows how each ended, and then waits:
 * make (an object of its own), make-untaken (and doesn't take the answer), give, give-late, give-briefly (the
 * same with a limit of time), take, take-late, use, close; wait (for a signal).
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bear/Giver.edl.h>
#include <bear/IBear.idl.h>

#include "boot/boot.h"
#include "transport/chan.h"
#include <kl/core/Core.edl.h>

#define CHANNEL  "bears"
#define RIGHTS   (OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY | 1)
#define CONTEXT  77
#define BRIEF_MS 100

/* --- the server --- */

static Handle resource, badge;

/* The signal may have come before: it is blocked but here. */
static void wait_for_signal(const char *what) {
        sigset_t set;
        int sig;

        (void)sigemptyset(&set);
        (void)sigaddset(&set, SIGUSR1);
        (void)printf("%s, waiting\n", what);
        (void)sigwait(&set, &sig);
}

static nk_err_t give(struct bear_IBear *self, const bear_IBear_Give_req *req,
        const struct nk_arena *req_arena, bear_IBear_Give_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req, (void)req_arena, (void)res_arena;
        res->given = nk_handle_desc(resource, RIGHTS, badge);
        return NK_EOK;
}

static nk_err_t give_late(struct bear_IBear *self, const bear_IBear_GiveLate_req *req,
        const struct nk_arena *req_arena, bear_IBear_GiveLate_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req, (void)req_arena, (void)res_arena;
        wait_for_signal("received give-late");
        res->given = nk_handle_desc(resource, RIGHTS, badge);
        return NK_EOK;
}

static nk_err_t take(struct bear_IBear *self, const bear_IBear_Take_req *req,
        const struct nk_arena *req_arena, bear_IBear_Take_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res, (void)res_arena;
        (void)printf("took, closing gives %d\n", (int)KnHandleClose(nk_get_handle(&req->taken)));
        return NK_EOK;
}

static nk_err_t take_late(struct bear_IBear *self, const bear_IBear_TakeLate_req *req,
        const struct nk_arena *req_arena, bear_IBear_TakeLate_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res, (void)res_arena;
        wait_for_signal("received take-late");
        (void)printf("took, closing gives %d\n", (int)KnHandleClose(nk_get_handle(&req->taken)));
        return NK_EOK;
}

static nk_err_t use(struct bear_IBear *self, const bear_IBear_Use_req *req, const struct nk_arena *req_arena,
        bear_IBear_Use_res *res, struct nk_arena *res_arena) {
        nk_badge_t context = 0;

        (void)self, (void)req_arena, (void)res_arena;
        if (nk_get_badge_op(&req->own, 1, &context) != NK_EOK)
                return NK_EPERM;
        res->context = context;
        return NK_EOK;
}

static int serve(void) {
        static const bear_IBear_ops ops = {
                .Give = give, .GiveLate = give_late, .Take = take, .TakeLate = take_late, .Use = use};
        bear_IBear impl = {.ops = &ops};
        bear_Giver_entity entity;
        bear_Giver_entity_req req;
        bear_Giver_entity_res res;
        NkKosTransport transport;
        ServiceId id;

        if (KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, RIGHTS, (void *)1, &resource) != rcOk ||
                KnHandleCreateBadge(INVALID_HANDLE, 0, (void *)CONTEXT, &badge) != rcOk)
                return EXIT_FAILURE;
        (void)NkKosTransport_Init(&transport, ServiceLocatorRegister(CHANNEL, NULL, 0, &id), NK_NULL, 0);
        bear_Giver_entity_init(&entity, &impl);
        (void)printf("ready\n");
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)bear_Giver_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}

/* --- the client --- */

static bear_IBear_proxy bears, brief_bears;
static Handle held = INVALID_HANDLE;

static nk_err_t do_make(void) {
        return KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, RIGHTS, NULL, &held);
}

/* Has no room for the answer, which names the handle that the kernel process has made. */
static nk_err_t do_make_untaken(void) {
        const ChanClientPlan plan = {.mem_fd = -1,
                .bell_fd = -1,
                .status_fd = -1,
                .judged_fd = boot_get()->block->kernel_fd,
                .kernel = boot_kernel()};
        const ChanWait wait = {.timeout_ms = CHAN_FOREVER};
        kl_core_Handle_CreateUserObject_req req = {.type = HANDLE_TYPE_USER_FIRST,
                .rights = RIGHTS,
                .ipcChannel = nk_handle_desc(INVALID_HANDLE)};
        struct nk_message head;
        const ChanOut out = {.msg = &req.base_, .msg_size = sizeof req};
        ChanIn in = {.msg = &head, .msg_max = sizeof head};
        static ChanClient *client; /* the descriptor is its own from then on */
        int32_t status;

        if (!client && chan_client_open(&plan, &client) != 0)
                return NK_ENOMEM;
        nk_req_reset(&req);
        nk_msg_set_method_id(&req, kl_core_Core_handle_iidOffset + kl_core_CHandle_Handle_iid,
                kl_core_Handle_CreateUserObject_mid);
        nk_msg_set_ncaps(&req, 1);
        return chan_call(client, &out, &in, &wait, &status) == 0 ? (nk_err_t)status : NK_EBADMSG;
}

static nk_err_t do_give(void) {
        bear_IBear_Give_req req;
        bear_IBear_Give_res res;
        nk_err_t err;

        nk_req_reset(&req);
        err = bear_IBear_Give(&bears.base, &req, NULL, &res, NULL);
        held = err == NK_EOK ? nk_get_handle(&res.given) : held;
        return err;
}

static nk_err_t give_late_by(bear_IBear_proxy *proxy) {
        bear_IBear_GiveLate_req req;
        bear_IBear_GiveLate_res res;

        nk_req_reset(&req);
        return bear_IBear_GiveLate(&proxy->base, &req, NULL, &res, NULL);
}

static nk_err_t do_give_late(void) {
        return give_late_by(&bears);
}

static nk_err_t do_give_briefly(void) {
        return give_late_by(&brief_bears);
}

static nk_err_t do_take(void) {
        bear_IBear_Take_req req = {.taken = nk_handle_desc(held)};
        bear_IBear_Take_res res;

        return bear_IBear_Take(&bears.base, &req, NULL, &res, NULL);
}

static nk_err_t do_take_late(void) {
        bear_IBear_TakeLate_req req = {.taken = nk_handle_desc(held)};
        bear_IBear_TakeLate_res res;

        return bear_IBear_TakeLate(&bears.base, &req, NULL, &res, NULL);
}

static nk_err_t do_use(void) {
        bear_IBear_Use_req req = {.own = nk_handle_desc(held)};
        bear_IBear_Use_res res;
        nk_err_t err = bear_IBear_Use(&bears.base, &req, NULL, &res, NULL);

        return err == NK_EOK && res.context != CONTEXT ? NK_EBADMSG : err;
}

static nk_err_t do_close(void) {
        return KnHandleClose(held);
}

static nk_err_t do_wait(void) {
        wait_for_signal("told to");
        return NK_EOK;
}

static const struct {
        const char *word;
        nk_err_t (*run)(void);
} words[] = {{"make", do_make}, {"make-untaken", do_make_untaken}, {"give", do_give},
        {"give-late", do_give_late}, {"give-briefly", do_give_briefly}, {"take", do_take},
        {"take-late", do_take_late}, {"use", do_use}, {"close", do_close}, {"wait", do_wait}};

static int act(const char *word) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (strcmp(word, words[i].word) == 0) {
                        (void)printf("%s gives %d\n", word, (int)words[i].run());
                        return 1;
                }
        return 0;
}

static int call(int argc, char **argv) {
        Handle channel = ServiceLocatorConnect(CHANNEL);
        nk_iid_t iid = ServiceLocatorGetRiid(channel, "bear");
        NkKosTransportSync brief;
        NkKosTransport transport;

        (void)NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        (void)NkKosTransportSync_Init(
                &brief, channel, INVALID_HANDLE, INVALID_HANDLE, BRIEF_MS, INFINITE_TIMEOUT);
        bear_IBear_proxy_init(&bears, &transport.base, iid);
        bear_IBear_proxy_init(&brief_bears, &brief.base, iid);
        for (int i = 1; i < argc; i++)
                if (!act(argv[i]))
                        return EXIT_FAILURE;
        for (;;)
                (void)pause();
}

int main(int argc, char **argv) {
        sigset_t set;

        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        (void)sigemptyset(&set);
        (void)sigaddset(&set, SIGUSR1);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        return argc == 2 && strcmp(argv[1], "serve") == 0 ? serve() : call(argc, argv);
}
