/* SPDX-License-Identifier: MIT */
/*
 * Handing out handles: a badge for each object, and who hears that nobody has its handle any more.
 */
#pragma once

#include <stdint.h>

#include <handle/handletype.h>
#include <nk/types.h>

/* Rights of handles of the VFS: which of the two kinds of objects it is. */
#define ISSUE_RIGHT_SESSION 1u
#define ISSUE_RIGHT_FILE    2u

/* Called, in a thread of its own, when the last handle of an object was closed. */
typedef void IssueGone(uint64_t number);

/* Once, before anything else. 0; -EPERM: the policy lets this process have no handles to give out; -ENOMEM.
 */
int issue_begin(IssueGone *gone);

/* Makes what a message sends as the handle of an object, and keeps its badge (vobj_set_badge).
 * -EPERM, -ENFILE, -ENOMEM. */
int issue_handle(uint64_t number, uint32_t right, nk_handle_desc_t *ret);

/* The object is gone: so is its badge. INVALID_HANDLE: nothing to do. */
void issue_end(uint64_t number, Handle badge);
