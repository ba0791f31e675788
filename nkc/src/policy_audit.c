/* SPDX-License-Identifier: MIT */
/*
 * Lines, then JSON, then records.
 */
#include "policy_audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json_read.h"

#define ARENA_WORTH ((size_t)1024 * 1024) /* bytes of records before memory is given back */

typedef struct AuditFile {
        const char *path;
        FILE *stream;
        unsigned line;
        size_t size; /* of the line at hand */
        bool is_too_long;
        char text[AUDIT_LINE_MAX + 1];
        Arena *arena;
        AuditTake *take;
        void *userdata;
        AuditCount *count;
        unsigned n_shown;
} AuditFile;

static void complain(AuditFile *f, size_t at, const char *problem) {
        f->count->n_bad++;
        if (++f->n_shown <= AUDIT_ERRORS_SHOWN)
                fprintf(stderr, "%s:%u:%zu: error: %s\n", f->path, f->line, at + 1, problem);
        else if (f->n_shown == AUDIT_ERRORS_SHOWN + 1)
                fprintf(stderr, "%s: error: more lines are no audit records\n", f->path);
}

/* False: there is none any more. */
static bool next_line(AuditFile *f) {
        int c = getc_unlocked(f->stream);

        if (c == EOF)
                return false;
        f->line++;
        f->size = 0;
        f->is_too_long = false;
        for (; c != EOF && c != '\n'; c = getc_unlocked(f->stream)) {
                if (f->size < AUDIT_LINE_MAX)
                        f->text[f->size++] = (char)c;
                else
                        f->is_too_long = true;
        }
        f->text[f->size] = '\0';
        return true;
}

/* Records ------------------------------------------------------------------------------------------------ */

static bool read_kind(const char *word, PslEvent *event) {
        for (int i = 0; i < PSL_N_EVENTS; i++) {
                *event = (PslEvent)i;
                if (strcmp(psl_event_text(*event), word) == 0)
                        return true;
        }
        return false;
}

static void read_calls(AuditFile *f, const JsonValue *list, AuditEvent *e) {
        uint32_t n = 0;
        AuditCall *calls;

        if (!list || list->kind != JSON_ARRAY)
                return;
        for (const JsonValue *v = list->first; v; v = v->next)
                n++;
        calls = ARENA_ARRAY(f->arena, AuditCall, n);
        for (const JsonValue *v = list->first; v; v = v->next)
                calls[e->n_calls++] = (AuditCall){
                        .object = json_get_text(v, "object"),
                        .method = json_get_text(v, "method"),
                        .result = json_get_text(v, "result"),
                        .why = json_get_text(v, "why"),
                        .file = json_get_text(v, "file"),
                        .line = (uint32_t)json_get_integer(v, "line", 0),
                };
        e->calls = calls;
}

/* NULL, or what is wrong with the record. */
static const char *read_event(AuditFile *f, const JsonValue *v, AuditEvent *e) {
        const char *kind = json_get_text(v, "event");
        const char *decision = json_get_text(v, "decision");

        *e = (AuditEvent){.file = f->path,
                .line = f->line,
                .src = json_get_text(json_get(v, "src"), "class"),
                .dst = json_get_text(json_get(v, "dst"), "class"),
                .endpoint = json_get_text(v, "endpoint"),
                .method = json_get_text(v, "method"),
                .reason = json_get_text(v, "reason")};
        if (!kind || !read_kind(kind, &e->event))
                return "\"event\" is none of execute, request, response, error and security";
        if (!decision || (strcmp(decision, "granted") != 0 && strcmp(decision, "denied") != 0))
                return "\"decision\" is neither \"granted\" nor \"denied\"";
        if (!e->src || (!e->dst && e->event != PSL_SECURITY))
                return "\"src\" or \"dst\" has no \"class\"";
        e->is_granted = strcmp(decision, "granted") == 0;
        read_calls(f, json_get(v, "calls"), e);
        return NULL;
}

static void take_line(AuditFile *f) {
        const char *problem;
        const JsonValue *v;
        AuditEvent event;
        size_t at = 0;

        if (f->is_too_long) {
                complain(f, AUDIT_LINE_MAX, "the line is too long for an audit record");
                return;
        }
        if (f->text[strspn(f->text, " \t\r")] == '\0' && strlen(f->text) == f->size)
                return;
        v = json_read(f->arena, f->text, f->size, &problem, &at);
        if (!v) {
                complain(f, at, problem);
                return;
        }
        if (v->kind != JSON_OBJECT) {
                complain(f, 0, "an audit record is a JSON object");
                return;
        }
        if (!json_get(v, "event"))
                return;
        problem = read_event(f, v, &event);
        if (problem) {
                complain(f, 0, problem);
                return;
        }
        f->count->n_records++;
        f->take(f->userdata, &event);
}

static void read_all(AuditFile *f) {
        f->arena = arena_new();
        while (next_line(f)) {
                take_line(f);
                if (f->arena->used < ARENA_WORTH)
                        continue;
                arena_free(f->arena);
                f->arena = arena_new();
        }
        arena_free(f->arena);
}

static void complain_of_file(AuditFile *f) {
        fprintf(stderr, "nkc: error: cannot read '%s': %s\n", f->path, strerror(errno));
        f->count->io_failed = true;
}

void audit_read(const char *path, AuditTake *take, void *userdata, AuditCount *count) {
        bool is_stdin = strcmp(path, "-") == 0;
        AuditFile f = {
                .path = is_stdin ? "<stdin>" : path, .take = take, .userdata = userdata, .count = count};

        f.stream = is_stdin ? stdin : fopen(path, "re");
        if (!f.stream) {
                complain_of_file(&f);
                return;
        }
        read_all(&f);
        if (ferror(f.stream))
                complain_of_file(&f);
        if (!is_stdin)
                (void)fclose(f.stream);
}
