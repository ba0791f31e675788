/* SPDX-License-Identifier: MIT */
/*
 * Family (caisson/family.h): the memory that a process and those it forks share, and who of them lives.
 *
 * The kernel process gives the memory to a process that may fork, and no other has it. It is a table of
 * places, one for each member, and behind it what is given out (client ends of channels, most of all).
 * Members trust it as threads trust their common memory.
 *
 * The word of a place:
 *
 *      FREE ──reserve──▶ RESERVED(by whom) ──fork──▶ LIVE(pid) ──sweep──▶ ENDING(by whom) ──told──▶ FREE
 *
 * with a count that goes up when the place becomes free. A reserved place, and one that is being told of, go
 * to the next sweep when that member has ended too. Whether a process has ended its descriptor tells, which
 * also sees those that nobody has waited for; a number that Linux has given to another process is seen by
 * that one's own place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <caisson/family.h>

#define FAMILY_SIZE (1u << 20) /* bytes of the memory */

typedef void FamilyGone(uint32_t member);

/* Makes the memory, in the kernel process: a sealed memfd, close-on-exec. 0 or a negative errno. */
int family_create(int *ret_fd);

/* Makes this process the first member. Takes over the descriptor on success. Before there are channels. */
int family_open(int fd);
bool family_is_open(void);

extern uint32_t family_own_member;

/* One load: asked on the way of a call. */
static inline uint32_t family_self(void) {
        return family_own_member;
}

/* NULL: there is no family, or no more memory. */
void *family_alloc(size_t size);

/* 0; -EPERM: there is no family; -EAGAIN: no place is free. */
int family_reserve(uint32_t *ret_member);
void family_unreserve(uint32_t member);
/* In the parent, and in the child, who is that member from now on. Whoever comes first says which process it
 * is. False: a sweep has given the place away, because the parent has ended: the child must end as well. */
bool family_settle(uint32_t member, pid_t pid);
bool family_become(uint32_t member);

/* Has a member ended, as far as a sweep has found out? */
bool family_has_ended(uint32_t member);
/* Has it, as Linux says? A few system calls. Tells nobody. */
bool family_is_over(uint32_t member);
void family_on_end(FamilyGone *gone);
/* True: a member was found that had ended since the last one. */
bool family_sweep(void);
