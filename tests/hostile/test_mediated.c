/* SPDX-License-Identifier: MIT */
/*
 * Hostile ends of judged channels: this process is the kernel process, with a relay and a judge; around it
 * a good client and a good server, and one attacker at a time, a client of the good server or a server of
 * a good client.
 *
 * The judge denies each request whose value is FORBIDDEN or more, and each answer likewise. A case passes
 * when the good server never receives such a value and the good clients never get one, whatever the
 * attacker writes into his memory and whenever; when the others' calls go on meanwhile; and when the relay
 * still looks afterwards. Prints a line for each attempt.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <rtl/retcode.h>

#include "platform/linux/clock.h"
#include "platform/linux/futex.h"
#include "score.h"
#include "support/keeper.h"
#include "transport/chan_mem.h"
#include "transport/relay.h"

#define FORBIDDEN   1000000u
#define CALLS       300 /* of the neighbour during an attack */
#define ROUNDS      200 /* of the attacker */
#define PATIENCE_NS 60000000000ull
#define TIMEOUT_MS  20
#define PATCH       64u

/* One judged channel: Put is judged both ways, Write is direct. */
typedef struct Lane {
        int direct, client_leg, server_leg;
        int client_bell, server_bell, direct_bell; /* the last rings the server */
        int status, status_ro, ear, news;
        RelayRoute *route;
        RelayPlan plan;
} Lane;

static struct {
        Score *score;
        Relay *relay;
        ChanVerdicts *verdicts;
        int kernel_status_ro, kernel_ear;
        Lane neighbour; /* good at both ends */
        pid_t good_client, good_server;
        _Atomic uint32_t n_forbidden;
} self;

/* --- the judge --- */

static bool judge_request(void *arg, const RelayMessage *m) {
        const Keeper_Put_req *req = (const void *)m->message;

        (void)arg;
        return !m->malformed && m->mid == KEEPER_PUT_MID && m->riid == KEEPER_STORE_IID &&
               req->value < FORBIDDEN;
}

static bool judge_response(void *arg, bool is_error, const RelayMessage *m) {
        const Keeper_Put_res *res = (const void *)m->message;

        (void)arg;
        return !m->malformed && !is_error && res->slot < FORBIDDEN;
}

static void note_forbidden(void *arg, uint16_t riid, uint16_t mid) {
        (void)arg, (void)riid, (void)mid;
        atomic_fetch_add(&self.n_forbidden, 1);
}

static const RelayJudge judge = {
        .request = judge_request, .response = judge_response, .forbidden = note_forbidden};

/* --- channels --- */

static ChanWay way_of(void *arg, uint16_t riid, uint16_t mid) {
        (void)arg;
        return riid == KEEPER_STORE_IID && mid == KEEPER_PUT_MID ? CHAN_WAY_JUDGED : CHAN_WAY_DIRECT;
}

static int bell_in(int ear) {
        int fd;

        assert_int_equal(chan_bell_create(&fd), 0);
        assert_int_equal(chan_ear_add(ear, fd), 0);
        return fd;
}

static void lane_open(Lane *l) {
        assert_int_equal(chan_mem_create(&l->direct), 0);
        assert_int_equal(chan_mem_create(&l->client_leg), 0);
        assert_int_equal(chan_mem_create(&l->server_leg), 0);
        assert_int_equal(chan_status_create(&l->status, &l->status_ro), 0);
        assert_int_equal(chan_ear_create(&l->ear), 0);
        l->news = bell_in(l->ear);
        l->direct_bell = bell_in(l->ear);
        l->client_bell = bell_in(self.kernel_ear);
        l->server_bell = bell_in(self.kernel_ear);
        l->plan = (RelayPlan){.client_fd = l->client_leg,
                .server_fd = l->server_leg,
                .direct_fd = l->direct,
                .status_fd = l->status_ro,
                .bell_fd = l->news,
                .shape = keeper_shape(),
                .verdicts = self.verdicts,
                .judge = &judge};
        assert_int_equal(relay_add(self.relay, &l->plan, &l->route), 0);
}

/* The two processes have what they need; the kernel process keeps its bell. */
static void lane_close_fds(const Lane *l) {
        const int fds[] = {l->direct, l->client_leg, l->server_leg, l->status, l->status_ro, l->ear,
                l->direct_bell, l->client_bell, l->server_bell};

        for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
                (void)close(fds[i]);
}

static void lane_end(Lane *l) {
        relay_end(self.relay, l->route, CHAN_CLIENT_GONE | CHAN_SERVER_GONE);
        (void)close(l->news);
}

/* --- who means well --- */

static ChanClient *connect_to(const Lane *l) {
        static ChanKernel kernel;
        ChanClientPlan plan = {.mem_fd = l->direct,
                .bell_fd = l->direct_bell,
                .status_fd = l->status_ro,
                .judged_fd = l->client_leg,
                .kernel = &kernel,
                .verdicts = self.verdicts,
                .shape = keeper_shape()};
        ChanClient *client;

        if (chan_kernel_open(&kernel, l->client_bell, self.kernel_status_ro) < 0 ||
                chan_client_open(&plan, &client) < 0)
                _exit(3);
        return client;
}

static int put(
        ChanClient *client, uint32_t value, uint32_t timeout_ms, int32_t *ret_status, Keeper_Put_res *res) {
        Keeper_Put_req req = {.value = value, .key = {0, 4}};
        ChanOut out = {.msg = &req.base_, .msg_size = sizeof req, .arena = "key", .arena_size = 4};
        char arena[PATCH];
        ChanIn in = {.msg = &res->base_, .msg_max = sizeof *res, .arena = arena, .arena_max = sizeof arena};
        const ChanWait wait = {.timeout_ms = timeout_ms};

        nk_message_make_req(&req.base_, sizeof req);
        nkx_message_set_method_id(&req.base_, KEEPER_STORE_IID, KEEPER_PUT_MID);
        return chan_call(client, &out, &in, &wait, ret_status);
}

/* Every call must go well. */
static _Noreturn void be_neighbour(const Lane *l) {
        ChanClient *client = connect_to(l);
        Keeper_Put_res res;
        int32_t status;

        for (uint32_t i = 0;; i++) {
                uint32_t value = i % (FORBIDDEN - 1);
                int r = put(client, value, CHAN_FOREVER, &status, &res);

                if (r || status || res.slot != value + 1)
                        score_complain(
                                self.score, "the neighbour's call %u ended with %d, %d", i, r, (int)status);
                atomic_fetch_add(&self.score->n_calls, 1);
        }
}

/* Calls a hostile server: any outcome will do but an answer that the judge denies. */
static _Noreturn void be_victim(const Lane *l) {
        ChanClient *client = connect_to(l);
        Keeper_Put_res res;
        int32_t status = 0;

        for (;;) {
                int r = put(client, 1, TIMEOUT_MS, &status, &res);

                if (r == 0 && status == 0 && res.slot >= FORBIDDEN)
                        score_complain(self.score, "an answer arrived that is denied: %u", res.slot);
                if (r == CHAN_E_CLOSED)
                        (void)usleep(1000);
                atomic_fetch_add(&self.score->n_rounds, 1);
        }
}

static void serve_one(Listener *listener) {
        Keeper_component_req req;
        Keeper_Put_res res = {.echo = {0, 4}};
        char arena[PATCH];
        ChanIn in = {.msg = &req.base_, .msg_max = sizeof req, .arena = arena, .arena_max = sizeof arena};
        ChanOut out = {.msg = &res.base_, .msg_size = sizeof res, .arena = "key", .arena_size = 4};
        const ChanWait forever = {.timeout_ms = CHAN_FOREVER};
        ChanRequest request;

        if (listener_recv(listener, &in, &forever, &request))
                return;
        if (req.base_.mid != KEEPER_PUT_MID || req.base_.iid != KEEPER_STORE_IID) {
                (void)listener_reply(listener, &request, NULL, rcFail);
                return;
        }
        if (req.put.value >= FORBIDDEN || strcmp(arena, "key") != 0)
                score_complain(self.score, "a request arrived that is denied: %u", req.put.value);
        nk_message_make_req(&res.base_, sizeof res);
        nkx_message_set_method_id(&res.base_, KEEPER_STORE_IID, KEEPER_PUT_MID);
        res.slot = req.put.value + 1;
        (void)listener_reply(listener, &request, &out, rcOk);
}

static _Noreturn void be_server(const Lane *l) {
        ChanKernel kernel;
        ChanEndPlan plan = {.mem_fd = l->direct,
                .judged_fd = l->server_leg,
                .kernel = &kernel,
                .verdicts = self.verdicts,
                .shape = keeper_shape()};
        Listener *listener;

        if (chan_kernel_open(&kernel, l->server_bell, self.kernel_status_ro) < 0 ||
                listener_new(l->status, 0, l->ear, &listener) < 0 || listener_add_end(listener, &plan))
                _exit(3);
        for (;;)
                serve_one(listener);
}

/* --- attackers --- */

typedef struct Foe {
        ChanHeader *direct, *leg;
        const Lane *lane;
        uint64_t round, seed;
        Keeper_Put_req request; /* a good one */
} Foe;

typedef struct Attack {
        const char *name, *outcome;
        bool is_server;
        void (*begin)(Foe *f);
        void (*round)(Foe *f);
} Attack;

static uint32_t chance(Foe *f) {
        f->seed ^= f->seed << 13;
        f->seed ^= f->seed >> 7;
        f->seed ^= f->seed << 17;
        return (uint32_t)f->seed;
}

static int my_bell(const Foe *f) {
        return f->lane->client_bell;
}

static void put_request(ChanSlot *slot, uint32_t value) {
        Keeper_Put_req req = {.value = value, .key = {0, 4}};
        ChanOut out = {.msg = &req.base_, .msg_size = sizeof req, .arena = "key", .arena_size = 4};

        nk_message_make_req(&req.base_, sizeof req);
        nkx_message_set_method_id(&req.base_, KEEPER_STORE_IID, KEEPER_PUT_MID);
        chan_put(slot, &out);
        atomic_store(&slot->state, CHAN_CALL);
}

static void send_judged(Foe *f, uint32_t i, uint32_t value) {
        put_request(chan_slot(f->leg, i), value);
        atomic_fetch_or(chan_judged(f->leg), 1u << i);
        chan_ring(my_bell(f));
}

static void wait_a_little(ChanSlot *slot) {
        for (int n = 0; n < 2000 && (atomic_load(&slot->state) & CHAN_STATE) == CHAN_CALL; n++)
                (void)sched_yield();
}

static _Noreturn void *flip_value(void *arg) {
        Foe *f = arg;
        volatile uint32_t *value = &((Keeper_Put_req *)(void *)chan_slot_data(chan_slot(f->leg, 0)))->value;

        for (uint32_t i = 0;; i++)
                *value = (i & 1) ? FORBIDDEN + 1 : 1;
}

static _Noreturn void *flip_words(void *arg) {
        Foe own = *(Foe *)arg;
        volatile uint32_t *words = (volatile uint32_t *)(void *)chan_slot(own.leg, 0);

        for (;;)
                words[2 + chance(&own) % 30] = (chance(&own) & 1) ? chance(&own) : chance(&own) % 64;
}

static void start(Foe *f, void *(*run)(void *arg)) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, run, f) != 0)
                score_complain(self.score, "no thread");
}

static void begin_flipping_value(Foe *f) {
        start(f, flip_value);
}

static void begin_flipping_words(Foe *f) {
        start(f, flip_words);
}

static void call_once(Foe *f) {
        send_judged(f, 0, 1);
        wait_a_little(chan_slot(f->leg, 0));
}

static void post_again_and_again(Foe *f) {
        send_judged(f, f->round % CHAN_SLOTS, 1);
        for (int i = 0; i < 20; i++) {
                send_judged(f, f->round % CHAN_SLOTS, i % 2 ? FORBIDDEN : 1);
                (void)sched_yield();
        }
}

static void storm_words(Foe *f) {
        atomic_store(chan_judged(f->leg), chance(f) & CHAN_ALL_SLOTS);
        atomic_store(chan_notes(f->leg), chance(f));
        atomic_store(chan_pending(f->leg), chance(f));
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                atomic_store(&chan_slot(f->leg, i)->state, chance(f));
        f->leg->closed = chance(f);
        chan_ring(my_bell(f));
        (void)sched_yield();
}

static void want_everything_back(Foe *f) {
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                send_judged(f, i, 1);
        for (int i = 0; i < 50; i++) {
                atomic_store(chan_notes(f->leg), UINT32_MAX);
                chan_ring(my_bell(f));
                (void)sched_yield();
        }
}

static void send_directly(Foe *f) {
        ChanSlot *slot = chan_slot(f->direct, f->round % CHAN_SLOTS);

        put_request(slot, (f->round & 1) ? FORBIDDEN : 1);
        atomic_fetch_or(chan_pending(f->direct), 1u << f->round % CHAN_SLOTS);
        chan_ring(f->lane->direct_bell);
        wait_a_little(slot);
        if ((atomic_load(&slot->state) & CHAN_STATE) == CHAN_REPLY && slot->status != rcSecurityDisallow)
                score_complain(self.score, "sent directly, answered with %d", (int)slot->status);
}

static void fill_bell(Foe *f) {
        const uint64_t most = UINT64_MAX - 1;

        (void)fcntl(my_bell(f), F_SETFL, O_NONBLOCK);
        (void)!write(my_bell(f), &most, sizeof most);
        (void)fcntl(my_bell(f), F_SETFL, 0);
        put_request(chan_slot(f->leg, 0), 1);
        atomic_fetch_or(chan_judged(f->leg), 1);
        (void)usleep(100);
}

static void punch_holes(Foe *f) {
        send_judged(f, 0, 1);
        (void)fallocate(f->lane->client_leg, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, CHAN_SIZE / 4);
        if (ftruncate(f->lane->client_leg, 0) == 0)
                score_complain(self.score, "the leg could be truncated");
}

static void write_kernel_page(Foe *f) {
        if (mmap(NULL, STATUS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, self.kernel_status_ro, 0) !=
                MAP_FAILED)
                score_complain(self.score, "the kernel process's page could be mapped writable");
        call_once(f);
}

static void leave_and_stay(Foe *f) {
        send_judged(f, 0, 1);
        atomic_fetch_or(chan_judged(f->leg), CHAN_LEFT);
        chan_ring(my_bell(f));
        (void)sched_yield();
}

/* --- hostile servers --- */

static bool take(Foe *f, uint32_t *ret_slot) {
        for (int n = 0; n < 10000; n++) {
                uint32_t pending = atomic_load(chan_pending(f->leg)) & CHAN_ALL_SLOTS;

                if (pending) {
                        *ret_slot = (uint32_t)__builtin_ctz(pending);
                        atomic_fetch_and(chan_pending(f->leg), ~(1u << *ret_slot));
                        return true;
                }
                (void)sched_yield();
        }
        return false;
}

static void put_answer(ChanSlot *slot, uint32_t value) {
        Keeper_Put_res res = {.slot = value, .echo = {0, 4}};
        ChanOut out = {.msg = &res.base_, .msg_size = sizeof res, .arena = "key", .arena_size = 4};

        nk_message_make_req(&res.base_, sizeof res);
        nkx_message_set_method_id(&res.base_, KEEPER_STORE_IID, KEEPER_PUT_MID);
        chan_put(slot, &out);
        slot->status = rcOk;
        atomic_store(&slot->state, CHAN_REPLY);
}

static void say_answered(Foe *f, uint32_t i) {
        atomic_fetch_or(chan_judged(f->leg), 1u << i);
        chan_ring(f->lane->server_bell);
}

static void answer_rightly(Foe *f) {
        uint32_t i;

        if (!take(f, &i))
                return;
        put_answer(chan_slot(f->leg, i), 2);
        say_answered(f, i);
}

static void answer_what_is_denied(Foe *f) {
        uint32_t i;

        if (!take(f, &i))
                return;
        put_answer(chan_slot(f->leg, i), FORBIDDEN + 5);
        say_answered(f, i);
}

/* On the leg that it shares with the client, every slot of it, all the time. */
static _Noreturn void *answer_on_the_direct_leg(void *arg) {
        Foe *f = arg;

        for (;;)
                for (uint32_t i = 0; i < CHAN_SLOTS; i++) {
                        put_answer(chan_slot(f->direct, i), FORBIDDEN + 6);
                        plat_futex_wake(&chan_slot(f->direct, i)->state, INT_MAX);
                }
}

static void begin_answering_directly(Foe *f) {
        start(f, answer_on_the_direct_leg);
}

static void say_it_again(Foe *f) {
        uint32_t i;

        if (!take(f, &i))
                return;
        put_answer(chan_slot(f->leg, i), 2);
        for (int n = 0; n < 20; n++) {
                say_answered(f, i);
                say_answered(f, chance(f) % CHAN_SLOTS);
                (void)sched_yield();
                put_answer(chan_slot(f->leg, i), FORBIDDEN + 7);
        }
}

static void never_answer(Foe *f) {
        uint32_t i;

        (void)take(f, &i);
        (void)usleep(500);
}

static void storm_server_words(Foe *f) {
        storm_words(f);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                f->leg->forbidden[i] = chance(f);
        atomic_store(chan_notes(f->leg), chance(f));
        chan_ring(f->lane->server_bell);
}

static void claim_free_slots(Foe *f) {
        uint32_t i;

        if (!take(f, &i))
                return;
        atomic_store(&chan_slot(f->leg, i)->state, CHAN_FREE);
        atomic_fetch_or(chan_pending(f->leg), CHAN_ALL_SLOTS);
        (void)usleep(100);
        put_answer(chan_slot(f->leg, i), 2);
        say_answered(f, i);
}

static const Attack attacks[] = {
        {"request_changed_all_the_time", "as it was judged", false, begin_flipping_value, call_once},
        {"words_of_a_slot_changed_all_the_time", "rcSecurityDisallow", false, begin_flipping_words,
                call_once},
        {"slots_posted_again_and_again", "rcInvalidOperation", false, NULL, post_again_and_again},
        {"words_of_the_clients_leg_at_random", "no effect", false, NULL, storm_words},
        {"calls_wanted_back_all_the_time", "no effect", false, NULL, want_everything_back},
        {"judged_method_over_the_direct_leg", "rcSecurityDisallow", false, NULL, send_directly},
        {"bell_to_the_kernel_process_filled_to_the_brim", "no effect", false, NULL, fill_bell},
        {"clients_leg_with_holes", "EPERM; no effect", false, NULL, punch_holes},
        {"kernel_processs_page_mapped_to_write", "EACCES", false, NULL, write_kernel_page},
        {"client_that_leaves_and_stays", "let go", false, NULL, leave_and_stay},
        {"answer_changed_all_the_time", "as it was judged", true, begin_flipping_value, answer_rightly},
        {"answer_that_is_denied", "rcSecurityDisallow", true, NULL, answer_what_is_denied},
        {"judged_call_answered_over_the_direct_leg", "not looked for", true, begin_answering_directly,
                answer_rightly},
        {"answers_said_again", "no effect", true, NULL, say_it_again},
        {"judged_call_that_is_never_answered", "time-out", true, NULL, never_answer},
        {"words_of_the_servers_leg_at_random", "no effect", true, NULL, storm_server_words},
        {"slots_called_free_while_they_are_held", "no effect", true, NULL, claim_free_slots},
};
#define N_ATTACKS (sizeof attacks / sizeof *attacks)

static _Noreturn void be_hostile(const Lane *l, const Attack *a) {
        static Foe f;

        f = (Foe){.lane = l, .seed = 4711};
        if (chan_mem_map(l->direct, &f.direct) < 0 ||
                chan_mem_map(a->is_server ? l->server_leg : l->client_leg, &f.leg) < 0)
                _exit(3);
        if (a->begin)
                a->begin(&f);
        for (;; f.round++) {
                a->round(&f);
                if (!a->is_server)
                        atomic_fetch_add(&self.score->n_rounds, 1);
        }
}

/* --- cases --- */

static pid_t child(void) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        return pid;
}

static pid_t attacker, partner; /* 0: none */

static void end_process(pid_t *pid) {
        if (*pid > 0) {
                (void)kill(*pid, SIGKILL);
                (void)waitpid(*pid, NULL, 0);
        }
        *pid = 0;
}

static void await(const _Atomic uint64_t *counter, uint64_t n) {
        uint64_t begin = *counter, since = plat_now_ns();

        while (*counter - begin < n) {
                if (self.score->has_complaint)
                        fail_msg("%s", self.score->complaint);
                if (plat_now_ns() - since > PATIENCE_NS)
                        fail_msg("nothing moves any more");
                (void)usleep(500);
        }
}

static void attempt(void **state) {
        const Attack *a = *state;
        Lane lane;

        lane_open(&lane);
        partner = child();
        if (partner == 0) {
                if (a->is_server)
                        be_victim(&lane);
                be_server(&lane);
        }
        attacker = child();
        if (attacker == 0)
                be_hostile(&lane, a);
        lane_close_fds(&lane);
        await(&self.score->n_rounds, ROUNDS);
        await(&self.score->n_calls, CALLS);
        end_process(&attacker);
        end_process(&partner);
        lane_end(&lane);
        await(&self.score->n_calls, 10);
        print_message("# attempt %s: %s\n", a->name, a->outcome);
}

static int attempt_teardown(void **state) {
        (void)state;
        end_process(&attacker);
        end_process(&partner);
        self.score->has_complaint = false;
        return 0;
}

static int group_setup(void **state) {
        int status;

        (void)state;
        self.score = score_new();
        self.verdicts = calloc(1, verdicts_size(keeper_shape()));
        assert_non_null(self.verdicts);
        (void)verdicts_fill(self.verdicts, keeper_shape(), way_of, NULL);
        assert_int_equal(chan_status_create(&status, &self.kernel_status_ro), 0);
        assert_int_equal(chan_ear_create(&self.kernel_ear), 0);
        assert_int_equal(relay_new(status, dup(self.kernel_ear), &self.relay), 0);
        lane_open(&self.neighbour);
        self.good_server = child();
        if (self.good_server == 0)
                be_server(&self.neighbour);
        self.good_client = child();
        if (self.good_client == 0)
                be_neighbour(&self.neighbour);
        lane_close_fds(&self.neighbour);
        return relay_start(self.relay);
}

static int group_teardown(void **state) {
        (void)state;
        print_message("# the neighbour made %llu calls\n", (unsigned long long)self.score->n_calls);
        print_message("# %u requests came directly that had to be judged\n", self.n_forbidden);
        end_process(&self.good_client);
        end_process(&self.good_server);
        relay_free(self.relay);
        free(self.verdicts);
        score_free(self.score);
        return self.n_forbidden > 0 ? 0 : -1;
}

int main(void) {
        struct CMUnitTest tests[N_ATTACKS];

        for (size_t i = 0; i < N_ATTACKS; i++)
                tests[i] = (struct CMUnitTest){
                        attacks[i].name, attempt, NULL, attempt_teardown, (void *)(uintptr_t)&attacks[i]};
        return _cmocka_run_group_tests(
                "hostile ends of judged channels", tests, N_ATTACKS, group_setup, group_teardown);
}
