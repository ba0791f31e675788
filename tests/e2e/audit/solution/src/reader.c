/* SPDX-License-Identifier: MIT */
/*
 * Reader: of two readers one keeps up with the stranger's denials and one comes when it is over.
 */
#include <caisson/audit.h>
#include <coresrv/handle/handle_api.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>

#define N_RECORDS 601u         /* that the stranger causes */
#define N_KEPT    (1024u / 3u) /* of each of two processes and the kernel */

static char record[NKX_AUDIT_RECORD_SIZE];

static void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
}

static int has(const char *part) {
        return strstr(record, part) != NULL;
}

/* Reads up to the stranger's last record, which comes. Returns how many were read and lost. */
static rtl_uint32_t read_all(Handle reader) {
        rtl_uint32_t n = 0, lost = 0;

        do {
                if (nkx_audit_read(reader, record, sizeof(record), &lost) != rcOk)
                        return 0;
                n += lost + (record[0] != '\0');
                (void)sched_yield();
        } while (!has("\"endpoint\":\"audit.Audit\""));
        return n;
}

static void what_arguments_must_be(Handle reader) {
        Handle object = INVALID_HANDLE;

        check(nkx_audit_open(NULL) == rcInvalidArgument, "a reader needs a place");
        check(nkx_audit_read(reader, NULL, sizeof(record), NULL) == rcInvalidArgument, "so does a record");
        check(nkx_audit_read(reader, record, NKX_AUDIT_RECORD_SIZE - 1, NULL) == rcInvalidArgument,
                "a byte too few is refused");
        check(KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, 0, NULL, &object) == rcOk &&
                        nkx_audit_read(object, record, sizeof(record), NULL) == rcInvalidArgument &&
                        nkx_audit_close(object) == rcInvalidArgument,
                "another handle is no reader");
}

static void what_a_record_says(void) {
        check(has("\"decision\":\"denied\",\"event\":\"request\""), "a record has decision and event");
        check(has("\"src\":{\"class\":\"watch.Stranger\""), "and source");
        check(has("\"dst\":{\"class\":\"kl.core.Core\""), "and destination");
        check(has("\"endpoint\":\"handle.Handle\",\"method\":\"CreateUserObject\""), "and method");
        check(has("\"file\":\"security.psl\",\"line\":28"), "and the rule's place");
        check(has("\"task\":\"watch.Stranger\"}"), "and the process");
}

int main(void) {
        Handle fast = INVALID_HANDLE, slow = INVALID_HANDLE;
        rtl_uint32_t lost = 0;

        check(nkx_audit_open(&fast) == rcOk && nkx_audit_open(&slow) == rcOk && fast != slow,
                "there may be two readers");
        what_arguments_must_be(fast);
        check(read_all(fast) == N_RECORDS, "no record goes without being read or counted");
        check(nkx_audit_read(slow, record, sizeof(record), &lost) == rcOk && lost == N_RECORDS - N_KEPT,
                "who comes late learns what is lost");
        what_a_record_says();
        check(read_all(slow) == N_KEPT - 1, "and gets the rest");
        return nkx_audit_close(fast) == rcOk && nkx_audit_close(slow) == rcOk ? 0 : 1;
}
