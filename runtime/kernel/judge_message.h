/* SPDX-License-Identifier: MIT */
/*
 * Messages as the rules read them: with a SID in the place of each handle.
 *
 * Handles lie in the constant part alone, in places that the class's shape table names; the arena
 * is never changed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ksm/ksm.h"
#include "nk/shape.h"

/* NULL: the table has no such method. */
const ShapeMethod *judge_find_method(const ShapeTable *table, uint16_t riid, uint16_t mid);

/* Has a request of the class handles? */
bool judge_takes_handles(const ShapeTable *table);
/* Largest constant part with handles in it of all messages of the class; 0: none has any. */
uint32_t judge_handles_room(const ShapeTable *table);

/* Puts SIDs into a private copy of a verified message of that shape. sids: of its handles, in the order of
 * the description; NULL: the sender has none. False: there is a handle that names nothing. */
bool judge_put_sids(const ShapeTable *table, const ShapeMessage *shape, const KsmSid *sids, uint8_t *message);
