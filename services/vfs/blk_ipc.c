/* SPDX-License-Identifier: MIT */
/*
 * A block device whose driver is another process: see blk_ipc.h. What the driver answers is checked like
 * anybody's word.
 *
 * A driver that has died is waited for, a while: if it lives again and has the same disk, reading goes on,
 * and the next write or flush says that what was not flushed may be lost (-ECONNRESET). One that does not
 * come back fails every transfer with -EIO, and is waited for no more; the cache above keeps what it could
 * not write. Who looks for a disk waits likewise: of two processes that have died together this one may live
 * again first. One that lives and does not answer fails what it was asked with -EIO after a time, and is
 * waited for less then, until it answers.
 */
#include "blk_ipc.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <caisson/channel.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>
#include <handle/handletype.h>
#include <kl/drivers/Block.idl.h>

#include "envnum.h"

#define ARENA_SLACK 64u
#define ENDPOINT    "block"
#define DISKS_MAX   64u   /* of one driver, that are looked at */
#define AWAY_MS     5000u /* so long a driver that has died is waited for: five starts, with the usual delays */
#define LOOK_MS     20u

#define PATIENCE "VFS_DISK_TIMEOUT" /* in the environment: seconds */
#define STUCK_MS 1000u              /* for each call to a driver that let the last one wait in vain */

typedef struct BlkIpc {
        Blk head;
        uint32_t disk;
        Handle channel;
        pthread_mutex_t lock;     /* of all below: one call at a time, the cache above asks no more */
        rtl_uint32_t patience_ms; /* so long a call may take */
        NkKosTransportSync transport;
        struct kl_drivers_Block_proxy proxy;
        struct nk_arena arena;   /* for both directions, in turn */
        rtl_uint32_t n_renewals; /* of the channel, that we know of */
        bool was_renewed;        /* and nobody has been told */
        bool is_gone;            /* it was waited for in vain */
} BlkIpc;

static struct {
        const char *const prefix, *const channel;
        _Atomic bool is_gone; /* who looked for a disk has waited for it in vain */
} drivers[] = {
        {.prefix = "ramdisk", .channel = "kl.drivers.RAMDisk"},
        {.prefix = "mmc", .channel = "kl.drivers.SDCard"},
        {.prefix = "ahci", .channel = "kl.drivers.ATA"},
};

static BlkIpc *ipc_of(Blk *blk) {
        return (BlkIpc *)blk;
}

/* What was received may be done yet, but before all that comes after it: a driver has one thread for it. */
static void note_answer(BlkIpc *b, nk_err_t err) {
        b->transport.call_timeout = err == NK_EAGAIN ? STUCK_MS : b->patience_ms;
}

/* Of a call and of its method. A driver that is gone is a broken disk, and so is one that answers what a disk
 * can't: to a file system ENOENT or EAGAIN mean something else. */
static int result(BlkIpc *b, nk_err_t err, nk_sint32_t error) {
        note_answer(b, err);
        if (err == NK_ENOTCONN)
                return -ENOTCONN; /* not for the caller of this module */
        if (err == NK_EOK && (error == 0 || error == ENOSPC || error == EROFS || error == ENOMEM))
                return -error;
        return -EIO;
}

/* --- transfers --- */

/* Up to TransferMax bytes. */
static int read_part(BlkIpc *b, void *buffer, uint32_t size, uint64_t at) {
        kl_drivers_Block_Read_req req = {.disk = b->disk, .at = at, .size = size};
        kl_drivers_Block_Read_res res;
        nk_uint32_t got = 0;
        const void *data;
        nk_err_t err;
        int r;

        nk_arena_reset(&b->arena);
        err = kl_drivers_Block_Read(&b->proxy.base, &req, NULL, &res, &b->arena);
        r = result(b, err, err == NK_EOK ? res.error : 0);
        if (r < 0)
                return r;
        data = nk_arena_get(const nk_uint8_t, &b->arena, &res.data, &got);
        if (!data || got != size)
                return -EIO;
        memcpy(buffer, data, size);
        return 0;
}

static int write_part(BlkIpc *b, const void *data, uint32_t size, uint64_t at) {
        kl_drivers_Block_Write_req req = {.disk = b->disk, .at = at};
        kl_drivers_Block_Write_res res;
        nk_err_t err;

        nk_arena_reset(&b->arena);
        err = nk_arena_store(nk_uint8_t, &b->arena, &req.data, (const nk_uint8_t *)data, size);
        if (err == NK_EOK)
                err = kl_drivers_Block_Write(&b->proxy.base, &req, &b->arena, &res, NULL);
        return result(b, err, err == NK_EOK ? res.error : 0);
}

static int flush_disk(BlkIpc *b) {
        kl_drivers_Block_Flush_req req = {.disk = b->disk};
        kl_drivers_Block_Flush_res res;
        nk_err_t err = kl_drivers_Block_Flush(&b->proxy.base, &req, NULL, &res, NULL);

        return result(b, err, err == NK_EOK ? res.error : 0);
}

/* What a driver says of one of its disks; ret_name: in the arena. */
static int get_info(
        BlkIpc *b, uint32_t number, kl_drivers_Block_GetInfo_res *ret_info, const char **ret_name) {
        kl_drivers_Block_GetInfo_req req = {.disk = number};
        nk_uint32_t size = 0;
        nk_err_t err;
        int r;

        nk_arena_reset(&b->arena);
        err = kl_drivers_Block_GetInfo(&b->proxy.base, &req, NULL, ret_info, &b->arena);
        r = result(b, err, err == NK_EOK ? ret_info->error : 0);
        if (r == 0)
                *ret_name = nk_arena_get(const char, &b->arena, &ret_info->name, &size);
        return r;
}

/* --- drivers that come back --- */

/* After each call: it may have found a new life. */
static void note_renewals(BlkIpc *b) {
        rtl_uint32_t n = nkx_channel_renewals(b->channel);

        b->was_renewed |= n != b->n_renewals;
        b->n_renewals = n;
}

/* As get_info(), of a driver that may be away. -ENOTCONN: it does not come back. */
static int await_info(
        BlkIpc *b, uint32_t number, kl_drivers_Block_GetInfo_res *ret_info, const char **ret_name) {
        const struct timespec a_while = {.tv_nsec = LOOK_MS * 1000000l};
        int r = get_info(b, number, ret_info, ret_name);

        for (uint32_t ms = 0; r == -ENOTCONN && !b->is_gone && ms < AWAY_MS; ms += LOOK_MS) {
                (void)nanosleep(&a_while, NULL);
                r = get_info(b, number, ret_info, ret_name);
        }
        note_renewals(b);
        b->is_gone = r == -ENOTCONN;
        return r;
}

/* 0: it lives, with the same disk. -EIO: it has another one, or does not come back. */
static int await_driver(BlkIpc *b) {
        kl_drivers_Block_GetInfo_res info;
        const char *name;
        int r = await_info(b, b->disk, &info, &name);

        return r == 0 && info.size == b->head.size ? 0 : -EIO;
}

/* What came of a call. *ret_again: the driver has died with it and lives again; who made the call makes it
 * once more. */
static int outcome(BlkIpc *b, int r, bool *ret_again) {
        note_renewals(b);
        *ret_again = false;
        if (r == -ENOTCONN) {
                r = await_driver(b);
                *ret_again = r == 0;
        } else {
                b->is_gone = false;
        }
        return r;
}

/* Of a change: it is not made again here, for what was before it may be lost too. */
static int outcome_of_change(BlkIpc *b, int r) {
        bool again;

        r = outcome(b, r, &again);
        if (r < 0 || !b->was_renewed)
                return r;
        b->was_renewed = false;
        return -ECONNRESET;
}

static uint32_t part_of(size_t size) {
        return size < kl_drivers_Block_TransferMax ? (uint32_t)size : kl_drivers_Block_TransferMax;
}

static int ipc_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        BlkIpc *b = ipc_of(blk);
        bool again = false;
        int r = 0;

        (void)pthread_mutex_lock(&b->lock);
        for (size_t done = 0; r == 0 && done < size; done += again ? 0 : part_of(size - done))
                r = outcome(b, read_part(b, (char *)buffer + done, part_of(size - done), at + done), &again);
        (void)pthread_mutex_unlock(&b->lock);
        return r;
}

static int ipc_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        BlkIpc *b = ipc_of(blk);
        int r = 0;

        (void)pthread_mutex_lock(&b->lock);
        for (size_t done = 0; r == 0 && done < size; done += part_of(size - done))
                r = outcome_of_change(
                        b, write_part(b, (const char *)data + done, part_of(size - done), at + done));
        (void)pthread_mutex_unlock(&b->lock);
        return r;
}

static int ipc_flush(Blk *blk) {
        BlkIpc *b = ipc_of(blk);
        int r;

        (void)pthread_mutex_lock(&b->lock);
        r = outcome_of_change(b, flush_disk(b));
        (void)pthread_mutex_unlock(&b->lock);
        return r;
}

static void ipc_close(Blk *blk) {
        BlkIpc *b = ipc_of(blk);

        (void)pthread_mutex_destroy(&b->lock);
        free(b->arena.start);
        free(b);
}

static const BlkOps ipc_ops = {.read = ipc_read, .write = ipc_write, .flush = ipc_flush, .close = ipc_close};

/* --- finding --- */

static BlkIpc *ipc_new(Handle channel) {
        size_t size = kl_drivers_Block_TransferMax + ARENA_SLACK;
        BlkIpc *b = calloc(1, sizeof *b);
        char *start = b ? aligned_alloc(64, size) : NULL;

        if (!start || pthread_mutex_init(&b->lock, NULL) != 0) {
                free(start);
                free(b);
                return NULL;
        }
        nk_arena_init(&b->arena, start, start + size);
        b->head.ops = &ipc_ops;
        b->channel = channel;
        b->patience_ms = blk_ipc_patience_ms(getenv(PATIENCE));
        (void)NkKosTransportSync_Init(
                &b->transport, channel, INVALID_HANDLE, INVALID_HANDLE, b->patience_ms, INFINITE_TIMEOUT);
        kl_drivers_Block_proxy_init(&b->proxy, &b->transport.base, ServiceLocatorGetRiid(channel, ENDPOINT));
        return b;
}

/* Is the driver's disk of that number called so? -ENODEV: there is none of that number. */
static int ask(BlkIpc *b, uint32_t number, const char *disk, bool *ret_is_it) {
        kl_drivers_Block_GetInfo_res info;
        const char *name;
        int r = await_info(b, number, &info, &name);

        if (r < 0)
                return r == -EIO || r == -ENOTCONN ? -ENODEV : r;
        *ret_is_it = name && strcmp(name, disk) == 0;
        b->disk = number;
        b->head.size = info.size;
        b->head.is_read_only = info.read_only != 0;
        b->was_renewed = false;
        return 0;
}

static int find_at(Handle channel, _Atomic bool *is_gone, const char *disk, Blk **ret) {
        BlkIpc *b = ipc_new(channel);
        bool is_it = false;
        int r = b ? 0 : -ENOMEM;

        if (b)
                b->is_gone = *is_gone;
        for (uint32_t i = 0; r == 0 && !is_it; i++)
                r = i < DISKS_MAX ? ask(b, i, disk, &is_it) : -ENODEV;
        if (b)
                *is_gone = b->is_gone;
        if (r == 0)
                *ret = &b->head;
        else if (b)
                ipc_close(&b->head);
        return r;
}

uint32_t blk_ipc_patience_ms(const char *text) {
        static const EnvNum variable = {
                .name = PATIENCE, .least = 1, .most = BLK_IPC_PATIENCE_MAX_S, .usual = BLK_IPC_PATIENCE_S};

        return envnum_of(&variable, text) * 1000u;
}

int blk_ipc_find(const char *disk, bool is_read_only, Blk **ret_disk) {
        for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
                Handle channel;
                int r;

                if (strncmp(disk, drivers[i].prefix, strlen(drivers[i].prefix)) != 0)
                        continue;
                channel = ServiceLocatorConnect(drivers[i].channel);
                if (channel == INVALID_HANDLE)
                        return -ENODEV;
                r = find_at(channel, &drivers[i].is_gone, disk, ret_disk);
                if (r == 0 && is_read_only)
                        (*ret_disk)->is_read_only = true;
                return r;
        }
        return -ENODEV;
}
