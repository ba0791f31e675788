/* SPDX-License-Identifier: MIT */
/*
 * A judged solution for tests. `ksm_module` is linked in: it is what nkc makes of judged.psl.
 */
#include "judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <nk/types.h>

#include "kernel/cmd.h"

static void write_init(Judged *t) {
        FILE *file;

        (void)snprintf(t->init, sizeof t->init, "%s/init.yaml", t->folder);
        file = fopen(t->init, "w");
        assert_non_null(file);
        (void)fputs("entities:\n"
                    "- {name: judged.Client, task: A, path: /bin/true, connections: [ {target: T, id: t} ]}\n"
                    "- {name: judged.Client, task: B, path: /bin/true, connections: [ {target: T, id: t} ]}\n"
                    "- {name: judged.Target, task: T, path: /bin/true}\n",
                file);
        (void)fclose(file);
}

Judged *judged_new(const char *idl, const JudgeOptions *options, uint64_t limit) {
        Judged *t = calloc(1, sizeof *t);
        AuditOptions audit = {.limit = limit, .is_permissive = options->is_permissive};
        AuditProblem problem;
        KsmProblem fault;

        assert_non_null(t);
        (void)snprintf(t->folder, sizeof t->folder, "/tmp/caisson-judged-XXXXXX");
        assert_non_null(mkdtemp(t->folder));
        (void)snprintf(t->audit_file, sizeof t->audit_file, "%s/audit", t->folder);
        audit.path = t->audit_file;
        write_init(t);
        assert_null(load_add_folder(&t->load.includes, idl));
        assert_int_equal(load_solution(&t->load, t->init, stdout), CMD_EXIT_OK);
        (void)unlink(t->init);
        assert_int_equal(ksm_new(&ksm_module, &fault, &t->ksm), 0);
        assert_int_equal(audit_new(&t->load.solution, t->ksm, &audit, &problem, &t->audit), 0);
        assert_int_equal(judge_new(&t->load.solution, t->ksm, t->audit, options, &t->judge), 0);
        return t;
}

void judged_free(Judged *t) {
        judge_free(t->judge);
        audit_free(t->audit);
        ksm_free(t->ksm);
        load_deinit(&t->load);
        (void)unlink(t->audit_file);
        (void)rmdir(t->folder);
        free(t);
}

void judged_start(Judged *t) {
        JudgeText why;

        assert_true(judge_boot(t->judge, &why));
        for (uint32_t i = 0; i < JUDGED_N; i++)
                assert_true(judge_execute(t->judge, i, &why));
}

char *judged_read(const Judged *t) {
        FILE *file = fopen(t->audit_file, "r");
        char *text = calloc(1, 1u << 20);
        size_t n;

        assert_non_null(file);
        assert_non_null(text);
        n = fread(text, 1, (1u << 20) - 1, file);
        text[n] = '\0';
        (void)fclose(file);
        return text;
}

typedef struct Numbered {
        struct nk_message base_;
        uint32_t number, padding;
} Numbered;

bool judged_request(Judged *t, uint32_t client, uint16_t mid, uint32_t number) {
        Numbered message = {.number = number};
        JudgeMessage m = {.mid = mid, .message = &message, .message_size = sizeof message};

        return judge_request(t->judge, client, JUDGED_TARGET, &m);
}

bool judged_response(Judged *t, uint32_t client, uint16_t mid, bool is_error, uint32_t number) {
        Numbered message = {.number = number};
        JudgeMessage m = {.mid = mid, .message = &message, .message_size = sizeof message};

        return judge_response(t->judge, JUDGED_TARGET, client, is_error, &m);
}
