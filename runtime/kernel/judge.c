/* SPDX-License-Identifier: MIT */
/*
 * Judge: from tasks to SIDs, from messages to events, from decisions to audit.
 */
#include "judge.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nk/types.h>
#include <nkc.h>

#include "audit.h"
#include "judge_message.h"

#define CLASS_OF_STARTER "Einit"

typedef struct JudgeTask {
        uint32_t class; /* index in the policy */
        KsmSid sid;     /* KSM_SID_NONE: not started, or dead */
        bool has_died;  /* its last life, or the one before */
} JudgeTask;

struct Judge {
        const Solution *sol;
        Ksm *ksm;
        const KsmModule *module;
        struct Audit *audit;
        JudgeOptions options;
        JudgeTask *tasks;
        KsmSid starter; /* SID of Einit, or of the kernel when the policy knows no Einit */

        pthread_mutex_t lock; /* what follows serves one event after the other */
        KsmRecord record;
        uint8_t *copy; /* of a message with handles */
        uint32_t copy_size;
};

static uint64_t now_ns(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_REALTIME, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static const ShapeTable *shape_of(const Judge *j, uint32_t task) {
        if (task == JUDGE_KERNEL)
                return j->options.kernel_shape;
        return task < j->sol->n_tasks ? j->sol->tasks[task].class->shape : NULL;
}

static uint32_t class_of(const Judge *j, uint32_t task) {
        return task == JUDGE_KERNEL ? j->module->kernel_class : j->tasks[task].class;
}

static KsmSid sid_of(const Judge *j, uint32_t task) {
        return task == JUDGE_KERNEL ? KSM_SID_KERNEL : j->tasks[task].sid;
}

/* --- life --- */

static int allocate(Judge *j) {
        uint32_t n = j->sol->n_tasks;

        j->tasks = calloc(n + 1u, sizeof *j->tasks);
        if (!j->tasks)
                return -ENOMEM;
        for (uint32_t i = 0; i < n; i++) {
                const ShapeTable *security = j->sol->tasks[i].class->security_shape;
                uint32_t room = judge_handles_room(shape_of(j, i));

                j->copy_size = room > j->copy_size ? room : j->copy_size;
                room = security ? judge_handles_room(security) : 0;
                j->tasks[i].class = ksm_class_find(j->module, j->sol->tasks[i].class_name.text);
                j->copy_size = room > j->copy_size ? room : j->copy_size;
        }
        if (j->options.kernel_shape) {
                uint32_t room = judge_handles_room(j->options.kernel_shape);

                j->copy_size = room > j->copy_size ? room : j->copy_size;
        }
        j->copy = malloc(j->copy_size + 1u);
        return j->copy ? ksm_record_init(&j->record, j->ksm) : -ENOMEM;
}

int judge_new(const Solution *sol, Ksm *ksm, struct Audit *audit, const JudgeOptions *options, Judge **ret) {
        Judge *j = calloc(1, sizeof *j);
        int r;

        if (!j)
                return -ENOMEM;
        j->sol = sol;
        j->ksm = ksm;
        j->module = ksm_get_module(ksm);
        j->audit = audit;
        j->options = *options;
        j->starter = KSM_SID_KERNEL;
        pthread_mutex_init(&j->lock, NULL);
        r = allocate(j);
        if (r < 0) {
                judge_free(j);
                return r;
        }
        *ret = j;
        return 0;
}

Judge *judge_free(Judge *j) {
        if (!j)
                return NULL;
        ksm_record_deinit(&j->record);
        free(j->copy);
        free(j->tasks);
        pthread_mutex_destroy(&j->lock);
        free(j);
        return NULL;
}

/* --- what is known beforehand --- */

static bool is_always(
        const Judge *j, KsmEventKind kind, uint32_t src, uint32_t dst, uint16_t riid, uint16_t mid) {
        return ksm_find_decision(j->module, kind, src, dst, riid, mid)->verdict == KSM_ALWAYS;
}

/* Any method may end in an error, with or without `error` parameters: it needs a rule like every message. */
static bool is_reply_free(const Judge *j, const ShapeMethod *method, uint32_t client, uint32_t server,
        uint16_t riid, uint16_t mid) {
        return is_always(j, KSM_RESPONSE, server, client, riid, mid) && method->res.n_handles == 0 &&
               method->err.n_handles == 0 && is_always(j, KSM_ERROR, server, client, riid, mid);
}

JudgePath judge_path(const Judge *j, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        const ShapeTable *shape;
        const ShapeMethod *method;
        uint32_t src, dst;

        if (!j)
                return JUDGE_DIRECT;
        shape = shape_of(j, server);
        method = shape ? judge_find_method(shape, riid, mid) : NULL;
        if (j->options.is_never_direct || !method)
                return JUDGE_BOTH;
        src = class_of(j, client);
        dst = class_of(j, server);
        if (!is_reply_free(j, method, src, dst, riid, mid))
                return JUDGE_BOTH;
        if (!is_always(j, KSM_REQUEST, src, dst, riid, mid))
                return JUDGE_STRAIGHT;
        return method->req.n_handles > 0 ? JUDGE_USE : JUDGE_DIRECT;
}

bool judge_asks_kernel(const Judge *j, uint32_t task) {
        const ShapeTable *shape = j->options.kernel_shape;
        uint32_t src = class_of(j, task), dst = j->module->kernel_class;

        if (!shape || j->options.is_permissive)
                return shape != NULL;
        for (uint16_t riid = 0; riid < shape->n_endpoints; riid++)
                for (uint16_t mid = 0; judge_find_method(shape, riid, mid); mid++)
                        if (ksm_find_decision(j->module, KSM_REQUEST, src, dst, riid, mid)->verdict !=
                                KSM_NEVER)
                                return true;
        return false;
}

/* Without a direct method the two share no memory, so no answer goes straight. */
static void count_channel(const Judge *j, const SolChannel *channel, JudgeCounts *counts) {
        const NkcClass *class = j->sol->tasks[channel->server].class;
        uint32_t src = class_of(j, channel->client), dst = class_of(j, channel->server);
        JudgeCounts own = {.n_direct = 0};

        for (uint16_t riid = 0; riid < class->n_endpoints; riid++) {
                for (uint16_t mid = 0; mid < class->endpoints[riid].n_methods; mid++) {
                        JudgePath path = judge_path(j, channel->client, channel->server, riid, mid);

                        own.n_direct += path == JUDGE_DIRECT;
                        own.n_use += path == JUDGE_USE;
                        own.n_straight += path == JUDGE_STRAIGHT;
                        own.n_both += path == JUDGE_BOTH;
                        counts->n_denied +=
                                ksm_find_decision(j->module, KSM_REQUEST, src, dst, riid, mid)->verdict ==
                                KSM_NEVER;
                }
        }
        counts->n_direct += own.n_direct;
        counts->n_use += own.n_use;
        counts->n_straight += own.n_direct + own.n_use > 0 ? own.n_straight : 0;
        counts->n_both += own.n_both + (own.n_direct + own.n_use > 0 ? 0 : own.n_straight);
}

JudgeCounts judge_count_paths(const Judge *j) {
        JudgeCounts counts = {.n_direct = 0};

        for (uint32_t i = 0; j && i < j->sol->n_tasks; i++)
                for (uint32_t k = 0; k < j->sol->tasks[i].n_channels; k++)
                        count_channel(j, &j->sol->tasks[i].channels[k], &counts);
        return counts;
}

/* --- decisions --- */

/* Under the lock. What is malformed can't be delivered, whatever is permitted. */
static bool decide(Judge *j, uint32_t sender, const KsmEvent *event) {
        bool is_granted = ksm_decide(j->ksm, event, &j->record);
        bool is_permitted = !is_granted && j->options.is_permissive && !j->record.event.malformed;

        if (!is_granted || j->record.is_audited) {
                j->record.event.time_ns = now_ns();
                audit_put(j->audit, sender, &j->record, is_permitted);
        }
        return is_granted || is_permitted;
}

/* Under the lock: the message with SIDs in it, or *ret_malformed. */
static const void *as_rules_read(Judge *j, const ShapeTable *table, const ShapeMessage *shape,
        const JudgeMessage *m, const char **ret_malformed) {
        if (!shape || shape->n_handles == 0 || m->message_size < shape->size)
                return m->message;
        if (m->message_size > j->copy_size) {
                *ret_malformed = "the message is larger than any with handles";
                return NULL;
        }
        memcpy(j->copy, m->message, m->message_size);
        if (!judge_put_sids(table, shape, m->sids, j->copy))
                *ret_malformed = "a handle in it names nothing that the sender has";
        return j->copy;
}

typedef struct Sending {
        KsmEventKind kind;
        uint32_t from, to; /* tasks */
        const ShapeTable *table;
        const ShapeMessage *shape;
} Sending;

static bool judge_message(Judge *j, const Sending *s, const JudgeMessage *m) {
        const char *malformed = m->malformed;
        bool is_granted;

        pthread_mutex_lock(&j->lock);
        {
                const void *message = malformed ? NULL : as_rules_read(j, s->table, s->shape, m, &malformed);
                KsmEvent event = {
                        .kind = s->kind,
                        .src = sid_of(j, s->from),
                        .dst = s->kind == KSM_SECURITY ? KSM_SID_NONE : sid_of(j, s->to),
                        .riid = m->riid,
                        .mid = m->mid,
                        .message = malformed ? NULL : message,
                        .arena = m->arena,
                        .message_size = m->message_size,
                        .arena_size = m->arena_size,
                        .malformed = malformed,
                };

                is_granted = decide(j, s->from, &event);
        }
        pthread_mutex_unlock(&j->lock);
        return is_granted;
}

bool judge_request(Judge *j, uint32_t client, uint32_t server, const JudgeMessage *m) {
        const ShapeTable *table = j ? shape_of(j, server) : NULL;
        const ShapeMethod *method = table ? judge_find_method(table, m->riid, m->mid) : NULL;

        if (!j)
                return true;
        return judge_message(
                j, &(Sending){KSM_REQUEST, client, server, table, method ? &method->req : NULL}, m);
}

bool judge_response(Judge *j, uint32_t server, uint32_t client, bool is_error, const JudgeMessage *m) {
        const ShapeTable *table = j ? shape_of(j, server) : NULL;
        const ShapeMethod *method = table ? judge_find_method(table, m->riid, m->mid) : NULL;
        const ShapeMessage *shape = !method ? NULL : is_error ? &method->err : &method->res;

        if (!j)
                return true;
        return judge_message(
                j, &(Sending){is_error ? KSM_ERROR : KSM_RESPONSE, server, client, table, shape}, m);
}

bool judge_security(Judge *j, uint32_t task, const JudgeMessage *m) {
        const ShapeTable *table = j ? j->sol->tasks[task].class->security_shape : NULL;
        const ShapeMethod *method = table ? judge_find_method(table, m->riid, m->mid) : NULL;

        return !j ||
               judge_message(j, &(Sending){KSM_SECURITY, task, task, table, method ? &method->req : NULL}, m);
}

void judge_forbidden_direct(Judge *j, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        JudgeMessage m = {.riid = riid, .mid = mid, .malformed = "sent past the kernel process"};

        if (j)
                (void)judge_request(j, client, server, &m);
}

struct Audit *judge_get_audit(const Judge *j) {
        return j ? j->audit : NULL;
}

/* --- what handles name --- */

int judge_resource_new(Judge *j, KsmSid *ret_sid) {
        return ksm_resource_new(j->ksm, ret_sid);
}

void judge_resource_dies(Judge *j, KsmSid sid) {
        ksm_sid_dies(j->ksm, sid);
}

/* --- starts --- */

/* Under the lock. */
static bool start(Judge *j, uint32_t sender, KsmSid src, KsmSid dst, JudgeText *ret_why) {
        KsmEvent event = {.kind = KSM_EXECUTE, .src = src, .dst = dst};
        bool is_granted = decide(j, sender, &event);

        if (!is_granted)
                (void)ksm_record_text(j->ksm, &j->record, ret_why->text, sizeof ret_why->text);
        return is_granted;
}

/* Without its class a policy can't say anything about the kernel or Einit. */
static bool boot(Judge *j, JudgeText *ret_why) {
        uint32_t einit = ksm_class_find(j->module, CLASS_OF_STARTER);

        if (j->module->kernel_class != KSM_NONE &&
                !start(j, JUDGE_KERNEL, KSM_SID_KERNEL, KSM_SID_KERNEL, ret_why))
                return false;
        if (einit == KSM_NONE)
                return true;
        if (ksm_subject_new(j->ksm, einit, &j->starter) != 0) {
                (void)snprintf(ret_why->text, sizeof ret_why->text, "no SID for " CLASS_OF_STARTER);
                return false;
        }
        return start(j, JUDGE_KERNEL, KSM_SID_KERNEL, j->starter, ret_why);
}

bool judge_boot(Judge *j, JudgeText *ret_why) {
        bool is_granted;

        if (!j)
                return true;
        pthread_mutex_lock(&j->lock);
        is_granted = boot(j, ret_why);
        pthread_mutex_unlock(&j->lock);
        return is_granted;
}

/* False: there are too many. */
static bool give_sid(Judge *j, uint32_t task) {
        JudgeTask *t = &j->tasks[task];

        ksm_sid_dies(j->ksm, t->sid); /* of an earlier life */
        t->sid = KSM_SID_NONE;
        return ksm_subject_new(j->ksm, t->class, &t->sid) == 0;
}

static bool execute(Judge *j, uint32_t task, JudgeText *ret_why) {
        if (!give_sid(j, task)) {
                (void)snprintf(ret_why->text, sizeof ret_why->text, "too many SIDs");
                return false;
        }
        return start(j, JUDGE_KERNEL, j->starter, j->tasks[task].sid, ret_why);
}

/* The audit says why not. */
static bool execute_by(Judge *j, uint32_t starter, uint32_t task) {
        KsmEvent event = {.kind = KSM_EXECUTE, .src = sid_of(j, starter)};

        if (!give_sid(j, task))
                return false;
        event.dst = j->tasks[task].sid;
        if (decide(j, starter, &event))
                return true;
        ksm_sid_dies(j->ksm, j->tasks[task].sid);
        j->tasks[task].sid = KSM_SID_NONE;
        return false;
}

bool judge_execute(Judge *j, uint32_t task, JudgeText *ret_why) {
        bool is_granted;

        if (!j)
                return true;
        pthread_mutex_lock(&j->lock);
        is_granted = execute(j, task, ret_why);
        pthread_mutex_unlock(&j->lock);
        return is_granted;
}

bool judge_execute_by(Judge *j, uint32_t starter, uint32_t task) {
        bool is_granted;

        if (!j)
                return true;
        pthread_mutex_lock(&j->lock);
        is_granted = execute_by(j, starter, task);
        pthread_mutex_unlock(&j->lock);
        return is_granted;
}

void judge_task_died(Judge *j, uint32_t task) {
        if (!j)
                return;
        pthread_mutex_lock(&j->lock);
        ksm_sid_dies(j->ksm, j->tasks[task].sid);
        j->tasks[task].sid = KSM_SID_NONE;
        j->tasks[task].has_died = true;
        pthread_mutex_unlock(&j->lock);
}

bool judge_is_dead(Judge *j, uint32_t task) {
        bool is_dead;

        if (!j || task == JUDGE_KERNEL)
                return false;
        pthread_mutex_lock(&j->lock);
        is_dead = j->tasks[task].sid == KSM_SID_NONE && j->tasks[task].has_died;
        pthread_mutex_unlock(&j->lock);
        return is_dead;
}
