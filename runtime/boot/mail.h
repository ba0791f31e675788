/* SPDX-License-Identifier: MIT */
/*
 * Letters: how the kernel process hands descriptors to a running process.
 *
 * A process that may call kl.core.Core has the receiving end of a socket (boot block, mail_fd). Through it
 * the kernel process alone sends: a letter is this struct, with up to MAIL_FDS_MAX descriptors. What belongs
 * to the answer of a call is sent before the answer, which repeats the number of the letter. Letters that no
 * call asked for have MAIL_UNASKED in their number, and who they are for below it.
 */
#pragma once

#include <stdint.h>

#define MAIL_FDS_MAX   8u  /* descriptors of one letter */
#define MAIL_QUEUE_MAX 64u /* letters that a process has not taken yet: more are not sent */
#define MAIL_NAME_SIZE 256u

/* Of those letters that no call asked for: a client that makes channels and closes them again, faster than
 * the server looks, can take neither the server's own letters from it nor those of other clients. */
#define MAIL_UNASKED_MAX 48u
#define MAIL_PEER_MAX    32u /* about channels of one client */

#define MAIL_UNASKED (1ull << 63)

/* Descriptors on their way. */
typedef struct MailFds {
        int list[MAIL_FDS_MAX];
        uint32_t n;
} MailFds;

typedef struct MailLetter {
        uint64_t id;
        uint32_t n_fds; /* as many were sent; fewer arrive where the process's limit is reached */
        uint32_t seat;  /* of a server's end: 1 + the client's row in its table of handles; 0: it has none
                           there */
        char peer[MAIL_NAME_SIZE]; /* of a server's end: name of the client's process; else empty */
} MailLetter;

_Static_assert(sizeof(MailLetter) == 16 + MAIL_NAME_SIZE, "letter");
