/* SPDX-License-Identifier: MIT */
/*
 * Lights: switches the lamps of a mode on and all others off.
 */
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/sl/sl_api.h>
#include <gpio/gpio.h>

#include <stdio.h>
#include <stdlib.h>

#include <traffic_light/Lights.edl.h>

#include "modes.h"

static GpioHandle port = GPIO_INVALID_HANDLE;

static int set_lamps(unsigned lamps, rtl_uint32_t level) {
        int is_good = 1;

        for (rtl_uint32_t pin = 0; pin < LAMPS; pin++)
                if (lamps & LAMP(pin))
                        is_good = GpioOut(port, pin, level) == rcOk && is_good;
        return is_good;
}

/* Off before on: no moment shows more than a mode does. */
static int show_mode(const struct Mode *mode) {
        return set_lamps(~mode->lamps, 0) && set_lamps(mode->lamps, 1);
}

static const char *name_lamps(unsigned lamps) {
        static const char *const names[] = {"dark", "red", "yellow", "red and yellow", "green",
                "red and green", "yellow and green", "all"};

        return names[lamps & 7];
}

static nk_err_t show(struct traffic_light_ILights *self, const traffic_light_ILights_Show_req *req,
        const struct nk_arena *req_arena, traffic_light_ILights_Show_res *res, struct nk_arena *res_arena) {
        nk_uint32_t size;
        size_t mode = find_mode(nk_arena_get(char, req_arena, &req->mode, &size));

        (void)self;
        (void)res_arena;
        res->done = mode < MODES && show_mode(&modes[mode]);
        if (res->done)
                fprintf(stderr, "A %s, B %s\n", name_lamps(modes[mode].lamps),
                        name_lamps(modes[mode].lamps >> B_RED));
        return NK_EOK;
}

static Retcode open_lamps(void) {
        Retcode rc = GpioInit();

        if (rc == rcOk)
                rc = GpioOpenPort("gpio0", &port);
        for (rtl_uint32_t pin = 0; rc == rcOk && pin < LAMPS; pin++)
                rc = GpioSetMode(port, pin, GPIO_DIR_OUT);
        return rc;
}

int main(void) {
        static const struct traffic_light_ILights_ops ops = {.Show = show};
        struct traffic_light_ILights impl = {.ops = &ops};
        traffic_light_Lights_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(traffic_light_Lights, entity);
        ServiceId id;
        Handle listener = ServiceLocatorRegister("lights", NULL, 0, &id);

        if (listener == INVALID_HANDLE || open_lamps() != rcOk || !show_mode(&modes[RED]))
                return EXIT_FAILURE;
        traffic_light_Lights_entity_init(&entity, &impl);
        (void)NkKosDoDispatch(listener, &info);
        return EXIT_FAILURE;
}
