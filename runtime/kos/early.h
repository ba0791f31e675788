/* SPDX-License-Identifier: MIT */
/*
 * Early ends: servers' ends of channels that have come before this process has named their listener. After a
 * restart all clients of a server ask again at once, and it registers one listener after the other.
 *
 * A free place is taken first; without one the oldest end gives way. Under its owner's lock.
 */
#pragma once

#include <stdbool.h>

#include "boot/mail.h"

#define EARLY_MAX 128u /* each holds up to three descriptors */

typedef struct EarlyEnd {
        MailLetter letter;
        MailFds fds;  /* n 0: free */
        uint64_t age; /* when it came, counted */
} EarlyEnd;

/* All zero: empty. */
typedef struct Early {
        EarlyEnd list[EARLY_MAX];
        uint32_t n_used; /* places that ever were; the others are no memory yet */
        uint64_t n_ever;
} Early;

/* The descriptors go to the list, and those that gave way to *ret_lost; n 0: none did. */
void early_put(Early *e, const MailLetter *letter, const MailFds *fds, MailFds *ret_lost);
/* The one of that tag (of its id's lower half) that came first. False: there is none. */
bool early_take(Early *e, uint32_t tag, EarlyEnd *ret_end);
