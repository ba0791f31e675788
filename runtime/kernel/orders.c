/* SPDX-License-Identifier: MIT */
/*
 * Orders: bits, and a descriptor that says when to look.
 */
#include "orders.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

int orders_init(Orders *o, uint32_t n_tasks) {
        *o = (Orders){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .n_tasks = n_tasks};
        if (o->fd < 0)
                return -errno;
        o->wanted = calloc(n_tasks + 1u, sizeof *o->wanted);
        return o->wanted ? 0 : -ENOMEM;
}

void orders_deinit(Orders *o) {
        if (o->fd >= 0)
                (void)close(o->fd);
        free(o->wanted);
        *o = ORDERS_NULL;
}

/* The count of an eventfd can't overflow: it is read to zero. */
static void say(const Orders *o) {
        uint64_t one = 1;
        ssize_t n = write(o->fd, &one, sizeof one);

        (void)n;
}

static void hush(const Orders *o) {
        uint64_t count;
        ssize_t n = read(o->fd, &count, sizeof count);

        (void)n;
}

void orders_put(Orders *o, uint32_t task, uint8_t order) {
        o->n_wanted += o->wanted[task] == 0;
        o->wanted[task] |= order;
        say(o);
}

void orders_forget(Orders *o, uint32_t task) {
        o->n_wanted -= o->wanted[task] != 0;
        o->wanted[task] = 0;
}

uint8_t orders_take(Orders *o, uint32_t *ret_task) {
        uint8_t wanted;

        for (uint32_t i = 0; o->n_wanted && i < o->n_tasks; i++) {
                wanted = o->wanted[i];
                if (!wanted)
                        continue;
                orders_forget(o, i);
                *ret_task = i;
                return wanted;
        }
        hush(o);
        return 0;
}
