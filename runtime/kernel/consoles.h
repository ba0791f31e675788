/* SPDX-License-Identifier: MIT */
/*
 * Consoles: what clients of a file server print comes from the server (boot/console.h), and is shown with the
 * client's name, line by line like everything that it prints (output.h).
 *
 * One socket for each running process whose class serves kl.VfsFile. Everything in a packet is that process's
 * word: what is no packet is dropped, and a client that it has no channel with is not believed, so the text
 * is shown as its own. A packet that the output has no room for is kept, and nothing more is read from that
 * console until there is: its writer waits, the kernel process does not.
 */
#pragma once

#include "boot/console.h"
#include "output.h"
#include "solution.h"

typedef struct Console {
        int fd;         /* our end; -1: none */
        bool is_paused; /* with text that is still to be shown; no event of it is heard */
        uint32_t speaker, which;
        uint32_t at, used; /* what is left of `text` */
        char *text;        /* CONSOLE_PACKET_MAX bytes */
} Console;

typedef struct Consoles {
        const Solution *sol;
        Output *output;
        int epoll_fd;  /* borrowed */
        Console *list; /* per task */
} Consoles;

#define CONSOLES_NULL ((Consoles){.list = NULL})

/* Borrows everything. 0, -ENOMEM. */
int consoles_init(Consoles *c, const Solution *sol, Output *output, int epoll_fd);
void consoles_deinit(Consoles *c);

/* Does the class of that process serve files? */
bool consoles_wants(const SolTask *task);
/* Takes over our end of a task's console; -1: it has none. 0 or a negative errno. */
int consoles_add(Consoles *c, uint32_t task, int fd);

/* Events of the loop. */
void consoles_ready(Consoles *c, uint32_t task);
/* There may be room again. */
void consoles_resume(Consoles *c);
/* What lies there already is shown before anything that happens now. */
void consoles_drain(Consoles *c);
