/* SPDX-License-Identifier: MIT */
/*
 * What clients of file servers print: see consoles.h.
 */
#include "consoles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nkc.h>

#include "events.h"

#define SERVES_THIS   "kl.VfsFile"
#define PACKETS_DRAIN 512u /* of one console at once: more than its socket holds */

static void drain(void *arg) {
        consoles_drain(arg);
}

int consoles_init(Consoles *c, const Solution *sol, Output *output, int epoll_fd) {
        *c = (Consoles){.sol = sol,
                .output = output,
                .epoll_fd = epoll_fd,
                .list = calloc(sol->n_tasks + 1u, sizeof *c->list)};
        if (!c->list)
                return -ENOMEM;
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                c->list[i].fd = -1;
        output->before_end = drain;
        output->arg = c;
        return 0;
}

static void set_paused(Consoles *c, Console *console, bool is_paused) {
        if (console->is_paused == is_paused)
                return;
        console->is_paused = is_paused;
        output_hold(c->output, is_paused);
}

static void console_close(Consoles *c, Console *console) {
        if (console->fd < 0)
                return;
        set_paused(c, console, false);
        (void)close(console->fd); /* leaves the epoll set with it */
        free(console->text);
        *console = (Console){.fd = -1};
}

void consoles_deinit(Consoles *c) {
        for (uint32_t i = 0; c->list && i < c->sol->n_tasks; i++)
                console_close(c, &c->list[i]);
        if (c->output)
                c->output->before_end = NULL;
        free(c->list);
        *c = CONSOLES_NULL;
}

bool consoles_wants(const SolTask *task) {
        for (size_t i = 0; task->class && i < task->class->n_endpoints; i++)
                if (strcmp(task->class->endpoints[i].interface_name, SERVES_THIS) == 0)
                        return task->n_listeners > 0;
        return false;
}

int consoles_add(Consoles *c, uint32_t task, int fd) {
        Console *console = &c->list[task];
        int r;

        console_close(c, console); /* of the process's life before */
        if (fd < 0)
                return 0;
        *console = (Console){.fd = fd, .text = malloc(CONSOLE_PACKET_MAX)};
        r = console->text ? events_add(c->epoll_fd, fd, EPOLLIN, EVENT_CONSOLE, task) : -ENOMEM;
        if (r < 0)
                console_close(c, console);
        return r;
}

/* --- packets --- */

static bool has_channel(const Solution *sol, uint32_t client, uint32_t server) {
        const SolTask *task = &sol->tasks[client];

        for (uint32_t i = 0; i < task->n_channels; i++)
                if (task->channels[i].server == server)
                        return true;
        return false;
}

/* Who is to have said it: the client of that name, or the sender when there is no such client of its. */
static uint32_t find_speaker(const Solution *sol, const char *name, uint32_t sender) {
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                if (strcmp(sol->tasks[i].name.text, name) == 0)
                        return has_channel(sol, i, sender) ? i : sender;
        return sender;
}

/* False: it is no packet. */
static bool parse(Consoles *c, uint32_t task, size_t size) {
        Console *console = &c->list[task];
        const char *name = console->text + sizeof(ConsoleHead);
        ConsoleHead head;

        if (size < sizeof head)
                return false;
        memcpy(&head, console->text, sizeof head);
        if (head.stream != 1 && head.stream != 2)
                return false;
        if (head.name_size < 1 || head.name_size > CONSOLE_NAME_MAX || head.name_size > size - sizeof head)
                return false;
        if (name[head.name_size - 1] || size - sizeof head - head.name_size > CONSOLE_TEXT_MAX)
                return false;
        console->speaker = find_speaker(c->sol, name, task);
        console->which = head.stream - 1;
        console->at = (uint32_t)sizeof head + head.name_size;
        console->used = (uint32_t)size;
        return true;
}

/* False: there is no room for the rest. */
static bool show(Consoles *c, Console *console) {
        console->at += (uint32_t)output_put(c->output, console->speaker, console->which,
                console->text + console->at, console->used - console->at);
        return console->at == console->used;
}

static void pause_console(Consoles *c, uint32_t task) {
        Console *console = &c->list[task];

        if (!console->is_paused)
                events_pause(c->epoll_fd, console->fd, EVENT_CONSOLE, task);
        set_paused(c, console, true);
}

/* One packet. False: there is none, or it must wait. */
static bool read_packet(Consoles *c, uint32_t task) {
        Console *console = &c->list[task];
        ssize_t n = read(console->fd, console->text, CONSOLE_PACKET_MAX);

        if (n < 0)
                return errno == EINTR;
        if (n == 0) {
                console_close(c, console);
                return false;
        }
        if (!parse(c, task, (size_t)n) || show(c, console))
                return true;
        pause_console(c, task);
        return false;
}

static void read_packets(Consoles *c, uint32_t task, uint32_t most) {
        while (most-- > 0 && c->list[task].fd >= 0 && !c->list[task].is_paused)
                if (!read_packet(c, task))
                        return;
}

void consoles_ready(Consoles *c, uint32_t task) {
        read_packets(c, task, 1);
}

void consoles_drain(Consoles *c) {
        for (uint32_t i = 0; i < c->sol->n_tasks; i++)
                read_packets(c, i, PACKETS_DRAIN);
}

/* Streams that ended meanwhile are closed when no console waits: so what lies behind is read first. */
void consoles_resume(Consoles *c) {
        for (uint32_t i = 0; i < c->sol->n_tasks; i++) {
                Console *console = &c->list[i];

                if (console->fd < 0 || !console->is_paused || !show(c, console))
                        continue;
                console->is_paused = false;
                events_resume(c->epoll_fd, console->fd, EVENT_CONSOLE, i);
                read_packets(c, i, PACKETS_DRAIN);
                output_hold(c->output, false);
        }
}
