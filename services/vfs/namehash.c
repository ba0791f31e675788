/* SPDX-License-Identifier: MIT */
/*
 * SipHash, as Aumasson and Bernstein describe it; with one round for each eight bytes and three at the end,
 * which is what tables in memory need.
 */
#include "namehash.h"

#include <endian.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

#define ROUNDS        1u
#define ROUNDS_AT_END 3u

static uint64_t load(const uint8_t *at) {
        uint64_t n;

        memcpy(&n, at, sizeof n);
        return le64toh(n);
}

static uint64_t turn(uint64_t n, unsigned bits) {
        return n << bits | n >> (64 - bits);
}

static inline void mix(uint64_t v[4], unsigned rounds) {
        while (rounds-- > 0) {
                v[0] += v[1];
                v[2] += v[3];
                v[1] = turn(v[1], 13) ^ v[0];
                v[3] = turn(v[3], 16) ^ v[2];
                v[0] = turn(v[0], 32);
                v[2] += v[1];
                v[0] += v[3];
                v[1] = turn(v[1], 17) ^ v[2];
                v[3] = turn(v[3], 21) ^ v[0];
                v[2] = turn(v[2], 32);
        }
}

static inline void take_in(uint64_t v[4], uint64_t word, unsigned rounds) {
        v[3] ^= word;
        mix(v, rounds);
        v[0] ^= word;
}

static inline uint64_t sip(
        const uint8_t key[16], const uint8_t *data, size_t size, unsigned rounds, unsigned at_end) {
        const uint64_t k0 = load(key), k1 = load(key + 8);
        uint64_t v[] = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
                k1 ^ 0x7465646279746573u};
        uint8_t last[8] = {0};
        size_t whole = size & ~(size_t)7;

        for (size_t at = 0; at < whole; at += 8)
                take_in(v, load(data + at), rounds);
        if (size > whole)
                memcpy(last, data + whole, size - whole);
        last[7] = (uint8_t)size;
        take_in(v, load(last), rounds);
        v[2] ^= 0xff;
        mix(v, at_end);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t namehash_sip(
        const uint8_t key[16], const void *data, size_t size, unsigned rounds, unsigned at_end) {
        return sip(key, data, size, rounds, at_end);
}

/* Sixteen bytes by chance that Linux gives every program when it begins; never NULL. */
static const uint8_t *own_key(void) {
        static const uint8_t *_Atomic found;
        const uint8_t *key = atomic_load_explicit(&found, memory_order_relaxed);

        if (!key) {
                key = (const uint8_t *)(uintptr_t)getauxval(AT_RANDOM);
                atomic_store_explicit(&found, key, memory_order_relaxed);
        }
        return key;
}

uint32_t namehash(const void *name, size_t size) {
        return (uint32_t)sip(own_key(), name, size, ROUNDS, ROUNDS_AT_END);
}
