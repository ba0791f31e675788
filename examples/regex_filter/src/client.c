/* SPDX-License-Identifier: MIT */
/*
 * Operator and Viewer: both say the same to the device.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lamp/IConsole.idl.h>

/* True: done, or refused by the policy. */
static int say(lamp_IConsole_proxy *device, const char *command) {
        lamp_IConsole_Execute_req req;
        lamp_IConsole_Execute_res res;
        char buffer[lamp_IConsole_Execute_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_err_t err = nk_arena_store(char, &arena, &req.command, command, strlen(command) + 1);

        if (err == NK_EOK)
                err = lamp_IConsole_Execute(&device->base, &req, &arena, &res, NULL);
        if (err != NK_EOK && err != NK_EPERM)
                return 0;
        fprintf(stderr, "\"%s\": %s\n", command, err == NK_EOK ? "done" : "refused");
        return 1;
}

int main(void) {
        static const char *const commands[] = {"get color", "color #ff8800", "power off; reset"};
        lamp_IConsole_proxy device;
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("console");

        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"console\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        lamp_IConsole_proxy_init(&device, &transport.base, ServiceLocatorGetRiid(channel, "console"));
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
                if (!say(&device, commands[i]))
                        return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
