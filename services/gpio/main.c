/* SPDX-License-Identifier: MIT */
/*
 * gpio_hw: the GPIO driver. Its arguments are lines of its configuration (config.h), after those of the file
 * granted as "gpio.conf", if there is one.
 */
#include <caisson/grant.h>
#include <coresrv/sl/sl_api.h>
#include <rtl/retcode_hr.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chips.h"
#include "config.h"
#include "control.h"
#include "server.h"

#define CHANNEL "kl.drivers.GPIO"

typedef struct Driver {
        Bank *bank;
        Sim *sim;
        Server *server;
        Control *control; /* NULL: nobody may look on */
} Driver;

static Driver driver;

static void ring(void *arg, uint64_t owner, uint32_t port) {
        Driver *d = arg;

        if (d->server)
                server_ring(d->server, owner, port);
}

static void show(void *arg) {
        Driver *d = arg;

        ctl_wake(d->control); /* without it nobody looks on */
}

/* --- configuration --- */

static int read_file(Config *config) {
        static char text[CONF_FILE_MAX + 1];
        int fd = nkx_grant_fd("gpio.conf");
        unsigned line;
        ssize_t n;

        if (fd < 0)
                return 0;
        n = pread(fd, text, sizeof text, 0);
        if (n < 0 || n > (ssize_t)CONF_FILE_MAX) {
                (void)fprintf(stderr, "gpio.conf can't be read, or has more than %u bytes\n", CONF_FILE_MAX);
                return -1;
        }
        if (conf_text(config, text, (size_t)n, &line))
                return 0;
        (void)fprintf(stderr, "gpio.conf:%u: %s\n", line, config->error);
        return -1;
}

static int read_arguments(Config *config, int argc, char **argv) {
        for (int i = 1; i < argc; i++) {
                if (conf_line(config, argv[i]))
                        continue;
                (void)fprintf(stderr, "argument %d, \"%.64s\": %s\n", i, argv[i], config->error);
                return -1;
        }
        return 0;
}

static int configure(Driver *d, int argc, char **argv) {
        Config config = {.bank = d->bank, .sim = d->sim, .add_chip = chips_add};

        if (read_file(&config) < 0 || read_arguments(&config, argc, argv) < 0)
                return -1;
        if (conf_complete(&config))
                return 0;
        (void)fprintf(stderr, "configuration: %s\n", config.error);
        return -1;
}

/* --- start --- */

/* The solution ends: onlookers are told what happened until now. */
static void on_end(int number) {
        (void)number;
        ctl_stop(driver.control);
}

static void *look_on(void *arg) {
        int r = ctl_run(arg);

        if (r == 0)
                _exit(EXIT_SUCCESS);
        (void)fprintf(stderr, "onlookers: %s\n", strerror(-r));
        return NULL;
}

static int start_control(Driver *d) {
        int fd = nkx_grant_fd("gpio"), r;
        pthread_t thread;

        if (fd < 0)
                return 0;
        r = ctl_new(d->bank, d->sim, fd, &d->control);
        if (r == 0 && pthread_create(&thread, NULL, look_on, d->control) == 0) {
                (void)signal(SIGTERM, on_end);
                return pthread_detach(thread);
        }
        (void)fprintf(stderr, "onlookers: no memory or no thread\n");
        return -1;
}

static int prepare(Driver *d, int argc, char **argv) {
        const BankHost host = {.ring = ring, .show = show, .arg = d};
        Retcode rc;

        d->bank = bank_new(&host);
        d->sim = d->bank ? sim_new(d->bank) : NULL;
        if (!d->sim) {
                (void)fprintf(stderr, "not enough memory\n");
                return -1;
        }
        if (configure(d, argc, argv) < 0 || start_control(d) < 0)
                return -1;
        rc = server_new(d->bank, &d->server);
        if (rc == rcOk)
                return 0;
        (void)fprintf(stderr,
                "the kernel process gives no notices (" RETCODE_HR_FMT
                "); the policy must grant requests to kl.core.Core\n",
                RETCODE_HR_PARAMS(rc));
        return -1;
}

int main(int argc, char **argv) {
        ServiceId id;
        Handle listener;

        (void)signal(SIGPIPE, SIG_IGN); /* an onlooker that went away */
        if (prepare(&driver, argc, argv) < 0)
                return EXIT_FAILURE;
        listener = ServiceLocatorRegister(CHANNEL, NULL, 0, &id);
        if (listener == INVALID_HANDLE) {
                (void)fprintf(stderr, "nobody was given the channel \"" CHANNEL "\"\n");
                return EXIT_FAILURE;
        }
        (void)server_run(driver.server, listener);
        return EXIT_FAILURE;
}
