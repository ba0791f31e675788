/* SPDX-License-Identifier: MIT */
/*
 * Boot block, the writing side. The block is put together in memory from front to back: the
 * fixed part first with room for the tables, then texts and shape tables, each referred to by
 * its offset. Sealing makes it what the process may rely on: nobody can change it any more.
 */
#include "boot_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <nkc.h>

#include "boot/boot_block.h"

#define BLOCK_SIZE_MAX (1u << 30) /* far above 4096 channels' tables, far below what offsets hold */

/* Status page; bell, page, table, two legs and mailbox of the kernel process; console; family. */
#define FDS_ALWAYS  9u
#define FDS_PER_END 4u /* two legs, bell, status page */

typedef struct Builder {
        const Channels *channels;
        uint32_t task, layers;
        const int *grant_fds;
        int console_fd, family_fd;
        BootPlan *plan;
        char *data;
        size_t size, capacity;
        const NkcClass **classes; /* whose shape tables are in the block already */
        uint32_t *shapes;         /* where */
        uint32_t n_classes;
        int error; /* first failure; everything after it is a no-op */
} Builder;

/* Room for `size` bytes at a multiple of 8; zeroed. Returns its offset. */
static uint32_t reserve(Builder *b, size_t size) {
        size_t at = (b->size + 7) & ~(size_t)7;

        if (b->error)
                return 0;
        if (size > BLOCK_SIZE_MAX - at) {
                b->error = -E2BIG;
                return 0;
        }
        if (at + size > b->capacity) {
                size_t capacity = (at + size) * 2;
                char *data = realloc(b->data, capacity);

                if (!data) {
                        b->error = -ENOMEM;
                        return 0;
                }
                memset(data + b->capacity, 0, capacity - b->capacity);
                b->data = data;
                b->capacity = capacity;
        }
        b->size = at + size;
        return (uint32_t)at;
}

static uint32_t put(Builder *b, const void *data, size_t size) {
        uint32_t at = reserve(b, size);

        if (!b->error && size)
                memcpy(b->data + at, data, size);
        return at;
}

static uint32_t put_text(Builder *b, const char *text) {
        return put(b, text, strlen(text) + 1);
}

static void overwrite(Builder *b, uint32_t at, const void *data, size_t size) {
        if (!b->error)
                memcpy(b->data + at, data, size);
}

static int32_t give_fd(Builder *b, int fd) {
        b->plan->fds[b->plan->n_fds] = fd;
        return (int32_t)(BOOT_FD + 1 + b->plan->n_fds++);
}

/* A status page of somebody else, opened for this process alone. */
static int32_t give_status(Builder *b, int ro_fd) {
        int fd, r = b->error ? b->error : chan_status_reopen(ro_fd, &fd);

        if (r < 0) {
                b->error = r;
                return -1;
        }
        b->plan->own_fds[b->plan->n_own++] = fd;
        return give_fd(b, fd);
}

static const SolTask *task_of(const Builder *b, uint32_t i) {
        return &b->channels->sol->tasks[i];
}

/* Channels to one class share its table: the process checks it once. */
static void put_shape(Builder *b, const NkcClass *class, uint32_t *ret_off, uint32_t *ret_size) {
        uint32_t i = 0;

        while (i < b->n_classes && b->classes[i] != class)
                i++;
        if (i == b->n_classes) {
                b->classes[i] = class;
                b->shapes[i] = put(b, class->shape, class->shape_size);
                b->n_classes++;
        }
        *ret_off = b->shapes[i];
        *ret_size = (uint32_t) class->shape_size;
}

/* -1: there is none. */
static int32_t give_leg(Builder *b, int fd) {
        return fd < 0 ? -1 : give_fd(b, fd);
}

static void put_verdicts(Builder *b, const Channel *channel, BootChannel *entry) {
        if (!channel->verdicts)
                return;
        entry->verdicts_off = put(b, channel->verdicts, channel->verdicts->size);
        entry->verdicts_size = channel->verdicts->size;
}

static uint32_t number_of(const Builder *b, const Channel *channel) {
        return (uint32_t)(channel->sol - task_of(b, channel->sol->client)->channels);
}

/* Of a channel that has ended, while its server lives again or may do so: it has no legs. */
static BootChannel late_end(Builder *b, const Channel *channel) {
        const SolTask *server = task_of(b, channel->sol->server);
        BootChannel entry = {
                .role = BOOT_LATE,
                .name_off = put_text(b, channel->sol->id.text),
                .peer_off = put_text(b, server->name.text),
                .mem_fd = -1,
                .bell_fd = -1,
                .status_fd = -1,
                .judged_fd = -1,
                .status = channel->sol->listener,
                .deadline_ms = channel->sol->deadline_ms,
                .number = number_of(b, channel),
        };

        put_shape(b, server->class, &entry.shape_off, &entry.shape_size);
        return entry;
}

static BootChannel client_end(Builder *b, const Channel *channel) {
        BootChannel entry = late_end(b, channel);

        entry.role = BOOT_CLIENT;
        entry.mem_fd = give_leg(b, channel->mem_fd);
        entry.bell_fd = give_leg(b, channel->bell_fd);
        if (channel->has_direct)
                entry.status_fd = give_status(b, b->channels->servers[channel->sol->server].status_ro_fd);
        entry.judged_fd = give_leg(b, channel->client_fd);
        put_verdicts(b, channel, &entry);
        return entry;
}

static BootChannel server_end(Builder *b, const Channel *channel) {
        BootChannel entry = {
                .role = BOOT_SERVER,
                .name_off = put_text(b, channel->sol->id.text),
                .peer_off = put_text(b, task_of(b, channel->sol->client)->name.text),
                .listener = channel->sol->listener,
                .mem_fd = give_leg(b, channel->mem_fd),
                .bell_fd = -1,
                .status_fd = -1,
                .judged_fd = give_leg(b, channel->server_fd),
                .seat = channel->sol->client,
        };

        put_shape(b, task_of(b, b->task)->class, &entry.shape_off, &entry.shape_size);
        put_verdicts(b, channel, &entry);
        return entry;
}

static bool is_late(const Builder *b, const Channel *channel) {
        return channel->gone && channel->sol->client == b->task &&
               channels_may_return(b->channels, channel->sol);
}

/* Who starts later finds no channels to those that have died meanwhile, unless they come back. */
static bool is_end_of(const Builder *b, const Channel *channel) {
        if (channel->gone)
                return is_late(b, channel);
        return channel->sol->client == b->task || channel->sol->server == b->task;
}

static uint32_t count_ends(const Builder *b) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < b->channels->n_channels; i++)
                n += is_end_of(b, &b->channels->list[i]);
        return n;
}

static void put_channels(Builder *b, uint32_t at) {
        for (uint32_t i = 0; i < b->channels->n_channels; i++) {
                const Channel *channel = &b->channels->list[i];
                BootChannel entry;

                if (channel->sol->client != b->task || !is_end_of(b, channel))
                        continue;
                entry = channel->gone ? late_end(b, channel) : client_end(b, channel);
                overwrite(b, at, &entry, sizeof entry);
                at += (uint32_t)sizeof entry;
        }
        for (uint32_t i = 0; i < b->channels->n_channels; i++) {
                const Channel *channel = &b->channels->list[i];
                BootChannel entry;

                if (channel->gone || channel->sol->server != b->task)
                        continue;
                entry = server_end(b, channel);
                overwrite(b, at, &entry, sizeof entry);
                at += (uint32_t)sizeof entry;
        }
}

/* The name of listener `n`, from any of its channels. */
static const char *listener_name(const Builder *b, uint32_t n) {
        for (uint32_t i = 0; i < b->channels->n_channels; i++) {
                const SolChannel *sol = b->channels->list[i].sol;

                if (sol->server == b->task && sol->listener == n)
                        return sol->id.text;
        }
        return "";
}

static void put_listeners(Builder *b, uint32_t at, uint32_t n_listeners) {
        for (uint32_t i = 0; i < n_listeners; i++) {
                BootListener entry = {
                        .name_off = put_text(b, listener_name(b, i)),
                        .status = i,
                        .ear_fd = give_fd(b, b->channels->servers[b->task].ear_fds[i]),
                };

                put_shape(b, task_of(b, b->task)->class, &entry.shape_off, &entry.shape_size);
                overwrite(b, at + i * (uint32_t)sizeof entry, &entry, sizeof entry);
        }
}

static void put_grants(Builder *b, uint32_t at, const SolTask *task) {
        for (uint32_t i = 0; i < task->n_grants; i++) {
                BootGrant entry = {
                        .name_off = put_text(b, task->grants[i].name.text),
                        .fd = give_fd(b, b->grant_fds[i]),
                };

                overwrite(b, at + i * (uint32_t)sizeof entry, &entry, sizeof entry);
        }
}

/* Who has nothing to do with the kernel process gets nothing that leads to it. */
static bool needs_kernel(const Builder *b) {
        for (uint32_t i = 0; i < b->channels->n_channels; i++) {
                const Channel *channel = &b->channels->list[i];

                if (channel->has_judged && is_end_of(b, channel))
                        return true;
        }
        return b->channels->kernel.core_fds[b->task] >= 0 || b->channels->kernel.security_fds[b->task] >= 0;
}

static void build(Builder *b) {
        bool has_kernel = needs_kernel(b);
        const SolTask *task = task_of(b, b->task);
        uint32_t head_at = reserve(b, sizeof(BootBlock));
        BootBlock head = {
                .magic = BOOT_MAGIC,
                .version = BOOT_VERSION,
                .task_off = put_text(b, task->name.text),
                .class_off = put_text(b, task->class_name.text),
                .status_fd = task->n_listeners ? give_fd(b, b->channels->servers[b->task].status_fd) : -1,
                .n_listeners = task->n_listeners,
                .n_channels = count_ends(b),
                .layers = b->layers,
                .n_grants = task->n_grants,
                .kernel_bell_fd = has_kernel ? give_fd(b, b->channels->kernel.bell_fds[b->task]) : -1,
                .kernel_status_fd = has_kernel ? give_status(b, b->channels->kernel.status_ro_fd) : -1,
                .kernel_fd = give_leg(b, b->channels->kernel.core_fds[b->task]),
                .mail_fd = give_leg(b, b->channels->mails.boxes[b->task].recv_fd),
                .security_fd = give_leg(b, b->channels->kernel.security_fds[b->task]),
                .held_fd = give_leg(b, b->channels->servers[b->task].held_fd),
                .console_fd = give_leg(b, b->console_fd),
                .family_fd = give_leg(b, b->family_fd),
                .has_policy = b->channels->policy.has_rules,
        };

        head.listeners_off = reserve(b, head.n_listeners * sizeof(BootListener));
        head.channels_off = reserve(b, head.n_channels * sizeof(BootChannel));
        head.grants_off = reserve(b, head.n_grants * sizeof(BootGrant));
        put_listeners(b, head.listeners_off, head.n_listeners);
        put_channels(b, head.channels_off);
        put_grants(b, head.grants_off, task);
        head.size = (uint32_t)b->size;
        overwrite(b, head_at, &head, sizeof head);
}

static int write_all(int fd, const char *data, size_t size) {
        for (size_t done = 0; done < size;) {
                ssize_t n = pwrite(fd, data + done, size - done, (off_t)done);

                if (n < 0 && errno != EINTR)
                        return -errno;
                done += n > 0 ? (size_t)n : 0;
        }
        return 0;
}

static int seal(const Builder *b, int *ret_fd) {
        int fd = memfd_create("caisson-boot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        int r;

        if (fd < 0)
                return -errno;
        r = write_all(fd, b->data, b->size);
        if (r == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
                r = -errno;
        if (r < 0)
                (void)close(fd);
        else
                *ret_fd = fd;
        return r;
}

int boot_plan_init(BootPlan *plan, const Channels *channels, uint32_t task, uint32_t layers,
        const int *grant_fds, int console_fd, int family_fd) {
        Builder b = {.channels = channels,
                .task = task,
                .layers = layers,
                .grant_fds = grant_fds,
                .console_fd = console_fd,
                .family_fd = family_fd,
                .plan = plan};
        const SolTask *self = &channels->sol->tasks[task];
        size_t n_ends = count_ends(&b);
        int r = -ENOMEM;

        *plan = BOOT_PLAN_NULL;
        plan->fds = calloc(
                FDS_ALWAYS + self->n_listeners + FDS_PER_END * n_ends + self->n_grants, sizeof *plan->fds);
        plan->own_fds = calloc(n_ends + 1, sizeof *plan->own_fds);
        b.classes = calloc(n_ends + 1, sizeof *b.classes); /* its own too */
        b.shapes = calloc(n_ends + 1, sizeof *b.shapes);
        if (plan->fds && plan->own_fds && b.classes && b.shapes) {
                build(&b);
                r = b.error ? b.error : seal(&b, &plan->block_fd);
        }
        free(b.classes);
        free(b.shapes);
        free(b.data);
        if (r < 0)
                boot_plan_deinit(plan);
        return r;
}

void boot_plan_deinit(BootPlan *plan) {
        if (plan->block_fd >= 0)
                (void)close(plan->block_fd);
        for (uint32_t i = 0; i < plan->n_own; i++)
                (void)close(plan->own_fds[i]);
        free(plan->own_fds);
        free(plan->fds);
        *plan = BOOT_PLAN_NULL;
}
