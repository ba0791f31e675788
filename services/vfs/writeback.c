/* SPDX-License-Identifier: MIT */
/*
 * One thread, made by the first change; see writeback.h.
 */
#include "writeback.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "envnum.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static pthread_cond_t turned;                            /* what is asked for */
static Mounts *all_mounts;
static uint32_t period_ms; /* 0: nothing is done by time */
static bool is_asked, has_thread;
static pthread_t thread;

uint32_t writeback_period_ms(const char *text) {
        static const EnvNum variable = {
                .name = "VFS_WRITE_BACK", .least = 0, .most = WRITEBACK_MAX_S, .usual = WRITEBACK_S};

        return envnum_of(&variable, text) * 1000u;
}

/* --- one turn --- */

static void complain(const Mount *mount, int error) {
        (void)fprintf(stderr,
                "vfs: what was written to '%s' (%s) can't be written back: %s; it is tried again\n",
                mount->path, mount->device, strerror(-error));
}

/* Before writing, for nodes may go without the lock of the file system, which changes it too. */
static int write_fs(Fs *fs) {
        int r;

        fslock_take(&fs->lock);
        atomic_store(&fs->is_changed, false);
        r = fs->ops->sync ? fs->ops->sync(fs) : 0;
        if (r < 0)
                atomic_store(&fs->is_changed, true);
        fslock_give(&fs->lock);
        return r;
}

static void write_mount(void *arg, const Mount *mount) {
        Fs *fs = mount->fs;
        bool *is_behind = arg;
        int r = write_fs(fs);

        if (r < 0 && !fs->is_behind)
                complain(mount, r);
        fs->is_behind = r < 0;
        *is_behind |= r < 0;
}

/* --- the thread --- */

/* Locked. False: it is to end. */
static bool sleep_a_period(void) {
        struct timespec until;

        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += period_ms / 1000;
        until.tv_nsec += period_ms % 1000 * 1000000l;
        if (until.tv_nsec >= 1000000000) {
                until.tv_sec++;
                until.tv_nsec -= 1000000000;
        }
        while (period_ms > 0 && pthread_cond_timedwait(&turned, &lock, &until) != ETIMEDOUT)
                continue;
        return period_ms > 0;
}

static void *write_by_time(void *unused) {
        (void)unused;
        (void)pthread_mutex_lock(&lock);
        while (period_ms > 0) {
                bool is_behind = false;

                if (!is_asked) {
                        (void)pthread_cond_wait(&turned, &lock);
                        continue;
                }
                if (!sleep_a_period())
                        break;
                is_asked = false;
                (void)pthread_mutex_unlock(&lock);
                mounts_each_changed(all_mounts, write_mount, &is_behind);
                (void)pthread_mutex_lock(&lock);
                is_asked |= is_behind;
        }
        (void)pthread_mutex_unlock(&lock);
        return NULL;
}

/* Locked. With no signals of the program's. Without a thread the next file system that changes
 * tries again, for all. */
static void begin_thread(void) {
        sigset_t all, own;

        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &own);
        has_thread = pthread_create(&thread, NULL, write_by_time, NULL) == 0;
        (void)pthread_sigmask(SIG_SETMASK, &own, NULL);
}

/* Under the lock of the file system, once until it is written back. */
static void note_change(void) {
        (void)pthread_mutex_lock(&lock);
        if (period_ms > 0) {
                is_asked = true;
                if (!has_thread)
                        begin_thread();
                (void)pthread_cond_signal(&turned);
        }
        (void)pthread_mutex_unlock(&lock);
}

void writeback_begin(Mounts *mounts, uint32_t period) {
        pthread_condattr_t attr;

        (void)pthread_condattr_init(&attr);
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void)pthread_cond_init(&turned, &attr);
        (void)pthread_condattr_destroy(&attr);
        all_mounts = mounts;
        period_ms = period;
        is_asked = false;
        fs_watch_changes(note_change);
}

void writeback_end(void) {
        bool had_thread;

        (void)pthread_mutex_lock(&lock);
        period_ms = 0;
        had_thread = has_thread;
        has_thread = false;
        (void)pthread_cond_signal(&turned);
        (void)pthread_mutex_unlock(&lock);
        if (had_thread)
                (void)pthread_join(thread, NULL);
}
