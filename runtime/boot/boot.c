/* SPDX-License-Identifier: MIT */
/*
 * Boot block, the receiving side: see boot.h.
 */
#include "boot.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "walls.h"

#include "nk/shape.h"
#include "nk/verify.h"
#include "transport/chan.h"
#include "transport/family.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)

static const char *at(const BootBlock *b, uint32_t off) {
        return (const char *)b + off;
}

/* --- what lies inside the block --- */

static bool is_text(const BootBlock *b, uint32_t off) {
        return off < b->size && memchr(at(b, off), '\0', b->size - off);
}

static bool is_array(const BootBlock *b, uint32_t off, uint32_t n, size_t element, size_t align) {
        return off % align == 0 && off <= b->size && n <= (b->size - off) / element;
}

static bool is_shape(const BootBlock *b, uint32_t off, uint32_t size) {
        return is_array(b, off, size, 1, 8) && verify_table(at(b, off), size) == 0;
}

static bool is_verdicts(const BootBlock *b, uint32_t off, uint32_t size) {
        return is_array(b, off, size, 1, 8) && verdicts_check(at(b, off), size) == 0;
}

static bool has_direct_leg(const BootChannel *c) {
        return !c->verdicts_off || c->mem_fd != -1;
}

static bool has_judged_leg(const BootChannel *c) {
        return c->verdicts_off && c->judged_fd != -1;
}

static bool are_listeners_sound(const BootBlock *b) {
        const BootListener *l = (const BootListener *)(const void *)at(b, b->listeners_off);

        for (uint32_t i = 0; i < b->n_listeners; i++)
                if (!is_text(b, l[i].name_off) || l[i].status >= CHAN_LISTENERS_MAX ||
                        (l[i].shape_off && !is_shape(b, l[i].shape_off, l[i].shape_size)))
                        return false;
        return true;
}

static bool is_channel_sound(const BootBlock *b, const BootChannel *c) {
        if (!is_text(b, c->name_off) || !is_text(b, c->peer_off))
                return false;
        if (c->verdicts_off && !is_verdicts(b, c->verdicts_off, c->verdicts_size))
                return false;
        if (has_judged_leg(c) && b->kernel_bell_fd == -1)
                return false;
        if (c->role == BOOT_SERVER)
                return c->listener < b->n_listeners;
        return (c->role == BOOT_CLIENT || c->role == BOOT_LATE) && c->status < CHAN_LISTENERS_MAX;
}

/* Channels to one class share its table, which is checked once for each run of them. */
static bool are_channels_sound(const BootBlock *b) {
        const BootChannel *c = (const BootChannel *)(const void *)at(b, b->channels_off);

        for (uint32_t i = 0; i < b->n_channels; i++) {
                bool is_same = i > 0 && c[i].shape_off == c[i - 1].shape_off &&
                               c[i].shape_size == c[i - 1].shape_size;

                if (!is_channel_sound(b, &c[i]))
                        return false;
                if (!is_same && !is_shape(b, c[i].shape_off, c[i].shape_size))
                        return false;
        }
        return true;
}

static bool are_grants_sound(const BootBlock *b) {
        const BootGrant *g = (const BootGrant *)(const void *)at(b, b->grants_off);

        for (uint32_t i = 0; i < b->n_grants; i++)
                if (!is_text(b, g[i].name_off))
                        return false;
        return true;
}

static int check_contents(const BootBlock *b, size_t size) {
        if (b->version != BOOT_VERSION)
                return BOOT_E_VERSION;
        if (b->size != size || !is_text(b, b->task_off) || !is_text(b, b->class_off))
                return BOOT_E_MALFORMED;
        if (!is_array(b, b->listeners_off, b->n_listeners, sizeof(BootListener), _Alignof(BootListener)))
                return BOOT_E_MALFORMED;
        if (!is_array(b, b->channels_off, b->n_channels, sizeof(BootChannel), _Alignof(BootChannel)))
                return BOOT_E_MALFORMED;
        if (!is_array(b, b->grants_off, b->n_grants, sizeof(BootGrant), _Alignof(BootGrant)))
                return BOOT_E_MALFORMED;
        if (!are_listeners_sound(b) || !are_channels_sound(b) || !are_grants_sound(b))
                return BOOT_E_MALFORMED;
        return 0;
}

/* --- descriptors --- */

/* What is to be done with a descriptor that the block lists; false ends the walk over them. */
typedef bool (*TakeFd)(int32_t *fd, void *arg);

/* One of the two legs there must be, but where they come late. */
static bool take_channel(BootChannel *c, TakeFd take, void *arg) {
        bool is_direct = has_direct_leg(c);

        if (c->role == BOOT_LATE)
                return true;
        if (has_judged_leg(c) ? !take(&c->judged_fd, arg) : !is_direct)
                return false;
        if (!is_direct)
                return true;
        return take(&c->mem_fd, arg) &&
               (c->role == BOOT_SERVER || (take(&c->bell_fd, arg) && take(&c->status_fd, arg)));
}

/* Legs to the kernel process are no use without the bell. */
static bool take_kernel(BootBlock *b, TakeFd take, void *arg) {
        if (b->mail_fd != -1 && b->kernel_fd == -1)
                return false;
        if (b->kernel_bell_fd == -1)
                return b->kernel_fd == -1 && b->security_fd == -1;
        return take(&b->kernel_bell_fd, arg) && take(&b->kernel_status_fd, arg) &&
               (b->kernel_fd == -1 || take(&b->kernel_fd, arg)) &&
               (b->mail_fd == -1 || take(&b->mail_fd, arg)) &&
               (b->security_fd == -1 || take(&b->security_fd, arg));
}

static bool take_descriptors(BootBlock *b, TakeFd take, void *arg) {
        BootListener *l = (BootListener *)(uintptr_t)at(b, b->listeners_off);
        BootChannel *c = (BootChannel *)(uintptr_t)at(b, b->channels_off);
        BootGrant *g = (BootGrant *)(uintptr_t)at(b, b->grants_off);

        if (!take_kernel(b, take, arg) || (b->held_fd != -1 && !take(&b->held_fd, arg)))
                return false;
        if (b->console_fd != -1 && !take(&b->console_fd, arg))
                return false;
        if (b->family_fd != -1 && !take(&b->family_fd, arg))
                return false;
        if ((b->status_fd != -1 || b->n_listeners > 0) && !take(&b->status_fd, arg))
                return false;
        for (uint32_t i = 0; i < b->n_listeners; i++)
                if (!take(&l[i].ear_fd, arg))
                        return false;
        for (uint32_t i = 0; i < b->n_channels; i++)
                if (!take_channel(&c[i], take, arg))
                        return false;
        for (uint32_t i = 0; i < b->n_grants; i++)
                if (!take(&g[i].fd, arg))
                        return false;
        return true;
}

/* One that is close-on-exec already did not come through exec: it was listed before, or is not ours. */
static bool claim_fd(int32_t *fd, void *arg) {
        int flags = fcntl(*fd, F_GETFD);

        (void)arg;
        return flags >= 0 && !(flags & FD_CLOEXEC) && fcntl(*fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

/* boot_fd is one of them: listing it as something else would close that with it. */
static int claim_descriptors(BootBlock *b, int32_t boot_fd) {
        return claim_fd(&boot_fd, NULL) && take_descriptors(b, claim_fd, NULL) ? 0 : BOOT_E_DESCRIPTOR;
}

/* --- their numbers --- */

/* A program's descriptors begin behind the standard streams, as it is used to, and it may put one where it
 * likes: its runtime's are above, below this number if there is room. */
#define NUMBERS_END 1024

static bool count_fd(int32_t *fd, void *arg) {
        (void)fd;
        ++*(int *)arg;
        return true;
}

/* One that can't move stays. */
static bool move_fd(int32_t *fd, void *arg) {
        int moved = fcntl(*fd, F_DUPFD_CLOEXEC, *(const int *)arg);

        if (moved < 0)
                return true;
        (void)close(*fd);
        *fd = moved;
        return true;
}

static void move_descriptors(const Boot *boot) {
        BootBlock *b = (BootBlock *)(uintptr_t)boot->block;
        struct rlimit limit;
        int from, n = 0;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || !take_descriptors(b, count_fd, &n))
                return;
        from = (int)(limit.rlim_cur < NUMBERS_END ? limit.rlim_cur : NUMBERS_END) - n;
        if (from <= BOOT_FD + n || mprotect(b, b->size, PROT_READ | PROT_WRITE) < 0)
                return;
        (void)take_descriptors(b, move_fd, &from);
        (void)mprotect(b, b->size, PROT_READ);
}

/* --- loading --- */

/* 0 when the descriptor is a memfd that begins like a boot block; nothing about it has changed. */
static int look_at(int fd, size_t *ret_size) {
        int seals = fcntl(fd, F_GET_SEALS);
        uint64_t magic;
        struct stat st;

        if (seals < 0 || fstat(fd, &st) < 0 || st.st_size < (off_t)sizeof(BootBlock))
                return BOOT_E_ABSENT;
        if (pread(fd, &magic, sizeof magic, 0) != (ssize_t)sizeof magic || magic != BOOT_MAGIC)
                return BOOT_E_ABSENT;
        if ((seals & SEALS) != SEALS)
                return BOOT_E_UNSEALED;
        if (st.st_size > (off_t)UINT32_MAX)
                return BOOT_E_MALFORMED;
        *ret_size = (size_t)st.st_size;
        return 0;
}

int boot_load(int fd, Boot *ret_boot) {
        const BootBlock *b;
        size_t size;
        int r;

        r = look_at(fd, &size);
        if (r)
                return r;
        /* Private: older kernels refuse shared mappings of sealed memory, even read-only ones. */
        b = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (b == MAP_FAILED)
                return -errno;
        r = check_contents(b, size);
        if (r == 0)
                r = claim_descriptors((BootBlock *)(uintptr_t)b, fd);
        if (r) {
                (void)munmap((void *)(uintptr_t)b, size);
                return r;
        }
        (void)close(fd);
        *ret_boot = (Boot){
                .block = b,
                .task_name = at(b, b->task_off),
                .class_name = at(b, b->class_off),
                .listeners = (const BootListener *)(const void *)at(b, b->listeners_off),
                .channels = (const BootChannel *)(const void *)at(b, b->channels_off),
                .grants = (const BootGrant *)(const void *)at(b, b->grants_off),
        };
        return 0;
}

void boot_unload(Boot *boot) {
        (void)munmap((void *)(uintptr_t)boot->block, boot->block->size);
        *boot = (Boot){.block = NULL};
}

/* --- the block of this process --- */

static struct {
        pthread_once_t once;
        bool is_loaded;
        Boot boot;
} own = {.once = PTHREAD_ONCE_INIT};

static bool is_past_start; /* the program's own descriptors may have numbers by now */

/* The descriptor is gone then, so it must not be among those that are moved. */
static void open_family(const Boot *boot) {
        BootBlock *b = (BootBlock *)(uintptr_t)boot->block;

        if (b->family_fd == -1 || mprotect(b, b->size, PROT_READ | PROT_WRITE) < 0)
                return;
        if (family_open(b->family_fd) == 0)
                b->family_fd = -1;
        (void)mprotect(b, b->size, PROT_READ);
}

static void load_own(void) {
        own.is_loaded = boot_load(BOOT_FD, &own.boot) == 0;
        if (!own.is_loaded)
                return;
        open_family(&own.boot);
        if (!is_past_start)
                move_descriptors(&own.boot);
        walls_stand(own.boot.block->layers, family_is_open());
}

const Boot *boot_get(void) {
        (void)pthread_once(&own.once, load_own);
        return own.is_loaded ? &own.boot : NULL;
}

/* Before main, whatever else a program links. Looks for sealed memory first: one that no kernel process
 * started may have anything there. */
__attribute__((constructor)) static void begin(void) {
        if (fcntl(BOOT_FD, F_GET_SEALS) > 0)
                (void)boot_get();
        is_past_start = true;
}

const char *boot_text(const Boot *boot, uint32_t off) {
        return at(boot->block, off);
}

const struct ShapeTable *boot_shape(const Boot *boot, const BootChannel *channel) {
        return (const struct ShapeTable *)(const void *)at(boot->block, channel->shape_off);
}

const struct ShapeTable *boot_listener_shape(const Boot *boot, const BootListener *listener) {
        return listener->shape_off
                       ? (const struct ShapeTable *)(const void *)at(boot->block, listener->shape_off)
                       : NULL;
}

const ChanVerdicts *boot_verdicts(const Boot *boot, const BootChannel *channel) {
        return channel->verdicts_off
                       ? (const ChanVerdicts *)(const void *)at(boot->block, channel->verdicts_off)
                       : NULL;
}
