/* SPDX-License-Identifier: MIT */
/*
 * A family: a process and those that it forks, and they in turn.
 *
 * To Caisson a family is one process with several memories: one name, one class, the same rights and limits,
 * the same handles. When the first one ends, Linux ends all of them. Only a program that the kernel process
 * has started so may fork (`caisson exec` does); programs of a solution have threads.
 *
 *      uint32_t child;
 *      long pid = nkx_family_reserve(&child);
 *
 *      if (pid == 0)
 *              pid = nkx_family_fork(child, NULL);
 *
 * What a member inherits: every channel that was open, its calls may go on in all members at once; every
 * handle, whose number means the same in all of them, so that one who closes it closes it for all. A channel
 * that was open at a fork is closed with the family only. What all but the first can't do: open a channel,
 * serve one, take memory objects; those calls fail with rcInvalidOperation, or with INVALID_HANDLE.
 *
 * A member that ends, or is killed, in the middle of a call leaves that to the others: a sweep finds who has
 * ended, takes back what its calls had in the channels, and tells whoever wants to know.
 *
 * Errors of the functions are negative numbers of errno. All may be called from any thread.
 *
 * Source: our own extension.
 */
#ifndef CAISSON_FAMILY_H
#define CAISSON_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Members at a time, the first one included. */
#define NKX_FAMILY_MAX 256u

/* Places are below NKX_FAMILY_MAX, and each living member has one of its own: for tables with a row for each.
 */
#define NKX_FAMILY_PLACE(member) ((member) % NKX_FAMILY_MAX)

/* May this process fork? Does not block. */
bool nkx_family_may_fork(void);

/* The number of the calling process in its family. 0: the first one, or a process that may not fork. A number
 * is given again after 65536 others of its place. Does not block. */
uint32_t nkx_family_self(void);

/*
 * Memory that all members share, zeroed, at the same address in each, for as long as the family lives: there
 * is no giving back. To be asked for before the first fork, by who wants to find it afterwards.
 *
 * size: bytes; there are a few hundred thousand for all callers.
 * NULL: the process may not fork, or there is no more. Does not block.
 */
void *nkx_family_alloc(size_t size);

/*
 * A number for a child that is to be forked; so what belongs to the child can be noted before it is there.
 *
 * ret_member: out; untouched on failure.
 * Returns 0; -EPERM: the process may not fork; -EBUSY: it has a listener, whose requests no child could
 * answer; -EAGAIN: NKX_FAMILY_MAX members live.
 * Sweeps. Then exactly one of nkx_family_fork() and nkx_family_unreserve() must follow.
 */
int nkx_family_reserve(uint32_t *ret_member);
void nkx_family_unreserve(uint32_t member);

/*
 * Forks.
 *
 * member: a reserved number, the child's from now on; free again on failure. (A child that dies, however
 *         early, is told of by a sweep; one that could not be made isn't.)
 * how:    makes the process, with the C library's handlers of pthread_atfork(): its fork(), also what NULL
 *         means, for a library that stands before the C library's. Returns as fork() does.
 * Returns the child's process number; 0 in the child; what fork() fails with (-EAGAIN: the limit of processes
 * and threads).
 * The locks of this library are taken while `how` copies the memory, after all handlers that a program has
 * given to pthread_atfork(), and free in both processes. Of the child's threads only the calling one is
 * there.
 */
long nkx_family_fork(uint32_t member, pid_t (*how)(void));

/*
 * Who wants to know of ends: called by a sweep in some living member, once for each other member that has
 * ended or that was reserved by one that has ended; once more, in another one, if that member ends before the
 * function has returned. Called without a lock; may make calls, must not fork.
 *
 * gone: NULL: nobody. A forked child inherits it.
 */
void nkx_family_on_end(void (*gone)(uint32_t member));

/* Looks for members that have ended. To be called where a member waits for a child, or for something that an
 * ended one may hold. Takes a few system calls for each living member. */
void nkx_family_sweep(void);

#ifdef __cplusplus
}
#endif

#endif
