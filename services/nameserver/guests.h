/* SPDX-License-Identifier: MIT */
/*
 * Guests: processes that ask the name server for a channel while they run.
 *
 * A process needs one, and gets GUESTS_CHANNELS_MAX at once: with the next one its oldest ends, so nobody can
 * take the channels of the others.
 */
#pragma once

#include <handle/handletype.h>
#include <nk/types.h>
#include <rtl/retcode.h>

#define GUESTS_CHANNELS_MAX 2u

/* Accepts requests for the service NS_CHANNEL and drops others, for ever; returns why it can't go on. riid:
 * what guests get to call. */
Retcode guests_accept(Handle listener, nk_iid_t riid);
