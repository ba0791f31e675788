/* SPDX-License-Identifier: MIT */
/*
 * Files in a folder below /tmp, and a sink that keeps what it gets.
 */
#include "support/descriptions.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void record(void *userdata, NkcSeverity severity, unsigned number, const char *text) {
        Descr *d = userdata;

        (void)severity;
        text_puts(&d->said, text);
        if (d->n_messages < DESCR_MESSAGES_MAX)
                d->numbers[d->n_messages++] = number;
}

void descr_init(Descr *d) {
        *d = (Descr){.folder = "/tmp/nkc-test-XXXXXX"};
        assert_non_null(mkdtemp(d->folder));
        d->session = nkc_session_new(record, d);
        nkc_session_add_include(d->session, d->folder);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place) {
        (void)st;
        (void)kind;
        (void)place;
        return remove(path);
}

void descr_deinit(Descr *d) {
        d->session = nkc_session_free(d->session);
        text_deinit(&d->said);
        assert_int_equal(nftw(d->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void descr_put(Descr *d, const char *path, const char *text) {
        char full[512];
        FILE *f;

        snprintf(full, sizeof full, "%s/%s", d->folder, path);
        for (char *slash = strchr(full + strlen(d->folder) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                mkdir(full, 0777);
                *slash = '/';
        }
        f = fopen(full, "w");
        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
        assert_int_equal(fclose(f), 0);
}

const LayUnit *descr_compile(Descr *d, const char *path, bool extended_errors) {
        char full[512];

        snprintf(full, sizeof full, "%s/%s", d->folder, path);
        return nkc_unit_compile(d->session, full, extended_errors);
}

unsigned descr_count(const Descr *d, unsigned number) {
        unsigned n = 0;

        for (size_t i = 0; i < d->n_messages; i++)
                n += d->numbers[i] == number;
        return n;
}
