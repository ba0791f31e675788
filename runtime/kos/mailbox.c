/* SPDX-License-Identifier: MIT */
/*
 * Mailbox: one lock, one table, and the socket.
 */
#include "mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boot/boot.h"
#include "transport/family.h"

typedef struct Letter {
        uint64_t id; /* 0: the place is free; the kernel process counts from 1 */
        uint32_t n_sent;
        MailFds fds;
} Letter;

static struct {
        pthread_mutex_t lock;
        MailUnasked *unasked;
        Letter letters[MAIL_QUEUE_MAX];
        uint32_t next; /* the place of the oldest, when all are taken */
} box = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void drop(Letter *letter) {
        for (uint32_t i = 0; letter->id && i < letter->fds.n; i++)
                (void)close(letter->fds.list[i]);
        letter->id = 0;
}

static void keep(const Letter *letter) {
        Letter *place = &box.letters[box.next];

        drop(place);
        *place = *letter;
        box.next = (box.next + 1) % MAIL_QUEUE_MAX;
}

/* Of all control messages; there is one. */
static void take_fds(struct msghdr *msg, Letter *letter) {
        for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
                uint32_t n = (uint32_t)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));

                if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || n > MAIL_FDS_MAX)
                        continue;
                memcpy(letter->fds.list, CMSG_DATA(c), n * sizeof(int));
                letter->fds.n = n;
        }
}

/* False: none lies there. */
static bool receive(int fd, Letter *letter, MailLetter *head) {
        union {
                struct cmsghdr head;
                char bytes[CMSG_SPACE(MAIL_FDS_MAX * sizeof(int))];
        } control;
        struct iovec data = {.iov_base = head, .iov_len = sizeof *head};
        struct msghdr msg = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = control.bytes,
                .msg_controllen = sizeof control.bytes};
        ssize_t n;

        do
                n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n != (ssize_t)sizeof *head)
                return false;
        head->peer[sizeof head->peer - 1] = '\0';
        *letter = (Letter){.id = head->id, .n_sent = head->n_fds};
        take_fds(&msg, letter);
        return true;
}

static void sort(Letter *letter, const MailLetter *head) {
        if (!(letter->id & MAIL_UNASKED))
                keep(letter);
        else if (box.unasked && letter->fds.n == letter->n_sent)
                box.unasked(head, &letter->fds);
        else
                drop(letter);
}

/* Under the lock. False: the socket is empty. */
static bool take_next(void) {
        const Boot *boot = boot_get();
        MailLetter head;
        Letter letter;

        if (!boot || boot->block->mail_fd < 0 || !receive(boot->block->mail_fd, &letter, &head))
                return false;
        sort(&letter, &head);
        return true;
}

static Letter *find(uint64_t id) {
        for (uint32_t i = 0; i < MAIL_QUEUE_MAX; i++)
                if (box.letters[i].id == id)
                        return &box.letters[i];
        return NULL;
}

bool mail_may_come(void) {
        return family_self() == 0;
}

int mail_take_any(uint64_t id, MailFds *ret_fds) {
        Letter *letter;
        int r = -ENOENT;

        if (id == 0 || (id & MAIL_UNASKED) || !mail_may_come())
                return r;
        (void)pthread_mutex_lock(&box.lock);
        while (!(letter = find(id)) && take_next())
                ; /* what lies behind it is found by who looks for it */
        if (letter && letter->fds.n != letter->n_sent) {
                drop(letter);
                r = -EMFILE;
        } else if (letter) {
                *ret_fds = letter->fds;
                letter->id = 0;
                r = 0;
        }
        (void)pthread_mutex_unlock(&box.lock);
        return r;
}

int mail_take(uint64_t id, int *ret_fds, uint32_t n) {
        MailFds fds;
        int r = mail_take_any(id, &fds);

        if (r < 0)
                return r;
        if (fds.n == n) {
                memcpy(ret_fds, fds.list, n * sizeof(int));
                return 0;
        }
        for (uint32_t i = 0; i < fds.n; i++)
                (void)close(fds.list[i]);
        return -EBADMSG;
}

void mail_on_unasked(MailUnasked *unasked) {
        (void)pthread_mutex_lock(&box.lock);
        box.unasked = unasked;
        (void)pthread_mutex_unlock(&box.lock);
}

void mail_look(void) {
        if (!mail_may_come())
                return;
        (void)pthread_mutex_lock(&box.lock);
        while (take_next())
                ;
        (void)pthread_mutex_unlock(&box.lock);
}
