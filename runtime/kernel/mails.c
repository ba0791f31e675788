/* SPDX-License-Identifier: MIT */
/*
 * Mails: sockets, and what lies in them.
 */
#include "mails.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int mails_init(Mails *m, uint32_t n_tasks) {
        *m = (Mails){.boxes = calloc(n_tasks + 1u, sizeof *m->boxes)};
        if (!m->boxes)
                return -ENOMEM;
        for (; m->n_boxes < n_tasks; m->n_boxes++)
                m->boxes[m->n_boxes] = (MailBox){.send_fd = -1, .recv_fd = -1};
        return 0;
}

static void close_fd(int *fd) {
        if (*fd >= 0)
                (void)close(*fd);
        *fd = -1;
}

void mails_deinit(Mails *m) {
        for (uint32_t i = 0; i < m->n_boxes; i++)
                mails_task_died(m, i);
        free(m->boxes);
        *m = MAILS_NULL;
}

/* The other direction is shut: nothing that a process sends is ever kept for us. */
int mails_open(Mails *m, uint32_t task) {
        MailBox *box = &m->boxes[task];
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        *box = (MailBox){.send_fd = fds[0], .recv_fd = fds[1]};
        return shutdown(box->send_fd, SHUT_RD) < 0 ? -errno : 0;
}

void mails_task_died(Mails *m, uint32_t task) {
        close_fd(&m->boxes[task].send_fd);
        close_fd(&m->boxes[task].recv_fd);
}

uint64_t mails_new_id(Mails *m, uint32_t task) {
        return ++m->boxes[task].last_id;
}

uint32_t mails_count(const Mails *m, uint32_t task) {
        int size = 0;

        if (m->boxes[task].recv_fd < 0 || ioctl(m->boxes[task].recv_fd, FIONREAD, &size) < 0)
                return 0;
        return (uint32_t)size / (uint32_t)sizeof(MailLetter);
}

static int send_letter(int fd, MailLetter *letter, const int *fds) {
        union {
                struct cmsghdr head;
                char bytes[CMSG_SPACE(MAIL_FDS_MAX * sizeof(int))];
        } control;
        struct iovec data = {.iov_base = letter, .iov_len = sizeof *letter};
        struct msghdr msg = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = control.bytes,
                .msg_controllen = CMSG_SPACE(letter->n_fds * sizeof(int))};
        struct cmsghdr *head;

        memset(&control, 0, sizeof control);
        head = CMSG_FIRSTHDR(&msg);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(letter->n_fds * sizeof(int));
        memcpy(CMSG_DATA(head), fds, letter->n_fds * sizeof(int));
        return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The letters that lie there are the last ones that were sent. */
static bool has_place(const Mails *m, uint32_t task, uint32_t from) {
        const MailBox *box = &m->boxes[task];
        uint32_t n = mails_count(m, task), n_unasked = 0, n_own = 0;

        if (n >= MAIL_QUEUE_MAX)
                return false;
        for (uint32_t i = 1; i <= n && from != MAILS_ASKED; i++) {
                uint16_t at = box->from[(box->n_sent - i) % MAIL_QUEUE_MAX];

                n_unasked += at != MAILS_ASKED;
                n_own += at == from;
        }
        return n_unasked < MAIL_UNASKED_MAX && n_own < MAIL_PEER_MAX;
}

static int post(Mails *m, uint32_t task, uint32_t from, MailLetter *letter, const int *fds) {
        MailBox *box = &m->boxes[task];
        int r;

        if (letter->n_fds == 0 || letter->n_fds > MAIL_FDS_MAX)
                return -EINVAL;
        if (box->send_fd < 0)
                return -ENOTCONN;
        if (!has_place(m, task, from))
                return -ENOBUFS;
        r = send_letter(box->send_fd, letter, fds);
        if (r == 0)
                box->from[box->n_sent++ % MAIL_QUEUE_MAX] = (uint16_t)from;
        if (r == -EAGAIN)
                return -ENOBUFS;
        return r == -EPIPE || r == -ECONNRESET ? -ENOTCONN : r;
}

int mails_send(Mails *m, uint32_t task, uint64_t id, const int *fds, uint32_t n_fds) {
        MailLetter letter = {.id = id, .n_fds = n_fds};

        return post(m, task, MAILS_ASKED, &letter, fds);
}

int mails_send_end(Mails *m, uint32_t task, uint32_t from, uint64_t id, uint32_t seat, const MailFds *fds,
        const char *peer) {
        MailLetter letter = {.id = id, .n_fds = fds->n, .seat = seat};

        (void)strncpy(letter.peer, peer, sizeof letter.peer - 1);
        return post(m, task, from, &letter, fds->list);
}
