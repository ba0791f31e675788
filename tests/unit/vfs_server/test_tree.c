/* SPDX-License-Identifier: MIT */
/*
 * Trees stay in order, say what is below each node, and are never much higher than they have to be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tree.h"

#define THINGS     4096u
#define HEIGHT_MAX 17u /* 1.44 log2(4098), rounded down */

typedef struct Thing {
        TreeNode node;
        uint32_t key;
        uint32_t n_below; /* this one included */
        bool is_in;
} Thing;

static Thing things[THINGS];
static uint32_t n_compared;

static const Thing *thing_of(const TreeNode *n) {
        return HOLDER_OF(const Thing, node, n);
}

static int compare(const TreeNode *a, const TreeNode *b) {
        uint32_t left = thing_of(a)->key, right = thing_of(b)->key;

        n_compared++;
        return (left > right) - (left < right);
}

static void count(TreeNode *n) {
        Thing *t = HOLDER_OF(Thing, node, n);

        t->n_below = 1;
        for (int side = 0; side < 2; side++)
                if (n->child[side])
                        t->n_below += thing_of(n->child[side])->n_below;
}

static const TreeKind kind = {.compare = compare, .update = count};

/* Returns how many there are, all between the two keys. */
static uint32_t check(const TreeNode *n, uint64_t least, uint64_t most) {
        uint32_t below;

        if (!n)
                return 0;
        assert_true(thing_of(n)->key >= least && thing_of(n)->key <= most && thing_of(n)->is_in);
        below = 1 + check(n->child[0], least, (uint64_t)thing_of(n)->key - 1) +
                check(n->child[1], (uint64_t)thing_of(n)->key + 1, most);
        assert_int_equal(below, thing_of(n)->n_below);
        return below;
}

static void add(TreeNode **root, uint32_t i, uint32_t key) {
        things[i].key = key;
        things[i].is_in = true;
        tree_add(&kind, root, &things[i].node);
}

static void take(TreeNode **root, uint32_t i) {
        tree_remove(&kind, root, &things[i].node);
        things[i].is_in = false;
}

/* The worst for a tree that isn't balanced. */
static void what_comes_in_order_makes_no_list(void **state) {
        TreeNode *root = NULL;

        (void)state;
        for (uint32_t i = 0; i < THINGS; i++)
                add(&root, i, i + 1);
        assert_true(root->height <= HEIGHT_MAX);
        assert_int_equal(check(root, 1, THINGS), THINGS);
        n_compared = 0;
        take(&root, THINGS - 1);
        add(&root, THINGS - 1, THINGS);
        assert_true(n_compared <= 2 * HEIGHT_MAX);
        for (uint32_t i = 0; i < THINGS; i++)
                take(&root, i);
        assert_null(root);
}

static void a_tree_stays_in_order_and_low(void **state) {
        TreeNode *root = NULL;
        uint32_t n = 0;

        (void)state;
        srand(7);
        for (uint32_t turn = 0; turn < 8 * THINGS; turn++) {
                uint32_t i = (uint32_t)rand() % THINGS;

                if (things[i].is_in)
                        take(&root, i);
                else
                        add(&root, i, 1 + (i * 2654435761u >> 1));
                n += things[i].is_in ? 1 : -1u;
                if (turn % 512 == 0)
                        assert_int_equal(check(root, 1, UINT32_MAX), n);
        }
        assert_true(n > THINGS / 4 && root->height <= HEIGHT_MAX);
        for (uint32_t i = 0; i < THINGS; i++)
                if (things[i].is_in)
                        take(&root, i);
        assert_null(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_comes_in_order_makes_no_list),
                cmocka_unit_test(a_tree_stays_in_order_and_low),
        };

        return cmocka_run_group_tests_name("vfs_server tree", tests, NULL, NULL);
}
