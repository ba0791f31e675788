/* SPDX-License-Identifier: MIT */
/*
 * Events: what the kernel process waits for, in one epoll set. An event says which kind of
 * thing is ready and which one of them.
 */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>

enum {
        EVENT_SIGNAL,      /* the signalfd */
        EVENT_STOP_TIMER,  /* the time to end by themselves is over */
        EVENT_WAITS_TIMER, /* time to look who waits for whom */
        EVENT_CORE_TIMER,  /* a call to the kernel has waited long enough */
        EVENT_LIVES_TIMER, /* a process is to be started again */
        EVENT_ORDERS,      /* a process wants another one started or ended */
        EVENT_STREAM,      /* output of a process; index: 2 * task + (0 stdout, 1 stderr) */
        EVENT_SINK,        /* our own output takes more; index of the sink */
        EVENT_CONSOLE,     /* what clients of a process print; index: the process */
        EVENT_AUDIT        /* lines of the audit for people */
};

static inline int events_control(int epoll_fd, int op, int fd, uint32_t what, uint32_t kind, uint32_t index) {
        struct epoll_event ev = {.events = what, .data.u64 = (uint64_t)kind << 32 | index};

        return epoll_ctl(epoll_fd, op, fd, &ev) < 0 ? -errno : 0;
}

static inline int events_add(int epoll_fd, int fd, uint32_t what, uint32_t kind, uint32_t index) {
        return events_control(epoll_fd, EPOLL_CTL_ADD, fd, what, kind, index);
}

/* Of one that is read. It keeps its place in the set, so that going on can't fail: another process may take
 * the last watch that our user may have. A hang-up meanwhile is told, once. */
static inline void events_pause(int epoll_fd, int fd, uint32_t kind, uint32_t index) {
        (void)events_control(epoll_fd, EPOLL_CTL_MOD, fd, EPOLLET, kind, index);
}

static inline void events_resume(int epoll_fd, int fd, uint32_t kind, uint32_t index) {
        (void)events_control(epoll_fd, EPOLL_CTL_MOD, fd, EPOLLIN, kind, index);
}

static inline void events_remove(int epoll_fd, int fd) {
        (void)epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}
