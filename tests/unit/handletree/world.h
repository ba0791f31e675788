/* SPDX-License-Identifier: MIT */
/*
 * Three processes with handles of one tree, and short forms of what they do.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <services/ocap.h>

#include "handletree/htree.h"

#define T_RIGHTS (OCAP_HANDLE_FULL | 0xff)

typedef struct TCounter {
        uint32_t n_gone;
        uint32_t n_unbound;
} TCounter;

typedef struct TWorld {
        Htree *tree;
        HtreeSpace *a;
        HtreeSpace *b;
        HtreeSpace *c;
        TCounter thing; /* of every object that t_thing() makes */
        TCounter badge;
} TWorld;

extern TWorld w;
extern const HtreeKind t_thing_kind;
extern const HtreeKind t_badge_kind;

int t_setup(void **state);
/* Nothing may be left once the processes are gone. */
int t_teardown(void **state);

uint32_t t_thing(HtreeSpace *space, uint64_t context);
uint32_t t_badge(HtreeSpace *space, uint64_t context);
/* One handle on its way; must work. */
nk_handle_desc_t t_send(HtreeSpace *from, HtreeSpace *to, nk_handle_desc_t desc);
uint32_t t_give(HtreeSpace *from, HtreeSpace *to, nk_handle_desc_t desc);
/* One handle on its way; the code. */
int t_try(HtreeSpace *from, HtreeSpace *to, nk_handle_desc_t desc);
uint32_t t_copy(HtreeSpace *space, uint32_t number, uint32_t rights);
/* What using the number says: 0, or why not. */
int t_use(const HtreeSpace *space, uint32_t number);
uint32_t t_rights(const HtreeSpace *space, uint32_t number);
