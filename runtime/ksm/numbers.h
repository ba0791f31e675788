/* SPDX-License-Identifier: MIT */
/*
 * Numbers of SIDs: which one comes next, and which may come again.
 *
 * They only grow, up to the last one there is; a solution that makes and closes objects all day gets there
 * in some hours. Then they begin anew, and a number comes again only if nobody has it and no policy remembers
 * it: a set of SIDs that may enter must not let in who was given the number of one of them later. For that
 * the numbers of a block are looked for, when the block begins, in everything that a policy keeps; what
 * it remembers after that are numbers of SIDs that live, and those were marked too.
 */
#pragma once

#include <stdbool.h>

#include "ksm_call.h"

#define NUMBERS_FIRST (KSM_SID_KERNEL + 1)
#define NUMBERS_BLOCK 65536u

/* Which numbers of a block are taken. */
typedef struct NumberMarks {
        KsmSid first;
        uint64_t bits[NUMBERS_BLOCK / 64];
} NumberMarks;

/* Marks all that live or are remembered; other values are ignored. */
typedef void NumbersLook(void *arg, NumberMarks *marks);

typedef struct Numbers {
        KsmSid next, last;  /* last: the greatest number */
        NumberMarks *marks; /* of the block that next is in; NULL: none has come twice yet */
} Numbers;

void numbers_init(Numbers *n, KsmSid first, KsmSid last);
void numbers_deinit(Numbers *n);

/* 0, KSM_E_SIDS: all are taken, -ENOMEM. */
int numbers_take(Numbers *n, NumbersLook *look, void *arg, KsmSid *ret_number);

static inline void numbers_mark(NumberMarks *marks, uint64_t value) {
        uint64_t at = value - marks->first;

        if (at < NUMBERS_BLOCK)
                marks->bits[at / 64] |= 1ull << at % 64;
}
