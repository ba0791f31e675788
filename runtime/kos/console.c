/* SPDX-License-Identifier: MIT */
/*
 * caisson/console.h: packets for the kernel process (boot/console.h).
 */
#include <caisson/console.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>

#include "boot/boot.h"
#include "boot/console.h"

_Static_assert(NKX_CONSOLE_PIECE == CONSOLE_TEXT_MAX, "a piece is a packet");

/* -1: there is none. */
static int console_fd(void) {
        const Boot *boot = boot_get();

        return boot ? boot->block->console_fd : -1;
}

static Retcode retcode_of(int error) {
        return error == EAGAIN || error == ENOBUFS ? rcBusy : rcNotConnected;
}

/* One packet, whole or not at all. */
static Retcode send_piece(int fd, const char *client, unsigned stream, const char *text, size_t size) {
        ConsoleHead head = {.stream = stream, .name_size = (uint32_t)strlen(client) + 1};
        const struct iovec parts[] = {
                {.iov_base = &head, .iov_len = sizeof head},
                {.iov_base = (char *)(uintptr_t)client, .iov_len = head.name_size},
                {.iov_base = (char *)(uintptr_t)text, .iov_len = size},
        };
        ssize_t n;

        do
                n = writev(fd, parts, 3);
        while (n < 0 && errno == EINTR);
        return n < 0 ? retcode_of(errno) : rcOk;
}

Retcode nkx_console_write(
        const char *client, unsigned stream, const void *text, rtl_size_t size, rtl_size_t *taken) {
        int fd = console_fd();
        rtl_size_t done = 0;
        Retcode rc = rcOk;

        if (!client || !taken || (!text && size) || (stream != 1 && stream != 2) ||
                strnlen(client, CONSOLE_NAME_MAX) == CONSOLE_NAME_MAX)
                return rcInvalidArgument;
        *taken = 0;
        if (fd < 0)
                return rcUnimplemented;
        while (rc == rcOk && done < size) {
                rtl_size_t piece = size - done < CONSOLE_TEXT_MAX ? size - done : CONSOLE_TEXT_MAX;

                rc = send_piece(fd, client, stream, (const char *)text + done, piece);
                done += rc == rcOk ? piece : 0;
        }
        *taken = done;
        return done > 0 ? rcOk : rc;
}

rtl_bool nkx_console_has_room(void) {
        struct pollfd p = {.fd = console_fd(), .events = POLLOUT};

        return p.fd < 0 || poll(&p, 1, 0) != 0;
}
