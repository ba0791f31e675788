/* SPDX-License-Identifier: MIT */
/*
 * The filter of the trap: see trap_filter.h.
 *
 * Layout: the machine's check; the tree, whose leaves jump forward; for each conditional number its
 * condition; the end, where the place of the call decides between letting through and the trap.
 */
#include "trap_filter.h"

#include <assert.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "call.h"
#include "raw.h"

#define CONDITIONS_MAX 8u

typedef struct Making {
        struct sock_filter *code;
        unsigned n;
        unsigned numbers[TRAP_NUMBERS_MAX];
        unsigned leaves[TRAP_NUMBERS_MAX]; /* where each number's jump is */
        unsigned n_numbers;
} Making;

static void add(Making *m, struct sock_filter instruction) {
        m->code[m->n++] = instruction;
}

static void add_load(Making *m, size_t offset) {
        add(m, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset));
}

static void add_return(Making *m, unsigned action) {
        add(m, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void add_if(Making *m, unsigned short how, unsigned value, unsigned then, unsigned otherwise) {
        add(m, (struct sock_filter)BPF_JUMP(
                       BPF_JMP | how | BPF_K, value, (unsigned char)then, (unsigned char)otherwise));
}

/* --- the tree --- */

#define LEAF_SIZE 3u

static unsigned tree_size(unsigned n) {
        return n == 1 ? LEAF_SIZE : 1 + tree_size(n / 2) + tree_size(n - n / 2);
}

static void add_tree(Making *m, unsigned from, unsigned n) {
        if (n == 1) {
                add_if(m, BPF_JEQ, m->numbers[from], 0, 1);
                m->leaves[from] = m->n;
                add(m, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
                add_return(m, SECCOMP_RET_ALLOW);
                return;
        }
        add_if(m, BPF_JGE, m->numbers[from + n / 2], tree_size(n / 2), 0);
        add_tree(m, from, n / 2);
        add_tree(m, from + n / 2, n - n / 2);
}

static void collect(Making *m) {
        for (unsigned i = 0; i < CALL_NUMBERS_MAX; i++)
                if (call_rows[i].answer && (call_fork || !call_rows[i].of_processes)) {
                        assert(m->n_numbers < TRAP_NUMBERS_MAX);
                        m->numbers[m->n_numbers++] = i;
                }
}

/* --- behind the tree --- */

static size_t half(unsigned argument, bool high) {
        return offsetof(struct seccomp_data, args) + 8 * argument + (high ? 4 : 0);
}

/* Goes on when the argument isn't 0. */
static void add_given(Making *m, unsigned argument) {
        add_load(m, half(argument, false));
        add_if(m, BPF_JEQ, 0, 0, 3);
        add_load(m, half(argument, true));
        add_if(m, BPF_JEQ, 0, 0, 1);
        add_return(m, SECCOMP_RET_ALLOW);
}

/* Plain memory of its own is nobody's business. */
static void add_of_file(Making *m) {
        add_load(m, half(3, false));
        add_if(m, BPF_JSET, MAP_ANONYMOUS, 0, 2);
        add_if(m, BPF_JSET, MAP_SHARED, 1, 0);
        add_return(m, SECCOMP_RET_ALLOW);
}

static void add_unless(Making *m, unsigned long bits) {
        add_load(m, half(0, false));
        add_if(m, BPF_JSET, (unsigned)bits, 0, 1);
        add_return(m, SECCOMP_RET_ALLOW);
}

static void add_end(Making *m) {
        uint64_t place = (uint64_t)(uintptr_t)raw_call_end;

        add_load(m, offsetof(struct seccomp_data, instruction_pointer));
        add_if(m, BPF_JEQ, (unsigned)place, 0, 3);
        add_load(m, offsetof(struct seccomp_data, instruction_pointer) + 4);
        add_if(m, BPF_JEQ, (unsigned)(place >> 32), 0, 1);
        add_return(m, SECCOMP_RET_ALLOW);
        add_return(m, SECCOMP_RET_TRAP);
}

static void land(Making *m, unsigned i) {
        m->code[m->leaves[i]].k = m->n - m->leaves[i] - 1;
}

/* Each conditional number jumps to its condition, whose end is a jump to the end. */
static void add_conditions(Making *m) {
        unsigned jumps[CONDITIONS_MAX], n_jumps = 0;

        for (unsigned i = 0; i < m->n_numbers; i++) {
                const CallRow *row = &call_rows[m->numbers[i]];

                if (!row->given && !row->of_file && !row->unless)
                        continue;
                assert(n_jumps < CONDITIONS_MAX);
                land(m, i);
                if (row->of_file)
                        add_of_file(m);
                else if (row->unless)
                        add_unless(m, row->unless);
                else
                        add_given(m, row->given - 1u);
                jumps[n_jumps++] = m->n;
                add(m, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
        }
        while (n_jumps-- > 0)
                m->code[jumps[n_jumps]].k = m->n - jumps[n_jumps] - 1;
}

unsigned short trap_filter_make(struct sock_filter ret[TRAP_FILTER_MAX]) {
        Making m = {.code = ret};

        collect(&m);
        add_load(&m, offsetof(struct seccomp_data, arch));
        add_if(&m, BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0);
        add_return(&m, SECCOMP_RET_KILL_PROCESS);
        add_load(&m, offsetof(struct seccomp_data, nr));
        add_tree(&m, 0, m.n_numbers);
        add_conditions(&m);
        for (unsigned i = 0; i < m.n_numbers; i++)
                if (m.code[m.leaves[i]].k == 0)
                        land(&m, i);
        add_end(&m);
        assert(m.n <= TRAP_FILTER_MAX);
        return (unsigned short)m.n;
}
