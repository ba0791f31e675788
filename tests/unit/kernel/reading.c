/* SPDX-License-Identifier: MIT */
/*
 * Reading an init file that a test holds as a text.
 */
#include "reading.h"

#include <stdlib.h>
#include <string.h>

Reading *reading_new(const char *text, size_t size) {
        Reading *r = calloc(1, sizeof *r);

        if (!r)
                abort();
        problems_init(&r->problems, &r->pool, "init.yaml");
        r->problems.source = text;
        r->problems.source_size = size;
        init_read(&r->sol, &r->problems, &r->pool);
        return r;
}

void reading_free(Reading *r) {
        pool_deinit(&r->pool);
        free(r);
}

char *reading_print(Reading *r) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        problems_print(&r->problems, out);
        (void)fclose(out);
        return text;
}

size_t reading_count(const char *text, unsigned *ret_number) {
        Reading *r = reading_new(text, strlen(text));
        size_t n = r->problems.n_found;

        *ret_number = n ? r->problems.list[0].number : 0;
        reading_free(r);
        return n;
}
