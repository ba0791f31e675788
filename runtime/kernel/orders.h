/* SPDX-License-Identifier: MIT */
/*
 * Orders: what processes want done with other processes, on its way from the thread that serves their calls
 * to the one that starts and ends processes.
 *
 * One order of each kind a task: a second one adds nothing. Nothing waits, nothing is allocated.
 *
 * Threads: both sides hold the relay's lock, but for the descriptor.
 */
#pragma once

#include <stdint.h>

enum { ORDER_START = 1, ORDER_END = 2 };

typedef struct Orders {
        int fd;          /* ready to read while there are any */
        uint8_t *wanted; /* per task: bits of the above */
        uint32_t n_tasks, n_wanted;
} Orders;

#define ORDERS_NULL ((Orders){.fd = -1})

/* 0 or a negative errno. */
int orders_init(Orders *o, uint32_t n_tasks);
void orders_deinit(Orders *o);

void orders_put(Orders *o, uint32_t task, uint8_t order);
/* All orders for one task, and forgets them. Returns 0 when there are none. */
uint8_t orders_take(Orders *o, uint32_t *ret_task);
/* The task has died: what was wanted of it is done. */
void orders_forget(Orders *o, uint32_t task);
