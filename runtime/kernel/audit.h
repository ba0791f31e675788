/* SPDX-License-Identifier: MIT */
/*
 * Audit of a running solution: records on their way from decisions to a file and to people.
 *
 * A decision only copies its record into a bounded queue; a thread of its own makes text of it and
 * writes. Nobody who decides ever waits for a disk or a reader. What finds no room is counted, and the
 * count becomes a record itself. No sender can use up what the others need: each has its own share of
 * the queue (audit_queue.h), of the file (audit_file.h), of the lines that are shown (audit_show.h), and of
 * what processes may read (audit_history.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "audit_file.h"
#include "audit_show.h"
#include "ksm/ksm.h"
#include "solution.h"

#define AUDIT_RECORD_SIZE 8192u /* bytes of one as text, its final zero included */

typedef struct Audit Audit;

typedef struct AuditOptions {
        const char *path; /* NULL: no file */
        uint64_t limit;   /* bytes of the file */
        bool is_permissive;
} AuditOptions;

/* Borrows the solution and the security module. 0; a negative errno with *problem set. */
int audit_new(
        const Solution *sol, const Ksm *ksm, const AuditOptions *options, AuditProblem *problem, Audit **ret);
/* Starts the thread; before, records wait in the queue. To be called when no process is forked any more.
 * 0 or a negative errno. */
int audit_start(Audit *a);
/* Ends the thread and writes what is left. Nothing is recorded afterwards; the lines can still be taken. */
void audit_stop(Audit *a);
Audit *audit_free(Audit *a); /* NULL is fine; returns NULL */

/* sender: task that caused the event, or JUDGE_KERNEL. The record is copied. Any thread. */
void audit_put(Audit *a, uint32_t sender, const KsmRecord *record, bool is_permitted);

/* Lines for people: the descriptor becomes readable when there are some. One thread takes them. */
int audit_fd(const Audit *a);
bool audit_take_line(Audit *a, AuditLine *ret_line);

/* A record for a process: the first behind *place, which begins at 0 and moves on. buf: AUDIT_RECORD_SIZE
 * bytes. Returns the length of the JSON object, 0: there is none now. *ret_n_lost: so many before it are not
 * to be had any more. Any thread; waits for nothing but a short lock. */
size_t audit_read(Audit *a, uint64_t *place, char *buf, uint64_t *ret_n_lost);
