/* SPDX-License-Identifier: MIT */
/*
 * Reader of audit files, JSON a line, as the security module writes its records. They come from a
 * system that ran, maybe an older one, maybe cut off: a line that is no record is reported with its place and
 * left out, the others count. Lines of other kinds (objects without "event") are skipped.
 */
#pragma once

#include "base/arena.h"
#include "psl/ast.h"

#define AUDIT_LINE_MAX     65536u /* bytes of a line without its end */
#define AUDIT_ERRORS_SHOWN 20u    /* of one file */

/* One rule or expression that ran. Missing keys are NULL, 0. */
typedef struct AuditCall {
        const char *object;
        const char *method;
        const char *result;
        const char *why;
        const char *file;
        uint32_t line;
} AuditCall;

typedef struct AuditEvent {
        const char *file; /* place of the record */
        unsigned line;
        PslEvent event;
        bool is_granted;
        const char *src;      /* class */
        const char *dst;      /* NULL: security */
        const char *endpoint; /* NULL: execute, or there is no such method */
        const char *method;
        const char *reason; /* what was wrong with the event itself; NULL: nothing */
        const AuditCall *calls;
        uint32_t n_calls;
} AuditEvent;

/* Everything in the event lives until the call ends. */
typedef void AuditTake(void *userdata, const AuditEvent *event);

typedef struct AuditCount {
        size_t n_records;
        size_t n_bad;   /* lines that are no records; reported */
        bool io_failed; /* cannot be read; reported */
} AuditCount;

/* path "-": standard input. Messages go to stderr; counts are added. */
void audit_read(const char *path, AuditTake *take, void *userdata, AuditCount *count);
