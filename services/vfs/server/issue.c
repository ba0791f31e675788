/* SPDX-License-Identifier: MIT */
/*
 * One user object stands behind all handles; the badges tell them apart. A notice hears of a limited number
 * of badges, so the places of objects are parted among several, each with a thread that listens.
 */
#include "issue.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include <coresrv/handle/handle_api.h>
#include <coresrv/handle/notice_api.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>

#include "vobj.h"

#define BADGES_PER_NOTICE 4096u
#define N_NOTICES         (VOBJ_MAX / BADGES_PER_NOTICE)
#define EVENTS_AT_ONCE    64u
#define RIGHTS            (OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY | ISSUE_RIGHT_SESSION | ISSUE_RIGHT_FILE)

_Static_assert(VOBJ_MAX % BADGES_PER_NOTICE == 0, "each place has a notice");

static IssueGone *tell;
static Handle object = INVALID_HANDLE; /* a client's handles descend from it, without the right to transfer */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the array below */
static struct {
        Notice notice;
        bool is_made;
} ears[N_NOTICES];

static int errno_of(Retcode rc) {
        if (rc == rcOk)
                return 0;
        if (rc == rcOutOfMemory)
                return -ENOMEM;
        return rc == rcQuotaExceeded ? -ENFILE : -EPERM;
}

static void *hear(void *arg) {
        Notice notice = (Notice)(uintptr_t)arg;
        EventDesc events[EVENTS_AT_ONCE];
        rtl_size_t n;

        while (KnNoticeGetEvent(notice, INFINITE_TIMEOUT, EVENTS_AT_ONCE, events, &n) == rcOk)
                for (rtl_size_t i = 0; i < n; i++)
                        if (events[i].eventMask & EVENT_BADGE_CLOSED)
                                tell(events[i].eventId);
        return NULL;
}

static int make_ear(uint32_t part) {
        pthread_t thread;
        Notice notice;
        int r = errno_of(KnNoticeCreate(&notice));

        if (r < 0)
                return r;
        r = -pthread_create(&thread, NULL, hear, (void *)(uintptr_t)notice);
        if (r < 0) {
                (void)KnNoticeRelease(notice);
                return -ENOMEM;
        }
        (void)pthread_detach(thread);
        ears[part].notice = notice;
        ears[part].is_made = true;
        return 0;
}

static int ear_of(uint64_t number, Notice *ret) {
        uint32_t part = vobj_part(number, BADGES_PER_NOTICE);
        int r = 0;

        (void)pthread_mutex_lock(&lock);
        if (!ears[part].is_made)
                r = make_ear(part);
        *ret = ears[part].notice;
        (void)pthread_mutex_unlock(&lock);
        return r;
}

int issue_begin(IssueGone *gone) {
        tell = gone;
        return errno_of(KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, RIGHTS, NULL, &object));
}

int issue_handle(uint64_t number, uint32_t right, nk_handle_desc_t *ret) {
        Notice notice;
        Handle badge;
        int r = ear_of(number, &notice);

        if (r == 0)
                r = errno_of(KnHandleCreateBadge(notice, number, (void *)(uintptr_t)number, &badge));
        if (r < 0)
                return r;
        vobj_set_badge(number, badge);
        *ret = nk_handle_desc(object, right | OCAP_HANDLE_COPY, badge);
        return 0;
}

void issue_end(uint64_t number, Handle badge) {
        Notice notice;

        if (badge == INVALID_HANDLE || ear_of(number, &notice) < 0)
                return;
        (void)KnNoticeUnsubscribeFromObject(notice, badge);
        (void)KnHandleClose(badge);
}
