/* SPDX-License-Identifier: MIT */
/*
 * Control: lets each road go once, then asks for what must not be.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/thread/thread_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <traffic_light/IModes.idl.h>

static struct traffic_light_IModes_proxy checker;

static const char *change(const char *mode) {
        traffic_light_IModes_Change_req req;
        traffic_light_IModes_Change_res res;
        char buffer[traffic_light_IModes_Change_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));

        if (nk_arena_store(char, &arena, &req.mode, mode, strlen(mode) + 1) != NK_EOK ||
                traffic_light_IModes_Change(&checker.base, &req, &arena, &res, NULL) != NK_EOK)
                return "not let through";
        return res.done ? "done" : "refused";
}

int main(int argc, char **argv) {
        static const char *const wishes[] = {"a_ready", "a_green", "a_yellow", "red", "b_ready", "b_green",
                "b_yellow", "red", "a_green", "all_green"};
        unsigned pause_ms = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("modes");

        if (channel == INVALID_HANDLE)
                return EXIT_FAILURE;
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        traffic_light_IModes_proxy_init(&checker, &transport.base, ServiceLocatorGetRiid(channel, "modes"));
        for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
                fprintf(stderr, "%s: %s\n", wishes[i], change(wishes[i]));
                KnSleep(pause_ms);
        }
        return EXIT_SUCCESS;
}
