/* SPDX-License-Identifier: MIT */
/*
 * Control, taken over: asks for every mode after every other one, for modes that aren't there, and looks for
 * other ways.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <traffic_light/IModes.idl.h>

static struct traffic_light_IModes_proxy checker;

static void change(const char *mode) {
        traffic_light_IModes_Change_req req;
        traffic_light_IModes_Change_res res;
        char buffer[traffic_light_IModes_Change_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));

        if (nk_arena_store(char, &arena, &req.mode, mode, strlen(mode) + 1) == NK_EOK)
                (void)traffic_light_IModes_Change(&checker.base, &req, &arena, &res, NULL);
}

int main(void) {
        static const char *const wishes[] = {
                "red", "a_ready", "a_green", "a_yellow", "b_ready", "b_green", "b_yellow", "all_green", ""};
        enum { N = sizeof(wishes) / sizeof(wishes[0]) };
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("modes");

        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        traffic_light_IModes_proxy_init(&checker, &transport.base, ServiceLocatorGetRiid(channel, "modes"));
        for (size_t i = 0; i < N * N; i++) {
                change(wishes[i / N]);
                change(wishes[i % N]);
        }
        fprintf(stderr, "lights: %s\n",
                ServiceLocatorConnect("lights") == INVALID_HANDLE ? "no way there" : "reached");
        fprintf(stderr, "pins: %s\n",
                ServiceLocatorConnect("kl.drivers.GPIO") == INVALID_HANDLE ? "no way there" : "reached");
        return EXIT_SUCCESS;
}
