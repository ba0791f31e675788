/* SPDX-License-Identifier: MIT */
/*
 * A record as one line: for people, and as a JSON object.
 *
 * Both say the same in the same order: time, decision, event, source, destination, method, what was
 * wrong with the event itself, calls. A line always fits: names are cut, and calls that find no room
 * are counted.
 */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "state.h"

#define NAME_SIZE 128 /* of a class, endpoint or method, with its zero */
#define TAIL_SIZE 64  /* kept for what follows the calls */

typedef struct Line {
        char *buf;
        size_t size;
        size_t used;
        bool is_json;
} Line;

__attribute__((format(printf, 2, 3))) static void add(Line *line, const char *format, ...) {
        va_list args;
        int n;

        if (line->used >= line->size)
                return;
        va_start(args, format);
        n = vsnprintf(line->buf + line->used, line->size - line->used, format, args);
        va_end(args);
        line->used += n > 0 ? (size_t)n : 0;
}

/* A name, safe inside of quotes, cut to `size` bytes. Names come from descriptions, but a file name may
 * hold anything. */
static const char *safe(const char *name, char *buf, size_t size) {
        size_t n = 0;

        for (; *name && n + 7 < size; name++) {
                unsigned char byte = (unsigned char)*name;

                if (byte < ' ' || byte == 0x7f)
                        n += (size_t)snprintf(buf + n, size - n, "\\u%04x", byte);
                else if (byte == '"' || byte == '\\')
                        n += (size_t)snprintf(buf + n, size - n, "\\%c", byte);
                else
                        buf[n++] = (char)byte;
        }
        while (*name && n > 0 && ((unsigned char)buf[n - 1] & 0xc0) == 0x80)
                n--; /* not in the middle of a letter */
        if (*name && n > 0 && (unsigned char)buf[n - 1] >= 0xc0)
                n--;
        buf[n] = '\0';
        return buf;
}

static const char *time_text(uint64_t ns, char *buf, size_t size) {
        time_t seconds = (time_t)(ns / 1000000000u);
        struct tm tm;
        char day[32];

        gmtime_r(&seconds, &tm);
        strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(buf, size, "%s.%06uZ", day, (unsigned)(ns / 1000u % 1000000u));
        return buf;
}

/* Names of what the event asks for. */
typedef struct Target {
        const char *endpoint; /* NULL: unknown, or none */
        const char *method;
} Target;

static const KsmEndpoint *find_endpoint(const KsmModule *m, const KsmRecord *record) {
        bool is_request = record->event.kind == KSM_REQUEST;
        bool is_security = record->event.kind == KSM_SECURITY;
        uint32_t owner = is_request ? record->dst_class : record->src_class;
        const KsmClass *class = owner < m->n_classes ? m->classes + owner : NULL;
        uint32_t n = !class ? 0 : is_security ? class->n_security : class->n_endpoints;

        if (record->event.kind == KSM_EXECUTE || record->event.riid >= n)
                return NULL;
        return (is_security ? class->security : class->endpoints) + record->event.riid;
}

static Target target_of(const KsmModule *m, const KsmRecord *record) {
        const KsmEndpoint *endpoint = find_endpoint(m, record);

        return (Target){
                .endpoint = endpoint ? endpoint->name : NULL,
                .method = endpoint && record->event.mid < endpoint->n_methods
                                  ? endpoint->methods[record->event.mid]
                                  : NULL,
        };
}

static const char *class_name(const KsmModule *m, uint32_t class) {
        return class < m->n_classes ? m->classes[class].name : "?";
}

static void add_party(Line *line, const KsmModule *m, const char *key, uint32_t class, KsmSid sid) {
        char name[NAME_SIZE];

        safe(class_name(m, class), name, sizeof(name));
        if (line->is_json)
                add(line, ",\"%s\":{\"class\":\"%s\",\"sid\":%u}", key, name, sid);
        else
                add(line, "%s%s %u", strcmp(key, "dst") == 0 ? " -> " : " ", name, sid);
}

static void add_target(Line *line, const KsmModule *m, const KsmRecord *record) {
        Target target = target_of(m, record);
        char endpoint[NAME_SIZE], method[NAME_SIZE];

        if (record->event.kind == KSM_EXECUTE)
                return;
        if (!target.method) {
                add(line, line->is_json ? ",\"riid\":%u,\"mid\":%u" : " %u.%u", record->event.riid,
                        record->event.mid);
                return;
        }
        safe(target.endpoint, endpoint, sizeof(endpoint));
        safe(target.method, method, sizeof(method));
        if (line->is_json)
                add(line, ",\"endpoint\":\"%s\",\"method\":\"%s\"", endpoint, method);
        else
                add(line, " %s%s%s", endpoint, *endpoint ? "." : "", method);
}

static void add_fault(Line *line, const KsmRecord *record) {
        const char *fault = record->event.malformed ? record->event.malformed : "no rule is bound";
        char text[NAME_SIZE];

        if (!record->event.malformed && !record->is_unbound)
                return;
        safe(fault, text, sizeof(text));
        add(line, line->is_json ? ",\"reason\":\"%s\"" : ": %s", text);
}

static void add_call(Line *line, const KsmModule *m, const KsmResult *result, bool is_first) {
        const KsmSite *site = m->sites + result->site;
        const char *outcome = ksm_outcome_text((KsmOutcome)result->outcome);
        const char *why = ksm_why_text((KsmWhy)result->why);
        char object[NAME_SIZE], file[2 * NAME_SIZE];

        safe(m->objects[site->object].name, object, sizeof(object));
        safe(site->file, file, sizeof(file));
        if (line->is_json) {
                add(line, "%s{\"object\":\"%s\",\"method\":\"%s\",\"result\":\"%s\"", is_first ? "" : ",",
                        object, ksm_method_text(site->method), outcome);
                add(line, *why ? ",\"why\":\"%s\"" : "%s", why);
                add(line, ",\"file\":\"%s\",\"line\":%u}", file, site->line);
        } else {
                add(line, "%s %s.%s %s", is_first ? ":" : ";", object, ksm_method_text(site->method),
                        outcome);
                add(line, *why ? " (%s)" : "%s", why);
                add(line, " %s:%u", file, site->line);
        }
}

/* In a denied event every call helps; in a granted one only what was asked for. */
static bool is_shown(const KsmRecord *record, const KsmResult *result) {
        return result->is_audited || !record->is_granted;
}

static void add_calls(Line *line, const KsmModule *m, const KsmRecord *record) {
        size_t size = line->size;
        uint32_t n_shown = 0, n_omitted = record->n_left_out;

        line->size -= TAIL_SIZE;
        for (uint32_t i = 0; i < record->n_results; i++) {
                size_t used = line->used;

                if (!is_shown(record, record->results + i))
                        continue;
                if (n_omitted == record->n_left_out)
                        add_call(line, m, record->results + i, n_shown == 0);
                if (n_omitted == record->n_left_out && line->used < line->size) {
                        n_shown++;
                        continue;
                }
                line->used = used;
                n_omitted++;
        }
        line->size = size;
        if (line->is_json)
                add(line, "]");
        if (n_omitted > 0)
                add(line, line->is_json ? ",\"omitted\":%u" : "; and %u more", n_omitted);
}

static size_t write_line(const Ksm *ksm, const KsmRecord *record, Line line) {
        const KsmModule *m = ksm->module;
        const char *decision = record->is_granted ? "granted" : "denied";
        const char *event = ksm_event_text(record->event.kind);
        char when[64];

        assert(line.size >= KSM_LINE_MIN);
        time_text(record->event.time_ns, when, sizeof(when));
        add(&line, line.is_json ? "{\"time\":\"%s\",\"decision\":\"%s\",\"event\":\"%s\"" : "%s %s %s", when,
                decision, event);
        add_party(&line, m, "src", record->src_class, record->event.src);
        if (record->event.kind != KSM_SECURITY)
                add_party(&line, m, "dst", record->dst_class, record->event.dst);
        add_target(&line, m, record);
        add_fault(&line, record);
        if (line.is_json)
                add(&line, ",\"calls\":[");
        add_calls(&line, m, record);
        if (line.is_json)
                add(&line, "}");
        return line.used;
}

size_t ksm_record_text(const Ksm *ksm, const KsmRecord *record, char *buf, size_t size) {
        return write_line(ksm, record, (Line){.buf = buf, .size = size, .is_json = false});
}

size_t ksm_record_json(const Ksm *ksm, const KsmRecord *record, char *buf, size_t size) {
        return write_line(ksm, record, (Line){.buf = buf, .size = size, .is_json = true});
}
