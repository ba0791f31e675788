/* SPDX-License-Identifier: MIT */
/*
 * Wrong messages: one that is right, spoilt in one way, and the code that it must be answered with.
 */
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include <rtl/retcode.h>

#include "attack.h"

#define HEAD ((uint32_t)sizeof(struct nk_message))

static void expect_all(Raw *r, const char *what, const Crafted *c) {
        raw_expect(r, what, c, rcInvalidArgument);
}

/* --- sizes --- */

static void cut_header(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.msg_size = (uint32_t)(r->round % HEAD);
        expect_all(r, "header cut off", &c);
}

static void cut_constant_part(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.msg_size = HEAD + (uint32_t)(r->round % (sizeof(hostile_ITarget_All_req) - HEAD));
        if (r->round & 64)
                c.msg.base_.size = c.msg_size;
        expect_all(r, "constant part cut off", &c);
}

static void stretch_constant_part(Raw *r) {
        Crafted c;

        craft_put(&c);
        c.msg_size = (uint32_t)(sizeof(hostile_ITarget_Put_req) + 1 + r->round % 24);
        c.msg.base_.size = c.msg_size;
        expect_all(r, "constant part of another size", &c);
}

/* Beyond the slot, and with a sum that wraps in 32 bits. */
static void lie_about_sizes(Raw *r) {
        static const uint32_t sizes[][2] = {
                {UINT32_MAX, 0},
                {HEAD, UINT32_MAX},
                {UINT32_MAX, UINT32_MAX},
                {UINT32_MAX - 63, 64},
                {CHAN_MESSAGE_MAX, 1},
                {HEAD, CHAN_MESSAGE_MAX - HEAD + 1},
                {1u << 31, 1u << 31},
                {0, 0},
        };
        const uint32_t *row = sizes[r->round % (sizeof sizes / sizeof *sizes)];
        Crafted c;

        craft_all(&c);
        c.msg_size = row[0];
        c.arena_size = row[1];
        expect_all(r, "sizes beyond the slot", &c);
}

/* Larger than anything the class has: the server has no room and need not. */
static void send_megabytes(Raw *r) {
        static const uint32_t sizes[][2] = {
                {sizeof(hostile_ITarget_All_req) + 8, CRAFT_USED},
                {CHAN_MESSAGE_MAX, 0},
                {HEAD, CHAN_MESSAGE_MAX - HEAD},
                {sizeof(hostile_ITarget_All_req), hostile_Target_entity_req_arena_size + 1},
        };
        const uint32_t *row = sizes[r->round % (sizeof sizes / sizeof *sizes)];
        Crafted c;

        craft_all(&c);
        c.msg_size = row[0];
        c.arena_size = row[1];
        raw_expect(r, "larger than the class", &c, rcOutOfMemory);
}

static void use_no_arena(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.arena_size = (uint32_t)(r->round % CRAFT_USED);
        expect_all(r, "arena cut off", &c);
}

/* --- header --- */

static void lie_in_header(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.msg.base_.size += (uint32_t)(raw_random(r) | 1);
        expect_all(r, "size in the header", &c);
}

static void ask_another_endpoint(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.msg.base_.iid = (nk_iid_t)(1 + r->round % UINT16_MAX);
        raw_expect(r, "another endpoint", &c, rcResourceNotFound);
}

static void ask_another_method(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.msg.base_.mid = (nk_mid_t)(hostile_ITarget_mid_max + r->round % (UINT16_MAX - 8));
        raw_expect(r, "another method", &c, rcResourceNotFound);
}

static void set_flags(Raw *r) {
        Crafted c;
        uint32_t bit = 1u << r->round % 32;

        craft_all(&c);
        c.msg.base_.flags |= bit == NKX_MESSAGE_MARKED ? UINT32_MAX : bit;
        expect_all(r, "flags", &c);
}

static void set_reserved(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.msg.base_.reserved = 1ull << r->round % 64;
        expect_all(r, "reserved bits", &c);
}

static void count_handles_wrongly(Raw *r) {
        static const uint32_t counts[] = {0, 2, 1u << 16, UINT32_MAX};
        Crafted c;

        if (r->round & 1)
                craft_give(&c);
        else
                craft_all(&c);
        c.msg.base_.ncaps = (r->round & 1) ? counts[r->round / 2 % 4] : 1 + (uint32_t)r->round % 1000;
        expect_all(r, "number of handles", &c);
}

/* --- chunks --- */

static nk_ptr_t *pick_chunk(Raw *r, Crafted *c) {
        nk_ptr_t *const chunks[] = {
                &c->msg.target.All.text,
                &c->msg.target.All.numbers,
                &c->msg.target.All.items,
                &c->msg.target.All.choice.word,
                &craft_item(c, 0)->name,
                &craft_item(c, 1)->data,
        };

        return chunks[r->round % (sizeof chunks / sizeof *chunks)];
}

static void leave_arena(Raw *r) {
        static const uint32_t offsets[] = {
                CRAFT_USED, CRAFT_USED - 1, CRAFT_USED + 1, 1u << 16, 1u << 31, UINT32_MAX};
        Crafted c;
        nk_ptr_t *chunk;

        craft_all(&c);
        chunk = pick_chunk(r, &c);
        chunk->offset = offsets[r->round / 6 % 6];
        expect_all(r, "chunk outside the arena", &c);
}

/* offset + size is 0 or small again in 32 bits. */
static void wrap_offsets(Raw *r) {
        Crafted c;
        nk_ptr_t *chunk;

        craft_all(&c);
        chunk = pick_chunk(r, &c);
        chunk->offset = 0 - chunk->size + (uint32_t)(r->round / 6) % chunk->size;
        expect_all(r, "offset that wraps", &c);
}

static void grow_chunks(Raw *r) {
        static const uint32_t sizes[] = {CRAFT_USED + 1, 1u << 12, 1u << 31, UINT32_MAX, UINT32_MAX - 3};
        Crafted c;
        nk_ptr_t *chunk;

        craft_all(&c);
        chunk = pick_chunk(r, &c);
        chunk->size = sizes[r->round / 6 % 5];
        expect_all(r, "size of a chunk", &c);
}

static void overlap_chunks(Raw *r) {
        Crafted c;

        craft_all(&c);
        switch (r->round % 4) {
        case 0:
                c.msg.target.All.numbers.offset = CRAFT_TEXT;
                break;
        case 1:
                c.msg.target.All.choice.word.offset = CRAFT_DATA;
                break;
        case 2:
                craft_item(&c, 0)->data.offset = CRAFT_ITEMS; /* the row that describes it */
                break;
        default:
                craft_item(&c, 1)->name.offset = craft_item(&c, 0)->name.offset + 1;
                craft_item(&c, 1)->name.size = 5;
                break;
        }
        expect_all(r, "chunks that overlap", &c);
}

/* --- contents --- */

static void leave_string_open(Raw *r) {
        static const uint32_t ends[] = {CRAFT_TEXT + 3, CRAFT_NAMES + 5, CRAFT_NAMES + 11, CRAFT_WORD + 7};
        Crafted c;

        craft_all(&c);
        c.arena[ends[r->round % 4]] = 'x';
        expect_all(r, "string without an end", &c);
}

static void exceed_string(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.arena_size = CRAFT_USED + 64;
        c.msg.target.All.text = (nk_ptr_t){CRAFT_USED, (uint32_t)(17 + r->round % 32)};
        expect_all(r, "string that is too long", &c);
}

static void send_half_elements(Raw *r) {
        Crafted c;

        craft_all(&c);
        if (r->round & 1)
                c.msg.target.All.numbers.size = (uint32_t)(1 + r->round / 2 % 3 + r->round / 8 % 2 * 4);
        else
                c.msg.target.All.items.size -= (uint32_t)(1 + r->round / 2 % 19);
        expect_all(r, "half an element", &c);
}

static void send_too_many_elements(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.arena_size = sizeof c.arena;
        if (r->round & 1)
                c.msg.target.All.numbers = (nk_ptr_t){CRAFT_USED, 9 * sizeof(nk_uint32_t)};
        else
                c.msg.target.All.items = (nk_ptr_t){CRAFT_USED, 5 * sizeof(hostile_ITarget_Item)};
        expect_all(r, "too many elements", &c);
}

static void choose_no_member(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.msg.target.All.choice.tag_ = (r->round & 1) ? 3 : (uint32_t)raw_random(r) | 4;
        expect_all(r, "tag of a union", &c);
}

/* A right message in an order that needs the map of the arena, up to the largest arena there is. */
static void demand_memory(Raw *r) {
        Crafted c;

        craft_all(&c);
        c.arena_size = hostile_Target_entity_req_arena_size;
        c.msg.target.All.text = (nk_ptr_t){CRAFT_WORD, 8};
        c.msg.target.All.choice.word = (nk_ptr_t){CRAFT_TEXT, 4};
        raw_expect(r, "chunks in disorder", &c, rcOk);
}

/* --- changing while it is read --- */

static void *keep_changing(void *arg) {
        Raw *r = arg;
        Raw own = *r;

        own.seed *= 77777;
        while (!r->score->stop_attack) {
                ChanSlot *slot = chan_slot(r->mem, (uint32_t)raw_random(&own) % 4);
                volatile uint32_t *words = (volatile uint32_t *)(void *)chan_slot_data(slot);
                uint32_t at = (uint32_t)raw_random(&own) % ((sizeof(Crafted) + 64) / sizeof *words);

                switch (raw_random(&own) % 8) {
                case 0:
                        *(volatile uint32_t *)&slot->msg_size = (uint32_t)raw_random(&own) % 128;
                        break;
                case 1:
                        *(volatile uint32_t *)&slot->arena_size = (uint32_t)raw_random(&own) % 1024;
                        break;
                case 2:
                        words[at] = (uint32_t)raw_random(&own);
                        break;
                default: /* small numbers pass for offsets, sizes, tags */
                        words[at] = (uint32_t)raw_random(&own) % 96;
                        break;
                }
        }
        return NULL;
}

static void begin_changing(Raw *r) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, keep_changing, r) != 0)
                score_complain(r->score, "no thread");
}

static bool is_documented(int32_t status) {
        return status == rcOk || status == rcInvalidArgument || status == rcOutOfMemory ||
               status == rcResourceNotFound;
}

static void send_what_changes(Raw *r) {
        Crafted c;

        craft_all(&c);
        for (uint32_t i = 0; i < 4; i++)
                raw_send(r, i, &c);
        for (uint32_t i = 0; i < 4; i++)
                (void)raw_wait(r, i);
}

/* The same by posting only, without waiting for any answer. */
static void post_what_changes(Raw *r) {
        Crafted c;
        int32_t status;

        craft_all(&c);
        raw_send(r, 5, &c);
        for (uint32_t i = 0; i < 4; i++)
                raw_post(r, i);
        status = raw_wait(r, 5);
        if (!is_documented(status) && !r->score->stop_attack)
                score_complain(r->score, "status %d of a message that did not change", (int)status);
}

const Attack message_attacks[] = {
        {"header_cut_off", "rcInvalidArgument", NULL, cut_header, 0},
        {"constant_part_cut_off", "rcInvalidArgument", NULL, cut_constant_part, 0},
        {"constant_part_of_another_size", "rcInvalidArgument", NULL, stretch_constant_part, 0},
        {"sizes_beyond_the_slot_or_with_a_sum_that_wraps", "rcInvalidArgument", NULL, lie_about_sizes, 0},
        {"message_larger_than_any_of_the_class", "rcOutOfMemory", NULL, send_megabytes, 0},
        {"arena_cut_off", "rcInvalidArgument", NULL, use_no_arena, 0},
        {"size_in_the_header_lies", "rcInvalidArgument", NULL, lie_in_header, 0},
        {"endpoint_that_is_not_there", "rcResourceNotFound", NULL, ask_another_endpoint, 0},
        {"method_that_is_not_there", "rcResourceNotFound", NULL, ask_another_method, 0},
        {"flags_that_no_request_has", "rcInvalidArgument", NULL, set_flags, 0},
        {"reserved_bits_set", "rcInvalidArgument", NULL, set_reserved, 0},
        {"wrong_number_of_handles", "rcInvalidArgument", NULL, count_handles_wrongly, 0},
        {"chunk_outside_the_arena", "rcInvalidArgument", NULL, leave_arena, 0},
        {"offset_that_wraps", "rcInvalidArgument", NULL, wrap_offsets, 0},
        {"chunk_larger_than_the_arena", "rcInvalidArgument", NULL, grow_chunks, 0},
        {"chunks_that_overlap", "rcInvalidArgument", NULL, overlap_chunks, 0},
        {"string_without_an_end", "rcInvalidArgument", NULL, leave_string_open, 0},
        {"string_that_is_too_long", "rcInvalidArgument", NULL, exceed_string, 0},
        {"half_an_element", "rcInvalidArgument", NULL, send_half_elements, 0},
        {"too_many_elements", "rcInvalidArgument", NULL, send_too_many_elements, 0},
        {"union_without_a_member", "rcInvalidArgument", NULL, choose_no_member, 0},
        {"order_that_needs_memory_to_check", "rcOk, it is well-formed", NULL, demand_memory, 0},
        {"message_that_changes_while_it_is_read", "checked as it was copied", begin_changing,
                send_what_changes, 20000},
        {"requests_posted_over_and_over_while_they_change", "checked as they were copied", begin_changing,
                post_what_changes, 20000},
        {.name = NULL},
};
