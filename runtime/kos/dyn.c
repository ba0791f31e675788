/* SPDX-License-Identifier: MIT */
/*
 * Ends: blocks, objects, and those that come before their listener is known.
 */
#include "dyn.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <caisson/channel.h>
#include <kl/core/Handle.idl.h>

#include "boot/boot.h"
#include "boot/end_block.h"
#include "early.h"
#include "handle/handle_alias.h"
#include "handle/handle_kinds.h"
#include "kernel_call.h"
#include "mailbox.h"
#include "nk/verify.h"
#include "rtl/rc.h"
#include "sl/sl.h"
#include "transport/chan.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)

/* One file is mapped once, however many channels it serves; there are no more than classes that call each
 * other. */
typedef struct Block {
        struct Block *next;
        dev_t device;
        ino_t inode;
        const EndBlock *head;
} Block;

static struct {
        pthread_mutex_t lock; /* of what is not atomic */
        pthread_mutex_t opening;
        Block *blocks;
        _Atomic Handle born[CHAN_LISTENERS_MAX]; /* handles of listeners that the process was born with; 0:
                                                    not told */
        Early early; /* ends whose listener is still on its way, in a thread that has not come so far */
} dyn = {.lock = PTHREAD_MUTEX_INITIALIZER, .opening = PTHREAD_MUTEX_INITIALIZER};

static void close_fds(MailFds *fds) {
        for (uint32_t i = 0; i < fds->n; i++)
                (void)close(fds->list[i]);
        fds->n = 0;
}

/* --- blocks; under the lock --- */

static const char *at(const EndBlock *b, uint32_t off) {
        return (const char *)b + off;
}

static bool is_part(const EndBlock *b, uint32_t off, uint32_t size) {
        return off % 8 == 0 && off >= sizeof *b && off <= b->size && size <= b->size - off;
}

static bool is_sound(const EndBlock *b, size_t size) {
        if (b->magic != END_MAGIC || b->size != size || (b->flags & ~END_ALL) || b->riid > INVALID_RIID ||
                b->status >= CHAN_LISTENERS_MAX)
                return false;
        if (!is_part(b, b->shape_off, b->shape_size) || verify_table(at(b, b->shape_off), b->shape_size) != 0)
                return false;
        return !b->verdicts_off || (is_part(b, b->verdicts_off, b->verdicts_size) &&
                                           verdicts_check(at(b, b->verdicts_off), b->verdicts_size) == 0);
}

static const EndBlock *map_block(int fd, const struct stat *st) {
        int seals = fcntl(fd, F_GET_SEALS);
        size_t size = (size_t)st->st_size;
        const EndBlock *b;

        if (seals < 0 || (seals & SEALS) != SEALS || size < sizeof *b || st->st_size > UINT32_MAX)
                return NULL;
        b = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (b == MAP_FAILED)
                return NULL;
        if (is_sound(b, size))
                return b;
        (void)munmap((void *)(uintptr_t)b, size);
        return NULL;
}

/* NULL: it is none, or there is no memory. */
static const EndBlock *find_block(int fd) {
        Block *block = dyn.blocks;
        struct stat st;

        if (fstat(fd, &st) < 0)
                return NULL;
        while (block && (block->device != st.st_dev || block->inode != st.st_ino))
                block = block->next;
        if (block)
                return block->head;
        block = malloc(sizeof *block);
        if (!block)
                return NULL;
        *block = (Block){
                .next = dyn.blocks, .device = st.st_dev, .inode = st.st_ino, .head = map_block(fd, &st)};
        if (!block->head) {
                free(block);
                return NULL;
        }
        dyn.blocks = block;
        return block->head;
}

static const EndBlock *get_block(const MailFds *fds) {
        const EndBlock *b;

        if (fds->n == 0)
                return NULL;
        (void)pthread_mutex_lock(&dyn.lock);
        b = find_block(fds->list[0]);
        (void)pthread_mutex_unlock(&dyn.lock);
        return b;
}

static const ShapeTable *shape_of(const EndBlock *b) {
        return (const ShapeTable *)(const void *)at(b, b->shape_off);
}

static const ChanVerdicts *verdicts_of(const EndBlock *b) {
        return b->verdicts_off ? (const ChanVerdicts *)(const void *)at(b, b->verdicts_off) : NULL;
}

static uint32_t count_parts(const EndBlock *b, uint32_t n_direct) {
        return 1 + (b->flags & END_DIRECT ? n_direct : 0) + (b->flags & END_JUDGED ? 1 : 0);
}

/* --- clients --- */

static Retcode open_handle(const HndKind *kind, void *object, const ShapeTable *shape, Handle *ret_handle) {
        if (hnd_open(kind, object, shape, ret_handle) == 0)
                return rcOk;
        kind->free(object);
        return rcQuotaExceeded;
}

static Retcode name_handle(Handle number, Handle handle) {
        if (hnd_alias_put(number, handle, true))
                return rcOk;
        (void)hnd_close(handle);
        return rcInternalError;
}

static Retcode make_client(const EndBlock *b, uint32_t deadline_ms, MailFds *fds, Handle *ret_handle) {
        const int *list = fds->list + 1;
        bool is_direct = b->flags & END_DIRECT;
        ChanClientPlan plan = {.mem_fd = is_direct ? list[0] : -1,
                .bell_fd = is_direct ? list[1] : -1,
                .status_fd = is_direct ? list[2] : -1,
                .status_index = b->status,
                .judged_fd = b->flags & END_JUDGED ? list[is_direct ? 3 : 0] : -1,
                .kernel = boot_kernel(),
                .verdicts = verdicts_of(b),
                .shape = shape_of(b),
                .deadline_ms = deadline_ms,
                .has_riid = b->flags & END_RIID,
                .riid = (uint16_t)b->riid};
        ChanClient *client;
        int r = chan_client_open(&plan, &client);

        if (r < 0)
                return rtl_retcode_from_errno(r);
        fds->n = 1; /* the others are the client's now */
        return open_handle(&hnd_client, client, plan.shape, ret_handle);
}

static Retcode take_client(uint64_t letter, uint32_t deadline_ms, Handle *ret_handle) {
        MailFds fds;
        const EndBlock *b;
        Retcode rc = rcFail;

        if (mail_take_any(letter, &fds) != 0)
                return rcOutOfMemory;
        b = get_block(&fds);
        if (b && fds.n == count_parts(b, 3))
                rc = make_client(b, deadline_ms, &fds, ret_handle);
        close_fds(&fds);
        return rc;
}

Retcode dyn_take_client(Handle number, uint64_t letter) {
        Handle handle;
        Retcode rc = take_client(letter, 0, &handle);

        return rc == rcOk ? name_handle(number, handle) : rc;
}

/* --- servers --- */

/* The kernel process makes no more than fit; if it does not fit all the same, nobody must wait for it. */
static void refuse_end(const ChanEndPlan *plan) {
        int fds[] = {plan->mem_fd, plan->judged_fd};

        for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
                ChanHeader *mem;

                if (fds[i] < 0 || chan_mem_map(fds[i], &mem) < 0)
                        continue;
                chan_mem_close(mem, CHAN_SERVER_GONE, -1);
                chan_mem_unmap(mem);
        }
}

/* Of as many parts as there must be. */
static ChanEndPlan legs_of(const EndBlock *b, const MailFds *fds) {
        bool is_direct = b->flags & END_DIRECT;

        return (ChanEndPlan){.mem_fd = is_direct ? fds->list[1] : -1,
                .judged_fd = b->flags & END_JUDGED ? fds->list[is_direct ? 2 : 1] : -1};
}

static void add_end(Listener *l, const EndBlock *b, MailFds *fds, const MailLetter *letter) {
        ChanEndPlan plan = legs_of(b, fds);

        plan.kernel = boot_kernel();
        plan.verdicts = verdicts_of(b);
        plan.shape = shape_of(b);
        plan.peer = letter->peer;
        plan.held = letter->seat ? boot_held() : NULL;
        plan.seat = letter->seat - 1;
        if (listener_add_end(l, &plan) == 0)
                fds->n = 1;
        else
                refuse_end(&plan);
}

/* What of a letter is no end of ours, or has nobody to serve it. */
static void refuse(MailFds *fds) {
        const EndBlock *b = get_block(fds);
        ChanEndPlan plan;

        if (b && fds->n == count_parts(b, 1)) {
                plan = legs_of(b, fds);
                refuse_end(&plan);
        }
        close_fds(fds);
}

static void deliver_end(Handle listener, MailFds *fds, const MailLetter *letter) {
        HndEntry *entry = hnd_get(listener, &hnd_listener);
        const EndBlock *b = entry ? get_block(fds) : NULL;

        if (b && fds->n == count_parts(b, 1))
                add_end(entry->object, b, fds, letter);
        else
                refuse(fds);
        close_fds(fds);
        if (entry)
                hnd_put(entry);
}

static uint32_t tag_of(const MailLetter *letter) {
        return (uint32_t)letter->id;
}

static void keep_early(const MailLetter *letter, const MailFds *fds) {
        MailFds lost;

        (void)pthread_mutex_lock(&dyn.lock);
        early_put(&dyn.early, letter, fds, &lost);
        (void)pthread_mutex_unlock(&dyn.lock);
        refuse(&lost);
}

static bool take_early(uint32_t tag, EarlyEnd *ret_end) {
        bool is_found;

        (void)pthread_mutex_lock(&dyn.lock);
        is_found = early_take(&dyn.early, tag, ret_end);
        (void)pthread_mutex_unlock(&dyn.lock);
        return is_found;
}

static void deliver_early(Handle listener, uint32_t tag) {
        EarlyEnd end;

        while (take_early(tag, &end))
                deliver_end(listener, &end.fds, &end.letter);
}

/* The tag is a number of the kernel's, or an index. False: nobody has named the listener so far. */
static bool find_tagged(uint32_t tag, Handle *ret_listener) {
        *ret_listener = tag < CHAN_LISTENERS_MAX ? atomic_load(&dyn.born[tag]) : hnd_alias_get(tag);
        return *ret_listener != INVALID_HANDLE && *ret_listener != 0;
}

/* By whoever empties the mailbox. Who names the listener meanwhile may have looked too early for this end. */
static void take_end(const MailLetter *letter, const MailFds *fds) {
        uint32_t tag = tag_of(letter);
        MailFds own = *fds;
        Handle listener;

        if (find_tagged(tag, &listener)) {
                deliver_end(listener, &own, letter);
                return;
        }
        keep_early(letter, fds);
        if (find_tagged(tag, &listener))
                deliver_early(listener, tag);
}

/* Its channels may have come already. */
static void expect_ends(Handle listener, uint32_t tag) {
        HndEntry *entry = hnd_get(listener, &hnd_listener);

        if (!entry)
                return;
        listener_on_news(entry->object, mail_look);
        hnd_put(entry);
        deliver_early(listener, tag);
}

/* One that the process was born with: processes that live again call it by new channels. */
static void born_listener(Handle listener, uint32_t index) {
        if (index >= CHAN_LISTENERS_MAX)
                return;
        atomic_store(&dyn.born[index], listener);
        expect_ends(listener, index);
}

/* Before anybody takes a letter. */
__attribute__((constructor)) static void begin(void) {
        mail_on_unasked(take_end);
        sl_on_registered(born_listener);
}

static Retcode make_listener(Handle number, const EndBlock *b, MailFds *fds) {
        Listener *listener;
        Handle handle;
        Retcode rc;
        int r = listener_new(fds->list[2], b->status, fds->list[1], &listener);

        if (r < 0)
                return rtl_retcode_from_errno(r);
        (void)close(fds->list[2]);
        (void)close(fds->list[0]);
        fds->n = 0;
        rc = open_handle(&hnd_listener, listener, shape_of(b), &handle);
        if (rc == rcOk)
                rc = name_handle(number, handle);
        if (rc == rcOk)
                expect_ends(number, number);
        return rc;
}

Retcode dyn_take_listener(Handle number, uint64_t letter) {
        MailFds fds;
        const EndBlock *b;
        Retcode rc = rcFail;

        if (mail_take_any(letter, &fds) != 0)
                return rcOutOfMemory;
        b = get_block(&fds);
        if (b && fds.n == 3)
                rc = make_listener(number, b, &fds);
        close_fds(&fds);
        return rc;
}

void dyn_join_listener(Handle number, Handle listener) {
        Handle own = hnd_is_kernels(listener) ? hnd_alias_get(listener) : listener;

        if (own != INVALID_HANDLE)
                (void)hnd_alias_put(number, own, false);
}

rtl_bool dyn_name_listener(Handle handle, Handle *ret_name) {
        uint32_t index;

        *ret_name = handle;
        if (handle == INVALID_HANDLE || hnd_is_kernels(handle))
                return rtl_true;
        *ret_name = INVALID_HANDLE;
        if (!sl_find_listener(handle, &index) || index >= CHAN_LISTENERS_MAX)
                return rtl_false;
        *ret_name = index;
        return rtl_true;
}

/* --- the first call through a handle --- */

static Retcode ask_for_channel(Handle number) {
        kl_core_Handle_proxy proxy;
        kl_core_Handle_Open_req req = {.handle = nk_handle_desc(number)};
        kl_core_Handle_Open_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        kl_core_Handle_proxy_init(&proxy, kernel_transport(), KERNEL_HANDLE);
        err = kl_core_Handle_Open(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                rc = dyn_take_client(number, res.letter);
        return rc == rcNoCapability ? rcSecurityDisallow : rc;
}

/* One thread asks, the others find what it got. */
Retcode dyn_open(Handle number) {
        Retcode rc = rcOk;

        if (!mail_may_come())
                return hnd_alias_get(number) == INVALID_HANDLE ? rcInvalidOperation : rcOk;
        (void)pthread_mutex_lock(&dyn.opening);
        if (hnd_alias_get(number) == INVALID_HANDLE)
                rc = ask_for_channel(number);
        (void)pthread_mutex_unlock(&dyn.opening);
        return rc;
}

Retcode dyn_why_closed(Handle number) {
        Retcode rc;

        hnd_alias_drop(number);
        rc = dyn_open(number);
        return rc == rcHandleRevoked ? rc : rcNotConnected;
}

/* --- in place of channels of the init file --- */

static Retcode ask_again(const BootChannel *channel, Handle *ret_handle) {
        kl_core_Handle_proxy proxy;
        kl_core_Handle_Reopen_req req = {.channel = channel->number};
        kl_core_Handle_Reopen_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        kl_core_Handle_proxy_init(&proxy, kernel_transport(), KERNEL_HANDLE);
        err = kl_core_Handle_Reopen(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        return rc == rcOk ? take_client(res.letter, channel->deadline_ms, ret_handle) : rc;
}

static bool has_ended(Handle handle) {
        HndEntry *client = hnd_get(handle, &hnd_client);
        bool has = client && chan_client_has_ended(client->object);

        if (client)
                hnd_put(client);
        return has;
}

rtl_uint32_t nkx_channel_renewals(Handle client) {
        return hnd_count_heirs(client);
}

/* One thread asks, the others find what it got. */
static Retcode reopen(Handle handle, const BootChannel *channel) {
        Retcode rc = rcOk;
        Handle heir;

        (void)pthread_mutex_lock(&dyn.opening);
        if (has_ended(handle)) {
                rc = ask_again(channel, &heir);
                if (rc == rcOk && !hnd_inherit(handle, heir))
                        rc = rcInvalidArgument;
        }
        (void)pthread_mutex_unlock(&dyn.opening);
        return rc;
}

Retcode dyn_reopen(Handle handle) {
        const BootChannel *channel = sl_find_channel(handle);
        const Boot *boot = boot_get();

        if (!channel || boot->block->mail_fd < 0 || !mail_may_come())
                return rcNotConnected;
        return reopen(handle, channel);
}
