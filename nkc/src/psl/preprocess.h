/* SPDX-License-Identifier: MIT */
/*
 * The text preprocessor of newer releases: parts of a policy that depend on definitions.
 *
 *      {% if NAME == "VALUE" %}  {% elif NAME != "VALUE" %}  {% else %}  {% endif %}
 *      {% if NAME %}  {% if not NAME %}      NAME is defined, or not
 *
 * Directives and the parts that are left out become blanks, so every place keeps its line and column.
 */
#pragma once

#include "base/ctx.h"
#include "base/map.h"

#define PSL_CONDITION_DEPTH 64 /* conditions inside each other */

typedef struct PslDefines {
        Map values; /* const char * by interned name; "" where none was given */
} PslDefines;

void psl_defines_init(PslDefines *defines, Arena *arena);

bool psl_is_definition(const char *text); /* "NAME" or "NAME=VALUE" */

/* Adds a definition; a later one replaces an earlier one. What is no definition is left out. */
void psl_define(PslDefines *defines, Intern *names, const char *definition);

/* The text of the source with its directives carried out, of the same size. Mistakes become diagnostics. */
const char *psl_preprocess(const Ctx *ctx, const SrcFile *source, const PslDefines *defines);
