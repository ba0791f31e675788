/* SPDX-License-Identifier: MIT */
/*
 * The client that bench_gpio.c times, as a process of a solution: gpio_peer ROUNDS. It writes into the file
 * it was granted: for each round a line of nanoseconds (a direct call, a pin set, a pin read, an event taken
 * from the queue), then one of a stream of edges: how many were heard in a second, and how many were lost.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <caisson/grant.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <gpio/gpio.h>

#include <bench/IUse.idl.h>

#include "timing.h"

#define CALLS   4000
#define STREAM  300000u
#define PIN_OUT 0u
#define PIN_IN  1u
#define EDGES   (GPIO_DIR_IN | GPIO_EVENT_RISE_EDGE | GPIO_EVENT_FALL_EDGE)

static bench_IUse_proxy proxy;
static GpioHandle port;

static void must(Retcode rc, const char *what) {
        if (rc != rcOk)
                timing_die(what);
}

/* --- one operation each --- */

static void call_direct(uint32_t i) {
        bench_IUse_Small_req req = {.a = i, .b = 2};
        bench_IUse_Small_res res;

        if (bench_IUse_Small(&proxy.base, &req, NULL, &res, NULL) != NK_EOK || res.d != 2)
                timing_die("Small");
}

static void set_pin(uint32_t i) {
        must(GpioOut(port, PIN_OUT, i % 2), "GpioOut");
}

static void read_pin(uint32_t i) {
        rtl_uint32_t value;

        (void)i;
        must(GpioIn(port, PIN_OUT, &value), "GpioIn");
}

static Retcode hear(rtl_uint32_t timeout_ms, GpioEvent *ret_event) {
        _Alignas(KdfEvent) char buffer[sizeof(KdfEvent) + sizeof(GpioEvent)];
        KdfEvent *event = (KdfEvent *)buffer;
        Retcode rc = GpioGetEvent(port, event, timeout_ms);

        memcpy(ret_event, event->payload, sizeof *ret_event);
        return rc;
}

static void take_event(uint32_t i) {
        GpioEvent event;

        (void)i;
        must(hear(0, &event), "GpioGetEvent");
}

static double time_of(void (*run)(uint32_t i)) {
        uint64_t start = timing_now_ns();

        for (uint32_t i = 0; i < CALLS; i++)
                run(i);
        return (double)(timing_now_ns() - start) / CALLS;
}

/* --- a stream --- */

static void *toggle(void *arg) {
        for (uint32_t i = 1; i <= STREAM; i++)
                set_pin(i);
        return arg;
}

static void stream(double *ret_rate, double *ret_lost) {
        uint64_t start = timing_now_ns(), n_heard = 0, n_lost = 0;
        pthread_t thread;

        if (pthread_create(&thread, NULL, toggle, NULL) != 0)
                timing_die("pthread_create");
        while (n_heard + n_lost < STREAM) {
                GpioEvent event;
                Retcode rc = hear(10000, &event);

                if (rc == rcQuotaExceeded)
                        n_lost += event.value;
                else if (rc != rcOk || event.value != (n_heard + n_lost + 1) % 2)
                        timing_die("a stream of edges");
                else
                        n_heard++;
        }
        *ret_rate = (double)n_heard * 1e9 / (double)(timing_now_ns() - start);
        *ret_lost = (double)n_lost;
        (void)pthread_join(thread, NULL);
}

/* --- the whole --- */

static void connect_all(NkKosTransport *transport) {
        Handle channel = ServiceLocatorConnect("bench");

        if (NkKosTransport_Init(transport, channel, NK_NULL, 0) != NK_EOK)
                timing_die("connecting");
        bench_IUse_proxy_init(&proxy, &transport->base, 0);
        must(GpioInit(), "GpioInit");
        must(GpioOpenPort("gpio0", &port), "GpioOpenPort");
        must(GpioSetMode(port, PIN_OUT, GPIO_DIR_OUT), "GpioSetMode");
}

static size_t run_round(char *text, size_t size) {
        double direct, set, read, taken;

        must(GpioSetMode(port, PIN_IN, GPIO_DIR_IN), "GpioSetMode");
        direct = time_of(call_direct);
        set = time_of(set_pin);
        read = time_of(read_pin);
        must(GpioOut(port, PIN_OUT, 1), "GpioOut");
        must(GpioSetMode(port, PIN_IN, EDGES), "GpioSetMode");
        for (uint32_t i = 0; i < CALLS; i++)
                set_pin(i);
        taken = time_of(take_event);
        return (size_t)snprintf(text, size, "%.1f %.1f %.1f %.1f\n", direct, set, read, taken);
}

int main(int argc, char **argv) {
        static char text[2048];
        unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
        int fd = nkx_grant_fd("result");
        NkKosTransport transport;
        double rate, lost;
        size_t n = 0;

        connect_all(&transport);
        for (uint32_t i = 0; i < CALLS; i++) { /* what is the first time only */
                call_direct(i);
                set_pin(i);
        }
        for (unsigned long i = 0; i < rounds && n < sizeof text; i++)
                n += run_round(text + n, sizeof text - n);
        must(GpioOut(port, PIN_OUT, 0), "GpioOut");
        while (hear(0, &(GpioEvent){0}) == rcOk)
                continue;
        stream(&rate, &lost);
        if (n < sizeof text)
                n += (size_t)snprintf(text + n, sizeof text - n, "%.0f %.0f\n", rate, lost);
        return n < sizeof text && pwrite(fd, text, n, 0) == (ssize_t)n ? EXIT_SUCCESS : EXIT_FAILURE;
}
