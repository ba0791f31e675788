/* SPDX-License-Identifier: MIT */
/*
 * The file of an audit: lines, up to a limit.
 *
 * Half of the limit is for whoever comes first, the other half is divided among the senders: whoever
 * floods the audit uses up the first half and his own part, and the others' records are still written.
 * The first line that a sender has no room for is replaced by one that says so, and the end of the run
 * by one with their number.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_LIMIT_DEFAULT (64u * 1024u * 1024u) /* bytes of the file */
#define AUDIT_SHARE_BYTES   16384u                /* at least, of each sender; a smaller limit is refused */
#define AUDIT_NOTE_BYTES    1024u /* of which are kept for the two lines that say what is missing */
#define AUDIT_BUFFER_BYTES  65536u

#define AUDIT_PROBLEM_SIZE 512
typedef struct AuditProblem {
        char text[AUDIT_PROBLEM_SIZE]; /* sentence and way out; no newline */
} AuditProblem;

typedef struct AuditPart {
        uint64_t used;        /* bytes of its own part */
        uint64_t n_unwritten; /* lines without room */
} AuditPart;

typedef struct AuditFile {
        int fd;                /* -1: none, or given up */
        int error;             /* errno of the write that made us give up; 0: none */
        uint64_t common, part; /* bytes: for all, and for each sender */
        uint64_t common_used;
        AuditPart *parts;
        uint32_t n_senders;
        size_t used; /* of the buffer */
        char *buffer;
} AuditFile;

#define AUDIT_FILE_NULL ((AuditFile){.fd = -1})

/* Opens or makes the file, and goes on behind what is in it: that counts. Nobody else may write to it,
 * and it is no symbolic link. 0; EINVAL, -ENOMEM or another negative errno with *problem set. */
int audit_file_open(
        AuditFile *f, const char *path, uint64_t limit, uint32_t n_senders, AuditProblem *problem);
void audit_file_close(AuditFile *f);

typedef enum AuditRoom {
        AUDIT_WRITTEN,
        AUDIT_LAST /* first one without room: say so */,
        AUDIT_NO_ROOM
} AuditRoom;

/* line: with its newline. */
AuditRoom audit_file_add(AuditFile *f, uint32_t sender, const char *line, size_t size);
/* A line that says what is missing: room for it is kept. */
void audit_file_note(AuditFile *f, const char *line, size_t size);
void audit_file_flush(AuditFile *f);
