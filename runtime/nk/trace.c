/* SPDX-License-Identifier: MIT */
/*
 * Trace of messages for code generated with --trace-client-ipc and --trace-server-ipc.
 *
 *      nk: client > demo_IStore store.Put riid 0 mid 0 size 56 arena 12 handles 0
 *      nk: client < demo_IStore store.Put riid 0 mid 0 failed: NK_EPERM
 *
 * `>` is a request, `<` a response. A dump adds " const <hex> arena <hex>".
 */
#include <nk/transport.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "trace.h"

/* A line in the making. It never overflows: every part of it is limited, and add() cuts. */
typedef struct Line {
        char *text;
        size_t length;
} Line;

static const struct {
        nk_err_t err;
        const char *name;
} err_names[] = {
        {NK_EPERM, "NK_EPERM"},
        {NK_ENOENT, "NK_ENOENT"},
        {NK_EAGAIN, "NK_EAGAIN"},
        {NK_ENOMEM, "NK_ENOMEM"},
        {NK_EINVAL, "NK_EINVAL"},
        {NK_ENOTEMPTY, "NK_ENOTEMPTY"},
        {NK_ENOMSG, "NK_ENOMSG"},
        {NK_EBADMSG, "NK_EBADMSG"},
        {NK_ENOTCONN, "NK_ENOTCONN"},
};

__attribute__((format(printf, 2, 3))) static void add(Line *line, const char *format, ...) {
        size_t room = TRACE_LINE_MAX - line->length;
        va_list args;
        int n;

        va_start(args, format);
        n = vsnprintf(line->text + line->length, room, format, args);
        va_end(args);
        if (n > 0)
                line->length += (size_t)n < room ? (size_t)n : room - 1;
}

static void add_hex(Line *line, const char *name, const void *bytes, size_t size) {
        static const char digits[] = "0123456789abcdef";
        size_t n = size < TRACE_DUMP_MAX ? size : TRACE_DUMP_MAX;

        add(line, " %s ", name);
        for (size_t i = 0; i < n; i++) {
                uint8_t byte = ((const uint8_t *)bytes)[i];

                line->text[line->length++] = digits[byte >> 4];
                line->text[line->length++] = digits[byte & 15];
        }
        if (n < size)
                add(line, "... (%zu more)", size - n);
}

static void add_error(Line *line, nk_err_t err) {
        if (NK_ELOGIC_CHECK(err)) {
                add(line, " failed: NK_ELOGIC_MAKE(%u)", NK_ELOGIC_GET(err));
                return;
        }
        for (size_t i = 0; i < sizeof(err_names) / sizeof(err_names[0]); i++)
                if (err == err_names[i].err) {
                        add(line, " failed: %s", err_names[i].name);
                        return;
                }
        add(line, " failed: %d", err);
}

static void add_content(Line *line, int dump, const struct nk_message *msg, const struct nk_arena *arena) {
        size_t used = nkx_arena_used(arena);

        add(line, "%s size %u arena %zu handles %u", nkx_message_check_err(msg) ? " error" : "", msg->size,
                used, msg->ncaps);
        if (dump)
                add_hex(line, "const", msg, msg->size);
        if (dump && used > 0)
                add_hex(line, "arena", arena->start, used);
}

size_t trace_format(char *text, unsigned what, int dump, const char *owner, const char *endpoint,
        const char *method, const struct nk_message *msg, const struct nk_arena *arena, nk_err_t err) {
        int is_client = what == NKX_TRACE_CLIENT_REQ || what == NKX_TRACE_CLIENT_RES;
        int is_request = what == NKX_TRACE_CLIENT_REQ || what == NKX_TRACE_SERVER_REQ;
        Line line = {.text = text};

        add(&line, "nk: %s %c %.*s %.*s%s%.*s riid %u mid %u", is_client ? "client" : "server",
                is_request ? '>' : '<', TRACE_TEXT_MAX, owner, TRACE_TEXT_MAX, endpoint, *endpoint ? "." : "",
                TRACE_TEXT_MAX, method, msg->iid, msg->mid);
        if (err == NK_EOK)
                add_content(&line, dump, msg, arena);
        else
                add_error(&line, err);
        add(&line, "\n");
        return line.length;
}

void nkx_trace_message(unsigned what, int dump, const char *owner, const char *endpoint, const char *method,
        const struct nk_message *msg, const struct nk_arena *arena, nk_err_t err) {
        char text[TRACE_LINE_MAX];
        size_t n = trace_format(text, what, dump, owner, endpoint, method, msg, arena, err);
        int saved = errno; /* a trace must not change what the traced code sees */
        ssize_t r;

        do
                r = write(STDERR_FILENO, text, n);
        while (r < 0 && errno == EINTR);
        errno = saved;
}
