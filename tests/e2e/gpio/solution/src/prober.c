/* SPDX-License-Identifier: MIT */
/*
 * Prober: every function of gpio/gpio.h and bsp/bsp.h, with what each refuses.
 */
#include <bsp/bsp.h>
#include <coresrv/hal/hal_api.h>
#include <gpio/gpio.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define EDGES   (GPIO_EVENT_RISE_EDGE | GPIO_EVENT_FALL_EDGE)
#define LONG_MS 30000u
#define QUEUED  8192u /* events that the driver keeps for one client at one port */

static GpioHandle gpio0, gpio1;

typedef struct Heard {
        Retcode rc;
        rtl_uint32_t type;
        GpioEvent event;
} Heard;

static Heard hear(GpioHandle port, rtl_uint32_t timeout_ms) {
        char buffer[1 + sizeof(KdfEvent) + sizeof(GpioEvent)];
        char *unaligned = buffer + 1; /* the documented buffer is an array of char */
        KdfEvent head;
        Heard heard;

        memset(&heard, 0, sizeof heard);
        heard.rc = GpioGetEvent(port, (KdfEvent *)(void *)unaligned, timeout_ms);
        memcpy(&head, unaligned, sizeof head);
        heard.type = heard.rc == rcOk || heard.rc == rcQuotaExceeded ? head.type : 0;
        memcpy(&heard.event, unaligned + sizeof head, sizeof heard.event);
        return heard;
}

static int is_event(Heard heard, rtl_uint32_t type, rtl_uint32_t pin, rtl_uint32_t value) {
        return heard.rc == rcOk && heard.type == type && heard.event.pin == pin && heard.event.value == value;
}

static void before_init(void) {
        GpioHandle none = GPIO_INVALID_HANDLE;

        check_rc(GpioOpenPort("gpio0", &none), rcNotConnected, "no port is opened before GpioInit");
        check(none == GPIO_INVALID_HANDLE, "a handle is set on success only");
        check_rc(GpioInit(), rcOk, "GpioInit");
        check_rc(GpioInit(), rcOk, "GpioInit again does nothing");
}

static void ports(void) {
        GpioHandle again = GPIO_INVALID_HANDLE;

        check_rc(GpioOpenPort("gpio2", &again), rcDeviceNotFound, "an unknown port is not opened");
        check_rc(GpioOpenPort("", &again), rcDeviceNotFound, "nor one without a name");
        check_rc(GpioOpenPort("0123456789012345678901234567890", &again), rcDeviceNotFound,
                "a name of 31 bytes");
        check_rc(GpioOpenPort("01234567890123456789012345678901", &again), rcInvalidArgument,
                "a name of 32 bytes");
        check_rc(GpioOpenPort(NULL, &again), rcInvalidArgument, "no name at all");
        check_rc(GpioOpenPort("gpio0", NULL), rcInvalidArgument, "nowhere to put the handle");
        check_rc(GpioOpenPort("gpio0", &gpio0), rcOk, "a port is opened");
        check_rc(GpioOpenPort("gpio0", &again), rcAlreadyExists, "and not twice");
        check_rc(GpioOpenPort("gpio1", &gpio1), rcOk, "another one is");
        check(gpio0 != gpio1 && gpio0 && gpio0 != GPIO_INVALID_HANDLE, "handles differ");
        check_rc(GpioClosePort(GPIO_INVALID_HANDLE), rcInvalidArgument, "no handle is closed");
        check_rc(GpioClosePort(NULL), rcInvalidArgument, "nor NULL");
}

static void modes(void) {
        check_rc(GpioSetMode(gpio0, 0, GPIO_DIR_OUT), rcOk, "an output");
        check_rc(GpioSetMode(gpio0, 0, GPIO_DIR_IN), rcOk, "becomes an input");
        check_rc(GpioSetMode(gpio0, 0, EDGES), rcOk, "events alone make an input");
        check_rc(GpioSetMode(gpio0, 0, 0), rcInvalidArgument, "a mode without anything");
        check_rc(GpioSetMode(gpio0, 0, GPIO_DIR_IN | GPIO_DIR_OUT), rcInvalidArgument, "both directions");
        check_rc(GpioSetMode(gpio0, 0, GPIO_DIR_OUT | GPIO_EVENT_RISE_EDGE), rcInvalidArgument,
                "events of an output");
        check_rc(GpioSetMode(gpio0, 0, GPIO_DIR_IN | 0x04), rcInvalidArgument, "unknown bits");
        check_rc(GpioSetMode(gpio0, 27, GPIO_DIR_IN), rcSecurityDisallow, "a pin that the policy keeps");
        check_rc(GpioSetMode(gpio0, 28, GPIO_DIR_IN), rcInvalidArgument, "a pin beyond the last one");
        check_rc(GpioSetMode(gpio1, 255, GPIO_DIR_IN), rcOk, "the last pin of the largest port");
        check_rc(GpioSetMode(gpio1, 256, GPIO_DIR_IN), rcInvalidArgument, "and one beyond it");
        check_rc(GpioSetMode(GPIO_INVALID_HANDLE, 0, GPIO_DIR_IN), rcInvalidArgument, "no port");
        check_rc(GpioSetMode((GpioHandle)(void *)((char *)gpio0 + 8), 0, GPIO_DIR_IN), rcInvalidArgument,
                "half a handle");
        check_rc(GpioReleaseMode(gpio0, 0), rcOk, "a pin is given back");
        check_rc(GpioReleaseMode(gpio0, 0), rcNotReady, "once");
        check_rc(GpioReleaseMode(gpio0, 28), rcInvalidArgument, "a pin that isn't there");
}

static void levels(void) {
        rtl_uint32_t value = 7;

        check_rc(GpioOut(gpio0, 12, 1), rcNotReady, "a pin without a mode is not set");
        check_rc(GpioIn(gpio0, 12, &value), rcNotReady, "nor read");
        check(value == 7, "a value is set on success only");
        check_rc(GpioSetMode(gpio0, 9, GPIO_DIR_IN), rcOk, "an input");
        check_rc(GpioOut(gpio0, 9, 1), rcInvalidOperation, "is not set");
        check_rc(GpioSetMode(gpio0, 12, GPIO_DIR_OUT), rcOk, "an output that is wired to it");
        check_rc(GpioOut(gpio0, 12, 2), rcInvalidArgument, "is not set to 2");
        check_rc(GpioOut(gpio0, 12, 1), rcOk, "is set");
        check(GpioIn(gpio0, 9, &value) == rcOk && value == 1, "the input follows");
        check(GpioIn(gpio0, 12, &value) == rcOk && value == 1, "an output can be read");
        check_rc(GpioIn(gpio0, 9, NULL), rcInvalidArgument, "nowhere to put the value");
        check_rc(GpioIn(gpio0, 28, &value), rcInvalidArgument, "a pin that isn't there is not read");
        check_rc(GpioOut(gpio0, 28, 1), rcInvalidArgument, "nor set");
        check_rc(GpioSetMode(gpio0, 10, GPIO_DIR_OUT), rcOk, "a wire leads");
        check(GpioOut(gpio0, 10, 1) == rcOk && GpioIn(gpio1, 255, &value) == rcOk && value == 1,
                "to another port");
        check(GpioSetMode(gpio0, 3, GPIO_DIR_IN) == rcOk && GpioIn(gpio0, 3, &value) == rcOk && value == 1,
                "a pin that is pulled up is high");
        check_rc(GpioSetMode(gpio0, 12, GPIO_DIR_OUT), rcOk, "an output that is made one again");
        check(GpioIn(gpio0, 9, &value) == rcOk && value == 0, "begins low");
}

static void events(void) {
        Heard first, second;

        check_rc(hear(gpio0, 0).rc, rcTimeout, "no event yet");
        check_rc(hear(gpio0, 20).rc, rcTimeout, "nor after a while");
        check_rc(GpioSetMode(gpio0, 9, GPIO_DIR_IN | EDGES), rcOk, "edges are reported");
        check_rc(GpioOut(gpio0, 12, 0), rcOk, "what stays as it is");
        check_rc(hear(gpio0, 0).rc, rcTimeout, "is no event");
        (void)GpioOut(gpio0, 12, 1);
        (void)GpioOut(gpio0, 12, 0);
        first = hear(gpio0, LONG_MS);
        second = hear(gpio0, LONG_MS);
        check(is_event(first, GPIO_EVENT_TYPE_EDGE_RISE, 9, 1), "a rising edge");
        check(is_event(second, GPIO_EVENT_TYPE_EDGE_FALL, 9, 0), "then a falling one");
        check(first.event.time != 0 && first.event.time <= second.event.time, "with their times");
        check_rc(GpioSetMode(gpio0, 9, GPIO_DIR_IN | GPIO_EVENT_FALL_EDGE), rcOk, "only falling edges");
        (void)GpioOut(gpio0, 12, 1);
        (void)GpioOut(gpio0, 12, 0);
        check(is_event(hear(gpio0, LONG_MS), GPIO_EVENT_TYPE_EDGE_FALL, 9, 0), "a falling edge alone");
        check_rc(hear(gpio0, 0).rc, rcTimeout, "and no other");
        check_rc(GpioSetMode(gpio0, 9, GPIO_DIR_IN | GPIO_EVENT_LOW_LEVEL | GPIO_EVENT_HIGH_LEVEL), rcOk,
                "levels");
        check(is_event(hear(gpio0, LONG_MS), GPIO_EVENT_TYPE_LEVEL_LOW, 9, 0), "the one that there is");
        (void)GpioOut(gpio0, 12, 1);
        check(is_event(hear(gpio0, LONG_MS), GPIO_EVENT_TYPE_LEVEL_HIGH, 9, 1), "and the next one");
        check_rc(GpioReleaseMode(gpio0, 9), rcOk, "a pin that was given back");
        (void)GpioOut(gpio0, 12, 0);
        check_rc(hear(gpio0, 0).rc, rcTimeout, "reports nothing");
        check_rc(GpioGetEvent(gpio0, NULL, 0), rcInvalidArgument, "nowhere to put an event");
        check_rc(GpioGetEvent(GPIO_INVALID_HANDLE, NULL, 0), rcInvalidArgument, "no port to hear of");
}

/* --- callbacks --- */

typedef struct Called {
        pthread_mutex_t lock;
        pthread_cond_t changed;
        unsigned n;
        rtl_uint32_t pin, value;
        Retcode closing; /* what closing the port from within came to */
} Called;

static void on_event(GpioHandle port, rtl_uint32_t pin, rtl_uint32_t value, void *ctx) {
        Called *called = ctx;

        pthread_mutex_lock(&called->lock);
        called->n++;
        called->pin = pin;
        called->value = value;
        called->closing = GpioClosePort(port);
        pthread_cond_signal(&called->changed);
        pthread_mutex_unlock(&called->lock);
}

static void wait_called(Called *called, unsigned n) {
        pthread_mutex_lock(&called->lock);
        while (called->n < n)
                pthread_cond_wait(&called->changed, &called->lock);
        pthread_mutex_unlock(&called->lock);
}

static void callbacks(void) {
        static Called called = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

        (void)GpioSetMode(gpio0, 9, GPIO_DIR_IN | EDGES);
        check_rc(GpioUnregisterEventCb(gpio0, 9), rcResourceNotFound, "no callback yet");
        check_rc(GpioRegisterEventCb(gpio0, 9, NULL, NULL), rcInvalidArgument,
                "none is registered without a function");
        check_rc(GpioRegisterEventCb(gpio0, 28, on_event, NULL), rcInvalidArgument,
                "nor for a pin that isn't there");
        check_rc(GpioRegisterEventCb(gpio0, 9, on_event, &called), rcOk, "a callback is registered");
        check_rc(GpioRegisterEventCb(gpio0, 9, on_event, &called), rcAlreadyExists, "and not twice");
        (void)GpioOut(gpio0, 12, 1);
        wait_called(&called, 1);
        check(called.pin == 9 && called.value == 1, "it is called");
        check(called.closing == rcInvalidOperation, "and can't close the port");
        (void)GpioOut(gpio0, 12, 0);
        wait_called(&called, 2);
        check(called.value == 0, "for each event");
        check_rc(GpioUnregisterEventCb(gpio0, 9), rcOk, "it is ended");
        (void)GpioOut(gpio0, 12, 1);
        check(is_event(hear(gpio0, LONG_MS), GPIO_EVENT_TYPE_EDGE_RISE, 9, 1), "then events are taken again");
        check(called.n == 2, "and it is called no more");
        (void)GpioOut(gpio0, 12, 0);
        (void)hear(gpio0, LONG_MS);
}

/* --- many --- */

static void too_many(void) {
        rtl_uint64_t n_counted = 0;
        unsigned n_heard = 0;
        int is_in_order = 1;
        Heard heard;

        (void)GpioSetMode(gpio0, 9, GPIO_DIR_IN | EDGES);
        for (unsigned i = 1; i <= 2 * QUEUED; i++)
                (void)GpioOut(gpio0, 12, i % 2);
        while ((heard = hear(gpio0, 0)).rc == rcOk)
                is_in_order = is_in_order && heard.event.value == ++n_heard % 2;
        check(n_heard == QUEUED && is_in_order, "as many as fit are kept, in order");
        check(heard.rc == rcQuotaExceeded && heard.type == GPIO_EVENT_TYPE_LOST, "then the loss is told");
        check(heard.event.pin == 0xffffffff && heard.event.value == QUEUED, "with its number");
        check_rc(hear(gpio0, 0).rc, rcTimeout, "once");
        check(nkx_gpio_count_lost(gpio0, &n_counted) == rcOk && n_counted == QUEUED, "and it is counted");
        check_rc(nkx_gpio_count_lost(gpio0, NULL), rcInvalidArgument, "nowhere to put the count");
        (void)GpioOut(gpio0, 12, 1);
        check(is_event(hear(gpio0, LONG_MS), GPIO_EVENT_TYPE_EDGE_RISE, 9, 1), "what comes then is heard");
        (void)GpioOut(gpio0, 12, 0);
        (void)hear(gpio0, LONG_MS);
}

#define MANY 100000u

static void *toggle(void *arg) {
        for (unsigned i = 1; i <= MANY; i++)
                if (GpioOut(gpio0, 12, i % 2) != rcOk)
                        return arg;
        return NULL;
}

/* Heard while they come. What is lost is told of where it is missing. */
static void a_stream(void) {
        rtl_uint64_t n_seen = 0;
        int is_in_order = 1;
        pthread_t thread;
        void *failed;

        check(pthread_create(&thread, NULL, toggle, &is_in_order) == 0, "a hundred thousand edges");
        while (n_seen < MANY && is_in_order) {
                Heard heard = hear(gpio0, LONG_MS);

                if (heard.rc == rcQuotaExceeded)
                        n_seen += heard.event.value;
                else
                        is_in_order = heard.rc == rcOk && heard.event.value == ++n_seen % 2;
        }
        (void)pthread_join(thread, &failed);
        check(is_in_order && !failed, "arrive in order");
        check(n_seen == MANY, "and none is missing that was not told of");
        check_rc(hear(gpio0, 0).rc, rcTimeout, "none is left");
}

/* --- others --- */

static void a_rival(void) {
        check_rc(GpioSetMode(gpio0, 21, GPIO_DIR_IN | EDGES | GPIO_EVENT_HIGH_LEVEL), rcOk,
                "who hears of a rival");
        for (Heard heard = hear(gpio0, LONG_MS); heard.rc == rcOk && heard.event.value == 0;)
                heard = hear(gpio0, LONG_MS);
        check_rc(GpioSetMode(gpio0, 20, GPIO_DIR_OUT), rcBusy, "can't take his pin");
        check_rc(GpioSetMode(gpio0, 20, GPIO_DIR_IN), rcBusy, "nor look at it");
        check_rc(GpioOut(gpio0, 20, 0), rcBusy, "nor set it");
        check_rc(GpioReleaseMode(gpio0, 20), rcBusy, "nor give it back");
        (void)GpioSetMode(gpio0, 22, GPIO_DIR_OUT);
        check_rc(GpioOut(gpio0, 22, 1), rcOk, "he is asked to die");
        for (Heard heard = hear(gpio0, LONG_MS); heard.rc == rcOk && heard.event.value == 1;)
                heard = hear(gpio0, LONG_MS);
        check_rc(GpioSetMode(gpio0, 20, GPIO_DIR_OUT), rcOk, "then his pin is free");
}

static void *wait_for_ever(void *rc) {
        *(Retcode *)rc = hear(gpio1, 0xffffffff).rc;
        return NULL;
}

static void closing(void) {
        rtl_uint32_t value;
        pthread_t thread;
        Retcode rc = rcOk;

        check(pthread_create(&thread, NULL, wait_for_ever, &rc) == 0, "a thread waits");
        check_rc(GpioClosePort(gpio1), rcOk, "its port is closed");
        (void)pthread_join(thread, NULL);
        check(rc == rcAbort || rc == rcInvalidArgument, "it returns");
        check_rc(GpioIn(gpio1, 255, &value), rcInvalidArgument, "a closed port is not used");
        check_rc(GpioClosePort(gpio1), rcInvalidArgument, "nor closed again");
        check_rc(GpioOpenPort("gpio1", &gpio1), rcOk, "but opened again");
        check_rc(GpioIn(gpio1, 255, &value), rcNotReady, "its pins were given back");
        check_rc(GpioClosePort(gpio1), rcOk, "the second port is closed");
        check_rc(GpioClosePort(gpio0), rcOk, "and the first one");
}

static void board(void) {
        static const char name63[] = "012345678901234567890123456789012345678901234567890123456789012";
        static const char name64[] = "0123456789012345678901234567890123456789012345678901234567890123";
        char name[64];

        check_rc(BspEnableModule("i2c1"), rcNotConnected, "no module before BspInit");
        check_rc(BspInit("x"), rcInvalidArgument, "BspInit takes no name");
        check_rc(BspInit(NULL), BSP_EOK, "BspInit");
        check_rc(BspInit(NULL), rcOk, "BspInit again does nothing");
        check(KnHalGetEnv("board", name, sizeof name) == rcOk && strcmp(name, "bench_one") == 0,
                "the board's name");
        check_rc(KnHalGetEnv("board", name, 9), rcBufferTooSmall, "does not fit");
        check_rc(KnHalGetEnv("board", name, 10), rcOk, "just fits");
        check_rc(KnHalGetEnv("colour", name, sizeof name), rcResourceNotFound, "there is no other variable");
        check_rc(KnHalGetEnv(NULL, name, sizeof name), rcInvalidArgument, "nor one without a name");
        check_rc(BspEnableModule("i2c1"), rcOk, "a module is enabled");
        check_rc(BspEnableModule("i2c1"), rcOk, "again");
        check_rc(BspEnableModule("i2c9"), rcDeviceNotFound, "one that isn't there is not");
        check_rc(BspEnableModule(name63), rcDeviceNotFound, "nor one with the longest name");
        check_rc(BspEnableModule(name64), rcInvalidArgument, "nor a longer one");
        check_rc(BspEnableModule(NULL), rcInvalidArgument, "nor NULL");
        check_rc(BspSetConfig("i2c1", "bench_one.p2-3"), rcOk, "a configuration is chosen");
        check_rc(BspSetConfig("i2c1", "bench_one.p4-5"), rcResourceNotFound, "one that isn't there is not");
        check_rc(BspSetConfig("i2c1", "bench_two.p2-3"), rcResourceNotFound, "nor another board's");
        check_rc(BspSetConfig("i2c9", "bench_one.default"), rcDeviceNotFound, "nor that of no module");
        check_rc(BspSetConfig("i2c1", NULL), rcInvalidArgument, "nor NULL as configuration");
        check_rc(BspSetConfig("i2c1", name64), rcInvalidArgument, "nor a name too long");
}

int main(void) {
        before_init();
        ports();
        modes();
        levels();
        events();
        too_many();
        a_stream();
        callbacks(); /* from then on a thread of the library takes events too */
        a_rival();
        closing();
        board();
        return check_status;
}
