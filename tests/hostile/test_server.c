/* SPDX-License-Identifier: MIT */
/*
 * Hostile servers: a client that has a channel to one and a channel to a good server, and calls both
 * in turn.
 *
 * A case passes when each call of the hostile one ended with a code that the attack may lead to, what
 * was accepted was well-formed, every call of the good one went well, and the client came to its end.
 * Prints a line for each attempt.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>

#include <hostile/ITarget.idl.h>

#include "duel.h"
#include "site.h"
#include "target.h"
#include "visit.h"

#define CASES_MAX 40

static Site site;
static unsigned n_clients = 1; /* used up; the neighbour is 0 */

/* The attack at hand; both processes inherit it. */
static const DuelAttack *attack_at_hand;
static LinkFds client_fds, villain_fds;
static int villain_status, villain_ear;
static pid_t villain, client;

/* --- the villain --- */

static _Noreturn int be_hostile(Site *s, unsigned i) {
        static Villain v;
        StatusEntry *entries;

        (void)i;
        (void)close(client_fds.mem);
        (void)close(client_fds.bell);
        (void)close(client_fds.status_ro);
        v = (Villain){.mem_fd = villain_fds.mem, .ear_fd = villain_ear, .score = s->score, .seed = 4711};
        if (chan_mem_map(v.mem_fd, &v.mem) < 0 || chan_status_map(villain_status, true, &entries) < 0)
                _exit(1);
        v.entries = entries;
        if (attack_at_hand->begin)
                attack_at_hand->begin(&v);
        for (;;)
                attack_at_hand->round(&v);
}

/* --- the client --- */

typedef struct Caller {
        hostile_ITarget_proxy good, bad;
        struct nk_arena req_arena, res_arena;
        char req_buffer[hostile_ITarget_Put_req_arena_size], res_buffer[hostile_ITarget_Put_res_arena_size];
} Caller;

static nk_err_t put(Caller *c, hostile_ITarget_proxy *proxy, hostile_ITarget_Put_res *res) {
        hostile_ITarget_Put_req req = {.value = 1};

        nk_arena_reset(&c->req_arena);
        nk_arena_reset(&c->res_arena);
        (void)nk_arena_store(nk_char_t, &c->req_arena, &req.key, "question", 9);
        return hostile_ITarget_Put(&proxy->base, &req, &c->req_arena, res, &c->res_arena);
}

static uint32_t outcome_of(nk_err_t err) {
        switch (err) {
        case NK_EOK:
                return DUEL_ACCEPTED;
        case NK_EINVAL:
                return DUEL_REFUSED;
        case NK_ENOMEM:
                return DUEL_NO_ROOM;
        case NK_EAGAIN:
                return DUEL_TIMEOUT;
        case NK_ENOTCONN:
                return DUEL_ENDED;
        default:
                return DUEL_CODE;
        }
}

static bool is_fine(Score *score, Caller *c) {
        hostile_ITarget_Put_res res;
        nk_err_t err = put(c, &c->bad, &res);
        nk_uint32_t sum;

        if (!(outcome_of(err) & attack_at_hand->allowed))
                score_complain(score, "a call of the hostile server ended with %d", err);
        if (err == NK_EOK &&
                visit_response((const hostile_Target_entity_res *)(void *)&res, &c->res_arena, &sum))
                score_complain(score, "an answer was accepted that is wrong");
        err = put(c, &c->good, &res);
        if (err != NK_EOK || res.slot != 2)
                score_complain(score, "a call of the good server ended with %d", err);
        return !score->has_complaint;
}

static void boot(Site *s, unsigned i) {
        BootBuilder b;

        t_boot_begin(&b, "Client", "hostile.Client");
        site_add_channel(&b, TARGET_CHANNEL, &s->client_fds[i]);
        site_add_channel(&b, DUEL_CHANNEL, &client_fds);
        t_boot_install(t_boot_end(&b));
}

static int call_both(Site *s, unsigned i) {
        NkKosTransport good;
        NkKosTransportSync bad;
        Caller c;

        (void)close(villain_fds.mem);
        (void)close(villain_status);
        (void)close(villain_ear);
        boot(s, i);
        (void)NkKosTransport_Init(&good, ServiceLocatorConnect(TARGET_CHANNEL), NK_NULL, 0);
        (void)NkKosTransportSync_Init(&bad, ServiceLocatorConnect(DUEL_CHANNEL), INVALID_HANDLE,
                INVALID_HANDLE, attack_at_hand->allowed & DUEL_TIMEOUT ? DUEL_TIMEOUT_MS : INFINITE_TIMEOUT,
                INFINITE_TIMEOUT);
        hostile_ITarget_proxy_init(&c.good, &good.base, 0);
        hostile_ITarget_proxy_init(&c.bad, &bad.base, 0);
        nk_arena_init(&c.req_arena, c.req_buffer, c.req_buffer + sizeof c.req_buffer);
        nk_arena_init(&c.res_arena, c.res_buffer, c.res_buffer + sizeof c.res_buffer);
        while (!s->score->stop_attack && is_fine(s->score, &c))
                atomic_fetch_add(&s->score->n_rounds, 1);
        return s->score->has_complaint;
}

/* --- cases --- */

static void end_villain(void) {
        if (villain == 0)
                return;
        (void)kill(villain, SIGKILL);
        (void)waitpid(villain, NULL, 0);
        villain = 0;
}

/* Lets it come to its end, while its servers are as they are. */
static int end_client(void) {
        int status = 0;

        site.score->stop_attack = true;
        if (client == 0)
                return 0;
        (void)waitpid(client, &status, 0);
        client = 0;
        n_clients++;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void open_channel(void) {
        int status_ro;

        assert_int_equal(chan_status_create(&villain_status, &status_ro), 0);
        assert_int_equal(chan_ear_create(&villain_ear), 0);
        t_channel_make(status_ro, villain_ear, &client_fds, &villain_fds);
        (void)close(status_ro);
}

static void close_channel(void) {
        const int fds[] = {client_fds.mem, client_fds.bell, client_fds.status_ro, villain_fds.mem,
                villain_status, villain_ear};

        for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
                (void)close(fds[i]);
}

static void attempt(void **state) {
        const DuelAttack *a = *state;

        attack_at_hand = a;
        site.score->stop_attack = false;
        open_channel();
        villain = site_start_raw(&site, SITE_NOBODY, be_hostile);
        client = site_start_raw(&site, n_clients, call_both);
        close_channel();
        site_await(&site, &site.score->n_rounds, a->n_rounds ? a->n_rounds : DUEL_ROUNDS);
        assert_int_equal(end_client(), 0);
        end_villain();
        print_message("# attempt %s: %s\n", a->name, a->outcome);
}

/* One that failed does not make the next one fail. */
static int attempt_teardown(void **state) {
        (void)state;
        if (client)
                (void)kill(client, SIGKILL);
        (void)end_client();
        end_villain();
        site.score->has_complaint = false;
        return 0;
}

static int group_setup(void **state) {
        (void)state;
        site_open(&site, 1);
        return 0;
}

static int group_teardown(void **state) {
        (void)state;
        site_close(&site);
        return 0;
}

int main(void) {
        struct CMUnitTest tests[CASES_MAX];
        size_t n = 0;

        for (const DuelAttack *a = duel_attacks; a->name; a++)
                tests[n++] =
                        (struct CMUnitTest){a->name, attempt, NULL, attempt_teardown, (void *)(uintptr_t)a};
        return _cmocka_run_group_tests("hostile servers", tests, n, group_setup, group_teardown);
}
