/* SPDX-License-Identifier: MIT */
/*
 * Ends of a channel to a vault, for processes that do not keep to what the runtime would do for them.
 */
#pragma once

#include <stdint.h>

#include <attack/IVault.idl.h>
#include <attack/Vault.edl.h>

#include "boot/boot.h"
#include "transport/chan.h"
#include "transport/chan_mem.h"

#define GRANTED 42u /* the value that the policy lets pass */
#define OTHER   7u

/* All methods have one layout. */
typedef union Message {
        struct nk_message base;
        attack_IVault_Tell_req req;
        attack_IVault_Tell_res res;
} Message;

/* The first channel of this process; it has one. */
const BootChannel *own_channel(void);
/* A client end of it, as the service locator makes it. */
ChanClient *open_client(void);
/* What the channel's method answers: 0 and *ret_echo, the caller's status, or a CHAN_E_*. */
typedef struct Outcome {
        int r;
        int32_t status;
        uint32_t echo;
} Outcome;
Outcome call(ChanClient *client, uint16_t mid, uint32_t value);
Message make_request(uint16_t mid, uint32_t value);
