/* SPDX-License-Identifier: MIT */
/*
 * Reading the message of an event. Part of ksm_module.h.
 *
 * A KsmPlace is a stretch of bytes that offsets are counted from: the constant part, a struct inside
 * it, an element of a sequence, a member of a union. Offsets, sizes and strides come from the layout
 * that the messages' headers were generated from. The structure was verified before, and is checked
 * here again at every step: nothing outside a place and outside the arena is ever read, whatever the
 * message or the generated code says. A step that fails gives an empty place, on which every further
 * step fails.
 *
 *     message.list.[2].size   ksm_load(c, ksm_element(c, ksm_message(c), 40, 16, 2), 8, KSM_U32)
 */
#pragma once

#include <nk/types.h>

#include "ksm_values.h"

typedef struct KsmPlace {
        const uint8_t *bytes;
        uint32_t size;
} KsmPlace;

/* The constant part, header included; empty in an event without message. */
static inline KsmPlace ksm_message(const KsmCall *c) {
        return (KsmPlace){.bytes = c->message, .size = c->message_size};
}

/* The n bytes at offset, n > 0; NULL and failure when they are not all inside. */
static inline const uint8_t *ksm_place_bytes(KsmCall *c, KsmPlace place, uint32_t offset, uint32_t n) {
        if (offset <= place.size && n <= place.size - offset)
                return place.bytes + offset;
        ksm_fail(c, KSM_WHY_MESSAGE);
        return NULL;
}

/* A struct, or an array as a whole. */
static inline KsmPlace ksm_part(KsmCall *c, KsmPlace place, uint32_t offset, uint32_t size) {
        const uint8_t *bytes = ksm_place_bytes(c, place, offset, size);

        return (KsmPlace){.bytes = bytes, .size = bytes ? size : 0};
}

/* A number. */
static inline KsmInt ksm_load(KsmCall *c, KsmPlace place, uint32_t offset, KsmType type) {
        uint32_t n = ksm_type_bits(type) / 8;
        const uint8_t *bytes = ksm_place_bytes(c, place, offset, n);
        uint64_t raw = 0;

        if (!bytes)
                return 0;
        switch (n) { /* native byte order, as everywhere in a message */
        case 1:
                return type == KSM_S8 ? (KsmInt)(int8_t)bytes[0] : (KsmInt)bytes[0];
        case 2: {
                uint16_t value;

                memcpy(&value, bytes, sizeof(value));
                return type == KSM_S16 ? (KsmInt)(int16_t)value : (KsmInt)value;
        }
        case 4: {
                uint32_t value;

                memcpy(&value, bytes, sizeof(value));
                return type == KSM_S32 ? (KsmInt)(int32_t)value : (KsmInt)value;
        }
        default:
                memcpy(&raw, bytes, sizeof(raw));
                return type == KSM_S64 ? (KsmInt)(int64_t)raw : (KsmInt)raw;
        }
}

/* A Handle. The kernel process has put the SID in the handle's place. */
static inline KsmHandle ksm_load_handle(KsmCall *c, KsmPlace place, uint32_t offset) {
        const uint8_t *bytes = ksm_place_bytes(c, place, offset, sizeof(nk_handle_desc_t));
        nk_handle_desc_t desc;

        if (!bytes)
                return (KsmHandle){.sid = KSM_SID_NONE, .rights = 0};
        memcpy(&desc, bytes, sizeof(desc));
        return (KsmHandle){.sid = desc.handle, .rights = nk_get_rights(&desc)};
}

/* What an nk_ptr_t at offset describes. */
static inline KsmPlace ksm_chunk(KsmCall *c, KsmPlace place, uint32_t offset) {
        const uint8_t *bytes = ksm_place_bytes(c, place, offset, sizeof(nk_ptr_t));
        nk_ptr_t chunk;

        if (!bytes)
                return (KsmPlace){.bytes = NULL, .size = 0};
        memcpy(&chunk, bytes, sizeof(chunk));
        if (chunk.size == 0)
                return (KsmPlace){.bytes = NULL, .size = 0};
        return ksm_part(c, (KsmPlace){.bytes = c->arena, .size = c->arena_size}, chunk.offset, chunk.size);
}

/* A string: without its closing zero, and failure if another one is inside, because the receiver may
 * read it as shorter than the policy does. */
static inline KsmText ksm_load_text(KsmCall *c, KsmPlace place, uint32_t offset) {
        KsmPlace chunk = ksm_chunk(c, place, offset);

        if (chunk.size == 0)
                return (KsmText){.bytes = "", .size = 0};
        if (memchr(chunk.bytes, 0, chunk.size) != chunk.bytes + chunk.size - 1) {
                ksm_fail(c, KSM_WHY_ZERO);
                return (KsmText){.bytes = "", .size = 0};
        }
        return (KsmText){.bytes = (const char *)chunk.bytes, .size = chunk.size - 1};
}

/* A sequence of bytes as the key of a map. */
static inline KsmText ksm_load_bytes(KsmCall *c, KsmPlace place, uint32_t offset) {
        KsmPlace chunk = ksm_chunk(c, place, offset);

        return (KsmText){.bytes = chunk.bytes ? (const char *)chunk.bytes : "", .size = chunk.size};
}

/* Elements in the sequence at offset. stride: bytes from element to element. */
static inline uint32_t ksm_count(KsmCall *c, KsmPlace place, uint32_t offset, uint32_t stride) {
        return ksm_chunk(c, place, offset).size / stride;
}

/* An element of the sequence at offset. */
static inline KsmPlace ksm_element(
        KsmCall *c, KsmPlace place, uint32_t offset, uint32_t stride, KsmInt index) {
        KsmPlace chunk = ksm_chunk(c, place, offset);

        if (index < 0 || index >= chunk.size / stride) {
                ksm_fail(c, KSM_WHY_INDEX);
                return (KsmPlace){.bytes = NULL, .size = 0};
        }
        return ksm_part(c, chunk, (uint32_t)index * stride, stride);
}

/* An element of the array of n elements at offset. */
static inline KsmPlace ksm_array_element(
        KsmCall *c, KsmPlace place, uint32_t offset, uint32_t stride, uint32_t n, KsmInt index) {
        uint64_t at;

        if (index < 0 || index >= n) {
                ksm_fail(c, KSM_WHY_INDEX);
                return (KsmPlace){.bytes = NULL, .size = 0};
        }
        at = offset + (uint64_t)index * stride;
        return ksm_part(c, place, at > UINT32_MAX ? UINT32_MAX : (uint32_t)at, stride);
}

/* Member number `tag` of the union whose tag lies at tag_offset: `size` bytes at `offset`. */
static inline KsmPlace ksm_member(
        KsmCall *c, KsmPlace place, uint32_t tag_offset, uint32_t tag, uint32_t offset, uint32_t size) {
        KsmInt held = ksm_load(c, place, tag_offset, KSM_U32);

        if (held != tag) {
                ksm_fail(c, KSM_WHY_MEMBER);
                return (KsmPlace){.bytes = NULL, .size = 0};
        }
        return ksm_part(c, place, offset, size);
}
