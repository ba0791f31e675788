/* SPDX-License-Identifier: MIT */
/*
 * Disks: what drivers do, and what they refuse. The card keeps what is written; the RAM disk forgets it.
 */
#include "raw.h"

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <kl/drivers/Block.idl.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE (1u << 20) /* of both images */

static struct kl_drivers_Block_proxy block;
static struct nk_arena arena;
static char buffer[kl_drivers_Block_TransferMax];

static void connect_to(const char *driver) {
        static NkKosTransport transport;
        Handle channel = ServiceLocatorConnect(driver);

        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        kl_drivers_Block_proxy_init(&block, &transport.base, ServiceLocatorGetRiid(channel, "block"));
}

static int get_info(uint32_t disk, kl_drivers_Block_GetInfo_res *res, const char *name) {
        kl_drivers_Block_GetInfo_req req = {.disk = disk};
        nk_uint32_t n = 0;
        const char *is;

        nk_arena_reset(&arena);
        if (kl_drivers_Block_GetInfo(&block.base, &req, NULL, res, &arena) != NK_EOK)
                return RAW_FAILED;
        is = nk_arena_get(char, &arena, &res->name, &n);
        return res->error != 0 ? res->error : is != NULL && strcmp(is, name) == 0 ? 0 : RAW_FAILED;
}

static int read_at(uint32_t disk, uint64_t at, uint32_t size) {
        kl_drivers_Block_Read_req req = {.disk = disk, .at = at, .size = size};
        kl_drivers_Block_Read_res res;
        const nk_uint8_t *data;
        nk_uint32_t n = 0;

        nk_arena_reset(&arena);
        if (kl_drivers_Block_Read(&block.base, &req, NULL, &res, &arena) != NK_EOK)
                return RAW_FAILED;
        data = nk_arena_get(nk_uint8_t, &arena, &res.data, &n);
        if (data != NULL)
                memcpy(buffer, data, n);
        return res.error != 0 ? res.error : n == size ? 0 : RAW_FAILED;
}

static int write_at(uint32_t disk, uint64_t at, const char *data, uint32_t size) {
        kl_drivers_Block_Write_req req = {.disk = disk, .at = at};
        kl_drivers_Block_Write_res res;

        nk_arena_reset(&arena);
        (void)nk_arena_store(nk_uint8_t, &arena, &req.data, (const nk_uint8_t *)data, size);
        if (kl_drivers_Block_Write(&block.base, &req, &arena, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        return res.error;
}

static int flush(uint32_t disk) {
        kl_drivers_Block_Flush_req req = {.disk = disk};
        kl_drivers_Block_Flush_res res;

        return kl_drivers_Block_Flush(&block.base, &req, NULL, &res, NULL) == NK_EOK ? res.error : RAW_FAILED;
}

static void the_ends_are_kept(void) {
        check(read_at(0, SIZE - 1, 1) == 0, "the last byte is read");
        check(read_at(0, SIZE, 0) == 0 && read_at(0, SIZE - 1, 2) == EINVAL, "nothing behind it");
        check(read_at(0, UINT64_MAX, 2) == EINVAL, "nor where the sum would begin again");
        check(read_at(0, 0, UINT32_MAX) == EINVAL, "nor more than a transfer holds");
        check(read_at(0, 0, kl_drivers_Block_TransferMax) == 0, "a whole transfer is read");
        check(write_at(0, SIZE - 1, "xy", 2) == EINVAL, "nothing is written behind the end");
        check(read_at(9, 0, 1) == ENODEV && write_at(9, 0, "x", 1) == ENODEV && flush(9) == ENODEV,
                "a disk has a number");
}

static void the_card_is_a_file(void) {
        kl_drivers_Block_GetInfo_res info;

        connect_to("kl.drivers.SDCard");
        check(get_info(0, &info, "mmc0") == 0 && info.size == SIZE && info.read_only == 0, "there is a card");
        check(get_info(1, &info, "mmc1") == 0 && info.read_only == 1, "and one that can't be written");
        check(get_info(2, &info, "") == ENODEV, "and no third");
        check(read_at(0, 0, 5) == 0 && memcmp(buffer, "CARD\n", 5) == 0, "it has what the file has");
        check(write_at(0, 1, "RAT", 3) == 0 && flush(0) == 0, "it is written");
        check(read_at(0, 0, 5) == 0 && memcmp(buffer, "CRAT\n", 5) == 0, "and read");
        check(write_at(1, 0, "x", 1) == EROFS && flush(1) == 0, "the other one is not");
        the_ends_are_kept();
}

static void the_ram_disk_is_a_copy(void) {
        kl_drivers_Block_GetInfo_res info;

        connect_to("kl.drivers.RAMDisk");
        check(get_info(0, &info, "ramdisk0") == 0 && info.size == SIZE && info.read_only == 0,
                "there is a RAM disk");
        check(read_at(0, 0, 5) == 0 && memcmp(buffer, "DISK\n", 5) == 0, "it begins as its image");
        check(write_at(0, 0, "MASK", 4) == 0 && read_at(0, 0, 5) == 0 && memcmp(buffer, "MASK\n", 5) == 0,
                "and is written, though its image can't be");
        the_ends_are_kept();
}

int main(void) {
        size_t size = kl_drivers_Block_TransferMax + 64;
        char *start = malloc(size);

        if (start == NULL)
                return EXIT_FAILURE;
        nk_arena_init(&arena, start, start + size);
        the_card_is_a_file();
        the_ram_disk_is_a_copy();
        return EXIT_SUCCESS;
}
