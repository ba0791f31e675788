/* SPDX-License-Identifier: MIT */
/*
 * Client: opens files on the server by name, among them one that is not there and one whose name
 * is as long as the interface allows.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <Filesystem.idl.h>

/* The constant counts the final zero; a name may be one shorter. */
#define NAME_MAX_LENGTH (Filesystem_Open_req_name_size - 1)

/* The handle, or -1 when the call itself failed. */
static long open_file(struct Filesystem_proxy *fs, const char *name) {
        Filesystem_Open_req req;
        Filesystem_Open_res res;
        char req_buffer[Filesystem_Open_req_arena_size];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof(req_buffer));

        if (nk_arena_store(char, &req_arena, &req.name, name, strlen(name) + 1) != NK_EOK)
                return -1;
        /* The answer is a number and needs no arena. */
        if (Filesystem_Open(&fs->base, &req, &req_arena, &res, NULL) != NK_EOK)
                return -1;
        return (long)res.h;
}

int main(void) {
        char long_name[NAME_MAX_LENGTH + 1];
        const char *const names[] = {"readme.txt", "notes.txt", "missing.txt", "readme.txt", long_name};
        struct Filesystem_proxy fs;
        NkKosTransport transport;
        Handle channel;
        size_t i;

        memset(long_name, 'x', NAME_MAX_LENGTH);
        long_name[NAME_MAX_LENGTH] = '\0';

        channel = ServiceLocatorConnect("server_connection");
        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"server_connection\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        Filesystem_proxy_init(&fs, &transport.base, ServiceLocatorGetRiid(channel, "OpsComp.FS"));

        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                long handle = open_file(&fs, names[i]);

                if (handle < 0) {
                        fprintf(stderr, "the call failed\n");
                        return EXIT_FAILURE;
                }
                fprintf(stderr, "Open(\"%.20s\") = %ld\n", names[i], handle);
        }
        return EXIT_SUCCESS;
}
