/* SPDX-License-Identifier: MIT */
/*
 * Other numbers: a word for each place, the kernel's number in its upper half, ours in the lower one with
 * the owner's mark in the bit that none of ours has.
 */
#include "handle_alias.h"

#define OWNER HND_KERNELS

static _Atomic uint64_t words[HND_ALIASES];

static _Atomic uint64_t *word_of(Handle number) {
        return &words[number % HND_ALIASES];
}

bool hnd_alias_put(Handle number, Handle handle, bool is_owner) {
        uint64_t word = (uint64_t)number << 32 | handle | (is_owner ? OWNER : 0),
                 old = atomic_load(word_of(number));

        /* One of another number was forgotten when that was closed elsewhere: its place is free. */
        do {
                if (old >> 32 == number)
                        return false;
        } while (!atomic_compare_exchange_weak(word_of(number), &old, word));
        if (old & OWNER)
                (void)hnd_close((Handle)old & ~OWNER);
        return true;
}

Handle hnd_alias_get(Handle number) {
        uint64_t word = atomic_load_explicit(word_of(number), memory_order_acquire);

        return word >> 32 == number ? (Handle)word & ~OWNER : INVALID_HANDLE;
}

void hnd_alias_drop(Handle number) {
        uint64_t word = atomic_load(word_of(number));

        do {
                if (word >> 32 != number)
                        return;
        } while (!atomic_compare_exchange_weak(word_of(number), &word, 0));
        if (word & OWNER)
                (void)hnd_close((Handle)word & ~OWNER);
}
