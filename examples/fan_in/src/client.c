/* SPDX-License-Identifier: MIT */
/*
 * Client: one of many that call the same server at the same time, and checks every answer.
 *
 * An answer that belongs to another caller would show at once: each client adds values of its own
 * and expects their squares.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <fan/ICounter.idl.h>

/* Values of different clients never meet: client 3 adds 30000, 30001, ... */
#define VALUES_PER_CLIENT 10000u

static int add(struct fan_ICounter_proxy *counter, nk_uint32_t value) {
        fan_ICounter_Add_req req;
        fan_ICounter_Add_res res;

        req.value = value;
        if (fan_ICounter_Add(&counter->base, &req, NULL, &res, NULL) != NK_EOK) {
                fprintf(stderr, "the call with %u failed\n", value);
                return -1;
        }
        if (res.square != (nk_uint64_t)value * value) {
                fprintf(stderr, "a wrong answer for %u\n", value);
                return -1;
        }
        return 0;
}

static int work(struct fan_ICounter_proxy *counter, nk_uint32_t number) {
        fan_ICounter_Done_req done_req;
        fan_ICounter_Done_res done_res;
        nk_uint32_t i;

        for (i = 0; i < fan_ICounter_CallsPerClient; i++)
                if (add(counter, number * VALUES_PER_CLIENT + i) != 0)
                        return -1;
        fprintf(stderr, "%u calls, %u right answers\n", i, i);
        return fan_ICounter_Done(&counter->base, &done_req, NULL, &done_res, NULL) == NK_EOK ? 0 : -1;
}

int main(int argc, const char *argv[]) {
        struct fan_ICounter_proxy counter;
        NkKosTransport transport;
        Handle channel;

        if (argc < 2) {
                fprintf(stderr, "usage: Client NUMBER\n");
                return EXIT_FAILURE;
        }
        channel = ServiceLocatorConnect("counter");
        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"counter\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        fan_ICounter_proxy_init(&counter, &transport.base, ServiceLocatorGetRiid(channel, "counter"));

        return work(&counter, (nk_uint32_t)strtoul(argv[1], NULL, 10)) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
