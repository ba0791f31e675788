/* SPDX-License-Identifier: MIT */
/*
 * Coverage of a policy by its tests: pal_coverage.h.
 */
#include "pal_coverage.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_ROOM 256u
#define CLASS_BITS 13 /* KSM_CLASSES_MAX, and one more for "no class" */
#define CLASS_NONE ((1u << CLASS_BITS) - 1)

_Static_assert(KSM_CLASSES_MAX < CLASS_NONE, "classes fit a packed event");

int pal_coverage_init(PalCoverage *v, const KsmModule *module) {
        *v = (PalCoverage){.module = module};
        v->sites = calloc((size_t)module->n_sites + 1, sizeof(*v->sites));
        return v->sites ? 0 : -ENOMEM;
}

void pal_coverage_deinit(PalCoverage *v) {
        free(v->sites);
        free(v->events);
        *v = (PalCoverage){.module = NULL};
}

/* Sorted as numbers, events of one key lie together, the denied ones first. */
static uint64_t pack(const KsmRecord *record) {
        uint64_t src = record->src_class == KSM_NONE ? CLASS_NONE : record->src_class;
        uint64_t dst = record->dst_class == KSM_NONE ? CLASS_NONE : record->dst_class;
        uint64_t key = (uint64_t)record->event.kind;

        key = (key << CLASS_BITS | src) << CLASS_BITS | dst;
        key = (key << 16 | record->event.riid) << 16 | record->event.mid;
        return key << 1 | record->is_granted;
}

int pal_coverage_add(PalCoverage *v, const KsmRecord *record) {
        for (uint32_t i = 0; i < record->n_results; i++)
                v->sites[record->results[i].site].n[record->results[i].outcome]++;
        if (v->n_events == v->room) {
                size_t room = v->room ? v->room * 2 : FIRST_ROOM;
                uint64_t *events = realloc(v->events, room * sizeof(*events));

                if (!events)
                        return -ENOMEM;
                v->events = events;
                v->room = room;
        }
        v->events[v->n_events++] = pack(record);
        return 0;
}

static void write_text(FILE *out, const char *text) {
        fputc('"', out);
        for (; *text; text++) {
                unsigned char byte = (unsigned char)*text;

                if (byte < ' ')
                        fprintf(out, "\\u%04x", byte);
                else if (byte == '"' || byte == '\\')
                        fprintf(out, "\\%c", byte);
                else
                        fputc(byte, out);
        }
        fputc('"', out);
}

static void write_site(const PalCoverage *v, FILE *out, uint32_t i) {
        const KsmSite *site = v->module->sites + i;
        const uint64_t *n = v->sites[i].n;

        fprintf(out, "%s\n{\"file\":", i ? "," : "");
        write_text(out, site->file);
        fprintf(out, ",\"line\":%u,\"column\":%u,\"text\":", site->line, site->column);
        write_text(out, site->text);
        fprintf(out, ",\"object\":");
        write_text(out, v->module->objects[site->object].name);
        fprintf(out, ",\"method\":\"%s\",\"granted\":%llu,\"denied\":%llu,\"failed\":%llu}",
                ksm_method_text(site->method), (unsigned long long)n[KSM_GRANTED],
                (unsigned long long)n[KSM_DENIED], (unsigned long long)n[KSM_FAILED]);
}

static void write_class(const PalCoverage *v, FILE *out, const char *key, uint64_t class) {
        fprintf(out, ",\"%s\":", key);
        if (class < v->module->n_classes)
                write_text(out, v->module->classes[class].name);
        else
                fprintf(out, "null");
}

static void write_event(
        const PalCoverage *v, FILE *out, uint64_t key, size_t n_granted, size_t n_denied, bool is_first) {
        KsmEventKind kind = (KsmEventKind)(key >> (2 * CLASS_BITS + 32));

        fprintf(out, "%s\n{\"event\":\"%s\"", is_first ? "" : ",", ksm_event_text(kind));
        write_class(v, out, "src", key >> (CLASS_BITS + 32) & CLASS_NONE);
        write_class(v, out, "dst", key >> 32 & CLASS_NONE);
        fprintf(out, ",\"riid\":%u,\"mid\":%u", (unsigned)(key >> 16 & 0xffff), (unsigned)(key & 0xffff));
        fprintf(out, ",\"granted\":%zu,\"denied\":%zu}", n_granted, n_denied);
}

static int compare(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

static void write_events(PalCoverage *v, FILE *out) {
        if (v->n_events)
                qsort(v->events, v->n_events, sizeof(*v->events), compare);
        for (size_t i = 0; i < v->n_events;) {
                uint64_t key = v->events[i] >> 1;
                size_t n[2] = {0, 0}, first = i;

                for (; i < v->n_events && v->events[i] >> 1 == key; i++)
                        n[v->events[i] & 1]++;
                write_event(v, out, key, n[1], n[0], first == 0);
        }
}

int pal_coverage_write(PalCoverage *v, FILE *out) {
        fprintf(out, "{\"policy\":");
        write_text(out, v->module->name);
        fprintf(out, ",\n\"sites\":[");
        for (uint32_t i = 0; i < v->module->n_sites; i++)
                write_site(v, out, i);
        fprintf(out, "],\n\"events\":[");
        write_events(v, out);
        fprintf(out, "]}\n");
        return ferror(out) ? -EIO : 0;
}
