/* SPDX-License-Identifier: MIT */
/* Keeps named values. Its first one comes from the environment. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <meters/Server.edl.h>

#define N_METERS 4

typedef struct {
        struct meters_Gauge base;
        char names[N_METERS][meters_Gauge_MaxName + 1];
        int values[N_METERS];
        unsigned count;
} Meters;

static int Find(const Meters *self, const char *name) {
        for (unsigned i = 0; i < self->count; i++)
                if (strcmp(self->names[i], name) == 0)
                        return (int)i;
        return -1;
}

static nk_err_t Put(Meters *self, const char *name, int value) {
        int at = Find(self, name);

        if (at < 0) {
                if (self->count == N_METERS)
                        return NK_ENOMEM;
                at = (int)self->count++;
                strncpy(self->names[at], name, meters_Gauge_MaxName);
        }
        self->values[at] = value;
        return NK_EOK;
}

static nk_err_t Set(struct meters_Gauge *base, const struct meters_Gauge_Set_req *req,
        const struct nk_arena *reqArena, struct meters_Gauge_Set_res *res, struct nk_arena *resArena) {
        nk_uint32_t size = 0;
        const char *name = nk_arena_get(char, reqArena, &req->name, &size);

        return name ? Put((Meters *)base, name, req->value) : NK_EINVAL;
}

static nk_err_t Get(struct meters_Gauge *base, const struct meters_Gauge_Get_req *req,
        const struct nk_arena *reqArena, struct meters_Gauge_Get_res *res, struct nk_arena *resArena) {
        Meters *self = (Meters *)base;
        nk_uint32_t size = 0;
        int at = Find(self, nk_arena_get(char, reqArena, &req->name, &size));

        if (at < 0)
                return NK_ELOGIC_MAKE(7);
        res->value = self->values[at];
        return NK_EOK;
}

/* A sequence of structs, each with a string: an arena inside an arena. */
static nk_err_t List(struct meters_Gauge *base, const struct meters_Gauge_List_req *req,
        const struct nk_arena *reqArena, struct meters_Gauge_List_res *res, struct nk_arena *resArena) {
        Meters *self = (Meters *)base;
        meters_Gauge_Reading *readings =
                nk_arena_alloc(meters_Gauge_Reading, resArena, &res->readings, self->count);

        if (!readings)
                return NK_ENOMEM;
        for (unsigned i = 0; i < self->count; i++) {
                nk_err_t err = nk_arena_store(char, resArena, &readings[i].name, self->names[i],
                        (nk_uint32_t)strlen(self->names[i]) + 1);

                if (err != NK_EOK)
                        return err;
                readings[i].value = self->values[i];
        }
        return NK_EOK;
}

int main(void) {
        static const struct meters_Gauge_ops ops = {.Set = Set, .Get = Get, .List = List};
        static Meters meters = {.base = {&ops}};
        NkKosTransport transport;
        ServiceId iid;
        Handle handle = ServiceLocatorRegister("meters_connection", NULL, 0, &iid);

        NkKosTransport_Init(&transport, handle, NK_NULL, 0);

        meters_Server_entity_req req;
        char reqBuffer[meters_Server_entity_req_arena_size];
        struct nk_arena reqArena = NK_ARENA_INITIALIZER(reqBuffer, reqBuffer + sizeof(reqBuffer));
        meters_Server_entity_res res;
        char resBuffer[meters_Server_entity_res_arena_size];
        struct nk_arena resArena = NK_ARENA_INITIALIZER(resBuffer, resBuffer + sizeof(resBuffer));

        meters_Sensor_component component;
        meters_Sensor_component_init(&component, &meters.base);
        meters_Server_entity entity;
        meters_Server_entity_init(&entity, &component);

        Put(&meters, getenv("METERS_FIRST"), (int)strtol(getenv("METERS_VALUE"), NULL, 10));
        fprintf(stderr, "ready\n");

        do {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&reqArena);
                nk_arena_reset(&resArena);
                if (nk_transport_recv(&transport.base, &req.base_, &reqArena) != NK_EOK)
                        fprintf(stderr, "nk_transport_recv error\n");
                else
                        meters_Server_entity_dispatch(&entity, &req.base_, &reqArena, &res.base_, &resArena);
                if (nk_transport_reply(&transport.base, &res.base_, &resArena) != NK_EOK)
                        fprintf(stderr, "nk_transport_reply error\n");
        } while (true);

        return EXIT_SUCCESS;
}
