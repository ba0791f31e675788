/* SPDX-License-Identifier: MIT */
/*
 * End block: what a process must know of the channels that it gets while it runs, as the boot block says it
 * of those that it was born with.
 *
 * A sealed memfd, the first descriptor of a letter (mail.h). The others follow in this order, as far as they
 * are there:
 *
 *      a client's end     with END_DIRECT: memory, bell, the server's status page, read-only; with
 * END_JUDGED: client's leg a server's end     with END_DIRECT: memory; with END_JUDGED: server's leg a
 * listener         ear, its status page, writable
 *
 * One block serves all channels of a client's class to a listener of a server's class. Offsets count from its
 * first byte.
 */
#pragma once

#include <stdint.h>

#define END_MAGIC 0x31444e4542534943ull /* "CISBEND1" */

#define END_DIRECT 1u /* some method is */
#define END_JUDGED 2u
#define END_RIID   4u /* one endpoint alone may be called: riid */
#define END_ALL    7u

typedef struct EndBlock {
        uint64_t magic;
        uint32_t size; /* bytes of the whole block */
        uint32_t flags;
        uint32_t riid;
        uint32_t status;        /* index of the listener's StatusEntry in its page */
        uint32_t shape_off;     /* shape table of the server's class, aligned to 8 */
        uint32_t shape_size;    /* bytes */
        uint32_t verdicts_off;  /* ChanVerdicts, aligned to 8; 0: a listener, whose channels have their own */
        uint32_t verdicts_size; /* bytes */
} EndBlock;

_Static_assert(sizeof(EndBlock) == 40, "end block");
