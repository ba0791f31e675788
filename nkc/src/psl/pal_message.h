/* SPDX-License-Identifier: MIT */
/*
 * The message of a case of a policy test, as it would be sent: constant part and arena.
 */
#pragma once

#include "base/text.h"
#include "psl/policy.h"

typedef struct PalMessageHandle {
        uint32_t offset; /* of its container in the constant part */
        const PolValue *value;
} PalMessageHandle;

typedef struct PalMessage {
        Text constant;
        Text arena;
        PalMessageHandle handles[LAY_MAX_HANDLES]; /* those that name something */
        uint32_t n_handles;
} PalMessage;

void pal_message_make(PalMessage *m, const PolCase *c); /* *m is filled anew */
void pal_message_deinit(PalMessage *m);
