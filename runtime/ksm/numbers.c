/* SPDX-License-Identifier: MIT */
/*
 * Numbers of SIDs: the first round is counting; after it, block by block.
 */
#include "numbers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ksm.h"

void numbers_init(Numbers *n, KsmSid first, KsmSid last) {
        *n = (Numbers){.next = first, .last = last};
}

void numbers_deinit(Numbers *n) {
        free(n->marks);
        *n = (Numbers){.marks = NULL};
}

static int begin_again(Numbers *n) {
        if (!n->marks)
                n->marks = malloc(sizeof *n->marks);
        if (!n->marks)
                return -ENOMEM;
        n->next = NUMBERS_FIRST;
        return 0;
}

static void enter_block(Numbers *n, NumbersLook *look, void *arg) {
        memset(n->marks->bits, 0, sizeof n->marks->bits);
        n->marks->first = n->next;
        look(arg, n->marks);
}

static bool is_marked(const NumberMarks *marks, KsmSid number) {
        uint32_t at = number - marks->first;

        return marks->bits[at / 64] >> at % 64 & 1;
}

/* Blocks are counted from the first number, whatever was taken before. */
static bool begins_block(KsmSid number) {
        return (number - NUMBERS_FIRST) % NUMBERS_BLOCK == 0;
}

int numbers_take(Numbers *n, NumbersLook *look, void *arg, KsmSid *ret_number) {
        for (uint64_t tries = 0; tries <= n->last; tries++) {
                int r = n->next > n->last ? begin_again(n) : 0;
                KsmSid number = n->next;

                if (r < 0)
                        return r;
                if (n->marks && begins_block(number))
                        enter_block(n, look, arg);
                n->next++;
                if (n->marks && is_marked(n->marks, number))
                        continue;
                *ret_number = number;
                return 0;
        }
        return KSM_E_SIDS;
}
