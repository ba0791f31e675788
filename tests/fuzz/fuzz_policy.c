/* SPDX-License-Identifier: MIT */
/*
 * Policies that mean something, over the fixed classes of tests/e2e/policy: an input follows a head that
 * includes all models and classes. Whatever compiles is written as C, as tests and as JSON; a second
 * compilation writes the same; and what the tables say of an event is what its list of rules says.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nkc_policy.h"
#include "psl/emit_json.h"
#include "psl/emit_pal.h"
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 14 };

static const char head[] = "use nk.base._ use nk.basic._ use nk.regex._ use nk.hashmap._ use nk.staticmap._\n"
                           "use nk.flow._ use nk.mic._ use EDL lab.Bench use EDL lab.Tester\n"
                           "use EDL lab.Nest use EDL lab.Asker\n";

static char path[] = "/tmp/nkc-fuzz-policy-XXXXXX";

static void remove_file(void) {
        (void)unlink(path);
}

static void write_policy(const uint8_t *data, size_t size) {
        static int is_made;
        int fd = is_made ? -1 : mkstemp(path);
        FILE *f;

        if (!is_made && (fd < 0 || close(fd) != 0 || atexit(remove_file) != 0))
                abort();
        is_made = 1;
        f = fopen(path, "w");
        if (!f || fputs(head, f) < 0 || fwrite(data, 1, size, f) != size || fclose(f) != 0)
                abort();
}

/* A list without rules never grants; one that always grants has rules. */
static void check_decision(const PolDecision *d) {
        if (d->statements.n == 0 && d->verdict != POL_NEVER)
                abort();
        if (d->verdict == POL_ALWAYS && d->n_sites == 0)
                abort();
}

static void check_events(const PolPolicy *p) {
        for (uint32_t i = 0; i < p->n_decisions; i++)
                check_decision(p->decisions[i]);
        for (unsigned event = 0; event < PSL_N_EVENTS; event++) {
                for (uint32_t src = 0; src <= p->n_classes; src++) {
                        for (uint32_t dst = 0; dst <= p->n_classes; dst++)
                                check_decision(pol_decision(p, (PslEvent)event, src, dst, 0, 0));
                }
        }
}

static void compile(bool lenient_classes, Text *out) {
        const NkcPolicyOptions options = {.lenient_classes = lenient_classes};
        NkcSession *s = nkc_session_new(NULL, NULL);
        const PolPolicy *p;

        nkc_session_add_include(s, IDL_FOLDER);
        nkc_session_add_include(s, CLASSES_FOLDER);
        p = nkc_policy_compile(s, path, &options);
        if (p) {
                check_events(p);
                emit_ksm(out, nkc_session_arena(s), p);
                emit_pal(out, nkc_session_arena(s), p);
                emit_json(out, p);
        }
        nkc_session_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Text first = TEXT_NULL, second = TEXT_NULL;

        if (size > INPUT_MAX)
                return 0;
        write_policy(data, size);
        compile(false, &first);
        compile(false, &second);
        if (first.size != second.size || strcmp(text_str(&first), text_str(&second)) != 0)
                abort();
        if (first.size == 0)
                compile(true, &first);
        text_deinit(&first);
        text_deinit(&second);
        return 0;
}
