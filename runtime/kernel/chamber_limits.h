/* SPDX-License-Identifier: MIT */
/*
 * Limits: how much of the host's memory, threads and descriptors a process can take. Resource limits,
 * which every host has; control groups (groups.h) come on top where there are any.
 *
 * What a process is allowed must be all that it can take: memory that no limit counts is closed by the
 * filter of system calls (shared, growing, huge), page tables by the size of the address space.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define LIMITS_MEMORY    (2ull << 30)  /* bytes of private memory: heap, stacks, data */
#define LIMITS_STACK     (64ull << 20) /* the first thread's, which grows and doesn't count there */
/* Addresses beside the memory: what is only reserved, such as the heaps of threads. It also bounds what a
 * process can hold beyond its limit: RLIMIT_DATA does not count pages that were written and may only be read
 * now, nor a mapping made over a reserved one. */
#define LIMITS_ADDRESSES (8ull << 30)
#define LIMITS_THREADS   1024u
#define LIMITS_FILES     1024u /* descriptors that every program may have */
#define LIMITS_FILES_ADD 256u  /* and at least so many beyond those it is born with */
#define LIMITS_SIGNALS   4096u /* queued signals and timers */

/* 0: as above. */
typedef struct Limits {
        uint64_t memory, threads, files; /* files: beyond those it is born with */
        uint64_t file_size;              /* what no file grows beyond; 0: none can be written */
        uint64_t shared;                 /* bytes of addresses that its channels take */
        uint64_t later;                  /* and that those may take which it gets while it runs */
} Limits;

/* Descriptors come first and also without a chamber: as many as n_fds, those it is born with, need. 0, or
 * -1 with errno and *ret_object: EPERM where the limit of this process itself is lower than one that was
 * asked for. */
int limits_set_files(const Limits *limits, size_t n_fds, int is_confined, const char **ret_object);
/* n_others: processes beside it that count among its threads; negative: threads can't be counted. */
int limits_set(const Limits *limits, int n_others, const char **ret_object);
