/* SPDX-License-Identifier: MIT */
/*
 * Writes values into two growing buffers. A place is an offset in one of them, because a buffer moves
 * when it grows.
 */
#include "pal_message.h"

#include "base/intern.h"

#define FLAG_ERROR 1u /* NKX_MESSAGE_ERROR */

static void put_value(PalMessage *m, Text *part, uint32_t at, const PolValue *v);

static void store(Text *part, uint32_t at, const void *bytes, size_t n) {
        memcpy(part->data + at, bytes, n);
}

static void store_u32(Text *part, uint32_t at, uint32_t value) {
        store(part, at, &value, sizeof(value));
}

static void store_u16(Text *part, uint32_t at, uint16_t value) {
        store(part, at, &value, sizeof(value));
}

/* Byte order as everywhere in a message: the machine's. */
static void put_number(Text *part, uint32_t at, const PolValue *v) {
        uint64_t wide = (uint64_t)v->number;
        uint32_t middle = (uint32_t)wide;
        uint16_t narrow = (uint16_t)wide;
        uint8_t byte = (uint8_t)wide;

        if (v->type->size == 8)
                store(part, at, &wide, 8);
        else if (v->type->size == 4)
                store(part, at, &middle, 4);
        else if (v->type->size == 2)
                store(part, at, &narrow, 2);
        else
                store(part, at, &byte, 1);
}

/* n zero bytes at a multiple of 8 in the arena, described at `at`; their offset. */
static uint32_t put_chunk(PalMessage *m, Text *part, uint32_t at, size_t n) {
        uint32_t offset;

        text_fill(&m->arena, '\0', (8u - m->arena.size % 8u) % 8u);
        offset = (uint32_t)m->arena.size;
        text_fill(&m->arena, '\0', n);
        store_u32(part, at, offset);
        store_u32(part, at + 4, (uint32_t)n);
        return offset;
}

static void put_text(PalMessage *m, Text *part, uint32_t at, const PolValue *v) {
        size_t n = intern_length(v->text);

        store(&m->arena, put_chunk(m, part, at, n + 1), v->text, n);
}

static void put_elements(PalMessage *m, Text *part, uint32_t at, const PolValue *v) {
        for (uint32_t i = 0; i < v->n_items; i++)
                put_value(m, part, at + i * v->type->elem->size, v->items[i]);
}

static void put_sequence(PalMessage *m, Text *part, uint32_t at, const PolValue *v) {
        if (v->n_items)
                put_elements(
                        m, &m->arena, put_chunk(m, part, at, (size_t)v->n_items * v->type->elem->size), v);
}

static void put_record(PalMessage *m, Text *part, uint32_t at, const PolValue *v) {
        const LayRecord *record = v->type->record;

        if (record->is_union) {
                store_u32(part, at, v->tag);
                put_value(m, part, at + record->fields[v->tag].offset, v->items[0]);
                return;
        }
        for (uint32_t i = 0; i < v->n_items; i++)
                put_value(m, part, at + record->fields[i].offset, v->items[i]);
}

static void put_handle(PalMessage *m, Text *part, uint32_t at, const PolValue *v) {
        store_u32(part, at + 4, (uint32_t)v->number);
        if (v->variable != POL_NONE || v->sid)
                m->handles[m->n_handles++] = (PalMessageHandle){.offset = at, .value = v};
}

static void put_value(PalMessage *m, Text *part, uint32_t at, const PolValue *v) {
        LayKind kind = v ? v->type->kind : LAY_UINT8;

        if (!v)
                return; /* left out: zero */
        if (kind <= LAY_SINT64)
                put_number(part, at, v);
        else if (kind == LAY_HANDLE)
                put_handle(m, part, at, v);
        else if (kind == LAY_STRING)
                put_text(m, part, at, v);
        else if (kind == LAY_SEQUENCE)
                put_sequence(m, part, at, v);
        else if (kind == LAY_ARRAY)
                put_elements(m, part, at, v);
        else if (kind == LAY_STRUCT || kind == LAY_UNION)
                put_record(m, part, at, v);
}

void pal_message_make(PalMessage *m, const PolCase *c) {
        const LayMessage *message = c->message;

        text_clear(&m->constant);
        text_clear(&m->arena);
        m->n_handles = 0;
        if (!message)
                return;
        text_fill(&m->constant, '\0', message->size);
        store_u32(&m->constant, 0, message->size);
        store_u32(&m->constant, 4, c->event == PSL_ERROR ? FLAG_ERROR : 0);
        store_u16(&m->constant, 8, c->riid);
        store_u16(&m->constant, 10, c->mid);
        store_u32(&m->constant, 12, message->n_handles);
        for (uint32_t i = 0; i < message->n_fields; i++)
                put_value(m, &m->constant, message->fields[i].offset, c->values[i]);
}

void pal_message_deinit(PalMessage *m) {
        text_deinit(&m->constant);
        text_deinit(&m->arena);
}
