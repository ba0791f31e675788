/* SPDX-License-Identifier: MIT */
/*
 * LogViewer: shows the lines of the log as they come, two of them.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <logger/IRead.idl.h>

#define N_LINES   2
#define PAUSE_US  1000
#define MAX_ASKED 10000 /* ten seconds */

/* Shows the line and returns 1, 0 when it is not there yet, -1 when it cannot be read. */
static int show(logger_IRead_proxy *reader, nk_uint32_t index) {
        logger_IRead_Read_req req = {.index = index};
        logger_IRead_Read_res res;
        char buffer[logger_IRead_Read_res_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_uint32_t size = 0;
        const char *line;

        if (logger_IRead_Read(&reader->base, &req, NULL, &res, &arena) != NK_EOK)
                return -1;
        line = nk_arena_get(char, &arena, &res.line, &size);
        if (line == NULL || *line == '\0')
                return 0;
        fprintf(stderr, "%u: %s\n", index, line);
        return 1;
}

int main(void) {
        logger_IRead_proxy reader;
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("reader");
        nk_uint32_t index = 0;

        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"reader\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        logger_IRead_proxy_init(&reader, &transport.base, ServiceLocatorGetRiid(channel, "read"));
        for (int asked = 0; index < N_LINES && asked < MAX_ASKED; asked++) {
                int shown = show(&reader, index);

                if (shown < 0)
                        return EXIT_FAILURE;
                if (shown == 0)
                        usleep(PAUSE_US);
                index += (nk_uint32_t)shown;
        }
        return index == N_LINES ? EXIT_SUCCESS : EXIT_FAILURE;
}
