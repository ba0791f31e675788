/* SPDX-License-Identifier: MIT */
/*
 * The barometer: its environment and its argument make the pressure. Serves every channel to it.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdlib.h>

#include <test/Barometer.edl.h>

static nk_uint32_t pascal;

static nk_err_t read_it(struct test_IBarometer *self, const test_IBarometer_Read_req *req,
        const struct nk_arena *req_arena, test_IBarometer_Read_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req;
        (void)req_arena;
        (void)res_arena;
        res->pascal = pascal;
        return NK_EOK;
}

int main(int argc, char **argv) {
        static const struct test_IBarometer_ops ops = {.Read = read_it};
        struct test_IBarometer impl = {&ops};
        struct test_Barometer_entity entity;
        test_Barometer_entity_req req;
        test_Barometer_entity_res res;
        NkKosTransport transport;
        ServiceId iid;

        if (argc != 2)
                return EXIT_FAILURE;
        pascal = (nk_uint32_t)(strtoul(getenv("BAROMETER_BASE"), NULL, 10) + strtoul(argv[1], NULL, 10));
        NkKosTransport_Init(&transport, ServiceLocatorRegister("test.Barometer", NULL, 0, &iid), NK_NULL, 0);
        test_Barometer_entity_init(&entity, &impl);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                test_Barometer_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
