/* SPDX-License-Identifier: MIT */
/*
 * Serving disks. One thread: the file below is not faster for two, and a client has a cache.
 */
#include "driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/sl/sl_api.h>
#include <handle/handletype.h>
#include <kl/drivers/RAMDisk.edl.h>

#include "disks.h"

static Disks disks;

static nk_err_t get_info(struct kl_drivers_Block *self, const struct kl_drivers_Block_GetInfo_req *req,
        const struct nk_arena *req_arena, struct kl_drivers_Block_GetInfo_res *res,
        struct nk_arena *res_arena) {
        const Disk *disk;
        int r = disks_get(&disks, req->disk, &disk);

        (void)self;
        (void)req_arena;
        res->error = -r;
        if (r < 0)
                return NK_EOK;
        res->size = disk->size;
        res->read_only = disk->is_read_only;
        return nk_arena_store(char, res_arena, &res->name, disk->name, strlen(disk->name) + 1);
}

static nk_err_t read_some(struct kl_drivers_Block *self, const struct kl_drivers_Block_Read_req *req,
        const struct nk_arena *req_arena, struct kl_drivers_Block_Read_res *res, struct nk_arena *res_arena) {
        void *buffer = NULL;
        int r = -EINVAL;

        (void)self;
        (void)req_arena;
        if (req->size <= kl_drivers_Block_TransferMax)
                buffer = nk_arena_alloc(nk_uint8_t, res_arena, &res->data, req->size);
        if (buffer)
                r = disks_read(&disks, req->disk, req->at, buffer, req->size);
        if (r < 0) {
                nk_arena_reset(res_arena);
                res->data.offset = res->data.size = 0;
        }
        res->error = -r;
        return NK_EOK;
}

static nk_err_t write_some(struct kl_drivers_Block *self, const struct kl_drivers_Block_Write_req *req,
        const struct nk_arena *req_arena, struct kl_drivers_Block_Write_res *res,
        struct nk_arena *res_arena) {
        nk_uint32_t size = 0;
        const void *data = nk_arena_get(const nk_uint8_t, req_arena, &req->data, &size);

        (void)self;
        (void)res_arena;
        res->error = -disks_write(&disks, req->disk, req->at, data, size);
        return NK_EOK;
}

static nk_err_t flush(struct kl_drivers_Block *self, const struct kl_drivers_Block_Flush_req *req,
        const struct nk_arena *req_arena, struct kl_drivers_Block_Flush_res *res,
        struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res_arena;
        res->error = -disks_flush(&disks, req->disk);
        return NK_EOK;
}

static int fail(const char *what, const char *why) {
        (void)fprintf(stderr, "disks: '%s': %s\n", what, why);
        return EXIT_FAILURE;
}

/* The classes differ in their names alone: one has the dispatcher of all. */
static int serve(Handle listener) {
        static const struct kl_drivers_Block_ops ops = {
                .GetInfo = get_info, .Read = read_some, .Write = write_some, .Flush = flush};
        struct kl_drivers_Block block = {.ops = &ops};
        kl_drivers_RAMDisk_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(kl_drivers_RAMDisk, entity);

        kl_drivers_RAMDisk_entity_init(&entity, &block);
        if (NkKosDoDispatch(listener, &info) == NK_ENOMEM)
                return fail("buffers", "no memory");
        return fail("channel", "nobody can call any more");
}

int driver_main(const Driver *driver, int argc, char **argv) {
        const char *fault, *name = "";
        Handle listener;

        disks.are_in_memory = driver->is_in_memory;
        for (int i = 1; i < argc; i++)
                if (!disks_add(&disks, argv[i], &fault))
                        return fail(argv[i], fault);
        if (argc == 1 && !disks_add_granted(&disks, driver->prefix, &name, &fault))
                return fail(name, fault);
        if (disks.n == 0)
                (void)fail(
                        driver->channel, "no disk: no granted file has a name that begins as its disks' do");
        listener = ServiceLocatorRegister(driver->channel, NULL, 0, NULL);
        if (listener == INVALID_HANDLE)
                return fail(driver->channel, "no process has a channel of this name to this one");
        return serve(listener);
}
