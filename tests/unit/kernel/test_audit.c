/* SPDX-License-Identifier: MIT */
/*
 * Audit: the shares of the queue, of the history, of the file and of the lines, and what is said about the
 * rest.
 *
 * test_audit IDL
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "judged.h"
#include "kernel/audit_history.h"
#include "kernel/audit_queue.h"

static const char *idl;

/* --- queue --- */

static void a_sender_has_its_share_and_no_more(void **state) {
        AuditQueue q;
        AuditEntry entry;
        KsmRecord record = {.is_granted = true};

        (void)state;
        assert_int_equal(queue_init(&q, 3), 0);
        assert_int_equal(q.share, AUDIT_SHARE_MAX);
        for (uint32_t i = 0; i < q.share; i++)
                assert_true(queue_put(&q, 0, &record, false));
        assert_false(queue_put(&q, 0, &record, false));
        assert_false(queue_put(&q, 0, &record, false));
        for (uint32_t sender = 1; sender < 3; sender++)
                for (uint32_t i = 0; i < q.share; i++)
                        assert_true(queue_put(&q, sender, &record, false));
        assert_int_equal(queue_take_dropped(&q, 0), 2);
        assert_int_equal(queue_take_dropped(&q, 0), 0);
        assert_int_equal(queue_take_dropped(&q, 1), 0);
        assert_true(queue_take(&q, &entry));
        assert_int_equal(entry.sender, 0);
        assert_true(queue_put(&q, 0, &record, false));
        assert_false(queue_put(&q, 0, &record, false));
        queue_deinit(&q);
}

static void many_senders_have_small_shares_and_all_fit(void **state) {
        AuditQueue q;
        KsmRecord record = {.is_granted = true};
        uint32_t n = AUDIT_QUEUE_MAX; /* more than there can be tasks */

        (void)state;
        assert_int_equal(queue_init(&q, n), 0);
        assert_int_equal(q.share, AUDIT_SHARE_MIN);
        for (uint32_t i = 0; i < n * AUDIT_SHARE_MIN; i++)
                assert_true(queue_put(&q, i % n, &record, false));
        assert_false(queue_put(&q, 5, &record, false));
        queue_deinit(&q);
}

static void records_come_out_in_order(void **state) {
        AuditQueue q;
        AuditEntry entry;

        (void)state;
        assert_int_equal(queue_init(&q, 2), 0);
        for (uint32_t round = 0; round < 5; round++) {
                for (uint32_t i = 0; i < 700; i++)
                        assert_true(queue_put(&q, i % 2, &(KsmRecord){.decision = i}, i == 3));
                for (uint32_t i = 0; i < 700; i++) {
                        assert_true(queue_take(&q, &entry));
                        assert_int_equal(entry.record.decision, i);
                        assert_int_equal(entry.is_permitted, i == 3);
                }
                assert_false(queue_take(&q, &entry));
        }
        queue_deinit(&q);
}

static void put_results(AuditQueue *q, uint32_t n, uint32_t denying, AuditEntry *ret_entry) {
        KsmResult results[3 * AUDIT_RESULTS_MAX];
        KsmRecord record = {.results = results, .n_results = n, .room = 3 * AUDIT_RESULTS_MAX};

        for (uint32_t i = 0; i < n; i++)
                results[i] = (KsmResult){
                        .site = i, .outcome = i == denying ? KSM_DENIED : KSM_GRANTED, .is_rule = true};
        assert_true(queue_put(q, 0, &record, false));
        assert_true(queue_take(q, ret_entry));
}

static void the_rule_that_denied_is_kept_before_all(void **state) {
        AuditQueue q;
        AuditEntry entry;

        (void)state;
        assert_int_equal(queue_init(&q, 1), 0);
        put_results(&q, AUDIT_RESULTS_MAX, AUDIT_RESULTS_MAX - 1, &entry);
        assert_int_equal(entry.record.n_results, AUDIT_RESULTS_MAX);
        assert_int_equal(entry.record.n_left_out, 0);
        put_results(&q, AUDIT_RESULTS_MAX + 1, AUDIT_RESULTS_MAX, &entry);
        assert_int_equal(entry.record.n_results, 1);
        assert_int_equal(entry.record.results[0].site, AUDIT_RESULTS_MAX);
        assert_int_equal(entry.record.n_left_out, AUDIT_RESULTS_MAX);
        queue_deinit(&q);
}

/* --- history --- */

static void put_history(AuditHistory *h, uint32_t sender, uint32_t n) {
        static AuditEntry entry;

        for (uint32_t i = 0; i < n; i++) {
                entry.sender = sender;
                entry.record.decision = i;
                history_put(h, &entry);
        }
}

static void a_reader_gets_what_is_kept_and_the_number_of_the_rest(void **state) {
        AuditHistory h;
        AuditEntry entry;
        uint64_t n_lost;

        (void)state;
        assert_int_equal(history_init(&h, 2), 0);
        assert_int_equal(h.share, AUDIT_HISTORY_MAX / 2);
        for (uint32_t n = h.share - 1; n <= h.share + 1; n++) {
                uint64_t place = h.last;

                put_history(&h, 0, n);
                assert_true(history_read(&h, &place, &entry, &n_lost));
                assert_int_equal(n_lost, n > h.share ? n - h.share : 0);
                assert_int_equal(entry.record.decision, n_lost);
                for (uint32_t i = (uint32_t)n_lost + 1; i < n; i++) {
                        assert_true(history_read(&h, &place, &entry, &n_lost));
                        assert_int_equal(n_lost, 0);
                        assert_int_equal(entry.record.decision, i);
                }
                assert_false(history_read(&h, &place, &entry, &n_lost));
                assert_int_equal(n_lost, 0);
        }
        history_deinit(&h);
}

static void a_flood_leaves_the_records_of_others(void **state) {
        AuditHistory h;
        AuditEntry entry;
        uint64_t place = 0, n_lost;

        (void)state;
        assert_int_equal(history_init(&h, 3), 0);
        put_history(&h, 2, 1);
        put_history(&h, 0, 3 * AUDIT_HISTORY_MAX);
        put_history(&h, 1, 1);
        assert_true(history_read(&h, &place, &entry, &n_lost));
        assert_int_equal(entry.sender, 2);
        assert_int_equal(n_lost, 0);
        assert_true(history_read(&h, &place, &entry, &n_lost));
        assert_int_equal(entry.sender, 0);
        assert_int_equal(n_lost, 3 * AUDIT_HISTORY_MAX - h.share);
        place = h.last - 1;
        assert_true(history_read(&h, &place, &entry, &n_lost));
        assert_int_equal(entry.sender, 1);
        history_deinit(&h);
}

static void what_never_came_is_lost_for_readers_too(void **state) {
        AuditHistory h;
        AuditEntry entry;
        uint64_t place = 0, n_lost;

        (void)state;
        assert_int_equal(history_init(&h, 1), 0);
        history_skip(&h, 3);
        assert_false(history_read(&h, &place, &entry, &n_lost));
        assert_int_equal(n_lost, 3);
        assert_false(history_read(&h, &place, &entry, &n_lost));
        assert_int_equal(n_lost, 0);
        history_skip(&h, 2);
        put_history(&h, 0, 1);
        assert_true(history_read(&h, &place, &entry, &n_lost));
        assert_int_equal(n_lost, 2);
        history_deinit(&h);
}

static void of_many_senders_each_has_something_kept(void **state) {
        const uint32_t edge = AUDIT_HISTORY_MAX / AUDIT_KEPT_MIN;
        AuditHistory h;

        (void)state;
        for (uint32_t n = edge - 1; n <= edge + 1; n++) {
                assert_int_equal(history_init(&h, n), 0);
                assert_int_equal(h.share, AUDIT_KEPT_MIN);
                history_deinit(&h);
        }
        assert_int_equal(history_init(&h, AUDIT_HISTORY_MAX / (AUDIT_KEPT_MIN + 1)), 0);
        assert_int_equal(h.share, AUDIT_KEPT_MIN + 1);
        history_deinit(&h);
}

/* --- file --- */

typedef struct FileCase {
        char folder[64];
        char path[96];
        AuditFile file;
        AuditProblem problem;
} FileCase;

static FileCase *begin_file(void) {
        FileCase *c = calloc(1, sizeof *c);

        assert_non_null(c);
        (void)snprintf(c->folder, sizeof c->folder, "/tmp/caisson-audit-XXXXXX");
        assert_non_null(mkdtemp(c->folder));
        (void)snprintf(c->path, sizeof c->path, "%s/audit", c->folder);
        return c;
}

static void end_file(FileCase *c) {
        (void)unlink(c->path);
        assert_int_equal(rmdir(c->folder), 0);
        free(c);
}

static uint64_t size_of(const FileCase *c) {
        struct stat st;

        assert_int_equal(stat(c->path, &st), 0);
        return (uint64_t)st.st_size;
}

static int open_file(FileCase *c, uint64_t limit, uint32_t n_senders) {
        return audit_file_open(&c->file, c->path, limit, n_senders, &c->problem);
}

static void the_file_is_private_and_goes_on(void **state) {
        FileCase *c = begin_file();
        struct stat st;

        (void)state;
        for (unsigned i = 1; i <= 2; i++) {
                assert_int_equal(open_file(c, AUDIT_LIMIT_DEFAULT, 2), 0);
                assert_int_equal(audit_file_add(&c->file, 0, "line\n", 5), AUDIT_WRITTEN);
                audit_file_close(&c->file);
                assert_int_equal(size_of(c), i * 5);
        }
        assert_int_equal(stat(c->path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        end_file(c);
}

static void no_link_and_no_file_of_others_is_written(void **state) {
        FileCase *c = begin_file();
        char other[96];

        (void)state;
        (void)snprintf(other, sizeof other, "%s/other", c->folder);
        assert_int_equal(symlink(other, c->path), 0);
        assert_int_equal(open_file(c, AUDIT_LIMIT_DEFAULT, 1), -ELOOP);
        assert_int_equal(access(other, F_OK), -1);
        assert_int_equal(unlink(c->path), 0);
        assert_int_equal(mkfifo(c->path, 0600), 0);
        assert_true(open_file(c, AUDIT_LIMIT_DEFAULT, 1) < 0);
        assert_int_equal(unlink(c->path), 0);
        assert_int_equal(open_file(c, AUDIT_LIMIT_DEFAULT, 1), 0);
        audit_file_close(&c->file);
        assert_int_equal(link(c->path, other), 0);
        assert_int_equal(open_file(c, AUDIT_LIMIT_DEFAULT, 1), -EPERM);
        assert_int_equal(unlink(other), 0);
        assert_int_equal(chmod(c->path, 0620), 0);
        assert_int_equal(open_file(c, AUDIT_LIMIT_DEFAULT, 1), -EPERM);
        assert_non_null(strstr(c->problem.text, "chmod go-w"));
        end_file(c);
}

static void a_limit_must_have_room_for_all(void **state) {
        FileCase *c = begin_file();

        (void)state;
        assert_int_equal(open_file(c, 2ull * AUDIT_SHARE_BYTES * 3 - 1, 3), -EINVAL);
        assert_non_null(strstr(c->problem.text, "--audit-limit must be at least 98304"));
        assert_int_equal(open_file(c, 2ull * AUDIT_SHARE_BYTES * 3, 3), 0);
        audit_file_close(&c->file);
        end_file(c);
}

static void a_full_file_is_refused(void **state) {
        FileCase *c = begin_file();

        (void)state;
        assert_int_equal(open_file(c, 100000, 1), 0);
        audit_file_close(&c->file);
        assert_int_equal(truncate(c->path, 99999), 0);
        assert_int_equal(open_file(c, 100000, 1), 0);
        audit_file_close(&c->file);
        assert_int_equal(truncate(c->path, 100000), 0);
        assert_int_equal(open_file(c, 100000, 1), -EFBIG);
        end_file(c);
}

static void one_sender_can_not_write_the_others_part(void **state) {
        char line[100];
        const uint64_t limit = 200000;
        FileCase *c = begin_file();
        unsigned n = 0;

        (void)state;
        memset(line, 'x', sizeof line);
        line[sizeof line - 1] = '\n';
        assert_int_equal(open_file(c, limit, 2), 0);
        while (audit_file_add(&c->file, 0, line, sizeof line) == AUDIT_WRITTEN)
                n++;
        /* the common half and its own quarter without what is kept for notes */
        assert_int_equal(n, limit / 2 / 100 + (limit / 4 - AUDIT_NOTE_BYTES) / 100);
        assert_int_equal(audit_file_add(&c->file, 0, "x\n", 2), AUDIT_NO_ROOM); /* no holes later */
        assert_int_equal(c->file.parts[0].n_unwritten, 2);
        for (n = 0; audit_file_add(&c->file, 1, line, sizeof line) == AUDIT_WRITTEN;)
                n++;
        assert_int_equal(n, (limit / 4 - AUDIT_NOTE_BYTES) / 100);
        audit_file_close(&c->file);
        assert_true(size_of(c) <= limit - 2 * AUDIT_NOTE_BYTES);
        end_file(c);
}

static void a_file_that_can_not_be_written_is_given_up(void **state) {
        FileCase *c = begin_file();
        int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

        (void)state;
        assert_true(full >= 0);
        assert_int_equal(open_file(c, AUDIT_LIMIT_DEFAULT, 1), 0);
        assert_true(dup2(full, c->file.fd) >= 0);
        (void)close(full);
        assert_int_equal(audit_file_add(&c->file, 0, "line\n", 5), AUDIT_WRITTEN);
        audit_file_flush(&c->file);
        assert_int_equal(c->file.fd, -1);
        assert_int_equal(c->file.error, ENOSPC);
        assert_int_equal(audit_file_add(&c->file, 0, "line\n", 5), AUDIT_NO_ROOM);
        audit_file_close(&c->file);
        end_file(c);
}

/* --- lines for people --- */

static KsmRecord denied(uint16_t mid) {
        return (KsmRecord){.event = {.kind = KSM_REQUEST, .mid = mid},
                .src_class = KSM_NONE,
                .dst_class = KSM_NONE,
                .is_unbound = true};
}

static void a_flood_is_shown_at_a_pace_and_counted(void **state) {
        Judged *t = judged_new(idl, &(JudgeOptions){.is_permissive = false}, AUDIT_LIMIT_DEFAULT);
        KsmRecord record = denied(0);
        AuditShow s;
        AuditLine line;

        (void)state;
        assert_int_equal(show_init(&s, t->ksm, 2, false), 0);
        for (unsigned i = 0; i < AUDIT_SHOWN_BURST; i++)
                assert_true(show_denied(&s, 0, &record, 1000));
        assert_false(show_denied(&s, 0, &record, 1000));
        assert_false(show_denied(&s, 0, &record, 1000 + AUDIT_SHOWN_MS - 1));
        assert_true(show_denied(&s, 1, &record, 1000)); /* another sender */
        for (unsigned i = 0; i <= AUDIT_SHOWN_BURST; i++)
                assert_true(show_take(&s, &line));
        assert_true(show_denied(&s, 0, &record, 1000 + AUDIT_SHOWN_MS));
        assert_true(show_take(&s, &line));
        assert_non_null(strstr(line.text, "denied request"));
        assert_non_null(strstr(line.text, "(2 more not shown)"));
        assert_false(show_denied(&s, 0, &record, 1000 + AUDIT_SHOWN_MS));
        assert_int_equal(show_take_hidden(&s, 0), 1);
        assert_false(show_take(&s, &line));
        show_deinit(&s);
        judged_free(t);
}

static void lines_that_nobody_takes_are_bounded(void **state) {
        AuditShow s;
        AuditLine line;

        (void)state;
        assert_int_equal(show_init(&s, NULL, 1, false), 0);
        for (unsigned i = 0; i <= AUDIT_SHOWN_LINES; i++)
                show_say(&s, "%u", i);
        for (unsigned i = 0; i < AUDIT_SHOWN_LINES; i++) {
                assert_true(show_take(&s, &line));
                assert_int_equal(strtoul(line.text, NULL, 10), i);
        }
        assert_false(show_take(&s, &line));
        show_deinit(&s);
}

static void what_is_permitted_is_shown_once_each(void **state) {
        Judged *t = judged_new(idl, &(JudgeOptions){.is_permissive = true}, AUDIT_LIMIT_DEFAULT);
        KsmRecord record = denied(1);
        AuditShow s;

        (void)state;
        assert_int_equal(show_init(&s, t->ksm, 1, true), 0);
        assert_true(show_permitted(&s, &record));
        assert_false(show_permitted(&s, &record));
        assert_int_equal(s.permits[0].n, 2);
        for (uint16_t mid = 2; mid <= AUDIT_PERMITS_MAX; mid++) {
                record = denied(mid);
                assert_true(show_permitted(&s, &record));
        }
        record = denied(AUDIT_PERMITS_MAX + 1);
        assert_false(show_permitted(&s, &record));
        assert_int_equal(s.n_other_permits, 1);
        show_deinit(&s);
        judged_free(t);
}

/* --- all of it --- */

static unsigned count(const char *text, const char *part) {
        unsigned n = 0;

        for (const char *at = text; (at = strstr(at, part)); at++)
                n++;
        return n;
}

static void a_flood_before_the_writer_runs_is_dropped_and_said(void **state) {
        Judged *t = judged_new(idl, &(JudgeOptions){.is_permissive = false}, AUDIT_LIMIT_DEFAULT);
        const unsigned n = AUDIT_SHARE_MAX + 10;
        AuditLine line;
        char *text;

        (void)state;
        judged_start(t);
        for (unsigned i = 0; i < n; i++)
                assert_false(judged_request(t, JUDGED_A, CLOSED, 0));
        assert_false(judged_request(t, JUDGED_B, CLOSED, 0));
        assert_int_equal(audit_start(t->audit), 0);
        audit_stop(t->audit);
        text = judged_read(t);
        assert_int_equal(count(text, "\"event\":\"request\""), AUDIT_SHARE_MAX + 1);
        assert_int_equal(count(text, "\"audit\":\"dropped\",\"task\":\"A\",\"count\":10}"), 1);
        assert_int_equal(count(text, "\"audit\":"), 1);
        assert_int_equal(count(text, "\"task\":\"B\"}"), 1);
        for (unsigned i = 0; i < AUDIT_SHOWN_BURST; i++)
                assert_true(audit_take_line(t->audit, &line));
        free(text);
        judged_free(t);
}

/* As the kernel's endpoint reads. */
static void a_reader_gets_the_lines_of_the_file(void **state) {
        Judged *t = judged_new(idl, &(JudgeOptions){.is_permissive = false}, AUDIT_LIMIT_DEFAULT);
        char record[AUDIT_RECORD_SIZE];
        uint64_t place = 0, n_lost;
        unsigned n = 0;
        char *text;

        (void)state;
        judged_start(t);
        assert_false(judged_request(t, JUDGED_A, CLOSED, 0));
        for (unsigned i = 0; i <= AUDIT_SHARE_MAX; i++)
                assert_false(judged_request(t, JUDGED_B, CLOSED, 0));
        assert_int_equal(audit_read(t->audit, &place, record, &n_lost), 0);
        assert_int_equal(n_lost, 0);
        audit_stop(t->audit);
        text = judged_read(t);
        for (size_t size; (size = audit_read(t->audit, &place, record, &n_lost)) > 0; n++) {
                const char *in_file = strstr(text, record);

                assert_int_equal(size, strlen(record));
                assert_non_null(in_file);
                assert_int_equal(in_file[size], '\n');
                assert_int_equal(n_lost, n == 1 ? AUDIT_SHARE_MAX - AUDIT_HISTORY_MAX / (JUDGED_N + 1) : 0);
                if (n == 0)
                        assert_non_null(strstr(record, "\"task\":\"A\"}"));
        }
        assert_int_equal(n, 1 + AUDIT_HISTORY_MAX / (JUDGED_N + 1));
        assert_int_equal(n_lost, 1); /* found no room in the queue */
        free(text);
        judged_free(t);
}

static void a_flood_beyond_the_limit_ends_with_a_number(void **state) {
        const uint64_t limit = 4ull * 2 * AUDIT_SHARE_BYTES;
        Judged *t = judged_new(idl, &(JudgeOptions){.is_permissive = false}, limit);
        char *text;

        (void)state;
        judged_start(t);
        for (unsigned i = 0; i < AUDIT_SHARE_MAX; i++)
                assert_false(judged_request(t, JUDGED_A, CLOSED, 0));
        assert_false(judged_request(t, JUDGED_B, CLOSED, 0));
        audit_stop(t->audit);
        text = judged_read(t);
        assert_true(strlen(text) <= limit);
        assert_int_equal(count(text, "\"audit\":\"full\",\"task\":\"A\""), 1);
        assert_int_equal(count(text, "\"audit\":\"unwritten\",\"task\":\"A\",\"count\":"), 1);
        assert_int_equal(
                count(text, "\"event\":\"request\"") +
                        (unsigned)strtoul(
                                strstr(text, "\"unwritten\",\"task\":\"A\",\"count\":") + 31, NULL, 10),
                AUDIT_SHARE_MAX + 1);
        assert_int_equal(count(text, "\"task\":\"B\"}"), 1);
        free(text);
        judged_free(t);
}

static bool end_tells(unsigned n_denials, const char *wanted) {
        Judged *t = judged_new(idl, &(JudgeOptions){.is_permissive = false}, AUDIT_LIMIT_DEFAULT);
        AuditLine line;
        bool is_told = false;

        judged_start(t);
        for (unsigned i = 0; i < n_denials; i++)
                assert_false(judged_request(t, JUDGED_A, CLOSED, 0));
        audit_stop(t->audit);
        while (audit_take_line(t->audit, &line))
                is_told |= strcmp(line.text, wanted) == 0;
        judged_free(t);
        return is_told;
}

static void the_end_tells_what_was_not_shown(void **state) {
        (void)state;
        assert_true(end_tells(3 * AUDIT_SHOWN_BURST, "40 more denials of A were not shown"));
        assert_true(end_tells(AUDIT_SHOWN_BURST + 1, "1 more denial of A was not shown"));
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_sender_has_its_share_and_no_more),
                cmocka_unit_test(many_senders_have_small_shares_and_all_fit),
                cmocka_unit_test(records_come_out_in_order),
                cmocka_unit_test(the_rule_that_denied_is_kept_before_all),
                cmocka_unit_test(a_reader_gets_what_is_kept_and_the_number_of_the_rest),
                cmocka_unit_test(a_flood_leaves_the_records_of_others),
                cmocka_unit_test(what_never_came_is_lost_for_readers_too),
                cmocka_unit_test(of_many_senders_each_has_something_kept),
                cmocka_unit_test(a_reader_gets_the_lines_of_the_file),
                cmocka_unit_test(the_file_is_private_and_goes_on),
                cmocka_unit_test(no_link_and_no_file_of_others_is_written),
                cmocka_unit_test(a_limit_must_have_room_for_all),
                cmocka_unit_test(a_full_file_is_refused),
                cmocka_unit_test(one_sender_can_not_write_the_others_part),
                cmocka_unit_test(a_file_that_can_not_be_written_is_given_up),
                cmocka_unit_test(a_flood_is_shown_at_a_pace_and_counted),
                cmocka_unit_test(lines_that_nobody_takes_are_bounded),
                cmocka_unit_test(what_is_permitted_is_shown_once_each),
                cmocka_unit_test(a_flood_before_the_writer_runs_is_dropped_and_said),
                cmocka_unit_test(a_flood_beyond_the_limit_ends_with_a_number),
                cmocka_unit_test(the_end_tells_what_was_not_shown),
        };

        if (argc != 2)
                return EXIT_FAILURE;
        idl = argv[1];
        return cmocka_run_group_tests(tests, NULL, NULL);
}
