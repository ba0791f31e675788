/* SPDX-License-Identifier: MIT */
/*
 * Where handles lie in a message: in its constant part alone, in fields, structs and arrays.
 */
#pragma once

#include "shape.h"

#define PLACES_MAX 16u /* handles of one message; nkc refuses descriptions with more */

/* Offsets of the nk_handle_desc_t in the constant part of a message of that shape, in the order of the
 * description. Returns how many; 0 also for a shape with more than PLACES_MAX, which nkc doesn't make. */
uint32_t places_find(const ShapeTable *table, const ShapeMessage *shape, uint32_t ret_places[PLACES_MAX]);

struct nk_message;

/* The same for a request that was verified. */
uint32_t places_find_request(
        const ShapeTable *table, const struct nk_message *request, uint32_t ret_places[PLACES_MAX]);

/* Makes every handle of a verified request or reply "no handle". Without the kernel process between, numbers
 * of one process arrive in another, where they mean nothing, and a peer could say of its own words that they
 * are the receiver's context. */
void places_forget_request(const ShapeTable *table, struct nk_message *request);
void places_forget_reply(const ShapeTable *table, struct nk_message *reply);
