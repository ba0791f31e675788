/* SPDX-License-Identifier: MIT */
/*
 * Links between two tasks of a class with methods, as the core makes them: what a hostile process can make of
 * them. Task 0 calls, task 1 serves.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <nkc.h>

#include "boot/end_block.h"
#include "core/mdl.h"
#include "kernel/links.h"
#include "kernel/mediator.h"
#include "kernel/procs.h"
#include "support/keeper.h"
#include "transport/chan_mem.h"

enum { CLIENT, SERVER, N_TASKS };

typedef struct Linked {
        NkcClass class;
        SolTask tasks[N_TASKS];
        Solution sol;
        Channels channels;
        Mediator mediator;
        Procs procs;
        Proc running[N_TASKS];
        Links *links;
        CoreChannels ops;
        void *listener;
        int ear; /* the server's */
} Linked;

static ChanWay way = CHAN_WAY_DIRECT;

static ChanWay direct(void *arg, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        (void)arg;
        (void)client;
        (void)server;
        (void)riid;
        (void)mid;
        return way;
}

static bool everybody(void *arg, uint32_t task) {
        (void)arg;
        (void)task;
        return true;
}

static void close_all(MailFds *fds) {
        for (uint32_t i = 0; i < fds->n; i++)
                (void)close(fds->list[i]);
}

static void open_relay(Linked *t) {
        int status, ro;

        assert_int_equal(chan_status_create(&status, &ro), 0);
        assert_int_equal(relay_new(status, dup(t->channels.kernel.ear_fd), &t->mediator.relay), 0);
        (void)close(ro);
}

static int setup(void **state) {
        const ChannelsPolicy policy = {.way = direct, .asks_kernel = everybody};
        Linked *t = calloc(1, sizeof *t);
        MailFds fds;

        assert_non_null(t);
        t->class = (NkcClass){
                .name = "demo.Keeper", .shape = keeper_shape(), .shape_size = keeper_shape()->size};
        t->tasks[CLIENT] = (SolTask){.name = {.text = "Client"}, .class = &t->class};
        t->tasks[SERVER] = (SolTask){.name = {.text = "Server"}, .class = &t->class};
        t->sol = (Solution){.tasks = t->tasks, .n_tasks = N_TASKS};
        assert_int_equal(channels_init(&t->channels, &t->sol, &policy), 0);
        open_relay(t);
        t->mediator.channels = &t->channels;
        t->procs.list = t->running;
        assert_int_equal(links_new(&t->mediator, &t->channels, &t->procs, &t->links), 0);
        t->ops = links_ops(t->links);
        assert_int_equal(t->ops.listener_open(t->ops.arg, SERVER, &fds, &t->listener), 0);
        t->ear = dup(fds.list[1]);
        close_all(&fds);
        *state = t;
        return 0;
}

static int teardown(void **state) {
        Linked *t = *state;

        t->ops.listener_close(t->ops.arg, t->listener);
        t->mediator.relay = relay_free(t->mediator.relay);
        (void)close(t->ear);
        links_free(t->links);
        channels_deinit(&t->channels);
        free(t);
        return 0;
}

static int open_one(Linked *t, int riid, MailFds *ret_fds, void **ret_link) {
        const CoreChannelPlan plan = {.client = CLIENT,
                .listener = t->listener,
                .tag = 1u << 31,
                .has_riid = riid >= 0,
                .riid = (uint16_t)riid};

        return t->ops.channel_open(t->ops.arg, &plan, ret_fds, ret_link);
}

static uint32_t count_own_fds(void) {
        DIR *folder = opendir("/proc/self/fd");
        uint32_t n = 0;

        assert_non_null(folder);
        while (readdir(folder))
                n++;
        (void)closedir(folder);
        return n;
}

/* The descriptors of the letter, which are the reader's then. */
static void take_letter(const Linked *t, MailFds *ret_fds) {
        union {
                struct cmsghdr head;
                char bytes[CMSG_SPACE(MAIL_FDS_MAX * sizeof(int))];
        } control;
        MailLetter letter;
        struct iovec data = {.iov_base = &letter, .iov_len = sizeof letter};
        struct msghdr msg = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = control.bytes,
                .msg_controllen = sizeof control.bytes};

        assert_int_equal(
                recvmsg(t->channels.mails.boxes[SERVER].recv_fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC),
                sizeof letter);
        ret_fds->n = letter.n_fds;
        memcpy(ret_fds->list, CMSG_DATA(CMSG_FIRSTHDR(&msg)), letter.n_fds * sizeof(int));
}

/* Who makes handles says what they are for, any number: what the kernel process keeps for each must not grow
 * with that. */
static void endpoint_that_the_class_does_not_have_costs_nothing(void **state) {
        Linked *t = *state;
        uint32_t n = count_own_fds();

        for (int riid = KEEPER_LOG_IID + 1; riid <= UINT16_MAX; riid += 1024) {
                MailFds fds;
                void *link;

                assert_int_equal(open_one(t, riid, &fds, &link), -EINVAL);
                assert_int_equal(fds.n, 0);
        }
        assert_int_equal(count_own_fds(), n);
        assert_int_equal(links_count(t->links), 0);
}

static void each_endpoint_of_the_class_can_be_linked(void **state) {
        Linked *t = *state;

        for (int riid = -1; riid <= KEEPER_LOG_IID; riid++) {
                MailFds fds, letter;
                void *link;

                assert_int_equal(open_one(t, riid, &fds, &link), 0);
                close_all(&fds);
                take_letter(t, &letter);
                close_all(&letter);
                t->ops.channel_close(t->ops.arg, link);
        }
}

/* A client can write over the end of the leg that it shares with the server, which then kept its end for
 * ever: one client would use up all places, and the addresses, of the server. The other leg it does not see.
 */
static void server_learns_of_the_end_whatever_the_client_writes(void **state) {
        Linked *t = *state;
        ChanHeader *shared, *own;
        MailFds fds, letter;
        void *link;

        assert_int_equal(open_one(t, -1, &fds, &link), 0);
        take_letter(t, &letter);
        assert_int_equal(letter.n, 3); /* block, direct leg, server's leg */
        assert_int_equal(chan_mem_map(fds.list[1], &shared), 0);
        assert_int_equal(chan_mem_map(letter.list[2], &own), 0);
        t->ops.channel_close(t->ops.arg, link);
        atomic_store(&shared->closed, 0);
        assert_int_equal(atomic_load(&own->closed), CHAN_CLIENT_GONE | CHAN_SERVER_GONE);
        chan_mem_unmap(shared);
        chan_mem_unmap(own);
        close_all(&fds);
        close_all(&letter);
}

static bool hears(const Linked *t) {
        struct epoll_event event;

        return epoll_wait(t->ear, &event, 1, 0) > 0;
}

static void take_all_letters(const Linked *t, uint32_t n) {
        for (uint32_t i = 0; i < n; i++) {
                MailFds letter;

                take_letter(t, &letter);
                close_all(&letter);
        }
}

/* What sleeps is woken by calls. Letters that nobody takes would keep a client from opening more. */
static void server_that_sleeps_is_woken_when_letters_pile_up(void **state) {
        void *links[LINKS_UNTOLD_MAX + 2];
        Linked *t = *state;
        MailFds fds;

        for (uint32_t i = 0; i < LINKS_UNTOLD_MAX + 1; i++) {
                assert_int_equal(open_one(t, -1, &fds, &links[i]), 0);
                close_all(&fds);
                assert_int_equal(hears(t), i >= LINKS_UNTOLD_MAX);
        }
        take_all_letters(t, LINKS_UNTOLD_MAX + 1);
        assert_int_equal(open_one(t, -1, &fds, &links[LINKS_UNTOLD_MAX + 1]), 0);
        close_all(&fds);
        assert_false(hears(t));
        take_all_letters(t, 1);
        for (uint32_t i = 0; i < LINKS_UNTOLD_MAX + 2; i++) {
                t->ops.channel_close(t->ops.arg, links[i]);
                assert_true(hears(t)); /* it has memory to give back */
        }
}

static pid_t start_limited(rlim_t addresses) {
        struct rlimit limit = {.rlim_cur = addresses, .rlim_max = RLIM_INFINITY};
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a case that fails leaves nobody */
                for (;;)
                        (void)pause();
        }
        assert_int_equal(prlimit(pid, RLIMIT_AS, &limit, NULL), 0);
        return pid;
}

static uint64_t addresses_of(pid_t pid) {
        struct rlimit limit;

        assert_int_equal(prlimit(pid, RLIMIT_AS, NULL, &limit), 0);
        return limit.rlim_cur;
}

static void open_and_leave(Linked *t, void **ret_link) {
        MailFds fds;

        assert_int_equal(open_one(t, -1, &fds, ret_link), 0);
        close_all(&fds);
        take_all_letters(t, 1);
}

/* One leg where nothing is direct, else two; what a closed one had is there for the next. */
static void process_gets_the_addresses_that_its_channels_take(void **state) {
        Linked *t = *state;

        for (int round = 1; round <= 2; round++) {
                pid_t pid = start_limited(CHAN_SIZE);
                void *links[3];

                way = round == 1 ? CHAN_WAY_JUDGED : CHAN_WAY_DIRECT;
                t->running[CLIENT].pid = pid;
                open_and_leave(t, &links[0]);
                assert_int_equal(addresses_of(pid), (1 + round) * CHAN_SIZE);
                open_and_leave(t, &links[1]);
                assert_int_equal(addresses_of(pid), (1 + 2 * round) * CHAN_SIZE);
                t->ops.channel_close(t->ops.arg, links[0]);
                open_and_leave(t, &links[2]);
                assert_int_equal(addresses_of(pid), (1 + 2 * round) * CHAN_SIZE);
                t->ops.channel_close(t->ops.arg, links[1]);
                t->ops.channel_close(t->ops.arg, links[2]);
                t->running[CLIENT].pid = 0;
                (void)kill(pid, SIGKILL);
                assert_int_equal(waitpid(pid, NULL, 0), pid);
                (void)teardown(state);
                (void)setup(state);
                t = *state;
        }
        way = CHAN_WAY_DIRECT;
}

/* Room for the links of the client, and for as many descriptors of the server. */
static Linked *begin_with_share(void **state, uint32_t share, struct rlimit *ret_before) {
        struct rlimit limit;
        Linked *t;

        (void)teardown(state);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, ret_before), 0);
        limit = *ret_before;
        (void)setup(state);
        t = *state;
        /* What is open now, and while that is counted. */
        limit.rlim_cur = count_own_fds() - 1 + LINKS_FDS_KEPT + N_TASKS * (MDL_OBJECTS_MAX + share);
        t->ops.listener_close(t->ops.arg, t->listener);
        links_free(t->links);
        limit.rlim_cur -= LINKS_LISTENER_FDS;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_int_equal(links_new(&t->mediator, &t->channels, &t->procs, &t->links), 0);
        t->ops = links_ops(t->links);
        return t;
}

static void process_has_its_share_of_our_descriptors_and_no_more(void **state) {
        enum { SHARE = LINKS_LISTENER_FDS + 1 };
        struct rlimit before;
        Linked *t = begin_with_share(state, SHARE, &before);
        void *links[SHARE + 1], *other;
        MailFds fds;

        assert_int_equal(t->ops.listener_open(t->ops.arg, SERVER, &fds, &t->listener), 0);
        close_all(&fds);
        assert_int_equal(t->ops.listener_open(t->ops.arg, SERVER, &fds, &other), -EDQUOT);
        for (uint32_t i = 0; i < SHARE; i++)
                open_and_leave(t, &links[i]);
        assert_int_equal(open_one(t, -1, &fds, &links[SHARE]), -EDQUOT);
        assert_int_equal(t->ops.listener_open(t->ops.arg, CLIENT, &fds, &other), -EDQUOT);
        t->ops.channel_close(t->ops.arg, links[0]);
        open_and_leave(t, &links[0]);
        for (uint32_t i = 0; i < SHARE; i++)
                t->ops.channel_close(t->ops.arg, links[i]);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* --- channels of the init file that come again --- */

static void channel_comes_again_by_its_number_and_after_an_end_alone(void **state) {
        Linked *t = *state;
        SolChannel channel = {.client = CLIENT, .server = SERVER, .listener = 3};
        uint32_t server = 0, index = 0;

        t->tasks[CLIENT].channels = &channel;
        t->tasks[CLIENT].n_channels = 1;
        assert_int_equal(t->ops.channel_find(t->ops.arg, CLIENT, 0, &server, &index), -ENOTCONN);
        links_task_died(t->links, CLIENT);
        links_renew(t->links, CLIENT);
        assert_int_equal(t->ops.channel_find(t->ops.arg, CLIENT, 0, &server, &index), 0);
        assert_int_equal(server, SERVER);
        assert_int_equal(index, 3);
        assert_int_equal(t->ops.channel_find(t->ops.arg, CLIENT, 1, &server, &index), -EINVAL);
        assert_int_equal(t->ops.channel_find(t->ops.arg, CLIENT, UINT32_MAX, &server, &index), -EINVAL);
        assert_int_equal(t->ops.channel_find(t->ops.arg, SERVER, 0, &server, &index), -EINVAL);
        links_task_died(t->links, SERVER);
        assert_int_equal(t->ops.channel_find(t->ops.arg, CLIENT, 0, &server, &index), -ENOTCONN);
        t->tasks[CLIENT].n_channels = 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(endpoint_that_the_class_does_not_have_costs_nothing),
                CASE(each_endpoint_of_the_class_can_be_linked),
                CASE(server_learns_of_the_end_whatever_the_client_writes),
                CASE(server_that_sleeps_is_woken_when_letters_pile_up),
                CASE(process_gets_the_addresses_that_its_channels_take),
                CASE(process_has_its_share_of_our_descriptors_and_no_more),
                CASE(channel_comes_again_by_its_number_and_after_an_end_alone),
        };

        return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
