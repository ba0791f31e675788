/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `file`: Poll, the only call that waits for as long as a client asks for.
 */
#include <poll.h>
#include <time.h>

#include "serve.h"

#define POLL_LIMIT_MS 10000u /* of one call; the client asks again */
#define POLL_STEP_MS  20u    /* for streams that ring no bell: the input of this process */

typedef struct Watch {
        Opened files[kl_VfsFile_PollMax];
        uint32_t wanted[kl_VfsFile_PollMax], ready[kl_VfsFile_PollMax];
        Session *session; /* of the first file */
        bool needs_steps;
} Watch;

static bool is_none(const nk_handle_desc_t *handle) {
        return !nk_is_handle_dereferenced(handle) && nk_get_handle(handle) == INVALID_HANDLE;
}

/* -EBADF; -EINVAL: no file, or files of two sessions. Give back with watch_end() in any case. */
static int watch_begin(const struct kl_VfsFile_Poll_req *req, Watch *w) {
        int r = 0;

        *w = (Watch){.session = NULL};
        for (uint32_t i = 0; i < kl_VfsFile_PollMax; i++) {
                Opened *o = &w->files[i];
                int opened = is_none(&req->files[i]) ? 0 : opened_begin(&req->files[i], o);

                r = r < 0 ? r : opened;
                if (opened < 0 || !o->slot)
                        continue;
                if (!w->session)
                        w->session = o->slot->session;
                if (w->session != o->slot->session)
                        r = r < 0 ? r : -EINVAL;
                w->wanted[i] = req->events[i] | POLLERR | POLLHUP;
                w->needs_steps |= o->stream && !o->stream->rings;
        }
        return r == 0 && !w->session ? -EINVAL : r;
}

static void watch_end(Watch *w) {
        for (uint32_t i = 0; i < kl_VfsFile_PollMax; i++)
                opened_end(&w->files[i]);
}

/* What a file system has is always ready. */
static bool look(Watch *w) {
        bool is_any = false;

        for (uint32_t i = 0; i < kl_VfsFile_PollMax; i++) {
                const Opened *o = &w->files[i];
                uint32_t now = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;

                if (o->stream)
                        now = o->stream->ops->poll(o->stream);
                w->ready[i] = o->slot ? now & w->wanted[i] : 0;
                is_any |= w->ready[i] != 0;
        }
        return is_any;
}

static struct timespec add_ms(struct timespec t, uint32_t ms) {
        t.tv_sec += ms / 1000;
        t.tv_nsec += (long)(ms % 1000) * 1000000;
        if (t.tv_nsec >= 1000000000) {
                t.tv_sec++;
                t.tv_nsec -= 1000000000;
        }
        return t;
}

static bool is_before(const struct timespec *a, const struct timespec *b) {
        return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static void wait_until_ready(Watch *w, uint32_t timeout_ms) {
        Bell *bell = peer_bell(w->session->peer);
        struct timespec now, end, step;
        uint64_t heard;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        end = add_ms(now, timeout_ms < POLL_LIMIT_MS ? timeout_ms : POLL_LIMIT_MS);
        for (;;) {
                heard = bell_listen(bell);
                if (look(w) || !is_before(&now, &end) || session_is_over(w->session))
                        return;
                step = w->needs_steps ? add_ms(now, POLL_STEP_MS) : end;
                bell_wait(bell, heard, is_before(&step, &end) ? &step : &end);
                (void)clock_gettime(CLOCK_MONOTONIC, &now);
        }
}

nk_err_t serve_poll(struct kl_VfsFile *self, const struct kl_VfsFile_Poll_req *req,
        const struct nk_arena *req_arena, struct kl_VfsFile_Poll_res *res, struct nk_arena *res_arena) {
        Watch w;
        int r = watch_begin(req, &w);

        (void)self;
        (void)req_arena;
        (void)res_arena;
        if (r == 0 && !look(&w) && req->timeout_ms > 0) {
                r = session_wait_begin(w.session);
                if (r == 0) {
                        wait_until_ready(&w, req->timeout_ms);
                        session_wait_end(w.session);
                }
        }
        for (uint32_t i = 0; r == 0 && i < kl_VfsFile_PollMax; i++)
                res->revents[i] = w.ready[i];
        watch_end(&w);
        return answer(&res->error, r);
}
