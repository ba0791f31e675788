/* SPDX-License-Identifier: MIT */
/*
 * Reader: reads files by handle, and finds out what a handle lets it do.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/thread/thread_api.h>
#include <services/ocap.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <files/IFiles.idl.h>

static struct files_IFiles_proxy files;

static Handle open_file(const char *name) {
        files_IFiles_Open_req req;
        files_IFiles_Open_res res;
        char buffer[files_IFiles_Open_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));

        if (nk_arena_store(char, &arena, &req.name, name, strlen(name) + 1) != NK_EOK ||
                files_IFiles_Open(&files.base, &req, &arena, &res, NULL) != NK_EOK)
                return INVALID_HANDLE;
        return nk_get_handle(&res.file);
}

static void say(const char *what, nk_err_t err, nk_uint16_t result) {
        if (err == NK_EPERM)
                fprintf(stderr, "%s: not let through\n", what);
        else if (err != NK_EOK)
                fprintf(stderr, "%s: the call failed\n", what);
        else if (result == NK_EPERM)
                fprintf(stderr, "%s: the handle has no right to\n", what);
        else
                fprintf(stderr, "%s: done\n", what);
}

static void read_some(const char *what, Handle file, nk_uint32_t size) {
        files_IFiles_Read_req req = {.file = nk_handle_desc(file), .size = size};
        files_IFiles_Read_res res;
        char buffer[files_IFiles_Read_res_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_err_t err = files_IFiles_Read(&files.base, &req, NULL, &res, &arena);
        nk_uint32_t n = 0;
        const nk_uint8_t *data;

        if (err != NK_EOK || res.result != NK_EOK) {
                say(what, err, err == NK_EOK ? res.result : 0);
                return;
        }
        data = nk_arena_get(nk_uint8_t, &arena, &res.data, &n);
        fprintf(stderr, "%s: \"%.*s\"\n", what, (int)n, data ? (const char *)data : "");
}

static void rewind_file(const char *what, Handle file) {
        files_IFiles_Rewind_req req = {.file = nk_handle_desc(file)};
        files_IFiles_Rewind_res res;
        nk_err_t err = files_IFiles_Rewind(&files.base, &req, NULL, &res, NULL);

        say(what, err, err == NK_EOK ? res.result : 0);
}

static nk_err_t withdraw(const char *name) {
        files_IFiles_Withdraw_req req;
        files_IFiles_Withdraw_res res;
        char buffer[files_IFiles_Withdraw_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));

        if (nk_arena_store(char, &arena, &req.name, name, strlen(name) + 1) != NK_EOK)
                return NK_ENOMEM;
        return files_IFiles_Withdraw(&files.base, &req, &arena, &res, NULL);
}

/* The keeper hears of it by a notification, in a thread of its own: that may take a moment. */
static const char *wait_until_forgotten(void) {
        files_IFiles_Count_req req;
        files_IFiles_Count_res res;

        for (int i = 0; i < 1000; i++) {
                if (files_IFiles_Count(&files.base, &req, NULL, &res, NULL) != NK_EOK)
                        return "silent";
                if (res.opened == 0)
                        return "free of openings";
                KnSleep(10);
        }
        return "slow";
}

int main(void) {
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("files");
        Handle poem, again, weak;

        if (channel == INVALID_HANDLE)
                return EXIT_FAILURE;
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        files_IFiles_proxy_init(&files, &transport.base, ServiceLocatorGetRiid(channel, "shelf.files"));

        poem = open_file("poem");
        again = open_file("poem");
        read_some("poem", poem, 32);
        read_some("the same, opened again", again, 6);
        read_some("poem, the rest", poem, 32);
        rewind_file("rewinding", poem);

        /* A handle with fewer rights, made without asking the keeper. */
        if (KnHandleCopy(poem, OCAP_HANDLE_TRANSFER | files_IFiles_RightRead, INVALID_HANDLE, &weak) != rcOk)
                return EXIT_FAILURE;
        read_some("a copy that may read", weak, 9);
        rewind_file("a copy that may read, rewinding", weak);
        if (KnHandleCopy(weak, files_IFiles_RightRewind, INVALID_HANDLE, &weak) == rcOk)
                return EXIT_FAILURE; /* nobody gives himself rights */

        read_some("a number of no handle", poem + 12345, 4);
        say("taking the poem back", withdraw("poem"), NK_EOK);
        read_some("poem, after that", poem, 4);
        fprintf(stderr, "the copy is %s\n",
                KnHandleRevoke(weak) == rcHandleRevoked ? "revoked too" : "still good");
        if (KnHandleClose(again) != rcOk)
                return EXIT_FAILURE;
        fprintf(stderr, "the keeper is %s\n", wait_until_forgotten());

        return KnHandleClose(poem) == rcOk && KnHandleClose(weak) == rcOk ? EXIT_SUCCESS : EXIT_FAILURE;
}
