/* SPDX-License-Identifier: MIT */
/*
 * Client: sends a few lines to the server and prints what comes back.
 *
 * Shows the client's half of a call: connect by the channel's name, find the endpoint by its
 * name, bind a proxy to both, put the text into the request's arena, call.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <echo/IEcho.idl.h>

/* One exchange. The server's line lies in res_buffer, which lives as long as this function. */
static nk_err_t say(struct echo_IEcho_proxy *server, const char *line) {
        echo_IEcho_Say_req req;
        echo_IEcho_Say_res res;
        char req_buffer[echo_IEcho_Say_req_arena_size];
        char res_buffer[echo_IEcho_Say_res_arena_size];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof(req_buffer));
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(res_buffer, res_buffer + sizeof(res_buffer));
        nk_uint32_t reply_size = 0;
        const char *reply;
        nk_err_t err;

        /* A string in a message is counted with its final zero. */
        err = nk_arena_store(char, &req_arena, &req.line, line, strlen(line) + 1);
        if (err != NK_EOK)
                return err;

        err = echo_IEcho_Say(&server->base, &req, &req_arena, &res, &res_arena);
        if (err != NK_EOK)
                return err;

        reply = nk_arena_get(char, &res_arena, &res.reply, &reply_size);
        if (reply == NULL)
                return NK_EBADMSG;
        fprintf(stderr, "said \"%s\", heard \"%s\" after %u others\n", line, reply, res.before);
        return NK_EOK;
}

int main(void) {
        static const char *const lines[] = {"Hello, Server", "Is anybody there?", "Grüße über den Kanal"};
        struct echo_IEcho_proxy server;
        NkKosTransport transport;
        Handle channel;
        nk_iid_t riid;
        size_t i;

        channel = ServiceLocatorConnect("server_connection");
        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"server_connection\"\n");
                return EXIT_FAILURE;
        }
        riid = ServiceLocatorGetRiid(channel, "wall.echo");
        if (riid == INVALID_RIID) {
                fprintf(stderr, "the server has no endpoint \"wall.echo\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        echo_IEcho_proxy_init(&server, &transport.base, riid);

        for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
                nk_err_t err = say(&server, lines[i]);

                if (err != NK_EOK) {
                        fprintf(stderr, "the call failed: error %d\n", (int)err);
                        return EXIT_FAILURE;
                }
        }
        return EXIT_SUCCESS;
}
