/* SPDX-License-Identifier: MIT */
/*
 * Two lock-free containers of small numbers: a FIFO, and a stack of numbers that nobody uses.
 *
 * Each number 0 .. n - 1 is in at most one of them, once. A thread that stops anywhere in here holds up
 * nobody: whatever it left half done, others finish.
 *
 * The FIFO is the list of Michael and Scott (1996), whose first node is empty. Nodes are numbers too, one
 * more than there are values; each value that is not inside owns one for its next visit, so nothing is
 * allocated. The stack is Treiber's. Every word that is swapped holds a number and a tag that counts the
 * changes: a thread that slept between a look and a swap does not take a word for the one it knew, unless
 * exactly 2^40 changes have passed.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FIFO_LINE 64u /* bytes that processors exchange: what different threads write lies apart */
#define FIFO_NONE 0xffffffu
#define FIFO_MAX  0x100000u /* values; far below FIFO_NONE */

typedef struct FifoNode {
        _Atomic uint64_t next;  /* tag and node */
        _Atomic uint32_t value; /* read by threads that may come too late, and notice afterwards */
} FifoNode;

typedef struct Fifo {
        _Alignas(FIFO_LINE) _Atomic uint64_t head; /* tag and the empty node */
        _Alignas(FIFO_LINE) _Atomic uint64_t tail; /* tag and the last node, or one before it */
        _Alignas(FIFO_LINE) FifoNode *nodes;       /* n + 1 */
        uint32_t *spare;                           /* of each value outside: its node. n */
} Fifo;

typedef struct Spares {
        _Alignas(FIFO_LINE) _Atomic uint64_t top; /* tag and value */
        _Atomic uint32_t *next;                   /* n */
} Spares;

/* Empty. nodes and spare: the caller's memory, n + 1 and n elements, n <= FIFO_MAX. */
void fifo_init(Fifo *f, uint32_t n, FifoNode *nodes, uint32_t *spare);
void fifo_push(Fifo *f, uint32_t value);
/* FIFO_NONE: empty. */
uint32_t fifo_pop(Fifo *f);

/* Holds all n values, 0 on top. next: the caller's memory. */
void spares_init(Spares *s, uint32_t n, _Atomic uint32_t *next);
void spares_push(Spares *s, uint32_t value);
/* FIFO_NONE: empty. */
uint32_t spares_pop(Spares *s);
