/* SPDX-License-Identifier: MIT */
/*
 * Effects of an event, all or nothing: whoever changes memory of a context saves it first.
 *
 * Changes are made in place, so later rules of the event see them; the old bytes are here, and go
 * back in reverse order when the event is denied. Nobody else sees a context in between, because
 * decisions hold the one lock. The room is computed from the policy beforehand.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_BYTES_MAX 67108864 /* of one event; a policy that may need more is refused */

typedef struct Journal {
        uint8_t *bytes;
        size_t used;
        size_t room;
        bool can_grow; /* tests of policies, which go back over many events */
} Journal;

#define JOURNAL_NULL                                                                                         \
        { NULL, 0, 0, false }

/* What saving `size` bytes takes. */
size_t journal_cost(size_t size);

int journal_init(Journal *j, size_t room); /* 0, -ENOMEM */
void journal_deinit(Journal *j);

/* Remembers the bytes that are about to change. False: no room, nothing may be changed. */
bool journal_save(Journal *j, void *place, size_t size);
/* Everything saved since `used` had that value goes back to its place. */
void journal_undo(Journal *j, size_t mark);
