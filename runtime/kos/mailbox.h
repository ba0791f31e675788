/* SPDX-License-Identifier: MIT */
/*
 * Mailbox: descriptors that the kernel process hands to this process while it runs (boot/mail.h).
 *
 * An answer that brings descriptors names their letter; the thread that got it takes them here, and only
 * it: nobody else knows the number. Letters of other threads are kept meanwhile, MAIL_QUEUE_MAX of them, and
 * the oldest is closed when more come: its call has ended without wanting it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/mail.h"

/* False in a forked child: letters are the first member's of its family. What would need one is not even
 * asked for. */
bool mail_may_come(void);

/* Takes the descriptors of a letter, all close-on-exec. n: as many as the answer promises, 1 .. MAIL_FDS_MAX.
 * 0; -ENOENT: there is no such letter; -EMFILE: the process has too many open files, and the letter is gone;
 * -EBADMSG: it has another number of them, and is gone. Threads: any. Blocks: no. */
int mail_take(uint64_t id, int *ret_fds, uint32_t n);

/* The same for a letter that says itself how many there are. */
int mail_take_any(uint64_t id, MailFds *ret_fds);

/* Letters with MAIL_UNASKED go there: it takes the descriptors over, and calls no function of this file. Set
 * before the first one can come. */
typedef void MailUnasked(const MailLetter *letter, const MailFds *fds);
void mail_on_unasked(MailUnasked *unasked);
/* Looks for such letters. */
void mail_look(void);
