/* SPDX-License-Identifier: MIT */
/*
 * Handles of one message on its way from one process to another, or to the kernel and back.
 *
 * First they are looked at: what they are, for the policy, and whether they may go. Then the message
 * is judged. Then they move, all or none, and the message is changed to what the receiver reads: his
 * own numbers. If it cannot be delivered after all, they are taken back.
 */
#pragma once

#include "handletree/htree.h"
#include "nk/places.h"

typedef struct Carry {
        uint32_t n;
        uint32_t places[PLACES_MAX];        /* in the message */
        uint32_t sids[PLACES_MAX];          /* 0: no handle */
        nk_handle_desc_t descs[PLACES_MAX]; /* as they were sent, then as they are received */
} Carry;

#define CARRY_NULL ((Carry){.n = 0})

/* Takes the handles out of a private copy of a verified message of that shape. */
void carry_take(Carry *c, const ShapeTable *table, const ShapeMessage *shape, const void *message);

/* Would they move? Finds their SIDs. 0, or a code of htree_check. */
int carry_check(Carry *c, const HtreeSpace *from, const HtreeSpace *to);
/* Moves them, and writes them into the message as the receiver reads them. 0, or a code of htree_transfer and
 * the message is as it was. */
int carry_move(Carry *c, HtreeSpace *from, HtreeSpace *to, void *message);
/* What carry_move has made is closed. */
void carry_take_back(Carry *c, HtreeSpace *to);

/* A message between a process and the kernel: its handles are the process's, and stay so. Finds the SIDs of
 * those that are open, 0 for others: the endpoints say what is wrong with these. */
void carry_describe(Carry *c, const HtreeSpace *space);
