/* SPDX-License-Identifier: MIT */
/*
 * Attempts at channels: at others' by guessing, and at what the kernel process made for its own. The
 * process has one, to the server that its neighbours call too.
 */
#include "attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <coresrv/sl/sl_api.h>

#include "boot/boot.h"
#include "transport/chan.h"

#define FDS_LOOKED_AT 4096
#define RINGS         100000

/* The direct leg, or the one to the kernel process. */
static int own_memory(void) {
        const BootChannel *channel = boot_get()->channels;

        return channel->mem_fd >= 0 ? channel->mem_fd : channel->judged_fd;
}

static int refuse(int error) {
        errno = error;
        return -1;
}

/* Whatever the kernel process gave is claimed by the boot block, and close-on-exec since. */
static int find_descriptor(void) {
        for (int fd = STDERR_FILENO + 1; fd < FDS_LOOKED_AT; fd++) {
                int flags = fcntl(fd, F_GETFD);

                if (flags >= 0 && !(flags & FD_CLOEXEC))
                        return fd;
        }
        return refuse(EBADF);
}

/* Memory of a channel is what can be mapped whole. Its own is one or two of those. */
static int map_descriptor(void) {
        const BootChannel *own = boot_get()->channels;

        for (int fd = 0; fd < FDS_LOOKED_AT; fd++) {
                void *at = fd == own->mem_fd || fd == own->judged_fd || fd == boot_get()->block->kernel_fd
                                   ? MAP_FAILED
                                   : mmap(NULL, CHAN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

                if (at != MAP_FAILED)
                        return fd;
        }
        return refuse(EBADF);
}

static int connect_other(void) {
        return ServiceLocatorConnect("y") == INVALID_HANDLE ? refuse(ENOENT) : 0;
}

static int serve_other(void) {
        return ServiceLocatorRegister("x", NULL, 0, NULL) == INVALID_HANDLE ? refuse(ENOENT) : 0;
}

static int find_grant(void) {
        return boot_get()->block->n_grants ? 0 : refuse(ENOENT);
}

/* The page that tells all clients of the server whether to ring. */
static int write_status(void) {
        int fd = boot_get()->channels->status_fd >= 0 ? boot_get()->channels->status_fd
                                                      : boot_get()->block->kernel_status_fd;

        return mmap(NULL, STATUS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0;
}

static int write_status_later(void) {
        int fd = boot_get()->channels->status_fd >= 0 ? boot_get()->channels->status_fd
                                                      : boot_get()->block->kernel_status_fd;
        void *page = mmap(NULL, STATUS_SIZE, PROT_READ, MAP_SHARED, fd, 0);

        return page == MAP_FAILED ? -1 : mprotect(page, STATUS_SIZE, PROT_READ | PROT_WRITE);
}

static int map_status_beyond(void) {
        int fd = boot_get()->channels->status_fd;
        void *at = mmap(NULL, STATUS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, STATUS_SIZE);

        return at == MAP_FAILED ? -1 : 0;
}

static int enlarge_memory(void) {
        return ftruncate(own_memory(), (off_t)CHAN_SIZE * 2);
}

static int cut_memory(void) {
        return ftruncate(own_memory(), 0);
}

static int seal_memory(void) {
        return fcntl(own_memory(), F_ADD_SEALS, F_SEAL_WRITE);
}

static int empty_memory(void) {
        return fallocate(own_memory(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
}

static int write_memory(void) {
        static const char nothing[64];

        return (int)pwrite(own_memory(), nothing, sizeof nothing, (off_t)CHAN_SIZE);
}

/* Its own copy changes; what was sealed, and all that others rely on, doesn't. */
static int alter_boot_block(void) {
        char *block = (char *)(uintptr_t)boot_get()->block;

        if (mprotect(block, 4096, PROT_READ | PROT_WRITE) < 0)
                return -1;
        memset(block, 0xff, 4096);
        return CONTAINED;
}

/* All of its memory, all slots posted with nonsense, as often as it can. */
static int spoil_memory(void) {
        ChanHeader *mem;

        if (chan_mem_map(own_memory(), &mem) < 0)
                return -1;
        memset(mem, 0x5a, CHAN_HEADER_SIZE);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                memset((char *)mem + CHAN_HEADER_SIZE + i * (size_t)CHAN_SLOT_STRIDE, 0xff, 65536);
        return CONTAINED;
}

static int fill_bell(void) {
        int fd = boot_get()->channels->bell_fd >= 0 ? boot_get()->channels->bell_fd
                                                    : boot_get()->block->kernel_bell_fd;
        uint64_t most = UINT64_MAX - 1;

        if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
                return -1;
        for (int i = 0; i < RINGS; i++)
                (void)!write(fd, &most, sizeof most);
        return CONTAINED;
}

static const Attempt list[] = {
        {"find another's descriptor", find_descriptor},
        {"map another's channel", map_descriptor},
        {"connect to another's channel", connect_other},
        {"serve a channel", serve_other},
        {"find a granted file", find_grant},
        {"write the server's status", write_status},
        {"write the server's status later", write_status_later},
        {"map behind the server's status", map_status_beyond},
        {"enlarge its channel", enlarge_memory},
        {"cut its channel", cut_memory},
        {"seal its channel", seal_memory},
        {"empty its channel", empty_memory},
        {"write behind its channel", write_memory},
        {"alter its boot block", alter_boot_block},
        {"spoil its channel", spoil_memory},
        {"fill the bell", fill_bell},
};
const Attempts attempts_channels = {list, sizeof list / sizeof *list};
