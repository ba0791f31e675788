/* SPDX-License-Identifier: MIT */
/*
 * caisson/family.h: forking with whole tables.
 *
 * The locks are taken by handlers of pthread_atfork() that are registered before any other, so they are the
 * last ones taken before the memory is copied, and the first ones freed: handlers of a program may call
 * whatever they like. Nobody who holds one of them waits for a lock of the C library's that a fork takes, or
 * makes a call.
 */
#include <caisson/family.h>

#include <errno.h>
#include <unistd.h>

#include "boot/boot.h"
#include "fork_locks.h"
#include "handle/handle_kinds.h"
#include "handle/handle_table.h"
#include "kernel_call.h"
#include "sl/sl.h"
#include "threads.h"
#include "transport/chan.h"
#include "transport/chan_mem.h"
#include "transport/family.h"

#define LOCKS_MAX     8
#define EXIT_ORPHANED 125

/* In the order in which they are taken one inside of the other. */
static pthread_mutex_t *locks[LOCKS_MAX];
static unsigned n_locks;

static void prepare(void) {
        for (unsigned i = 0; i < n_locks; i++)
                (void)pthread_mutex_lock(locks[i]);
        chan_client_keep_all();
}

static void unlock_all(void) {
        for (unsigned i = n_locks; i > 0; i--)
                (void)pthread_mutex_unlock(locks[i - 1]);
}

static _Thread_local uint32_t child; /* who is to be forked by this thread; 0: nobody */

/* Before anything that the child calls, also in handlers of the program's, which come after ours unless `how`
 * is called by the C library's fork() itself. A sweep that took the place believed that the parent had died
 * before it could say who the child is: what belonged to it is gone. */
static void become(void) {
        uint32_t member = child;

        child = 0;
        if (member && !family_become(member))
                _exit(EXIT_ORPHANED);
}

static void begin_child(void) {
        become();
        threads_forget_others();
        unlock_all();
        pending_forget();
        chan_forget_thread_id();
}

__attribute__((constructor(101))) static void begin(void) {
        pthread_mutex_t *const all[] = {ns_get_create_lock(), ns_get_table_lock(), sl_get_lock(),
                vmm_get_lock(), &threads_lock, hooks_get_lock(), chan_client_get_lock(), hnd_get_lock()};

        _Static_assert(sizeof all / sizeof *all == LOCKS_MAX, "all of them");
        for (n_locks = 0; n_locks < LOCKS_MAX; n_locks++)
                locks[n_locks] = all[n_locks];
        (void)pthread_atfork(prepare, unlock_all, begin_child);
}

bool nkx_family_may_fork(void) {
        return boot_get() && family_is_open();
}

uint32_t nkx_family_self(void) {
        return family_self();
}

void *nkx_family_alloc(size_t size) {
        return boot_get() ? family_alloc(size) : NULL;
}

void nkx_family_on_end(void (*gone)(uint32_t member)) {
        family_on_end(gone);
}

void nkx_family_sweep(void) {
        (void)family_sweep();
        chan_client_sweep_all();
}

int nkx_family_reserve(uint32_t *ret_member) {
        if (!nkx_family_may_fork())
                return -EPERM;
        if (hnd_is_any_open(&hnd_listener))
                return -EBUSY;
        kernel_open();
        nkx_family_sweep();
        return family_reserve(ret_member);
}

void nkx_family_unreserve(uint32_t member) {
        family_unreserve(member);
}

long nkx_family_fork(uint32_t member, pid_t (*how)(void)) {
        pid_t pid;
        int error;

        child = member;
        pid = how ? how() : fork();
        error = errno;
        if (pid == 0)
                become();
        else if (pid > 0)
                (void)family_settle(member, pid);
        else
                family_unreserve(member);
        child = 0;
        return pid < 0 ? -error : pid;
}
