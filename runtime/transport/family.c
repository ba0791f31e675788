/* SPDX-License-Identifier: MIT */
/*
 * Family: the table of members, and finding out who has ended.
 */
#include "family.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chan_mem.h"

/* Parts of a place's word: the count, the state, and a process or a member. */
#define COUNT_SHIFT 48
#define STATE_SHIFT 40
#define COUNT_MAX   UINT16_MAX

enum { FREE, RESERVED, LIVE, ENDING };

typedef struct Shared {
        _Atomic uint64_t places[NKX_FAMILY_MAX];
        _Atomic uint32_t next_place; /* where the last search for a free one ended: none is used again soon */
        _Atomic uint32_t used;       /* bytes of the whole memory that are given out */
} Shared;

uint32_t family_own_member;

static struct {
        Shared *shared; /* NULL: no family */
        _Atomic(FamilyGone *) gone;
} family;

static uint64_t word_of(uint32_t count, uint32_t state, uint32_t who) {
        return (uint64_t)count << COUNT_SHIFT | (uint64_t)state << STATE_SHIFT | who;
}

static uint32_t count_of(uint64_t word) {
        return (uint32_t)(word >> COUNT_SHIFT);
}

static uint32_t state_of(uint64_t word) {
        return (uint32_t)(word >> STATE_SHIFT) & 0xff;
}

static uint32_t who_of(uint64_t word) {
        return (uint32_t)word;
}

static uint32_t member_of(uint32_t place, uint64_t word) {
        return count_of(word) * NKX_FAMILY_MAX + place;
}

static _Atomic uint64_t *place_of(uint32_t member) {
        return &family.shared->places[NKX_FAMILY_PLACE(member)];
}

/* --- the memory --- */

int family_create(int *ret_fd) {
        *ret_fd = chan_memfd("caisson-family", FAMILY_SIZE);
        return *ret_fd < 0 ? *ret_fd : 0;
}

int family_open(int fd) {
        void *memory;
        int r = chan_map(fd, FAMILY_SIZE, PROT_READ | PROT_WRITE, &memory);

        if (r < 0)
                return r;
        family.shared = memory;
        family_own_member = 0;
        atomic_store(&family.shared->used, (uint32_t)sizeof(Shared));
        atomic_store(&family.shared->places[0], word_of(0, LIVE, (uint32_t)getpid()));
        (void)close(fd);
        return 0;
}

bool family_is_open(void) {
        return family.shared != NULL;
}

/* On cache lines: each is somebody else's. */
void *family_alloc(size_t size) {
        uint32_t used, at;

        if (!family.shared || size > FAMILY_SIZE)
                return NULL;
        used = atomic_load(&family.shared->used);
        do {
                at = (used + 63) & ~63u;
                if (size > FAMILY_SIZE - at)
                        return NULL;
        } while (!atomic_compare_exchange_weak(&family.shared->used, &used, at + (uint32_t)size));
        return (char *)family.shared + at;
}

/* --- places --- */

int family_reserve(uint32_t *ret_member) {
        uint32_t from;

        if (!family.shared)
                return -EPERM;
        from = atomic_load(&family.shared->next_place);
        for (uint32_t i = 1; i <= NKX_FAMILY_MAX; i++) {
                uint32_t place = (from + i) % NKX_FAMILY_MAX;
                uint64_t word = atomic_load(&family.shared->places[place]);

                if (state_of(word) != FREE ||
                        !atomic_compare_exchange_strong(&family.shared->places[place], &word,
                                word_of(count_of(word), RESERVED, family_own_member)))
                        continue;
                atomic_store(&family.shared->next_place, place);
                *ret_member = member_of(place, word);
                return 0;
        }
        return -EAGAIN;
}

/* The word of a free place, or of a member's in a state. */
static uint64_t word_in(uint32_t member, uint32_t state, uint32_t who) {
        return word_of(member / NKX_FAMILY_MAX, state, who);
}

/* Becomes free, for the next number. */
static void vacate(uint32_t member, uint64_t word) {
        uint32_t count = member / NKX_FAMILY_MAX;

        (void)atomic_compare_exchange_strong(
                place_of(member), &word, word_of(count < COUNT_MAX ? count + 1 : 0, FREE, 0));
}

void family_unreserve(uint32_t member) {
        vacate(member, word_in(member, RESERVED, family_own_member));
}

static bool settle(uint32_t member, uint32_t parent, pid_t pid) {
        uint64_t word = word_in(member, RESERVED, parent), live = word_in(member, LIVE, (uint32_t)pid);

        return atomic_compare_exchange_strong(place_of(member), &word, live) || word == live;
}

bool family_settle(uint32_t member, pid_t pid) {
        return settle(member, family_own_member, pid);
}

bool family_become(uint32_t member) {
        uint32_t parent = family_own_member;

        family_own_member = member;
        return settle(member, parent, getpid());
}

/* --- ends --- */

bool family_has_ended(uint32_t member) {
        uint64_t word = atomic_load(place_of(member));

        return count_of(word) != member / NKX_FAMILY_MAX || state_of(word) == FREE ||
               state_of(word) == ENDING;
}

void family_on_end(FamilyGone *gone) {
        atomic_store(&family.gone, gone);
}

/* A child of ours that nobody has waited for, should there be no descriptor to ask with. */
static bool is_own_and_over(pid_t pid) {
        siginfo_t info = {.si_pid = 0};

        return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

static bool is_over(pid_t pid) {
        struct pollfd end = {.events = POLLIN};
        bool is_over;

        end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (end.fd < 0) /* the number may be a thread's by now */
                return errno == ESRCH || errno == EINVAL || errno == ENOENT || is_own_and_over(pid);
        is_over = poll(&end, 1, 0) > 0 && (end.revents & POLLIN);
        (void)close(end.fd);
        return is_over;
}

/* A place that names this process and isn't its own is that of one who had the number before. */
static bool is_living_at(uint32_t place, uint64_t word) {
        pid_t pid = (pid_t)who_of(word);

        return member_of(place, word) == family_own_member || (pid != getpid() && !is_over(pid));
}

bool family_is_over(uint32_t member) {
        uint64_t word = atomic_load(place_of(member));

        return family_has_ended(member) ||
               (state_of(word) == LIVE && !is_living_at(NKX_FAMILY_PLACE(member), word));
}

/* Is the place to be told of? Its member has ended, or who cares for it has. */
static bool is_left(uint32_t place, uint64_t word) {
        switch (state_of(word)) {
        case LIVE:
                return !is_living_at(place, word);
        case RESERVED:
        case ENDING:
                return who_of(word) != family_own_member && family_has_ended(who_of(word));
        default:
                return false;
        }
}

static bool sweep_place(uint32_t place) {
        uint64_t word = atomic_load(&family.shared->places[place]);
        uint32_t member = member_of(place, word);
        uint64_t ending = word_in(member, ENDING, family_own_member);
        FamilyGone *gone = atomic_load(&family.gone);

        if (!is_left(place, word) ||
                !atomic_compare_exchange_strong(&family.shared->places[place], &word, ending))
                return false;
        if (gone)
                gone(member);
        vacate(member, ending);
        return true;
}

/* Twice when somebody was found: what he had left is found by then. */
bool family_sweep(void) {
        int saved = errno;
        bool is_found = false, is_new = family.shared != NULL;

        while (is_new) {
                is_new = false;
                for (uint32_t i = 0; i < NKX_FAMILY_MAX; i++)
                        is_new |= sweep_place(i);
                is_found |= is_new;
        }
        errno = saved;
        return is_found;
}
