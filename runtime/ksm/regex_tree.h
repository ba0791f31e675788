/* SPDX-License-Identifier: MIT */
/*
 * The tree of a regular expression, between its text and its automaton.
 *
 * Nodes lie in one array and name each other by index; number 0 is the empty expression. A letter is a
 * set of one byte. Positions of the automaton are the sets, each counted as often as its repetitions
 * write it out.
 */
#pragma once

#include <stdint.h>

#include "regex.h"

#define REGEX_FOREVER UINT32_MAX /* no upper bound of repetitions */

typedef enum RegexKind { REGEX_EMPTY, REGEX_SET, REGEX_SEQUENCE, REGEX_CHOICE, REGEX_REPEAT } RegexKind;

typedef struct RegexNode {
        RegexKind kind;
        uint32_t first; /* SEQUENCE, CHOICE, REPEAT: first child; 0: none */
        uint32_t next;  /* sibling; 0: none */
        uint32_t min;   /* REPEAT */
        uint32_t max;
        uint32_t n_positions; /* saturates at REGEX_POSITIONS_MAX + 1 */
        uint8_t bytes[32];    /* SET: one bit a byte */
} RegexNode;

typedef struct RegexTree {
        RegexNode *nodes;
        uint32_t n_nodes;
        uint32_t room;
        uint32_t root;
} RegexTree;

/* 0, REGEX_E_SYNTAX, REGEX_E_LIMIT (*problem is set), -ENOMEM. Free with regex_tree_deinit() in any case. */
int regex_parse(const char *pattern, size_t size, bool is_block, RegexProblem *problem, RegexTree *tree);
void regex_tree_deinit(RegexTree *tree);
