/* SPDX-License-Identifier: MIT */
/*
 * Klog: shows the denials of the solution as they happen, one of them.
 *
 * A program that is to go on for ever would do the same without counting, and hand the records to one that
 * keeps them.
 */
#include <caisson/audit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_DENIALS 1
#define PAUSE_US  1000
#define MAX_ASKED 10000 /* ten seconds */

/* Prints what follows the n-th `key` in the record, up to the end of the text or number. */
static void show(const char *record, int n, const char *key, const char *behind) {
        const char *at = record;
        int size;

        while (n-- > 0 && at != NULL) {
                at = strstr(at, key);
                at = at == NULL ? NULL : at + strlen(key);
        }
        if (at == NULL)
                return;
        size = (int)strcspn(at, "\",}");
        fprintf(stderr, "%.*s%s", size, at, behind);
}

static void show_denial(const char *record) {
        show(record, 1, "\"event\":\"", " ");
        show(record, 1, "\"class\":\"", " -> ");
        show(record, 2, "\"class\":\"", " ");
        show(record, 1, "\"endpoint\":\"", ".");
        show(record, 1, "\"method\":\"", " was denied by ");
        show(record, 1, "\"file\":\"", ":");
        show(record, 1, "\"line\":", "\n");
}

int main(void) {
        static char record[NKX_AUDIT_RECORD_SIZE];
        rtl_uint32_t lost = 0;
        Handle reader;
        int shown = 0;

        if (nkx_audit_open(&reader) != rcOk) {
                fprintf(stderr, "the audit can't be read\n");
                return EXIT_FAILURE;
        }
        for (int asked = 0; shown < N_DENIALS && asked < MAX_ASKED; asked++) {
                if (nkx_audit_read(reader, record, sizeof(record), &lost) != rcOk)
                        return EXIT_FAILURE;
                if (lost > 0)
                        fprintf(stderr, "%u records were lost\n", lost);
                if (strstr(record, "\"decision\":\"denied\"") != NULL) {
                        show_denial(record);
                        shown++;
                }
                if (record[0] == '\0')
                        usleep(PAUSE_US);
        }
        return nkx_audit_close(reader) == rcOk && shown == N_DENIALS ? EXIT_SUCCESS : EXIT_FAILURE;
}
