/* SPDX-License-Identifier: MIT */
/*
 * The choice of a back end as text: name [ "{" modifier "}" ] ":" config.
 */
#pragma once

#define SPEC_NAME_MAX   64u   /* bytes of a name or a modifier, with the zero */
#define SPEC_CONFIG_MAX 1024u /* of a config: what a program's environment holds */

typedef struct Spec {
        char name[SPEC_NAME_MAX];
        char modifier[SPEC_NAME_MAX]; /* "": none */
        const char *config;           /* in the text that was parsed */
} Spec;

/* NULL, or what is wrong with the text. */
const char *spec_parse(const char *text, Spec *ret_spec);
