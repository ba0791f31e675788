/* SPDX-License-Identifier: MIT */
/*
 * Audit of a running solution: records on their way from decisions to a file and to people.
 *
 * A decision only copies its record into a bounded queue; a thread of its own makes text of it and
 * writes. Nobody who decides ever waits for a disk or a reader. What finds no room is counted, and the
 * count becomes a record itself. No sender can use up what the others need: each has its own share of
 * the queue, of the file and of the lines that are shown.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ksm/ksm.h"

typedef struct Audit Audit;

/* sender: task that caused the event, or JUDGE_KERNEL. The record is copied. Any thread; NULL is fine. */
void audit_put(Audit *a, uint32_t sender, const KsmRecord *record, bool is_permitted);
