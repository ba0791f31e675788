/* SPDX-License-Identifier: MIT */
/*
 * Visit: see visit.h.
 */
#include "visit.h"

#include <stdbool.h>

typedef struct Visit {
        const struct nk_arena *arena;
        nk_uint32_t sum;
        const char *complaint; /* the first one */
} Visit;

static void complain_if(Visit *v, bool is_wrong, const char *what) {
        if (is_wrong && !v->complaint)
                v->complaint = what;
}

static void add_bytes(Visit *v, const void *bytes, nk_size_t n) {
        const nk_uint8_t *p = bytes;

        for (nk_size_t i = 0; i < n; i++)
                v->sum += p[i];
}

static void visit_text(Visit *v, const nk_ptr_t *ptr, nk_uint32_t max) {
        nk_uint32_t n;
        const nk_char_t *text = nk_arena_get(const nk_char_t, v->arena, ptr, &n);

        complain_if(v, ptr->size != 0 && !text, "a string outside the arena");
        complain_if(v, n > max + 1, "a string that is too long");
        complain_if(v, n > 0 && text[n - 1] != '\0', "a string without an end");
        add_bytes(v, text, n);
}

static void visit_data(Visit *v, const nk_ptr_t *ptr, nk_uint32_t max) {
        nk_uint32_t n;
        const nk_uint8_t *data = nk_arena_get(const nk_uint8_t, v->arena, ptr, &n);

        complain_if(v, ptr->size != 0 && !data, "bytes outside the arena");
        complain_if(v, n > max, "too many bytes");
        add_bytes(v, data, n);
}

/* A row that is not aligned to its elements has no address: nk_arena_get. */
static void visit_numbers(Visit *v, const nk_ptr_t *ptr, nk_uint32_t max) {
        nk_uint32_t n;
        const nk_uint32_t *numbers = nk_arena_get(const nk_uint32_t, v->arena, ptr, &n);

        complain_if(v, ptr->size > max * sizeof *numbers, "too many numbers");
        complain_if(v, ptr->size % sizeof *numbers != 0, "half a number");
        add_bytes(v, numbers, n * sizeof *numbers);
}

static void visit_items(Visit *v, const nk_ptr_t *ptr, nk_uint32_t max) {
        nk_uint32_t n;
        const hostile_ITarget_Item *items = nk_arena_get(const hostile_ITarget_Item, v->arena, ptr, &n);

        complain_if(v, ptr->size > max * sizeof *items, "too many items");
        complain_if(v, ptr->size % sizeof *items != 0, "half an item");
        for (nk_uint32_t i = 0; i < n; i++) {
                v->sum += items[i].id;
                visit_text(v, &items[i].name, 15);
                visit_data(v, &items[i].data, 16);
        }
}

static void visit_choice(Visit *v, const hostile_ITarget_Choice *choice) {
        switch (choice->tag_) {
        case hostile_ITarget_Choice_number_tag:
                add_bytes(v, &choice->number, sizeof choice->number);
                break;
        case hostile_ITarget_Choice_word_tag:
                visit_text(v, &choice->word, 15);
                break;
        case hostile_ITarget_Choice_items_tag:
                visit_items(v, &choice->items, 2);
                break;
        default:
                complain_if(v, true, "a union without a member");
        }
}

static void visit_all(Visit *v, const hostile_ITarget_All_req *req) {
        visit_text(v, &req->text, 15);
        visit_numbers(v, &req->numbers, 8);
        visit_items(v, &req->items, 4);
        visit_choice(v, &req->choice);
}

const char *visit_request(
        const hostile_Target_entity_req *req, const struct nk_arena *arena, nk_uint32_t *ret_sum) {
        Visit v = {.arena = arena};

        complain_if(&v, req->base_.iid != hostile_Target_target_iid, "another endpoint's message");
        switch (req->base_.mid) {
        case hostile_ITarget_Put_mid:
                visit_text(&v, &req->target.Put.key, hostile_ITarget_TextMax);
                break;
        case hostile_ITarget_All_mid:
                visit_all(&v, &req->target.All);
                break;
        case hostile_ITarget_Bulk_mid:
                visit_data(&v, &req->target.Bulk.data, hostile_ITarget_BulkMax);
                break;
        case hostile_ITarget_Give_mid:
                complain_if(&v, req->base_.ncaps != 1, "a wrong number of handles");
                break;
        default:
                complain_if(&v, true, "a method that is not there");
        }
        *ret_sum = v.sum;
        return v.complaint;
}

const char *visit_response(
        const hostile_Target_entity_res *res, const struct nk_arena *arena, nk_uint32_t *ret_sum) {
        Visit v = {.arena = arena};

        *ret_sum = 0;
        if (nk_msg_check_err(res))
                return NULL;
        if (res->base_.mid == hostile_ITarget_Put_mid)
                visit_text(&v, &res->target.Put.echo, hostile_ITarget_TextMax);
        else if (res->base_.mid == hostile_ITarget_Bulk_mid)
                visit_data(&v, &res->target.Bulk.back, hostile_ITarget_BulkMax);
        *ret_sum = v.sum;
        return v.complaint;
}
