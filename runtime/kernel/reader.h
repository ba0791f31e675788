/* SPDX-License-Identifier: MIT */
/*
 * Reader: nodes of a YAML document as texts, dictionaries, lists, amounts and words, each by a rule, and the
 * problems of those that break theirs. It knows no key of any file.
 *
 * An alias (`*name`) is the node it stands for; lists are bounded where they are read, so aliases can't blow
 * a small file up.
 */
#pragma once

#include <yaml.h>

#include "solution.h"

typedef struct Reader {
        yaml_document_t *doc;
        Solution *sol;
        Problems *problems;
        Pool *pool;
} Reader;

typedef struct ReaderKey {
        const char *name;
        void (*read)(Reader *r, void *object, const yaml_node_t *value);
        bool is_required;
} ReaderKey;

typedef struct TextRule {
        const char *what;
        size_t size_max;
        bool may_be_empty;
        bool is_name; /* shown to people: no control characters */
} TextRule;

typedef struct AmountRule {
        const char *what;
        bool (*parse)(const char *text, uint64_t *ret_amount);
        uint64_t min, max;
        const char *wanted;
} AmountRule;

/* --- nodes --- */

Pos reader_pos(const yaml_node_t *node);
const yaml_node_t *reader_node(Reader *r, int id);
const char *reader_scalar(const yaml_node_t *node);
/* `connections:` with nothing behind it is the same as no connections. */
bool reader_is_null(const yaml_node_t *node);
void reader_wrong_type(Reader *r, const yaml_node_t *node, const char *what, const char *wanted);

/* --- what they are read as: after a problem *ret is as it was --- */

void reader_text(Reader *r, const yaml_node_t *node, const TextRule *rule, Text *ret_text);
/* Each key by its row; what: of an unknown one, where it is. */
void reader_dictionary(Reader *r, const yaml_node_t *node, const ReaderKey *keys, size_t n_keys,
        const char *what, void *object);
void reader_duplicate_key(Reader *r, const yaml_node_t *node, const yaml_node_t *first);
/* Number of items of a list; an empty value counts as an empty list. 0 after a problem. */
uint32_t reader_list_size(Reader *r, const yaml_node_t *node, const char *what, uint32_t n_max);
const yaml_node_t *reader_list_item(Reader *r, const yaml_node_t *node, uint32_t i);
void reader_text_list(
        Reader *r, const yaml_node_t *node, const char *what, const TextRule *rule, TextList *list);
void reader_amount(Reader *r, const yaml_node_t *node, const AmountRule *rule, uint64_t *ret_amount);
/* One of n words; of two. */
void reader_choice(Reader *r, const yaml_node_t *node, const char *what, const char *const *words, size_t n,
        size_t *ret_index);
void reader_word(Reader *r, const yaml_node_t *node, const char *what, const char *const words[2],
        bool *ret_is_second);
