/* SPDX-License-Identifier: MIT */
/*
 * One exchange, between the public calls and the channel.
 *
 * The system calls (syscalls.c), the transports (transport_kos.c) and the server loop (dispatch.c)
 * are thin forms of the functions below: handle look-up, one chan_* call, and the rules of
 * coresrv/syscalls.h.
 *
 * Outcome of each: rcOk; negative: a Retcode; positive: the nk_err_t with which the dispatcher of
 * the other side ended. The two code spaces meet in the status of a reply, where the sign tells them
 * apart; ipc_retcode and ipc_nk_err turn an outcome into either one.
 */
#pragma once

#include <stdint.h>

#include <handle/handletype.h>
#include <ipc/if_rend.h>
#include <nk/types.h>
#include <rtl/retcode.h>

int32_t ipc_call(Handle handle, const SMsgHdr *out, SMsgHdr *in, uint32_t timeout_ms, Handle sync);
int32_t ipc_recv(Handle handle, SMsgHdr *in, uint32_t timeout_ms, Handle sync);
int32_t ipc_reply(Handle handle, const SMsgHdr *out);

/* Answers with a code instead of a message. status: what the caller's outcome shall be. */
int32_t ipc_reply_status(Handle handle, int32_t status);

Retcode ipc_retcode(int32_t outcome);
nk_err_t ipc_nk_err(int32_t outcome);

/* r: 0, a CHAN_E_* code, or a negative errno. */
Retcode ipc_retcode_from_chan(int r);
