/* SPDX-License-Identifier: MIT */
/*
 * A process that does what its arguments say, one after the other. It speaks to its channels
 * directly, without checks of messages, so that every step of a call can be stopped at.
 *
 *      out=TEXT err=TEXT     a line;  part=TEXT  without its end
 *      flood=N               N lines
 *      env fds               shows what it was given;  args  the first one: shows the other ones
 *      exit=N signal=N       ends
 *      pause                 waits for ever
 *      deaf                  ignores SIGTERM
 *      fork escape           leaves a child behind that waits for ever, escape: in a session of its own
 *      call=ID               calls and shows the result; ends when it failed
 *      lost=ID               calls and goes on when the server is gone
 *      take=ID               receives one request and never answers
 *      serve=ID              answers for ever
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nk/types.h>

#include "boot/boot.h"
#include "transport/chan.h"

#define FDS_LOOKED_AT 1024

static const ChanWait forever = {.timeout_ms = CHAN_FOREVER};

/* --- showing --- */

static void do_out(const char *text) {
        (void)printf("%s\n", text);
}

static void do_err(const char *text) {
        (void)fprintf(stderr, "%s\n", text);
}

static void do_part(const char *text) {
        (void)printf("%s", text);
        (void)fflush(stdout);
}

static void do_flood(const char *count) {
        unsigned long n = strtoul(count, NULL, 10);

        for (unsigned long i = 0; i < n; i++)
                (void)printf("line %lu of a flood that does not end soon\n", i);
        (void)fflush(stdout);
}

static int by_text(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void do_env(const char *unused) {
        size_t n = 0;

        (void)unused;
        while (environ[n])
                n++;
        qsort(environ, n, sizeof *environ, by_text);
        for (size_t i = 0; i < n; i++)
                do_out(environ[i]);
}

static void do_fds(const char *unused) {
        (void)unused;
        for (int fd = 0; fd < FDS_LOOKED_AT; fd++)
                if (fcntl(fd, F_GETFD) >= 0)
                        (void)printf("fd %d\n", fd);
}

/* --- ending --- */

static _Noreturn void wait_for_ever(void) {
        for (;;)
                (void)pause();
}

static void do_exit(const char *code) {
        exit((int)strtol(code, NULL, 10));
}

static void do_signal(const char *number) {
        (void)fflush(stdout);
        (void)raise((int)strtol(number, NULL, 10));
}

static void do_pause(const char *unused) {
        (void)unused;
        (void)fflush(stdout);
        wait_for_ever();
}

static void do_deaf(const char *unused) {
        (void)unused;
        (void)signal(SIGTERM, SIG_IGN);
}

static void do_fork(const char *unused) {
        (void)unused;
        if (fork() == 0)
                wait_for_ever();
}

/* The parent tells the child's number, so that it is known to have left. */
static void do_escape(const char *unused) {
        int left[2];
        char byte;
        pid_t pid;

        (void)unused;
        if (pipe(left) < 0)
                exit(EXIT_FAILURE);
        pid = fork();
        if (pid == 0) {
                (void)setsid();
                (void)!write(left[1], "x", 1);
                wait_for_ever();
        }
        (void)!read(left[0], &byte, 1);
        (void)printf("escaped %ld\n", (long)pid);
        (void)fflush(stdout);
}

/* --- calls --- */

static _Noreturn void give_up(const char *what) {
        (void)fprintf(stderr, "%s\n", what);
        exit(99);
}

static const BootChannel *find_channel(const Boot *boot, const char *id) {
        for (uint32_t i = 0; i < boot->block->n_channels; i++)
                if (boot->channels[i].role == BOOT_CLIENT &&
                        strcmp(boot_text(boot, boot->channels[i].name_off), id) == 0)
                        return &boot->channels[i];
        give_up("no such channel");
}

static int call(const char *id) {
        const BootChannel *c = find_channel(boot_get(), id);
        struct nk_message req = {.iid = 0}, res;
        ChanOut out = {.msg = &req, .msg_size = sizeof req};
        ChanIn in = {.msg = &res, .msg_max = sizeof res};
        ChanClient *client;
        int32_t status = 0;
        int r;

        if (chan_client_new(c->mem_fd, c->bell_fd, c->status_fd, c->status, NULL, c->deadline_ms, &client))
                give_up("no client");
        r = chan_call(client, &out, &in, &forever, &status);
        (void)printf("call %s: %d\n", id, r);
        (void)fflush(stdout);
        (void)chan_client_free(client);
        return r;
}

static void do_call(const char *id) {
        int r = call(id);

        if (r)
                exit(10 + r);
}

static void do_lost(const char *id) {
        if (call(id) != CHAN_E_CLOSED)
                give_up("not lost");
}

static Listener *open_listener(const Boot *boot, const char *id) {
        Listener *listener;
        uint32_t i = 0;

        while (i < boot->block->n_listeners && strcmp(boot_text(boot, boot->listeners[i].name_off), id) != 0)
                i++;
        if (i == boot->block->n_listeners || listener_new(boot->block->status_fd, boot->listeners[i].status,
                                                     boot->listeners[i].ear_fd, &listener))
                give_up("no listener");
        for (uint32_t j = 0; j < boot->block->n_channels; j++)
                if (boot->channels[j].role == BOOT_SERVER && boot->channels[j].listener == i &&
                        listener_add(listener, boot->channels[j].mem_fd, NULL))
                        give_up("no channel");
        return listener;
}

static void receive(Listener *listener, ChanRequest *request) {
        struct nk_message req;
        ChanIn in = {.msg = &req, .msg_max = sizeof req};

        if (listener_recv(listener, &in, &forever, request))
                give_up("no request");
}

/* The listener outlives the act: to close it would answer the request. volatile, because nobody reads it. */
static void do_take(const char *id) {
        static Listener *volatile taken;
        ChanRequest request;

        taken = open_listener(boot_get(), id);
        receive(taken, &request);
        (void)printf("took %s\n", id);
        (void)fflush(stdout);
}

static void do_serve(const char *id) {
        Listener *listener = open_listener(boot_get(), id);
        struct nk_message res = {.iid = 0};
        ChanOut out = {.msg = &res, .msg_size = sizeof res};

        for (;;) {
                ChanRequest request;

                receive(listener, &request);
                (void)listener_reply(listener, &request, &out, 0);
        }
}

/* --- the whole --- */

static const struct {
        const char *name;
        void (*act)(const char *value);
} acts[] = {
        {"out", do_out},
        {"err", do_err},
        {"part", do_part},
        {"flood", do_flood},
        {"env", do_env},
        {"fds", do_fds},
        {"exit", do_exit},
        {"signal", do_signal},
        {"pause", do_pause},
        {"deaf", do_deaf},
        {"fork", do_fork},
        {"escape", do_escape},
        {"call", do_call},
        {"lost", do_lost},
        {"take", do_take},
        {"serve", do_serve},
};

static void act(const char *word) {
        size_t size = strcspn(word, "=");

        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
                if (strlen(acts[i].name) != size || strncmp(acts[i].name, word, size) != 0)
                        continue;
                acts[i].act(word[size] ? word + size + 1 : "");
                return;
        }
        give_up("unknown act");
}

int main(int argc, char **argv) {
        if (!boot_get())
                give_up("no boot block");
        if (argc > 1 && strcmp(argv[1], "args") == 0) {
                for (int i = 0; i < argc; i++)
                        (void)printf("argument %d: %s\n", i, argv[i]);
                return EXIT_SUCCESS;
        }
        for (int i = 1; i < argc; i++)
                act(argv[i]);
        return EXIT_SUCCESS;
}
