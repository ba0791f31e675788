/* SPDX-License-Identifier: MIT */
/*
 * Audit: the thread between the queue of records, the file and the lines for people.
 *
 * A record of the file is what ksm_record_json() writes, with the name of the sending task behind it and,
 * when it was permitted all the same, "permissive":true. Records without an event say what is missing:
 * {"time":…,"audit":"dropped"|"full"|"unwritten","task":…,"count":…}.
 */
#include "audit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "audit_history.h"
#include "audit_queue.h"

#define TAIL_SIZE (2u * INIT_NAME_MAX * 6u + 64u) /* behind a record: the task, escaped */

_Static_assert(AUDIT_RECORD_SIZE >= KSM_LINE_SIZE + TAIL_SIZE, "a record has room");

struct Audit {
        const Solution *sol;
        const Ksm *ksm;
        uint32_t n_senders; /* the tasks, and the kernel process as the last one */
        AuditFile file;     /* the writer's */
        int lines_fd;

        pthread_mutex_t lock;
        pthread_cond_t is_work; /* a record, or the end */
        AuditQueue queue;
        AuditHistory history;
        AuditShow show;
        bool is_over;
        bool has_thread;
        pthread_t thread;
};

static uint64_t clock_ns(clockid_t clock) {
        struct timespec ts;

        (void)clock_gettime(clock, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* --- life --- */

static int init(Audit *a, const AuditOptions *options, AuditProblem *problem) {
        int r = queue_init(&a->queue, a->n_senders);

        if (r == 0)
                r = history_init(&a->history, a->n_senders);
        if (r == 0)
                r = show_init(&a->show, a->ksm, a->n_senders, options->is_permissive);
        if (r == 0) {
                a->lines_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
                r = a->lines_fd < 0 ? -errno : 0;
        }
        if (r < 0)
                (void)snprintf(problem->text, sizeof problem->text, "audit: %s", strerror(-r));
        if (r == 0 && options->path)
                r = audit_file_open(&a->file, options->path, options->limit, a->n_senders, problem);
        return r;
}

int audit_new(const Solution *sol, const Ksm *ksm, const AuditOptions *options, AuditProblem *problem,
        Audit **ret) {
        Audit *a = calloc(1, sizeof *a);
        int r;

        if (!a) {
                (void)snprintf(problem->text, sizeof problem->text, "audit: not enough memory");
                return -ENOMEM;
        }
        a->sol = sol;
        a->ksm = ksm;
        a->n_senders = sol->n_tasks + 1;
        a->file = AUDIT_FILE_NULL;
        a->lines_fd = -1;
        pthread_mutex_init(&a->lock, NULL);
        pthread_cond_init(&a->is_work, NULL);
        r = init(a, options, problem);
        if (r < 0)
                audit_free(a);
        else
                *ret = a;
        return r;
}

Audit *audit_free(Audit *a) {
        if (!a)
                return NULL;
        audit_stop(a);
        audit_file_close(&a->file);
        queue_deinit(&a->queue);
        history_deinit(&a->history);
        show_deinit(&a->show);
        if (a->lines_fd >= 0)
                (void)close(a->lines_fd);
        pthread_cond_destroy(&a->is_work);
        pthread_mutex_destroy(&a->lock);
        free(a);
        return NULL;
}

/* --- from the decisions --- */

void audit_put(Audit *a, uint32_t sender, const KsmRecord *record, bool is_permitted) {
        uint32_t index = sender < a->sol->n_tasks ? sender : a->n_senders - 1;
        bool was_empty;

        pthread_mutex_lock(&a->lock);
        was_empty = a->queue.n_used == 0;
        if (!a->is_over && queue_put(&a->queue, index, record, is_permitted) && was_empty)
                pthread_cond_signal(&a->is_work);
        pthread_mutex_unlock(&a->lock);
}

/* --- to the file --- */

static const char *task_name(const Audit *a, uint32_t sender) {
        return sender < a->sol->n_tasks ? a->sol->tasks[sender].name.text : "";
}

/* A name as a JSON text; control characters are not in it (init_yaml.c). */
static void put_name(const char *name, char *buf, size_t size) {
        size_t n = 0;

        for (; *name && n + 3 < size; name++) {
                if (*name == '"' || *name == '\\')
                        buf[n++] = '\\';
                buf[n++] = *name;
        }
        buf[n] = '\0';
}

static size_t note_text(
        const Audit *a, uint32_t sender, const char *what, uint64_t count, char *buf, size_t size) {
        char name[TAIL_SIZE / 2], when[32];
        uint64_t now = clock_ns(CLOCK_REALTIME);
        time_t seconds = (time_t)(now / 1000000000u);
        struct tm tm;

        put_name(task_name(a, sender), name, sizeof name);
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
        return (size_t)snprintf(buf, size,
                "{\"time\":\"%s.%06uZ\",\"audit\":\"%s\",\"task\":\"%s\",\"count\":%llu}\n", when,
                (unsigned)(now / 1000u % 1000000u), what, name, (unsigned long long)count);
}

static void write_note(Audit *a, uint32_t sender, const char *what, uint64_t count) {
        char line[TAIL_SIZE + 256];
        size_t size = note_text(a, sender, what, count, line, sizeof line);

        audit_file_note(&a->file, line, size);
}

/* The object, without a newline. size: AUDIT_RECORD_SIZE. */
static size_t record_text(const Audit *a, const AuditEntry *entry, char *buf, size_t size) {
        size_t n = ksm_record_json(a->ksm, &entry->record, buf, KSM_LINE_SIZE) - 1; /* open again */
        char name[TAIL_SIZE / 2];

        put_name(task_name(a, entry->sender), name, sizeof name);
        return n + (size_t)snprintf(buf + n, size - n, ",\"task\":\"%s\"%s}", name,
                           entry->is_permitted ? ",\"permissive\":true" : "");
}

static void write_record(Audit *a, const AuditEntry *entry) {
        char line[AUDIT_RECORD_SIZE + 1];
        size_t n;

        if (a->file.fd < 0)
                return;
        n = record_text(a, entry, line, AUDIT_RECORD_SIZE);
        line[n++] = '\n';
        if (audit_file_add(&a->file, entry->sender, line, n) == AUDIT_LAST)
                write_note(a, entry->sender, "full", 0);
}

/* As a record, so that a flood in the audit can't hide that it was one. */
static void write_dropped(Audit *a, uint32_t sender, uint64_t n_dropped) {
        char line[TAIL_SIZE + 256];
        size_t size = note_text(a, sender, "dropped", n_dropped, line, sizeof line);

        if (audit_file_add(&a->file, sender, line, size) == AUDIT_LAST)
                write_note(a, sender, "full", 0);
}

/* --- to people --- */

/* A start with the rest that was denied is in the message that the solution can't be started. */
static bool is_told_elsewhere(const Audit *a, const AuditEntry *entry) {
        return entry->record.event.kind == KSM_EXECUTE && entry->sender == a->n_senders - 1;
}

static void show_record(Audit *a, const AuditEntry *entry) {
        bool is_new = false;

        if (entry->is_permitted)
                is_new = show_permitted(&a->show, &entry->record);
        else if (!entry->record.is_granted && !is_told_elsewhere(a, entry))
                is_new = show_denied(
                        &a->show, entry->sender, &entry->record, clock_ns(CLOCK_MONOTONIC) / 1000000u);
        if (is_new)
                (void)eventfd_write(a->lines_fd, 1);
}

int audit_fd(const Audit *a) {
        return a->lines_fd;
}

bool audit_take_line(Audit *a, AuditLine *ret_line) {
        eventfd_t n;
        bool is_one;

        pthread_mutex_lock(&a->lock);
        (void)eventfd_read(a->lines_fd, &n);
        is_one = show_take(&a->show, ret_line);
        pthread_mutex_unlock(&a->lock);
        return is_one;
}

/* --- to processes --- */

size_t audit_read(Audit *a, uint64_t *place, char *buf, uint64_t *ret_n_lost) {
        AuditEntry entry;
        bool is_one;

        pthread_mutex_lock(&a->lock);
        is_one = history_read(&a->history, place, &entry, ret_n_lost);
        pthread_mutex_unlock(&a->lock);
        return is_one ? record_text(a, &entry, buf, AUDIT_RECORD_SIZE) : 0;
}

/* --- the writer --- */

/* Under the lock, which is left while something is written. */
static void write_drops(Audit *a) {
        for (uint32_t i = 0; i < a->n_senders; i++) {
                uint64_t n = queue_take_dropped(&a->queue, i);

                if (n == 0)
                        continue;
                history_skip(&a->history, n);
                pthread_mutex_unlock(&a->lock);
                write_dropped(a, i, n);
                pthread_mutex_lock(&a->lock);
        }
}

static void flush(Audit *a) {
        bool had_file = a->file.fd >= 0;

        audit_file_flush(&a->file);
        if (!had_file || a->file.fd >= 0)
                return;
        pthread_mutex_lock(&a->lock);
        show_say(&a->show, "the audit file can't be written any more: %s", strerror(a->file.error));
        (void)eventfd_write(a->lines_fd, 1);
        pthread_mutex_unlock(&a->lock);
}

/* Under the lock. */
static void write_all(Audit *a) {
        AuditEntry entry;

        while (queue_take(&a->queue, &entry)) {
                show_record(a, &entry);
                history_put(&a->history, &entry);
                pthread_mutex_unlock(&a->lock);
                write_record(a, &entry);
                pthread_mutex_lock(&a->lock);
        }
        write_drops(a);
        pthread_mutex_unlock(&a->lock);
        flush(a);
        pthread_mutex_lock(&a->lock);
}

static void *writer(void *audit) {
        Audit *a = audit;

        pthread_mutex_lock(&a->lock);
        while (!a->is_over) {
                write_all(a);
                while (!a->is_over && a->queue.n_used == 0)
                        pthread_cond_wait(&a->is_work, &a->lock);
        }
        pthread_mutex_unlock(&a->lock);
        return NULL;
}

/* The thread takes no signals: a write beyond the limit of file sizes fails instead of ending us. */
int audit_start(Audit *a) {
        sigset_t all, before;
        int r;

        sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(&a->thread, NULL, writer, a);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
        a->has_thread = r == 0;
        return -r;
}

/* --- the end --- */

static void say_hidden(Audit *a) {
        for (uint32_t i = 0; i < a->n_senders; i++) {
                uint64_t n = show_take_hidden(&a->show, i);

                if (n > 0)
                        show_say(&a->show, "%llu more denial%s of %s %s not shown", (unsigned long long)n,
                                n == 1 ? "" : "s", i < a->sol->n_tasks ? task_name(a, i) : "the kernel",
                                n == 1 ? "was" : "were");
        }
}

static void say_permit(Audit *a, uint64_t n, const char *what) {
        if (n == 1)
                show_say(&a->show, "permitted once: %.900s", what);
        else
                show_say(&a->show, "permitted %llu times: %.900s", (unsigned long long)n, what);
}

static void say_permits(Audit *a) {
        const AuditShow *s = &a->show;

        for (uint32_t i = 0; i < s->n_permits; i++)
                say_permit(a, s->permits[i].n, s->permits[i].line.text);
        if (s->n_other_permits > 0)
                say_permit(a, s->n_other_permits, "other things");
}

static void write_missing(Audit *a) {
        for (uint32_t i = 0; a->file.fd >= 0 && i < a->n_senders; i++)
                if (a->file.parts[i].n_unwritten > 0)
                        write_note(a, i, "unwritten", a->file.parts[i].n_unwritten);
}

void audit_stop(Audit *a) {
        pthread_mutex_lock(&a->lock);
        if (a->is_over) {
                pthread_mutex_unlock(&a->lock);
                return;
        }
        a->is_over = true;
        pthread_cond_signal(&a->is_work);
        pthread_mutex_unlock(&a->lock);
        if (a->has_thread)
                (void)pthread_join(a->thread, NULL);
        pthread_mutex_lock(&a->lock);
        write_all(a);
        say_hidden(a);
        say_permits(a);
        pthread_mutex_unlock(&a->lock);
        write_missing(a);
        flush(a);
}
