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
#include <sys/stat.h>
#include <unistd.h>

#include "walls.h"

#include "nk/shape.h"
#include "nk/verify.h"
#include "transport/chan.h"

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

/* One that is close-on-exec already did not come through exec: it was listed before, or is not ours. */
static bool claim_fd(int fd) {
        int flags = fcntl(fd, F_GETFD);

        return flags >= 0 && !(flags & FD_CLOEXEC) && fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

/* One of the two legs there must be, but where they come late. */
static bool claim_channel(const BootChannel *c) {
        bool is_direct = has_direct_leg(c);

        if (c->role == BOOT_LATE)
                return true;
        if (has_judged_leg(c) ? !claim_fd(c->judged_fd) : !is_direct)
                return false;
        if (!is_direct)
                return true;
        return claim_fd(c->mem_fd) &&
               (c->role == BOOT_SERVER || (claim_fd(c->bell_fd) && claim_fd(c->status_fd)));
}

/* Legs to the kernel process are no use without the bell. */
static bool claim_kernel(const BootBlock *b) {
        if (b->mail_fd != -1 && b->kernel_fd == -1)
                return false;
        if (b->kernel_bell_fd == -1)
                return b->kernel_fd == -1 && b->security_fd == -1;
        return claim_fd(b->kernel_bell_fd) && claim_fd(b->kernel_status_fd) &&
               (b->kernel_fd == -1 || claim_fd(b->kernel_fd)) && (b->mail_fd == -1 || claim_fd(b->mail_fd)) &&
               (b->security_fd == -1 || claim_fd(b->security_fd));
}

/* boot_fd is one of them: listing it as something else would close that with it. */
static int claim_descriptors(const BootBlock *b, int boot_fd) {
        const BootListener *l = (const BootListener *)(const void *)at(b, b->listeners_off);
        const BootChannel *c = (const BootChannel *)(const void *)at(b, b->channels_off);
        const BootGrant *g = (const BootGrant *)(const void *)at(b, b->grants_off);

        if (!claim_fd(boot_fd) || !claim_kernel(b))
                return BOOT_E_DESCRIPTOR;
        if (b->held_fd != -1 && !claim_fd(b->held_fd))
                return BOOT_E_DESCRIPTOR;
        if (b->console_fd != 0 && !claim_fd((int)b->console_fd))
                return BOOT_E_DESCRIPTOR;
        if ((b->status_fd != -1 || b->n_listeners > 0) && !claim_fd(b->status_fd))
                return BOOT_E_DESCRIPTOR;
        for (uint32_t i = 0; i < b->n_listeners; i++)
                if (!claim_fd(l[i].ear_fd))
                        return BOOT_E_DESCRIPTOR;
        for (uint32_t i = 0; i < b->n_channels; i++)
                if (!claim_channel(&c[i]))
                        return BOOT_E_DESCRIPTOR;
        for (uint32_t i = 0; i < b->n_grants; i++)
                if (!claim_fd(g[i].fd))
                        return BOOT_E_DESCRIPTOR;
        return 0;
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
                r = claim_descriptors(b, fd);
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

static void load_own(void) {
        own.is_loaded = boot_load(BOOT_FD, &own.boot) == 0;
        if (own.is_loaded)
                walls_stand(own.boot.block->layers);
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
