/* SPDX-License-Identifier: MIT */
/*
 * bsp_hw: the board. Its arguments are lines of its configuration (board.h), after those of the file granted
 * as "bsp.conf", if there is one. The state of modules is common to all clients; one thread serves them.
 */
#include <caisson/grant.h>
#include <coresrv/hal/hal_api.h>
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include <kl/drivers/BSP.edl.h>

#include "board.h"

#define CHANNEL       "kl.drivers.BSP"
#define UNKNOWN_BOARD "caisson" /* where the policy lets nobody ask */

_Static_assert(BOARD_NAME_MAX == kl_drivers_BSP_NameMax, "names have one limit");

static Board board;

static Retcode code_of(int r) {
        if (r == BOARD_E_MODULE)
                return rcDeviceNotFound;
        return r == BOARD_E_CONFIG ? rcResourceNotFound : rcOk;
}

static const char *text_of(const struct nk_arena *arena, const nk_ptr_t *from) {
        nk_uint32_t size = 0;
        const char *text = nk_arena_get(char, arena, from, &size);

        return text ? text : "";
}

static nk_err_t enable_module(struct kl_drivers_BSP *self, const kl_drivers_BSP_EnableModule_req *req,
        const struct nk_arena *req_arena, kl_drivers_BSP_EnableModule_res *res, struct nk_arena *res_arena) {
        nk_unused(self);
        nk_unused(res_arena);
        res->rc = code_of(board_enable(&board, text_of(req_arena, &req->module)));
        return NK_EOK;
}

static nk_err_t set_config(struct kl_drivers_BSP *self, const kl_drivers_BSP_SetConfig_req *req,
        const struct nk_arena *req_arena, kl_drivers_BSP_SetConfig_res *res, struct nk_arena *res_arena) {
        nk_unused(self);
        nk_unused(res_arena);
        res->rc = code_of(
                board_configure(&board, text_of(req_arena, &req->module), text_of(req_arena, &req->config)));
        return NK_EOK;
}

static int read_file(void) {
        static char text[BOARD_FILE_MAX + 1];
        int fd = nkx_grant_fd("bsp.conf");
        unsigned line;
        ssize_t n;

        if (fd < 0)
                return 0;
        n = pread(fd, text, sizeof text, 0);
        if (n < 0 || n > (ssize_t)BOARD_FILE_MAX) {
                (void)fprintf(stderr, "bsp.conf can't be read, or has more than %u bytes\n", BOARD_FILE_MAX);
                return -1;
        }
        if (board_text(&board, text, (size_t)n, &line))
                return 0;
        (void)fprintf(stderr, "bsp.conf:%u: %s\n", line, board.error);
        return -1;
}

static int configure(int argc, char **argv) {
        char name[256];

        board_init(&board, KnHalGetEnv("board", name, sizeof name) == rcOk ? name : UNKNOWN_BOARD);
        if (read_file() < 0)
                return -1;
        for (int i = 1; i < argc; i++) {
                if (board_line(&board, argv[i]))
                        continue;
                (void)fprintf(stderr, "argument %d, \"%.64s\": %s\n", i, argv[i], board.error);
                return -1;
        }
        return board_complete(&board) ? 0 : -1;
}

int main(int argc, char **argv) {
        static const struct kl_drivers_BSP_ops ops = {.EnableModule = enable_module, .SetConfig = set_config};
        struct kl_drivers_BSP impl = {.ops = &ops};
        struct kl_drivers_CBSP_component component;
        struct kl_drivers_BSP_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(kl_drivers_BSP, entity);
        ServiceId id;
        Handle listener;

        if (configure(argc, argv) < 0)
                return EXIT_FAILURE;
        listener = ServiceLocatorRegister(CHANNEL, NULL, 0, &id);
        if (listener == INVALID_HANDLE) {
                (void)fprintf(stderr, "nobody was given the channel \"" CHANNEL "\"\n");
                return EXIT_FAILURE;
        }
        kl_drivers_CBSP_component_init(&component, &impl);
        kl_drivers_BSP_entity_init(&entity, &component);
        (void)NkKosDoDispatch(listener, &info);
        return EXIT_FAILURE;
}
