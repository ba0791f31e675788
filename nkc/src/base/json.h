/* SPDX-License-Identifier: MIT */
/*
 * Writer of JSON: objects and arrays with a value a line, indented by a blank a level. The caller
 * opens and closes; commas and lines are put here.
 */
#pragma once

#include "text.h"

#include <stdbool.h>

typedef struct Json {
        Text *out;
        size_t depth;
        bool is_started; /* something stands in the innermost object or array */
        bool is_line;    /* everything on one line */
} Json;

/* The outermost value: an object. */
Json json_begin(Text *out);
void json_end(Json *j); /* closes it and ends the line */

/* key NULL: an element of an array. bracket: '{' or '[', and its counterpart. */
void json_open(Json *j, const char *key, char bracket);
void json_close(Json *j, char bracket);
void json_text(Json *j, const char *key, const char *value); /* value NULL: nothing is written */
void json_number(Json *j, const char *key, uint64_t value);
void json_bool(Json *j, const char *key, bool value);
void json_null(Json *j, const char *key);

/* Alone, quotes included. Each byte that is no UTF-8 becomes U+FFFD. */
void json_string(Text *out, const char *text);
