/* SPDX-License-Identifier: MIT */
/*
 * Numbers of objects: what the kernel keeps for the handles that clients hold.
 *
 * A handle that comes back brings the number with it. A request may be on its way when its handle is closed,
 * and arrive when the object is gone and its place taken: so a number has a generation, is never given out
 * twice, and finding an object by number takes a reference or finds nothing. No lock is held for that: one
 * word of each place holds its generation, whether it lives, and how many use it.
 */
#pragma once

#include <stdint.h>

#include <handle/handletype.h>

#define VOBJ_MAX 8192u /* places; a process has 10000 handles, and each object is one */

typedef enum VobjKind { VOBJ_SESSION = 1, VOBJ_FILE = 2 } VobjKind;

/* The last reference is gone: whoever owns the object frees it. */
typedef void VobjEnd(void *object, Handle badge);

/* A living object with one reference, which vobj_kill() gives back. Until vobj_set_badge() it has none.
 * Returns its number; 0: VOBJ_MAX objects live. end: called once, by whoever uses it last. own: where the
 * object keeps its number, written before anybody finds it by that; or NULL. */
uint64_t vobj_new(VobjKind kind, void *object, VobjEnd *end, uint64_t *own);
void vobj_set_badge(uint64_t number, Handle badge); /* by its maker, before anybody else has the number */

/* Takes a new number back that nobody has seen yet; `end` is not called. */
void vobj_disown(uint64_t number);

/* The object with a reference, or NULL: never was, is gone, or of another kind. Give back by number. */
void *vobj_get(uint64_t number, VobjKind kind);
void vobj_put(uint64_t number);
/* One more reference, for who has one: also of an object that nobody finds any more. */
void vobj_ref(uint64_t number);

/* Nobody finds it any more. Harmless if somebody else did so before. */
void vobj_kill(uint64_t number);

/* Part of the table that a number lies in, of `size` each. */
static inline uint32_t vobj_part(uint64_t number, uint32_t size) {
        return (uint32_t)number / size;
}
