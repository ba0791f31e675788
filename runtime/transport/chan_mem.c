/* SPDX-License-Identifier: MIT */
/*
 * Channel memory from the outside: making, mapping, ending and looking at it.
 * The layout is chan_layout.h; the two ends are chan_client.c and listener.c.
 */
#include "chan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chan_mem.h"
#include "platform/linux/futex.h"

/* Where Linux can leave that out (6.6), it doesn't show when somebody last read: two processes that have the
 * same page would tell each other by that. */
static void forget_reading(int fd) {
        int flags = FS_NOATIME_FL;

        (void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

int chan_memfd(const char *name, off_t size) {
        int fd, r;

        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return -errno;
        if (ftruncate(fd, size) < 0 ||
                fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
                r = -errno;
                (void)close(fd);
                return r;
        }
        return fd;
}

int chan_map(int fd, size_t size, int prot, void **ret_mem) {
        struct stat st;
        void *mem;

        if (fstat(fd, &st) < 0)
                return -errno;
        if ((uint64_t)st.st_size != size)
                return -EBADMSG;
        mem = mmap(NULL, size, prot, MAP_SHARED | MAP_NORESERVE, fd, 0);
        if (mem == MAP_FAILED)
                return -errno;
        *ret_mem = mem;
        return 0;
}

int chan_mem_map(int fd, ChanHeader **ret_mem) {
        void *mem;
        int r;

        r = chan_map(fd, CHAN_SIZE, PROT_READ | PROT_WRITE, &mem);
        if (r < 0)
                return r;
        *ret_mem = mem;
        return 0;
}

void chan_mem_unmap(ChanHeader *mem) {
        if (mem)
                (void)munmap(mem, CHAN_SIZE);
}

int chan_mem_create(int *ret_fd) {
        *ret_fd = chan_memfd("caisson-channel", (off_t)CHAN_SIZE);
        return *ret_fd < 0 ? *ret_fd : 0;
}

/* A read-only descriptor can't be mapped writable, whatever its holder tries. */
static int reopen_read_only(int fd) {
        char path[64];
        int ro;

        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ro = open(path, O_RDONLY | O_CLOEXEC);
        return ro < 0 ? -errno : ro;
}

int chan_status_reopen(int ro_fd, int *ret_fd) {
        *ret_fd = reopen_read_only(ro_fd);
        return *ret_fd < 0 ? *ret_fd : 0;
}

int chan_status_create(int *ret_fd, int *ret_ro_fd) {
        int fd, ro;

        fd = chan_memfd("caisson-status", STATUS_SIZE);
        if (fd < 0)
                return fd;
        forget_reading(fd);
        ro = reopen_read_only(fd);
        if (ro < 0) {
                (void)close(fd);
                return ro;
        }
        *ret_fd = fd;
        *ret_ro_fd = ro;
        return 0;
}

/* Nothing that is forked needs the mapping, and everything that is sealed stays as it is but through it. */
static int map_to_write(int fd, size_t size, void **ret_memory) {
        int r = chan_map(fd, size, PROT_READ | PROT_WRITE, ret_memory);

        if (r < 0)
                return r;
        if (madvise(*ret_memory, size, MADV_DONTFORK) < 0 ||
                fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
                r = -errno;
                (void)munmap(*ret_memory, size);
        }
        return r;
}

int chan_held_create(uint32_t n_seats, uint32_t own_seat, HeldTable *ret_table, int *ret_ro_fd) {
        size_t size = held_size(n_seats);
        void *memory = NULL;
        int r, ro, fd = memfd_create("caisson-held", MFD_CLOEXEC | MFD_ALLOW_SEALING);

        if (fd < 0)
                return -errno;
        r = ftruncate(fd, (off_t)size) < 0 ? -errno : map_to_write(fd, size, &memory);
        ro = r < 0 ? r : reopen_read_only(fd);
        (void)close(fd);
        if (ro < 0) {
                if (r == 0)
                        (void)munmap(memory, size);
                return ro;
        }
        *ret_table = held_make(memory, n_seats, own_seat);
        *ret_ro_fd = ro;
        return 0;
}

int chan_held_map(int ro_fd, HeldTable *ret_table) {
        struct stat st;
        void *memory = NULL;
        int r;

        if (fstat(ro_fd, &st) < 0)
                return -errno;
        if (st.st_size < (off_t)HELD_HEAD_SIZE || st.st_size > (off_t)held_size(HELD_SEATS_MAX))
                return -EBADMSG;
        r = chan_map(ro_fd, (size_t)st.st_size, PROT_READ, &memory);
        if (r < 0)
                return r;
        if (!held_look(memory, (size_t)st.st_size, ret_table)) {
                (void)munmap(memory, (size_t)st.st_size);
                return -EBADMSG;
        }
        (void)close(ro_fd);
        return 0;
}

void chan_held_unmap(HeldTable *table) {
        if (table->entries)
                (void)munmap((char *)table->entries - HELD_HEAD_SIZE, held_size(table->n_seats));
        *table = HELD_NULL;
}

int chan_bell_create(int *ret_fd) {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

int chan_ear_create(int *ret_fd) {
        int fd = epoll_create1(EPOLL_CLOEXEC);

        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

/* Edge-triggered: nothing has to be read, and the server could not. */
int chan_ear_add(int ear_fd, int bell_fd) {
        struct epoll_event ev = {.events = EPOLLIN | EPOLLET};

        return epoll_ctl(ear_fd, EPOLL_CTL_ADD, bell_fd, &ev) < 0 ? -errno : 0;
}

int chan_status_map(int fd, bool writable, StatusEntry **ret_entries) {
        void *mem;
        int r;

        r = chan_map(fd, STATUS_SIZE, writable ? PROT_READ | PROT_WRITE : PROT_READ, &mem);
        if (r < 0)
                return r;
        *ret_entries = mem;
        return 0;
}

void chan_status_unmap(const StatusEntry *entries) {
        if (entries)
                (void)munmap((void *)(uintptr_t)entries, STATUS_SIZE);
}

int chan_kernel_open(ChanKernel *k, int bell_fd, int status_fd) {
        StatusEntry *entries;
        int r;

        r = chan_status_map(status_fd, false, &entries);
        if (r < 0)
                return r;
        *k = (ChanKernel){.status = entries, .bell_fd = bell_fd};
        (void)close(status_fd);
        return 0;
}

void chan_kernel_close(ChanKernel *k) {
        chan_status_unmap(k->status);
        (void)close(k->bell_fd);
        *k = (ChanKernel){.bell_fd = -1};
}

/* Order matters: an end posts or replies, then looks at `closed`; we set `closed`, then poke every
 * slot. So either it sees `closed`, or its slot gets the DEAD bit and a wake afterwards. Every slot in which
 * it may wait, whatever its word says: a hostile end may have called it free. */
void chan_mem_say_closed(ChanHeader *mem, uint32_t who) {
        atomic_fetch_or(&mem->closed, who);
}

void chan_mem_close_slots(ChanHeader *mem, uint32_t slots, uint32_t who, int bell_fd) {
        chan_mem_say_closed(mem, who);
        if (who & CHAN_CLIENT_GONE)
                atomic_store(chan_pending(mem), 0); /* what was not received vanishes */
        for (slots &= CHAN_ALL_SLOTS; slots; slots &= slots - 1) {
                ChanSlot *slot = chan_slot(mem, (uint32_t)__builtin_ctz(slots));

                atomic_fetch_or(&slot->state, CHAN_DEAD);
                plat_futex_wake(&slot->state, INT_MAX);
        }
        if (bell_fd >= 0)
                chan_ring(bell_fd);
}

void chan_mem_close(ChanHeader *mem, uint32_t who, int bell_fd) {
        chan_mem_close_slots(mem, CHAN_ALL_SLOTS, who, bell_fd);
}

/* From one piece of data to the next: most slots are holes. A slot lies in the pages of its number's stride,
 * and the header in those of slot 0. */
static uint32_t find_data(int fd) {
        uint32_t slots = 0;

        for (uint32_t i = 0; i < CHAN_SLOTS;) {
                off_t at = lseek(fd, (off_t)((uint64_t)i * CHAN_SLOT_STRIDE), SEEK_DATA);

                if (at < 0)
                        return errno == ENXIO ? slots : CHAN_ALL_SLOTS;
                i = (uint32_t)((uint64_t)at / CHAN_SLOT_STRIDE);
                slots |= 1u << i++;
        }
        return slots;
}

/* In an opening of our own: who reads from one that he shares with us keeps us waiting as long as he likes.
 */
uint32_t chan_mem_touched(int fd) {
        int own = reopen_read_only(fd);
        uint32_t slots = own < 0 ? CHAN_ALL_SLOTS : find_data(own);

        if (own >= 0)
                (void)close(own);
        return slots;
}

static _Thread_local uint32_t thread_id; /* 0: not asked for yet */

uint32_t chan_thread_id(void) {
        if (thread_id == 0)
                thread_id = (uint32_t)gettid();
        return thread_id;
}

void chan_forget_thread_id(void) {
        thread_id = 0;
}

ChanPhase chan_mem_peek(ChanHeader *mem, uint32_t i, uint32_t *ret_thread) {
        ChanSlot *slot = chan_slot(mem, i);

        *ret_thread = slot->thread;
        if ((atomic_load_explicit(&slot->state, memory_order_relaxed) & CHAN_STATE) != CHAN_CALL ||
                (*(volatile uint32_t *)&slot->flags & CHAN_UNWAITED))
                return CHAN_PHASE_NONE;
        return atomic_load_explicit(chan_pending(mem), memory_order_relaxed) & (1u << i) ? CHAN_PHASE_POSTED
                                                                                         : CHAN_PHASE_SERVED;
}
