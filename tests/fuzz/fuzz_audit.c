/* SPDX-License-Identifier: MIT */
/*
 * Audit files and JSON from anywhere: any bytes are read without harm. What is JSON, written and read again,
 * is the same; every record that comes out of a file has what its readers rely on, and lines are counted
 * once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/json.h"
#include "base/json_read.h"
#include "policy_audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* JSON -------------------------------------------------------------------------------------------------- */

static void put(Json *j, const char *key, const JsonValue *v) {
        switch (v->kind) {
        case JSON_NULL:
        case JSON_NUMBER: /* its value is not kept */
                json_null(j, key);
                break;
        case JSON_FALSE:
        case JSON_TRUE:
                json_bool(j, key, v->kind == JSON_TRUE);
                break;
        case JSON_INTEGER:
                json_number(j, key, v->integer);
                break;
        case JSON_TEXT:
                json_text(j, key, v->text);
                break;
        case JSON_ARRAY:
        case JSON_OBJECT:
                json_open(j, key, v->kind == JSON_ARRAY ? '[' : '{');
                for (const JsonValue *item = v->first; item; item = item->next)
                        put(j, v->kind == JSON_OBJECT ? item->key : NULL, item);
                json_close(j, v->kind == JSON_ARRAY ? ']' : '}');
                break;
        }
}

static void print(Text *out, const JsonValue *v) {
        Json j = json_begin(out);

        put(&j, "value", v);
        json_end(&j);
}

static void check_json(Arena *a, const char *text, size_t size) {
        Text first = TEXT_NULL, second = TEXT_NULL;
        const char *problem = NULL;
        const JsonValue *v, *again;
        size_t at = 0;

        v = json_read(a, text, size, &problem, &at);
        if (!v) {
                if (!problem || at > size)
                        abort();
                return;
        }
        print(&first, v);
        again = json_read(a, text_str(&first), first.size, &problem, &at);
        if (again) {
                print(&second, json_get(again, "value"));
                if (strcmp(text_str(&first), text_str(&second)) != 0)
                        abort();
        } else if (strncmp(problem, "too many", 8) != 0) { /* one level more than before */
                abort();
        }
        text_deinit(&first);
        text_deinit(&second);
}

/* Files ---------------------------------------------------------------------------------------------------
 */

static void take(void *userdata, const AuditEvent *e) {
        size_t *n = userdata;

        ++*n;
        if (!e->src || (!e->dst && e->event != PSL_SECURITY) || e->event < 0 || e->event >= PSL_N_EVENTS)
                abort();
        for (uint32_t i = 0; i < e->n_calls; i++) {
                if (e->calls[i].file && strlen(e->calls[i].file) > AUDIT_LINE_MAX)
                        abort();
        }
}

static void check_file(const uint8_t *data, size_t size) {
        AuditCount count = {.n_records = 0};
        size_t n_taken = 0, n_lines = 1;
        char path[64];
        int fd = memfd_create("audit", MFD_CLOEXEC);

        if (fd < 0 || write(fd, data, size) != (ssize_t)size)
                abort();
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        audit_read(path, take, &n_taken, &count);
        (void)close(fd);
        for (size_t i = 0; i < size; i++)
                n_lines += data[i] == '\n';
        if (count.io_failed || n_taken != count.n_records || count.n_records + count.n_bad > n_lines)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static bool is_quiet;
        Arena *a = arena_new();

        if (!is_quiet && !freopen("/dev/null", "w", stderr))
                abort();
        is_quiet = true;
        check_json(a, (const char *)data, size);
        check_file(data, size);
        arena_free(a);
        return 0;
}
