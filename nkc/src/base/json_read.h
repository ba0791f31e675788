/* SPDX-License-Identifier: MIT */
/*
 * Reader of JSON (RFC 8259): one value of a text of known size, as a tree in the arena. Meant for input
 * from anywhere: what is not JSON is refused with the place, depth is limited, nothing is guessed.
 */
#pragma once

#include "arena.h"

#include <stdbool.h>

#define JSON_DEPTH_MAX 64u /* objects and arrays inside of each other */

typedef enum JsonKind {
        JSON_NULL,
        JSON_FALSE,
        JSON_TRUE,
        JSON_INTEGER, /* without fraction and exponent, from 0 to 2^64 - 1 */
        JSON_NUMBER,  /* every other number; its value is not kept */
        JSON_TEXT,
        JSON_ARRAY,
        JSON_OBJECT
} JsonKind;

typedef struct JsonValue JsonValue;
struct JsonValue {
        JsonKind kind;
        uint64_t integer;
        const char *text;       /* TEXT: terminated; has no zero inside */
        const JsonValue *first; /* ARRAY, OBJECT: what is in it, in order */
        const JsonValue *next;
        const char *key; /* in an object */
};

/* NULL after a mistake: *problem says what, *at where (offset). Blanks around the value are fine. */
const JsonValue *json_read(Arena *a, const char *text, size_t size, const char **problem, size_t *at);

/* Of an object; NULL: has no such key, or it is no object. The first of equal keys counts. */
const JsonValue *json_get(const JsonValue *object, const char *key);
/* The same, when the value is a text or an integer that fits; otherwise NULL, `otherwise`. */
const char *json_get_text(const JsonValue *object, const char *key);
uint64_t json_get_integer(const JsonValue *object, const char *key, uint64_t otherwise);
