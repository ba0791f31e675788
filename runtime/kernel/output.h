/* SPDX-License-Identifier: MIT */
/*
 * Output of a solution: what its processes print, line by line and with their names, and what
 * the kernel process itself has to say.
 *
 * Each process has two streams (stdout, stderr), each of our own two outputs is a sink; they are
 * one sink when both lead to the same file, so that the order is kept. Everything is bounded: a
 * stream holds OUTPUT_STREAM_SIZE bytes, a sink OUTPUT_SINK_SIZE. When a sink takes no more, the
 * streams that lead to it are not read: their processes wait, as in any pipeline, and the kernel
 * process never does. Each ready stream is read once a turn, so a flood starves nobody.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTPUT_STREAM_SIZE  8192u  /* bytes; a longer line is split into pieces of this size */
#define OUTPUT_SINK_SIZE    65536u /* bytes waiting for a slow reader */
#define OUTPUT_SINK_RESERVE 16384u /* of which only the kernel process's own messages use these */
#define OUTPUT_NAME_MAX     24u    /* columns; longer names are shown whole, but not aligned with */

typedef enum OutputColor { OUTPUT_COLOR_AUTO, OUTPUT_COLOR_ALWAYS, OUTPUT_COLOR_NEVER } OutputColor;

typedef struct OutputOptions {
        OutputColor color;
        bool no_prefix;
        bool is_raw; /* bytes as they come, where they don't go to a terminal: no line's end is added */
} OutputOptions;

typedef struct Sink {
        int fd;           /* -1: unused */
        bool is_blocking; /* writing might block: ask before, and write little */
        bool is_stuck;    /* takes no more for now; epoll will tell */
        bool is_broken;   /* nobody reads any more; what comes is dropped */
        bool has_color;
        bool is_raw;
        size_t used;
        char *data;
} Sink;

typedef struct Stream {
        int fd;         /* -1: none, or ended */
        bool is_paused; /* its sink is full; no event of it is heard */
        bool has_ended; /* end of file was read; closed as soon as its rest is out */
        bool is_split;  /* a piece of a long line is out, its end is not */
        uint32_t sink;
        size_t used;
        char *data; /* OUTPUT_STREAM_SIZE bytes */
} Stream;

typedef struct Output {
        OutputOptions options;
        int epoll_fd; /* borrowed */
        Sink sinks[2];
        uint32_t sink_of[2]; /* stdout's and stderr's; both 0 when they are one */
        Stream *streams;     /* two per task */
        const char **names;  /* per task, borrowed */
        uint32_t n_tasks;
        uint32_t n_open; /* streams */
        uint32_t n_held; /* who has text for a stream that may have ended */
        void (*before_end)(
                void *arg); /* called when a stream has ended, before it is closed; NULL: nothing */
        void *arg;
        size_t name_width;
} Output;

#define OUTPUT_NULL ((Output){.sinks = {{.fd = -1}, {.fd = -1}}})

int output_init(Output *o, const OutputOptions *options, int epoll_fd, uint32_t n_tasks);
/* Writes out what can still be written without waiting, and closes everything. */
void output_deinit(Output *o);
/* Takes over the read ends of a task's stdout and stderr. name: borrowed. */
int output_add_task(Output *o, uint32_t task, const char *name, const int fds[2]);
void output_set_width(Output *o, const char *name); /* before the first line: names it must align */

/* Text of a task that came another way, behind what it has printed; which: 0 stdout, 1 stderr. How much of it
 * was taken: less than all when the sink is full. That of a task without streams is dropped. */
size_t output_put(Output *o, uint32_t task, uint32_t which, const char *text, size_t size);
/* Somebody has more such text, or has it no longer: meanwhile no stream is closed. */
void output_hold(Output *o, bool on);

/* Events of the loop. */
void output_stream_ready(Output *o, uint32_t stream);
void output_sink_ready(Output *o, uint32_t sink);
/* What a dead process has left in its pipes comes before the news of its death. */
void output_task_ended(Output *o, uint32_t task);
void output_flush(Output *o); /* once a turn */

/* A message of the kernel process, to stderr: "caisson: …", one line. */
void output_say(Output *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A line without the "caisson: ", for tables. */
void output_say_plain(Output *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool output_is_idle(const Output *o);   /* all streams have ended and everything is written */
bool output_is_broken(const Output *o); /* a reader has gone away */
