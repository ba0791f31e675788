/* SPDX-License-Identifier: MIT */
/*
 * Lights, taken over: switch all lamps in every order, ask for other pins and modes, and start again from
 * nothing.
 */
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/sl/sl_api.h>
#include <gpio/gpio.h>

#include <stdio.h>
#include <stdlib.h>

#include <traffic_light/Lights.edl.h>

#define LAMPS   6u
#define A_GREEN 2u
#define B_GREEN 5u

static GpioHandle port;

/* All levels of all lamps, in an order that changes one lamp at a time. */
static void switch_all(void) {
        for (unsigned i = 1; i < 1u << LAMPS; i++) {
                unsigned gray = i ^ i >> 1;

                for (rtl_uint32_t pin = 0; pin < LAMPS; pin++)
                        (void)GpioOut(port, pin, gray >> pin & 1);
        }
}

static void forget_what_was_set(void) {
        (void)GpioOut(port, A_GREEN, 1);
        (void)GpioReleaseMode(port, A_GREEN);
        (void)GpioSetMode(port, A_GREEN, GPIO_DIR_IN);
        (void)GpioOut(port, B_GREEN, 1);
        (void)GpioSetMode(port, A_GREEN, GPIO_DIR_OUT);
        (void)GpioOut(port, A_GREEN, 1);
        (void)GpioClosePort(port);
        (void)GpioOut(port, B_GREEN, 1);
}

static nk_err_t show(struct traffic_light_ILights *self, const traffic_light_ILights_Show_req *req,
        const struct nk_arena *req_arena, traffic_light_ILights_Show_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req;
        (void)req_arena;
        (void)res_arena;
        switch_all();
        forget_what_was_set();
        res->done = 1;
        return NK_EOK;
}

int main(void) {
        static const struct traffic_light_ILights_ops ops = {.Show = show};
        struct traffic_light_ILights impl = {.ops = &ops};
        traffic_light_Lights_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(traffic_light_Lights, entity);
        ServiceId id;
        Handle listener = ServiceLocatorRegister("lights", NULL, 0, &id);

        if (GpioInit() != rcOk || GpioOpenPort("gpio0", &port) != rcOk)
                return EXIT_FAILURE;
        for (rtl_uint32_t pin = 0; pin < 8; pin++)
                (void)GpioSetMode(port, pin, GPIO_DIR_OUT);
        traffic_light_Lights_entity_init(&entity, &impl);
        (void)NkKosDoDispatch(listener, &info);
        return EXIT_FAILURE;
}
