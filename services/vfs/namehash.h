/* SPDX-License-Identifier: MIT */
/*
 * Hashes of names. Who chooses the names of a directory must not be able to choose their hashes, or a lookup
 * goes through all of them: so the hash has a key that no client knows, another one in each run.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Names with one hash in a directory: an image with more of them has one name many times. */
#define NAMEHASH_SAME_MAX 64u

uint32_t namehash(const void *name, size_t size);

/* SipHash with the key, as many rounds for each eight bytes, and at the end. */
uint64_t namehash_sip(const uint8_t key[16], const void *data, size_t size, unsigned rounds, unsigned at_end);
