/* SPDX-License-Identifier: MIT */
/*
 * Console: how a process that serves files shows what its clients print.
 *
 * It has the sending end of a socket (boot block, console_fd). A packet is a head, the client's name with its
 * zero, and text: the kernel process shows it as if the client itself had printed it. It believes a name only
 * of a process that has a channel to the sender.
 */
#pragma once

#include <stdint.h>

#define CONSOLE_NAME_MAX 256u  /* bytes of a name, its zero included */
#define CONSOLE_TEXT_MAX 4096u /* bytes of text in one packet, which no other text parts */

typedef struct ConsoleHead {
        uint32_t stream;    /* 1: stdout, 2: stderr */
        uint32_t name_size; /* bytes, 1 .. CONSOLE_NAME_MAX */
} ConsoleHead;

#define CONSOLE_PACKET_MAX (sizeof(ConsoleHead) + CONSOLE_NAME_MAX + CONSOLE_TEXT_MAX)
