/* SPDX-License-Identifier: MIT */
/*
 * Mails: descriptors for processes that run already (boot/mail.h).
 *
 * One socket for each process that may call kl.core.Core, made before it starts. Nothing here waits: what a
 * process does not take is kept up to MAIL_QUEUE_MAX letters, then its own calls fail. We keep the process's
 * end too, to count what lies in it.
 *
 * Threads: none of its own; once the processes run, under the relay's lock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/mail.h"

typedef struct MailBox {
        int send_fd;      /* -1: there is none, or the process has died */
        int recv_fd;      /* the process's */
        uint64_t last_id; /* of the letters that calls asked for */
        uint32_t n_sent;
        uint16_t from[MAIL_QUEUE_MAX]; /* of the last ones: whose channel they are about, or MAILS_ASKED */
} MailBox;

typedef struct Mails {
        MailBox *boxes; /* per task */
        uint32_t n_boxes;
} Mails;

#define MAILS_ASKED UINT16_MAX /* about none */
#define MAILS_NULL  ((Mails){.boxes = NULL})

/* 0, -ENOMEM. */
int mails_init(Mails *m, uint32_t n_tasks);
void mails_deinit(Mails *m);

/* Makes the socket of a task. 0, or a negative errno. */
int mails_open(Mails *m, uint32_t task);
/* The process has died: what it did not take is closed. */
void mails_task_died(Mails *m, uint32_t task);

/* A number for a letter that an answer names. Each process has its own: numbers of all would tell one what
 * the others do. */
uint64_t mails_new_id(Mails *m, uint32_t task);

/* Sends up to MAIL_FDS_MAX descriptors, which stay the caller's. -ENOBUFS: MAIL_QUEUE_MAX letters lie there;
 * -ENOTCONN: the task has no socket, or has shut it; another negative errno of sendmsg(2). */
int mails_send(Mails *m, uint32_t task, uint64_t id, const int *fds, uint32_t n_fds);

/* The same for a server's end of a channel, with the name of the client's process, `from`. seat:
 * MailLetter's. -ENOBUFS also: MAIL_UNASKED_MAX of these lie there, or MAIL_PEER_MAX of that client. */
int mails_send_end(Mails *m, uint32_t task, uint32_t from, uint64_t id, uint32_t seat, const MailFds *fds,
        const char *peer);

/* Letters that lie there. */
uint32_t mails_count(const Mails *m, uint32_t task);
