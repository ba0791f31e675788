/* SPDX-License-Identifier: MIT */
/*
 * Output of a solution. Bytes travel stream → sink → our own stdout or stderr; a line enters a
 * sink whole or not at all.
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "events.h"

#define SAY_MAX           1024u /* bytes of one message of our own */
#define OUTPUT_REST_READS 32u   /* at once, of a process that has ended: more than a pipe usually holds */

/* --- sinks --- */

/* A second open file of the same terminal or pipe can be non-blocking without changing the one that
 * we share with the shell. Other kinds of files can't be opened twice like that. */
static int open_sink(Sink *sink, int fd, bool is_raw) {
        char path[64];
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        sink->fd = -1;
        if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode))
                sink->fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        sink->is_blocking = sink->fd < 0 && !S_ISREG(st.st_mode);
        sink->is_raw = is_raw && !isatty(fd);
        if (sink->fd < 0)
                sink->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (sink->fd < 0)
                return -errno;
        sink->data = malloc(OUTPUT_SINK_SIZE);
        return sink->data ? 0 : -ENOMEM;
}

static bool wants_color(OutputColor color, int fd) {
        const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

        if (color != OUTPUT_COLOR_AUTO)
                return color == OUTPUT_COLOR_ALWAYS;
        return isatty(fd) && term && strcmp(term, "dumb") != 0 && !(no_color && no_color[0]);
}

static bool is_same_file(int a, int b) {
        struct stat x, y;

        return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool has_room(const Sink *sink, size_t size) {
        return sink->used + size <= OUTPUT_SINK_SIZE - OUTPUT_SINK_RESERVE;
}

static void append(Sink *sink, const char *data, size_t size) {
        memcpy(sink->data + sink->used, data, size);
        sink->used += size;
}

/* How much a descriptor that may block takes for sure: a pipe that is ready has room for PIPE_BUF. */
static size_t safe_size(const Sink *sink) {
        struct pollfd ask = {.fd = sink->fd, .events = POLLOUT};

        if (!sink->is_blocking)
                return sink->used;
        if (poll(&ask, 1, 0) <= 0)
                return 0;
        return sink->used < PIPE_BUF ? sink->used : PIPE_BUF;
}

static void mark_stuck(Output *o, uint32_t i) {
        Sink *sink = &o->sinks[i];

        if (!sink->is_stuck && events_add(o->epoll_fd, sink->fd, EPOLLOUT, EVENT_SINK, i) == 0)
                sink->is_stuck = true;
}

static void mark_broken(Sink *sink) {
        sink->is_broken = true;
        sink->used = 0;
}

static void write_sink(Output *o, uint32_t i) {
        Sink *sink = &o->sinks[i];

        while (sink->used && !sink->is_broken) {
                size_t size = safe_size(sink);
                ssize_t n = size ? write(sink->fd, sink->data, size) : -1;

                if (n >= 0) {
                        sink->used -= (size_t)n;
                        memmove(sink->data, sink->data + n, sink->used);
                } else if (size == 0 || errno == EAGAIN) {
                        mark_stuck(o, i);
                        return;
                } else if (errno != EINTR) {
                        mark_broken(sink);
                }
        }
}

/* --- lines --- */

static size_t columns_of(const char *name) {
        size_t n = 0;

        for (; *name; name++)
                n += ((unsigned char)*name & 0xc0) != 0x80;
        return n;
}

/* "name   | " into `text`. A task name has at most 255 bytes. */
static size_t format_prefix(const Output *o, uint32_t task, const Sink *sink, char *text, size_t size) {
        static const char *const colors[] = {"\033[36m", "\033[33m", "\033[32m", "\033[35m", "\033[34m"};
        size_t width = columns_of(o->names[task]);
        int pad = width < o->name_width ? (int)(o->name_width - width) : 0;
        int n;

        if (o->options.no_prefix)
                return 0;
        n = snprintf(text, size, "%s%s%*s |%s ",
                sink->has_color ? colors[task % (sizeof colors / sizeof *colors)] : "", o->names[task], pad,
                "", sink->has_color ? "\033[0m" : "");
        return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

/* A line without its end, or the piece of a long one that must do for now; raw, whatever there is. */
typedef struct Line {
        const char *text;
        size_t size;
        bool has_end;   /* a newline follows */
        bool is_silent; /* only the end of a line whose last piece is out already */
} Line;

/* False: there is no whole line yet. */
static bool find_next(const Output *o, const Stream *stream, size_t from, Line *ret_line) {
        const char *at = stream->data + from;
        size_t left = stream->used - from;
        bool is_raw = o->sinks[stream->sink].is_raw;
        const char *end = left && !is_raw ? memchr(at, '\n', left) : NULL;

        if (!end && left != OUTPUT_STREAM_SIZE && !(stream->has_ended && left) && !(is_raw && left))
                return false;
        *ret_line = (Line){.text = at, .size = end ? (size_t)(end - at) : left, .has_end = end != NULL};
        ret_line->is_silent = stream->is_split && ret_line->size == 0;
        return true;
}

/* False: there is no room for it now. */
static bool put_line(
        Output *o, const Stream *stream, const char *prefix, size_t prefix_size, const Line *line) {
        Sink *sink = &o->sinks[stream->sink];
        size_t size = prefix_size + line->size + 1;

        if (line->is_silent || sink->is_broken)
                return true;
        if (!has_room(sink, size))
                write_sink(o, stream->sink);
        if (!has_room(sink, size))
                return sink->is_broken;
        append(sink, prefix, prefix_size);
        append(sink, line->text, line->size);
        if (!sink->is_raw)
                append(sink, "\n", 1);
        return true;
}

/* Moves whole lines to the sink. False: it has no room for the next one. */
static bool move_lines(Output *o, uint32_t index) {
        Stream *stream = &o->streams[index];
        char prefix[512];
        size_t prefix_size = format_prefix(o, index / 2, &o->sinks[stream->sink], prefix, sizeof prefix);
        size_t from = 0;
        bool fits = true;
        Line line;

        while (fits && find_next(o, stream, from, &line)) {
                fits = put_line(o, stream, prefix, prefix_size, &line);
                if (!fits)
                        break;
                from += line.size + line.has_end;
                stream->is_split = !line.has_end;
        }
        stream->used -= from;
        memmove(stream->data, stream->data + from, stream->used);
        return fits;
}

/* --- streams --- */

static void close_stream(Output *o, Stream *stream) {
        if (stream->fd < 0)
                return;
        (void)close(stream->fd); /* leaves the epoll set with it */
        free(stream->data);
        *stream = (Stream){.fd = -1};
        o->n_open--;
}

static void pause_stream(Output *o, uint32_t index) {
        Stream *stream = &o->streams[index];

        if (!stream->is_paused)
                events_pause(o->epoll_fd, stream->fd, EVENT_STREAM, index);
        stream->is_paused = true;
}

/* After new bytes, or new room. */
static void advance(Output *o, uint32_t index) {
        Stream *stream = &o->streams[index];

        if (!move_lines(o, index)) {
                pause_stream(o, index);
        } else if (stream->has_ended) {
                if (o->n_held == 0)
                        close_stream(o, stream);
                else
                        pause_stream(o, index);
        } else if (stream->is_paused) {
                stream->is_paused = false;
                events_resume(o->epoll_fd, stream->fd, EVENT_STREAM, index);
        }
}

/* What it has said another way was said before. */
static void end_stream(Output *o, Stream *stream) {
        if (o->before_end)
                o->before_end(o->arg);
        stream->has_ended = true;
}

/* False: there was nothing to read, or the stream may not be read. */
static bool read_stream(Output *o, uint32_t index) {
        Stream *stream = &o->streams[index];
        ssize_t n;

        if (stream->fd < 0 || stream->is_paused)
                return false;
        n = read(stream->fd, stream->data + stream->used, OUTPUT_STREAM_SIZE - stream->used);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return false;
        if (n > 0)
                stream->used += (size_t)n;
        else
                end_stream(o, stream);
        advance(o, index);
        return true;
}

/* --- text that comes another way --- */

size_t output_put(Output *o, uint32_t task, uint32_t which, const char *text, size_t size) {
        Stream *stream = &o->streams[2 * task + which];
        size_t done = 0;

        if (stream->fd < 0)
                return size;
        while (done < size) {
                size_t room = OUTPUT_STREAM_SIZE - stream->used;
                size_t n = size - done < room ? size - done : room;

                memcpy(stream->data + stream->used, text + done, n);
                stream->used += n;
                done += n;
                if (move_lines(o, 2 * task + which))
                        continue;
                pause_stream(o, 2 * task + which);
                if (stream->used == OUTPUT_STREAM_SIZE)
                        break;
        }
        return done;
}

void output_hold(Output *o, bool on) {
        o->n_held += on ? 1 : -1u;
        for (uint32_t i = 0; o->n_held == 0 && i < 2 * o->n_tasks; i++)
                if (o->streams[i].fd >= 0 && o->streams[i].has_ended)
                        advance(o, i);
}

/* --- events --- */

void output_stream_ready(Output *o, uint32_t index) {
        (void)read_stream(o, index);
}

void output_task_ended(Output *o, uint32_t task) {
        for (uint32_t i = 2 * task; i < 2 * task + 2; i++)
                for (uint32_t n = 0; n < OUTPUT_REST_READS && read_stream(o, i); n++)
                        continue;
}

void output_sink_ready(Output *o, uint32_t i) {
        Sink *sink = &o->sinks[i];

        events_remove(o->epoll_fd, sink->fd);
        sink->is_stuck = false;
        write_sink(o, i);
        if (sink->is_stuck)
                return;
        for (uint32_t s = 0; s < 2 * o->n_tasks; s++)
                if (o->streams[s].fd >= 0 && o->streams[s].is_paused && o->streams[s].sink == i)
                        advance(o, s);
}

void output_flush(Output *o) {
        for (uint32_t i = 0; i < 2; i++)
                if (o->sinks[i].fd >= 0 && !o->sinks[i].is_stuck)
                        write_sink(o, i);
}

/* --- our own messages --- */

/* They have a share of the sink to themselves; when even that is full, nobody reads anyway. */
__attribute__((format(printf, 3, 0))) static void say(
        Output *o, const char *start, const char *format, va_list args) {
        Sink *sink = &o->sinks[o->sink_of[1]];
        char text[SAY_MAX];
        int n, head = snprintf(text, sizeof text, "%s", start);

        n = vsnprintf(text + head, sizeof text - (size_t)head - 1, format, args);
        if (n < 0 || sink->is_broken)
                return;
        n += head;
        if (n > (int)sizeof text - 2)
                n = (int)sizeof text - 2;
        text[n++] = '\n';
        if (sink->used + (size_t)n > OUTPUT_SINK_SIZE)
                write_sink(o, o->sink_of[1]);
        if (sink->used + (size_t)n <= OUTPUT_SINK_SIZE)
                append(sink, text, (size_t)n);
}

void output_say(Output *o, const char *format, ...) {
        va_list args;

        va_start(args, format);
        say(o, "caisson: ", format, args);
        va_end(args);
}

void output_say_plain(Output *o, const char *format, ...) {
        va_list args;

        va_start(args, format);
        say(o, "", format, args);
        va_end(args);
}

/* --- the whole --- */

int output_init(Output *o, const OutputOptions *options, int epoll_fd, uint32_t n_tasks) {
        int r;

        *o = OUTPUT_NULL;
        o->options = *options;
        o->epoll_fd = epoll_fd;
        o->streams = calloc(2 * (size_t)n_tasks, sizeof *o->streams);
        o->names = calloc(n_tasks, sizeof *o->names);
        if (!o->streams || !o->names)
                return -ENOMEM;
        o->n_tasks = n_tasks;
        for (uint32_t i = 0; i < 2 * n_tasks; i++)
                o->streams[i].fd = -1;
        r = open_sink(&o->sinks[0], STDOUT_FILENO, options->is_raw);
        if (r < 0)
                return r;
        o->sinks[0].has_color = wants_color(options->color, STDOUT_FILENO);
        if (is_same_file(STDOUT_FILENO, STDERR_FILENO))
                return 0;
        o->sink_of[1] = 1;
        r = open_sink(&o->sinks[1], STDERR_FILENO, options->is_raw);
        o->sinks[1].has_color = wants_color(options->color, STDERR_FILENO);
        return r;
}

void output_deinit(Output *o) {
        output_flush(o);
        for (uint32_t i = 0; i < 2 * o->n_tasks; i++)
                close_stream(o, &o->streams[i]);
        for (uint32_t i = 0; i < 2; i++) {
                if (o->sinks[i].fd >= 0)
                        (void)close(o->sinks[i].fd);
                free(o->sinks[i].data);
        }
        free(o->streams);
        free(o->names);
        *o = OUTPUT_NULL;
}

void output_set_width(Output *o, const char *name) {
        size_t width = columns_of(name);

        if (width <= OUTPUT_NAME_MAX && width > o->name_width)
                o->name_width = width;
}

int output_add_task(Output *o, uint32_t task, const char *name, const int fds[2]) {
        int result = 0;

        o->names[task] = name;
        for (uint32_t i = 0; i < 2; i++) {
                Stream *stream = &o->streams[2 * task + i];
                int r;

                close_stream(o, stream); /* of the life before, where nobody reads */
                *stream = (Stream){.fd = fds[i], .sink = o->sink_of[i], .data = malloc(OUTPUT_STREAM_SIZE)};
                o->n_open++;
                r = stream->data ? events_add(o->epoll_fd, fds[i], EPOLLIN, EVENT_STREAM, 2 * task + i)
                                 : -ENOMEM;
                if (r == 0)
                        continue;
                close_stream(o, stream);
                result = r;
        }
        return result;
}

bool output_is_idle(const Output *o) {
        return o->n_open == 0 && o->sinks[0].used == 0 && o->sinks[1].used == 0;
}

bool output_is_broken(const Output *o) {
        return o->sinks[0].is_broken || o->sinks[1].is_broken;
}
