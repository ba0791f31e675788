/* SPDX-License-Identifier: MIT */
/*
 * What the library does before main(): it sets the trap at the last moment at which a chamber allows it,
 * chooses the back end, and has it answer for the standard streams.
 *
 * The link options of the library ask for posix_start by name, so that programs get it that only use stdio.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include <caisson/closing.h>

#include "backends.h"
#include "call.h"
#include "log.h"
#include "trap.h"

#define VISIBLE __attribute__((visibility("default"))) /* to the program, and to the link options */

static struct vfs *chosen;
static _Atomic int state; /* 0: not begun, 1: on the way, 2: chosen */

/* The thread that makes the back end, and whoever comes meanwhile, see the stub. */
struct vfs *call_vfs(void) {
        static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
        int none = 0;

        if (atomic_load_explicit(&state, memory_order_acquire) == 2)
                return chosen;
        if (pthread_mutex_trylock(&lock) != 0)
                return &backend_stub;
        if (atomic_compare_exchange_strong(&state, &none, 1)) {
                chosen = backend_choose();
                atomic_store_explicit(&state, 2, memory_order_release);
        }
        (void)pthread_mutex_unlock(&lock);
        return atomic_load(&state) == 2 ? chosen : &backend_stub;
}

struct vfs *call_net(void) {
        static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
        static struct vfs *network;
        static bool is_chosen;

        (void)pthread_mutex_lock(&lock);
        if (!is_chosen)
                network = backend_choose_network();
        is_chosen = true;
        (void)pthread_mutex_unlock(&lock);
        return network;
}

VISIBLE void nkx_at_closing(bool is_closed) {
        if (!is_closed && call_at_closing)
                call_at_closing();
        trap_hold(!is_closed);
        if (!is_closed && trap_set() < 0)
                log_line(LOG_INIT "The trap for file calls can't be set: only calls by name reach the VFS.");
}

VISIBLE __attribute__((constructor)) void posix_start(void);

void posix_start(void) {
        struct vfs *vfs;

        vfs = call_vfs();
        fdt_keep_open(); /* the runtime's descriptors have found their numbers */
        if (vfs != &backend_stub && trap_set() < 0)
                log_line(LOG_INIT "The trap for file calls can't be set: only calls by name reach the VFS.");
        if (!&call_keeps_streams) {
                fdt_cover(STDIN_FILENO, vfs, vfs->getstdin);
                fdt_cover(STDOUT_FILENO, vfs, vfs->getstdout);
                fdt_cover(STDERR_FILENO, vfs, vfs->getstderr);
        }
        if (call_has_begun)
                call_has_begun();
}
