/* SPDX-License-Identifier: MIT */
/*
 * Reader: see reader.h.
 */
#include "reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "spell.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof *(a))
#define KEYS_MAX      16u

/* --- nodes --- */

Pos reader_pos(const yaml_node_t *node) {
        const yaml_mark_t *start = &node->start_mark, *end = &node->end_mark;
        bool is_inline =
                node->type == YAML_SCALAR_NODE && start->line == end->line && end->column > start->column;

        return (Pos){
                .line = (uint32_t)start->line + 1,
                .column = (uint32_t)start->column + 1,
                .width = is_inline ? (uint32_t)(end->column - start->column) : 1,
        };
}

static const char *node_kind(const yaml_node_t *node) {
        switch (node->type) {
        case YAML_SCALAR_NODE:
                return "a text";
        case YAML_SEQUENCE_NODE:
                return "a list";
        case YAML_MAPPING_NODE:
                return "a dictionary";
        case YAML_NO_NODE:
                break;
        }
        return "nothing";
}

const char *reader_scalar(const yaml_node_t *node) {
        return (const char *)node->data.scalar.value;
}

/* `connections:` with nothing behind it is the same as no connections. */
bool reader_is_null(const yaml_node_t *node) {
        static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

        if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
                return false;
        for (size_t i = 0; i < ARRAY_SIZE(nulls); i++)
                if (strcmp(reader_scalar(node), nulls[i]) == 0)
                        return true;
        return false;
}

const yaml_node_t *reader_node(Reader *r, int id) {
        return yaml_document_get_node(r->doc, id);
}

void reader_wrong_type(Reader *r, const yaml_node_t *node, const char *what, const char *wanted) {
        problem_add(r->problems, PROBLEM_TYPE, reader_pos(node), "%s must be %s, this is %s", what, wanted,
                reader_is_null(node) ? "empty" : node_kind(node));
}

/* --- texts --- */

static bool has_control(const char *text, size_t size) {
        for (size_t i = 0; i < size; i++)
                if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
                        return true;
        return false;
}

/* Leaves *ret_text alone when the node breaks the rule. */
void reader_text(Reader *r, const yaml_node_t *node, const TextRule *rule, Text *ret_text) {
        const char *text;
        size_t size;

        if (node->type != YAML_SCALAR_NODE || (reader_is_null(node) && !rule->may_be_empty)) {
                reader_wrong_type(r, node, rule->what, "a text");
                return;
        }
        text = reader_scalar(node);
        size = node->data.scalar.length;
        if (size > rule->size_max)
                problem_add(r->problems, PROBLEM_TOO_LONG, reader_pos(node),
                        "%s has %zu bytes, the limit is %zu", rule->what, size, rule->size_max);
        else if (memchr(text, '\0', size) || (rule->is_name && has_control(text, size)))
                problem_add(r->problems, PROBLEM_BAD_TEXT, reader_pos(node),
                        "%s contains a control character", rule->what);
        else if (size == 0 && !rule->may_be_empty)
                problem_add(
                        r->problems, PROBLEM_BAD_TEXT, reader_pos(node), "%s must not be empty", rule->what);
        else
                *ret_text = (Text){.text = pool_copy(r->pool, text, size), .at = reader_pos(node)};
}

/* --- dictionaries --- */

/* Returns the key that was probably meant, or NULL. */
static const char *unknown_key(
        Reader *r, const yaml_node_t *node, const ReaderKey *keys, size_t n_keys, const char *what) {
        Spell s = spell_start(reader_scalar(node));
        Problem *problem;
        const char *list = keys[0].name;

        problem = problem_add(r->problems, PROBLEM_UNKNOWN_KEY, reader_pos(node), "unknown key '%.*s' in %s",
                (int)(node->data.scalar.length < 64 ? node->data.scalar.length : 64), reader_scalar(node),
                what);
        for (size_t i = 0; i < n_keys; i++) {
                spell_offer(&s, keys[i].name);
                if (i)
                        list = pool_printf(r->pool, "%s, %s", list, keys[i].name);
        }
        if (s.best)
                problem_help(r->problems, problem, "did you mean '%s'?", s.best);
        else
                problem_note(r->problems, problem, "known here: %s", list);
        return s.best;
}

static const ReaderKey *find_key(const ReaderKey *keys, size_t n_keys, const yaml_node_t *node) {
        for (size_t i = 0; i < n_keys; i++)
                if (strlen(keys[i].name) == node->data.scalar.length &&
                        strcmp(keys[i].name, reader_scalar(node)) == 0)
                        return &keys[i];
        return NULL;
}

void reader_duplicate_key(Reader *r, const yaml_node_t *node, const yaml_node_t *first) {
        Problem *problem = problem_add(r->problems, PROBLEM_DUPLICATE_KEY, reader_pos(node),
                "key '%.64s' is given twice", reader_scalar(node));

        problem_note_at(r->problems, problem, reader_pos(first), "first given here");
}

/* What a dictionary was found to have, by the index of the key. */
typedef struct Seen {
        const yaml_node_t *keys[KEYS_MAX];
        bool is_misspelt[KEYS_MAX]; /* reported already, so not missing as well */
} Seen;

static void read_pair(Reader *r, const yaml_node_pair_t *pair, const ReaderKey *keys, size_t n_keys,
        Seen *seen, const char *what, void *object) {
        const yaml_node_t *name = reader_node(r, pair->key);
        const char *meant;
        const ReaderKey *key;

        if (name->type != YAML_SCALAR_NODE) {
                reader_wrong_type(r, name, "a key", "a text");
                return;
        }
        key = find_key(keys, n_keys, name);
        if (!key) {
                meant = unknown_key(r, name, keys, n_keys, what);
                for (size_t i = 0; i < n_keys; i++)
                        seen->is_misspelt[i] |= keys[i].name == meant;
                return;
        }
        if (seen->keys[key - keys]) {
                reader_duplicate_key(r, name, seen->keys[key - keys]);
                return;
        }
        seen->keys[key - keys] = name;
        key->read(r, object, reader_node(r, pair->value));
}

void reader_dictionary(Reader *r, const yaml_node_t *node, const ReaderKey *keys, size_t n_keys,
        const char *what, void *object) {
        Seen seen = {.keys = {NULL}};
        const yaml_node_pair_t *pair;

        assert(n_keys <= KEYS_MAX);
        if (node->type != YAML_MAPPING_NODE) {
                reader_wrong_type(r, node, what, "a dictionary");
                return;
        }
        for (pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
                read_pair(r, pair, keys, n_keys, &seen, what, object);
        for (size_t i = 0; i < n_keys; i++)
                if (keys[i].is_required && !seen.keys[i] && !seen.is_misspelt[i])
                        problem_add(r->problems, PROBLEM_MISSING_KEY, reader_pos(node),
                                "%s lacks the key '%s'", what, keys[i].name);
}

/* Number of items of a list; an empty value counts as an empty list. 0 after a problem. */
uint32_t reader_list_size(Reader *r, const yaml_node_t *node, const char *what, uint32_t n_max) {
        size_t n;

        if (reader_is_null(node))
                return 0;
        if (node->type != YAML_SEQUENCE_NODE) {
                reader_wrong_type(r, node, what, "a list");
                return 0;
        }
        n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
        if (n > n_max) {
                problem_add(r->problems, PROBLEM_TOO_MANY, reader_pos(node),
                        "%s has %zu elements, the limit is %u", what, n, n_max);
                return 0;
        }
        return (uint32_t)n;
}

const yaml_node_t *reader_list_item(Reader *r, const yaml_node_t *node, uint32_t i) {
        return reader_node(r, node->data.sequence.items.start[i]);
}

void reader_text_list(
        Reader *r, const yaml_node_t *node, const char *what, const TextRule *rule, TextList *list) {
        uint32_t n = reader_list_size(r, node, what, INIT_LIST_MAX);

        list->items = pool_alloc(r->pool, n, sizeof *list->items);
        list->n_items = n;
        for (uint32_t i = 0; i < n; i++)
                reader_text(r, reader_list_item(r, node, i), rule, &list->items[i]);
}

/* --- amounts --- */

void reader_amount(Reader *r, const yaml_node_t *node, const AmountRule *rule, uint64_t *ret_amount) {
        const TextRule text_rule = {.what = rule->what, .size_max = INIT_NAME_MAX, .is_name = true};
        Text text = {.text = NULL};
        uint64_t amount;

        reader_text(r, node, &text_rule, &text);
        if (!text.text)
                return;
        if (rule->parse(text.text, &amount) && amount >= rule->min && amount <= rule->max)
                *ret_amount = amount;
        else
                problem_add(
                        r->problems, PROBLEM_BAD_NUMBER, text.at, "%s must be %s", rule->what, rule->wanted);
}

/* --- words --- */

/* "'a', 'b' or 'c'" */
static const char *list_words(Reader *r, const char *const *words, size_t n) {
        const char *list = pool_printf(r->pool, "'%s'", words[0]);

        for (size_t i = 1; i < n; i++)
                list = pool_printf(r->pool, "%s%s'%s'", list, i + 1 < n ? ", " : " or ", words[i]);
        return list;
}

/* One of some words. Leaves *ret_index alone when it is none. */
void reader_choice(Reader *r, const yaml_node_t *node, const char *what, const char *const *words, size_t n,
        size_t *ret_index) {
        const TextRule rule = {.what = what, .size_max = INIT_NAME_MAX, .is_name = true};
        Text text = {.text = NULL};
        Problem *problem;
        Spell s;

        reader_text(r, node, &rule, &text);
        if (!text.text)
                return;
        s = spell_start(text.text);
        for (size_t i = 0; i < n; i++) {
                spell_offer(&s, words[i]);
                if (strcmp(text.text, words[i]) != 0)
                        continue;
                *ret_index = i;
                return;
        }
        problem = problem_add(r->problems, PROBLEM_BAD_WORD, text.at, "%s must be %s, not '%.64s'", what,
                list_words(r, words, n), text.text);
        if (s.best)
                problem_help(r->problems, problem, "did you mean '%s'?", s.best);
}

void reader_word(Reader *r, const yaml_node_t *node, const char *what, const char *const words[2],
        bool *ret_is_second) {
        size_t index = *ret_is_second;

        reader_choice(r, node, what, words, 2, &index);
        *ret_is_second = index == 1;
}
