/* SPDX-License-Identifier: MIT */
/*
 * Painter: makes the memory of a picture, shows it to the viewer, and goes on painting.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/vmm/pmm_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <picture/IScreen.idl.h>

#define SIZE 65536
#define LINE 32

static struct picture_IScreen_proxy screen;
static NkKosTransport transport;

static int connect_screen(void) {
        Handle channel = ServiceLocatorConnect("screen");

        if (channel == INVALID_HANDLE)
                return -1;
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        picture_IScreen_proxy_init(&screen, &transport.base, ServiceLocatorGetRiid(channel, "screen"));
        return 0;
}

/* The viewer may map it for reading, and not hand it on. */
static Retcode show(Handle memory) {
        picture_IScreen_Show_req req = {.memory = nk_handle_desc(memory, NKX_MDL_READ), .size = SIZE};
        picture_IScreen_Show_res res;

        return picture_IScreen_Show(&screen.base, &req, NULL, &res, NULL) == NK_EOK ? res.result : rcFail;
}

static Retcode look(void) {
        picture_IScreen_Look_req req;
        picture_IScreen_Look_res res;

        nk_req_reset(&req);
        return picture_IScreen_Look(&screen.base, &req, NULL, &res, NULL) == NK_EOK ? res.result : rcFail;
}

static void paint(char *where, const char *what) {
        (void)snprintf(where, LINE, "%s", what);
}

int main(void) {
        const int flags = VMM_FLAG_READ | VMM_FLAG_WRITE;
        Handle memory, more;
        void *address;
        char *picture;

        if (connect_screen() != 0 || KnPmmMdlCreate(SIZE, flags, &memory) != rcOk ||
                KnPmmMdlMap(memory, 0, SIZE, RTL_NULL, flags, &address) != rcOk)
                return EXIT_FAILURE;
        picture = address;
        fprintf(stderr, "a second picture: %s\n",
                KnPmmMdlCreate(SIZE, flags, &more) == rcQuotaExceeded ? "more than it may share"
                                                                      : "there it is");

        paint(picture, "a house");
        if (show(memory) != rcOk)
                return EXIT_FAILURE;
        paint(picture, "a house with a tree"); /* no message carries it */
        paint(picture + SIZE - LINE, "in the corner, a name");
        if (look() != rcOk)
                return EXIT_FAILURE;

        /* The way to the memory is closed; the viewer keeps what it has mapped. */
        if (KnHandleRevoke(memory) != rcOk)
                return EXIT_FAILURE;
        paint(picture, "a house at night");
        return look() == rcOk ? EXIT_SUCCESS : EXIT_FAILURE;
}
