/* SPDX-License-Identifier: MIT */
/*
 * Station: hands out channels to its meters, and serves all of them in one thread.
 *
 * It publishes them with the name server first. Then the first thread listens for requests and accepts them.
 * With the first channel it gets a listener, and starts a thread that receives there; every further channel
 * is added to the same listener while that thread waits.
 */
#include <coresrv/cm/cm_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/ns/ns_api.h>
#include <coresrv/time/timeout.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <meters/Station.edl.h>

struct Meter {
        struct meters_IMeter base; /* first: the methods get its address */
        nk_sint32_t value;
        nk_uint32_t readings;
};

static nk_err_t read_method(struct meters_IMeter *self, const struct meters_IMeter_Read_req *req,
        const struct nk_arena *req_arena, struct meters_IMeter_Read_res *res, struct nk_arena *res_arena) {
        struct Meter *meter = (struct Meter *)self;

        (void)req;
        (void)req_arena;
        (void)res_arena;
        res->value = meter->value;
        res->readings = ++meter->readings;
        return NK_EOK;
}

static void *serve(void *arg) {
        static const struct meters_IMeter_ops ops = {.Read = read_method};
        static struct Meter temperature = {{&ops}, 214, 0}, pressure = {{&ops}, 10132, 0},
                            safe = {{&ops}, 42, 0};
        meters_CMeters_component component;
        meters_Station_entity entity;
        meters_Station_entity_req req;
        meters_Station_entity_res res;
        NkKosTransport transport;

        NkKosTransport_Init(&transport, *(const Handle *)arg, NK_NULL, 0);
        meters_CMeters_component_init(&component, &temperature.base, &pressure.base, &safe.base);
        meters_Station_entity_init(&entity, &component);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return NULL;
                (void)meters_Station_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}

/* INVALID_RIID: not for visitors. */
static nk_iid_t find(const char *service) {
        if (strcmp(service, "meters.temperature") == 0)
                return meters_Station_meters_temperature_iid;
        if (strcmp(service, "meters.pressure") == 0)
                return meters_Station_meters_pressure_iid;
        return INVALID_RIID;
}

/* For those who don't know where to ask. */
static int publish(void) {
        static const char *const services[] = {"meters.temperature", "meters.pressure"};
        NsHandle ns;

        if (NsCreate(RTL_NULL, INFINITE_TIMEOUT, &ns) != rcOk)
                return -1;
        for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
                if (NsPublishService(ns, "meters.IMeter", "Station", services[i]) != rcOk)
                        return -1;
        return 0;
}

int main(void) {
        char client[UCORE_STRING_SIZE], service[UCORE_STRING_SIZE];
        static Handle listener = INVALID_HANDLE;
        Handle handle;
        pthread_t thread;

        if (publish() != 0) {
                fprintf(stderr, "the station cannot publish\n");
                return EXIT_FAILURE;
        }
        while (KnCmListen(RTL_NULL, INFINITE_TIMEOUT, client, service) == rcOk) {
                nk_iid_t riid = find(service);

                if (riid == INVALID_RIID) {
                        fprintf(stderr, "%s wants %s: no\n", client, service);
                        (void)KnCmDrop(client, service);
                        continue;
                }
                if (KnCmAccept(client, service, riid, listener, &handle) != rcOk)
                        continue;
                if (listener != INVALID_HANDLE)
                        continue;
                listener = handle;
                if (pthread_create(&thread, NULL, serve, &listener) != 0)
                        return EXIT_FAILURE;
        }
        fprintf(stderr, "the station cannot listen\n");
        return EXIT_FAILURE;
}
