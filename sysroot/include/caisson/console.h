/* SPDX-License-Identifier: MIT */
/*
 * Console: what a process that serves files shows for its clients.
 *
 * A client of the VFS prints by writing to a file of the VFS. The VFS hands the text to the kernel process
 * with the client's name (caisson/peer.h), and that shows it as it shows what any process prints. Processes
 * whose class serves kl.VfsFile have a console; for their clients only: text for somebody who has no channel
 * to the process is shown as its own.
 *
 * Source: our own extension.
 */
#ifndef CAISSON_CONSOLE_H
#define CAISSON_CONSOLE_H

#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that are shown in one piece, whoever writes at the same time. */
#define NKX_CONSOLE_PIECE 4096u

/*
 * Shows text of a client.
 *
 * client: name of its process, NUL-terminated, at most 255 bytes; borrowed.
 * stream: 1: its standard output, 2: its standard error.
 * text:   size bytes; borrowed.
 * taken:  out: how many of them were taken; less than all when there is no room for more now.
 * Returns rcOk when at least one byte was taken, or size is 0; rcBusy: there is no room now;
 * rcUnimplemented: this process has no console; rcInvalidArgument: a pointer is null, the name or the stream
 * is none; rcNotConnected: nobody reads it any more. Does not block. Any thread.
 */
Retcode nkx_console_write(
        const char *client, unsigned stream, const void *text, rtl_size_t size, rtl_size_t *taken);

/* Would nkx_console_write() take something now, or say at once why it does not? Does not block. */
rtl_bool nkx_console_has_room(void);

#ifdef __cplusplus
}
#endif

#endif
