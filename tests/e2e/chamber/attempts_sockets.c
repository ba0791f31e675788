/* SPDX-License-Identifier: MIT */
/*
 * Attempts at sockets of each family that leads somewhere.
 */
#include "attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int open_inet(void) {
        return socket(AF_INET, SOCK_STREAM, 0);
}

static int open_inet6(void) {
        return socket(AF_INET6, SOCK_DGRAM, 0);
}

static int open_raw(void) {
        return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int open_local(void) {
        return socket(AF_UNIX, SOCK_DGRAM, 0);
}

static int open_pair(void) {
        int fds[2];

        return socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

static int open_netlink(void) {
        return socket(AF_NETLINK, SOCK_RAW, 0);
}

static int open_vsock(void) {
        return socket(AF_VSOCK, SOCK_STREAM, 0);
}

static int open_packet(void) {
        return socket(AF_PACKET, SOCK_RAW, 0);
}

static int open_crypto(void) {
        return socket(AF_ALG, SOCK_SEQPACKET, 0);
}

/* What it was born with might be one. */
static int connect_descriptor(void) {
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(22)};

        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (int fd = 0; fd < 64; fd++)
                if (connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
                        return fd;
        return -1;
}

static int pass_descriptor(void) {
        char room[CMSG_SPACE(sizeof(int))] = {0};
        struct msghdr message = {.msg_control = room, .msg_controllen = sizeof room};

        return (int)sendmsg(STDOUT_FILENO, &message, 0);
}

/* What it was born with might bring one. */
static int receive_descriptor(void) {
        char room[CMSG_SPACE(sizeof(int))] = {0}, byte;
        struct iovec data = {.iov_base = &byte, .iov_len = 1};
        struct msghdr message = {
                .msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};

        for (int fd = 0; fd < 64; fd++)
                if (recvmsg(fd, &message, MSG_DONTWAIT) >= 0)
                        return fd;
        return -1;
}

static const Attempt list[] = {
        {"open a network socket", open_inet},
        {"open an IPv6 socket", open_inet6},
        {"open a raw socket", open_raw},
        {"open a local socket", open_local},
        {"open a pair of sockets", open_pair},
        {"open a netlink socket", open_netlink},
        {"open a vsock socket", open_vsock},
        {"open a packet socket", open_packet},
        {"open a crypto socket", open_crypto},
        {"connect a descriptor", connect_descriptor},
        {"pass a descriptor on", pass_descriptor},
        {"receive a descriptor", receive_descriptor},
};
const Attempts attempts_sockets = {list, sizeof list / sizeof *list};
