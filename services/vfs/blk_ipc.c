/* SPDX-License-Identifier: MIT */
/*
 * A block device whose driver is another process: see blk_ipc.h. What the driver answers is checked like
 * anybody's word. A driver that is gone fails every transfer with -EIO; the cache above keeps what it could
 * not write.
 */
#include "blk_ipc.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <handle/handletype.h>
#include <kl/drivers/Block.idl.h>

#define ARENA_SLACK 64u
#define ENDPOINT    "block"
#define DISKS_MAX   64u /* of one driver, that are looked at */

typedef struct BlkIpc {
        Blk head;
        uint32_t disk;
        pthread_mutex_t lock; /* of all below: one call at a time, the cache above asks no more */
        NkKosTransport transport;
        struct kl_drivers_Block_proxy proxy;
        struct nk_arena arena; /* for both directions, in turn */
} BlkIpc;

static const struct {
        const char *prefix, *channel;
} drivers[] = {
        {"ramdisk", "kl.drivers.RAMDisk"},
        {"mmc", "kl.drivers.SDCard"},
        {"ahci", "kl.drivers.ATA"},
};

static BlkIpc *ipc_of(Blk *blk) {
        return (BlkIpc *)blk;
}

/* Of a call and of its method. A driver that is gone is a broken disk, and so is one that answers what a disk
 * can't: to a file system ENOENT or EAGAIN mean something else. */
static int result(nk_err_t err, nk_sint32_t error) {
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
        r = result(err, err == NK_EOK ? res.error : 0);
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
        return result(err, err == NK_EOK ? res.error : 0);
}

static uint32_t part_of(size_t size) {
        return size < kl_drivers_Block_TransferMax ? (uint32_t)size : kl_drivers_Block_TransferMax;
}

static int ipc_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        BlkIpc *b = ipc_of(blk);
        int r = 0;

        (void)pthread_mutex_lock(&b->lock);
        for (size_t done = 0; r == 0 && done < size; done += part_of(size - done))
                r = read_part(b, (char *)buffer + done, part_of(size - done), at + done);
        (void)pthread_mutex_unlock(&b->lock);
        return r;
}

static int ipc_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        BlkIpc *b = ipc_of(blk);
        int r = 0;

        (void)pthread_mutex_lock(&b->lock);
        for (size_t done = 0; r == 0 && done < size; done += part_of(size - done))
                r = write_part(b, (const char *)data + done, part_of(size - done), at + done);
        (void)pthread_mutex_unlock(&b->lock);
        return r;
}

static int ipc_flush(Blk *blk) {
        BlkIpc *b = ipc_of(blk);
        kl_drivers_Block_Flush_req req = {.disk = b->disk};
        kl_drivers_Block_Flush_res res;
        nk_err_t err;

        (void)pthread_mutex_lock(&b->lock);
        err = kl_drivers_Block_Flush(&b->proxy.base, &req, NULL, &res, NULL);
        (void)pthread_mutex_unlock(&b->lock);
        return result(err, err == NK_EOK ? res.error : 0);
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
        (void)NkKosTransport_Init(&b->transport, channel, NK_NULL, 0);
        kl_drivers_Block_proxy_init(&b->proxy, &b->transport.base, ServiceLocatorGetRiid(channel, ENDPOINT));
        return b;
}

/* Is the driver's disk of that number called so? -ENODEV: there is none of that number. */
static int ask(BlkIpc *b, uint32_t number, const char *disk, bool *ret_is_it) {
        kl_drivers_Block_GetInfo_req req = {.disk = number};
        kl_drivers_Block_GetInfo_res res;
        nk_uint32_t size = 0;
        const char *name;
        nk_err_t err;
        int r;

        nk_arena_reset(&b->arena);
        err = kl_drivers_Block_GetInfo(&b->proxy.base, &req, NULL, &res, &b->arena);
        r = result(err, err == NK_EOK ? res.error : 0);
        if (r < 0)
                return r == -EIO ? -ENODEV : r;
        name = nk_arena_get(const char, &b->arena, &res.name, &size);
        *ret_is_it = name && strcmp(name, disk) == 0;
        b->disk = number;
        b->head.size = res.size;
        b->head.is_read_only = res.read_only != 0;
        return 0;
}

static int find_at(Handle channel, const char *disk, Blk **ret) {
        BlkIpc *b = ipc_new(channel);
        bool is_it = false;
        int r = b ? 0 : -ENOMEM;

        for (uint32_t i = 0; r == 0 && !is_it; i++)
                r = i < DISKS_MAX ? ask(b, i, disk, &is_it) : -ENODEV;
        if (r == 0)
                *ret = &b->head;
        else if (b)
                ipc_close(&b->head);
        return r;
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
                r = find_at(channel, disk, ret_disk);
                if (r == 0 && is_read_only)
                        (*ret_disk)->is_read_only = true;
                return r;
        }
        return -ENODEV;
}
