/* SPDX-License-Identifier: MIT */
/*
 * A call made by a thread of its own: see caller.h.
 */
#include "caller.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <services/rtl/nk_msg.h>

#include "transport/chan.h"

void t_call(Caller *c) {
        NK_ARENA_AUTO(req_arena, KEEPER_KEY_SIZE);
        char room[KEEPER_KEY_SIZE];
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(room, room + c->room);
        Keeper_Put_req req;
        Keeper_Put_res res;
        const char *echo;
        SMsgHdr out, in;
        uint32_t n;

        keeper_prepare_put(&req, &req_arena, &res, c->value, c->key);
        PackOutMsg(&out, &req.base_, &req_arena);
        PackInMsg(&in, &res.base_, &res_arena);
        c->rc = CallEx(c->client, &out, &in, c->timeout_ms, c->sync);
        if (c->rc != rcOk)
                return;
        c->slot = res.slot;
        echo = nk_arena_get(char, &res_arena, &res.echo, &n);
        if (echo)
                memcpy(c->echo, echo, n);
}

static void *call_in_thread(void *arg) {
        Caller *c = arg;

        c->tid = gettid();
        t_call(c);
        return NULL;
}

void t_caller_start(Caller *c) {
        c->tid = 0;
        assert_int_equal(pthread_create(&c->thread, NULL, call_in_thread, c), 0);
}

void t_caller_join(Caller *c) {
        assert_int_equal(pthread_join(c->thread, NULL), 0);
}

void t_wait_phase(ChanHeader *mem, ChanPhase phase) {
        uint32_t thread;

        while (chan_mem_peek(mem, 0, &thread) != phase)
                (void)sched_yield();
}

/* The letter behind the last parenthesis of the thread's stat file. */
static char state_of(int tid) {
        char path[64], text[512] = "";
        const char *end;
        FILE *f;
        size_t n;

        (void)snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
        f = fopen(path, "re");
        if (!f)
                return '?';
        n = fread(text, 1, sizeof text - 1, f);
        text[n] = '\0';
        (void)fclose(f);
        end = strrchr(text, ')');
        return end && end[1] ? end[2] : '?';
}

bool t_is_asleep(int tid) {
        return tid != 0 && state_of(tid) == 'S';
}

void t_wait_asleep(const _Atomic int *tid) {
        while (!t_is_asleep(*tid))
                (void)sched_yield();
}
