/* SPDX-License-Identifier: MIT */
/*
 * The lines of an audit that people see: how many, and which of them.
 */
#include "audit_show.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int show_init(AuditShow *s, const Ksm *ksm, uint32_t n_senders, bool is_permissive) {
        *s = (AuditShow){.ksm = ksm, .n_senders = n_senders};
        s->paces = calloc(n_senders, sizeof *s->paces);
        s->lines = calloc(AUDIT_SHOWN_LINES, sizeof *s->lines);
        if (is_permissive)
                s->permits = calloc(AUDIT_PERMITS_MAX, sizeof *s->permits);
        if (!s->paces || !s->lines || (is_permissive && !s->permits)) {
                show_deinit(s);
                return -ENOMEM;
        }
        for (uint32_t i = 0; i < n_senders; i++)
                s->paces[i].n_left = AUDIT_SHOWN_BURST;
        return 0;
}

void show_deinit(AuditShow *s) {
        free(s->paces);
        free(s->lines);
        free(s->permits);
        *s = (AuditShow){.n_senders = 0};
}

/* --- the ring --- */

/* NULL: full. */
static AuditLine *add_line(AuditShow *s) {
        if (s->n_used == AUDIT_SHOWN_LINES)
                return NULL;
        return &s->lines[(s->first + s->n_used++) % AUDIT_SHOWN_LINES];
}

void show_say(AuditShow *s, const char *format, ...) {
        AuditLine *line = add_line(s);
        va_list args;

        if (!line)
                return;
        va_start(args, format);
        (void)vsnprintf(line->text, sizeof line->text, format, args);
        va_end(args);
}

bool show_take(AuditShow *s, AuditLine *ret_line) {
        if (s->n_used == 0)
                return false;
        *ret_line = s->lines[s->first];
        s->first = (s->first + 1) % AUDIT_SHOWN_LINES;
        s->n_used--;
        return true;
}

/* --- events --- */

/* People see it when it happens: the line without its time. */
static void write_line(const AuditShow *s, const KsmRecord *record, AuditLine *line) {
        AuditLine whole;
        const char *blank;

        (void)ksm_record_text(s->ksm, record, whole.text, sizeof whole.text);
        blank = strchr(whole.text, ' ');
        (void)snprintf(line->text, sizeof line->text, "%s", blank ? blank + 1 : whole.text);
}

static bool is_in_time(AuditPace *pace, uint64_t now_ms) {
        if (pace->n_left > 0) {
                pace->n_left--;
                pace->next_ms = now_ms + AUDIT_SHOWN_MS;
                return true;
        }
        if (now_ms < pace->next_ms)
                return false;
        pace->next_ms = now_ms + AUDIT_SHOWN_MS;
        return true;
}

bool show_denied(AuditShow *s, uint32_t sender, const KsmRecord *record, uint64_t now_ms) {
        AuditPace *pace = &s->paces[sender];
        AuditLine *line = is_in_time(pace, now_ms) ? add_line(s) : NULL;

        if (!line) {
                pace->n_hidden++;
                return false;
        }
        write_line(s, record, line);
        if (pace->n_hidden > 0) {
                size_t size = strlen(line->text);
                int n = snprintf(line->text + size, sizeof line->text - size, " (%llu more not shown)",
                        (unsigned long long)pace->n_hidden);

                if (n > 0 && (size_t)n < sizeof line->text - size)
                        pace->n_hidden = 0;
                else
                        line->text[size] = '\0';
        }
        return true;
}

uint64_t show_take_hidden(AuditShow *s, uint32_t sender) {
        uint64_t n = s->paces[sender].n_hidden;

        s->paces[sender].n_hidden = 0;
        return n;
}

/* --- what a permissive run does --- */

static uint32_t deciding_site(const KsmRecord *record) {
        for (uint32_t i = 0; i < record->n_results; i++)
                if (record->results[i].outcome != KSM_GRANTED)
                        return record->results[i].site;
        return KSM_NONE;
}

static bool is_same(const AuditPermit *a, const AuditPermit *b) {
        return a->kind == b->kind && a->src_class == b->src_class && a->dst_class == b->dst_class &&
               a->site == b->site && a->riid == b->riid && a->mid == b->mid;
}

bool show_permitted(AuditShow *s, const KsmRecord *record) {
        AuditPermit permit = {.kind = record->event.kind,
                .src_class = record->src_class,
                .dst_class = record->dst_class,
                .site = deciding_site(record),
                .riid = record->event.riid,
                .mid = record->event.mid,
                .n = 1};
        AuditLine *line;

        for (uint32_t i = 0; i < s->n_permits; i++) {
                if (!is_same(&s->permits[i], &permit))
                        continue;
                s->permits[i].n++;
                return false;
        }
        if (s->n_permits == AUDIT_PERMITS_MAX) {
                s->n_other_permits++;
                return false;
        }
        write_line(s, record, &permit.line);
        s->permits[s->n_permits++] = permit;
        line = add_line(s);
        if (line)
                (void)snprintf(
                        line->text, sizeof line->text, "permitted all the same: %.900s", permit.line.text);
        return line != NULL;
}
