/* SPDX-License-Identifier: MIT */
/*
 * The file of an audit: how it is opened, and who may write how much.
 */
#include "audit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(AuditProblem *problem, int r, const char *path, const char *text) {
        (void)snprintf(problem->text, sizeof problem->text, "audit file %.200s: %s", path, text);
        return r;
}

static int check_file(int fd, const char *path, uint64_t limit, AuditProblem *problem, uint64_t *ret_size) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return refuse(problem, -errno, path, strerror(errno));
        if (!S_ISREG(st.st_mode))
                return refuse(problem, -EINVAL, path, "it is no regular file");
        if (st.st_uid != geteuid())
                return refuse(problem, -EPERM, path, "it belongs to somebody else: choose another name");
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return refuse(problem, -EPERM, path, "others may write to it: chmod go-w, or remove it");
        if (st.st_nlink > 1)
                return refuse(problem, -EPERM, path, "it has another name (hard link): choose another file");
        if ((uint64_t)st.st_size >= limit)
                return refuse(problem, -EFBIG, path,
                        "it has reached the limit: move it away, or give a larger --audit-limit");
        *ret_size = (uint64_t)st.st_size;
        return 0;
}

static int open_file(
        const char *path, uint64_t limit, AuditProblem *problem, int *ret_fd, uint64_t *ret_size) {
        int fd = open(
                path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
        int r;

        if (fd < 0 && errno == ELOOP)
                return refuse(problem, -ELOOP, path, "it is a symbolic link: name the file itself");
        if (fd < 0 && errno == ENXIO)
                return refuse(problem, -ENXIO, path, "it is no regular file");
        if (fd < 0)
                return refuse(problem, -errno, path, strerror(errno));
        r = check_file(fd, path, limit, problem, ret_size);
        if (r < 0)
                (void)close(fd);
        else
                *ret_fd = fd;
        return r;
}

/* What is in the file already was for all. */
static int divide(AuditFile *f, const char *path, uint64_t limit, uint64_t size, AuditProblem *problem) {
        uint64_t least = 2 * (uint64_t)AUDIT_SHARE_BYTES * f->n_senders;
        char text[128];

        if (limit < least) {
                (void)snprintf(text, sizeof text,
                        "--audit-limit must be at least %llu bytes for this solution",
                        (unsigned long long)least);
                return refuse(problem, -EINVAL, path, text);
        }
        f->common = limit / 2;
        f->common_used = size < f->common ? size : f->common;
        /* A file that has more than its half leaves less for each. */
        f->part = (limit - f->common - (size - f->common_used)) / f->n_senders;
        f->part = f->part > AUDIT_NOTE_BYTES ? f->part - AUDIT_NOTE_BYTES : 0;
        return 0;
}

int audit_file_open(
        AuditFile *f, const char *path, uint64_t limit, uint32_t n_senders, AuditProblem *problem) {
        uint64_t size = 0;
        int r;

        *f = AUDIT_FILE_NULL;
        f->n_senders = n_senders;
        r = open_file(path, limit, problem, &f->fd, &size);
        if (r == 0)
                r = divide(f, path, limit, size, problem);
        if (r == 0) {
                f->parts = calloc(n_senders, sizeof *f->parts);
                f->buffer = malloc(AUDIT_BUFFER_BYTES);
                if (!f->parts || !f->buffer)
                        r = refuse(problem, -ENOMEM, path, "not enough memory");
        }
        if (r < 0)
                audit_file_close(f);
        return r;
}

void audit_file_close(AuditFile *f) {
        audit_file_flush(f);
        if (f->fd >= 0)
                (void)close(f->fd);
        free(f->parts);
        free(f->buffer);
        *f = AUDIT_FILE_NULL;
}

void audit_file_flush(AuditFile *f) {
        size_t done = 0;

        while (f->fd >= 0 && done < f->used) {
                ssize_t n = write(f->fd, f->buffer + done, f->used - done);

                if (n >= 0) {
                        done += (size_t)n;
                } else if (errno != EINTR) {
                        f->error = errno;
                        (void)close(f->fd);
                        f->fd = -1;
                }
        }
        f->used = 0;
}

void audit_file_note(AuditFile *f, const char *line, size_t size) {
        if (f->fd < 0 || size > AUDIT_BUFFER_BYTES)
                return;
        if (size > AUDIT_BUFFER_BYTES - f->used)
                audit_file_flush(f);
        memcpy(f->buffer + f->used, line, size);
        f->used += size;
}

/* Counts the bytes where they have room. */
static bool take_room(AuditFile *f, AuditPart *part, size_t size) {
        if (size <= f->common - f->common_used)
                f->common_used += size;
        else if (size <= f->part - part->used)
                part->used += size;
        else
                return false;
        return true;
}

AuditRoom audit_file_add(AuditFile *f, uint32_t sender, const char *line, size_t size) {
        AuditPart *part;

        if (f->fd < 0)
                return AUDIT_NO_ROOM;
        part = &f->parts[sender];
        if (part->n_unwritten == 0 && take_room(f, part, size)) {
                audit_file_note(f, line, size);
                return AUDIT_WRITTEN;
        }
        return part->n_unwritten++ == 0 ? AUDIT_LAST : AUDIT_NO_ROOM;
}
