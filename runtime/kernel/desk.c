/* SPDX-License-Identifier: MIT */
/*
 * Desk: calls to kl.core.Core in, judged answers out; handles between tasks.
 */
#include "desk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <nk/types.h>
#include <rtl/retcode.h>

#include "audit.h"
#include "judge_message.h"
#include "memory.h"

_Static_assert(AUDIT_RECORD_SIZE <= CORE_RECORD_SIZE, "a record fits the kernel's answer");

/* The life of a task, as far as processes may decide about it. */
typedef enum Life {
        LIFE_NONE,    /* it can be created by its starter, for the first time or again */
        LIFE_CREATED, /* it has been */
        LIFE_BEGUN    /* it was started, with the rest or by its starter, and has not ended */
} Life;

/* Handles that an answer has made for who called. */
typedef struct Made {
        uint32_t n;
        uint32_t numbers[PLACES_MAX];
} Made;

typedef struct DeskTask {
        Desk *desk;
        uint32_t index;
        CoreTask *core;  /* NULL: it has died */
        MdlShare memory; /* outlives the process: others may have what it made */
        RelayRoute *route;
        Life life;
        Made made[CHAN_SLOTS]; /* by the last answer in each slot, should nobody take it */
} DeskTask;

struct Desk {
        const Solution *sol;
        Orders orders;
        Mails *mails;
        Judge *judge; /* NULL: there is no policy */
        Relay *relay;
        Core *core;
        DeskTask *tasks;
        uint32_t n_tasks;
        Ksm *sids; /* without a policy; else NULL */
        int timer_fd;
        uint64_t timer_at; /* what it was set to; NTC_NEVER: it is not */
};

static uint64_t now_ms(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* --- answers --- */

/* A ticket is the task and the slot of its leg. */
static CoreTicket ticket_of(const DeskTask *t, uint32_t slot) {
        return (CoreTicket)t->index * CHAN_SLOTS + slot;
}

/* What goes with the answer is there before it. */
static int32_t send_mail(const DeskTask *t, const CoreMail *mail) {
        int r = mail->n_fds ? mails_send(t->desk->mails, t->index, mail->id, mail->fds, mail->n_fds) : 0;

        return r ? rcOutOfMemory : rcOk;
}

/* A number may come twice: of a listener that is the server's end as well. */
static void note_made(Made *made, const Carry *carry, uint32_t had) {
        made->n = 0;
        for (uint32_t i = 0; i < carry->n; i++)
                if (carry->descs[i].handle != HTREE_INVALID && carry->descs[i].handle != had &&
                        (made->n == 0 || made->numbers[made->n - 1] != carry->descs[i].handle))
                        made->numbers[made->n++] = carry->descs[i].handle;
}

static void close_made(DeskTask *t, Made *made) {
        if (t->core)
                for (uint32_t i = 0; i < made->n; i++)
                        (void)htree_close(core_space(t->core), made->numbers[i]);
        made->n = 0;
}

static void answer_left(void *arg, uint32_t slot, bool is_answer) {
        DeskTask *t = arg;

        if (is_answer)
                close_made(t, &t->made[slot]);
}

/* May the answer go? */
static int32_t release(DeskTask *t, const CoreAnswer *a, Made *ret_made) {
        const ShapeMethod *method = judge_find_method(core_shape(), a->message->iid, a->message->mid);
        JudgeMessage m = {.riid = a->message->iid,
                .mid = a->message->mid,
                .message = a->message,
                .arena = a->arena,
                .message_size = a->message_size,
                .arena_size = a->arena_size};
        Carry carry = CARRY_NULL;

        if (!method || !t->core)
                return rcSecurityDisallow;
        if (core_is_unjudged(m.riid, m.mid))
                return send_mail(t, &a->mail);
        carry_take(&carry, core_shape(), &method->res, a->message);
        note_made(ret_made, &carry, a->had);
        carry_describe(&carry, core_space(t->core));
        m.sids = carry.sids;
        return judge_response(t->desk->judge, JUDGE_KERNEL, t->index, false, &m) ? send_mail(t, &a->mail)
                                                                                 : rcSecurityDisallow;
}

/* What was made for an answer that doesn't go, or to nobody, is closed again. */
static void answer(void *arg, const CoreAnswer *a) {
        Desk *d = arg;
        DeskTask *t = d->tasks + a->ticket / CHAN_SLOTS;
        uint32_t slot = (uint32_t)(a->ticket % CHAN_SLOTS);
        const ChanOut out = {.msg = a->message,
                .msg_size = a->message_size,
                .arena = a->arena,
                .arena_size = a->arena_size};
        Made *made = &t->made[slot];
        int32_t status;

        if (!t->route)
                return;
        made->n = 0;
        status = a->message ? release(t, a, made) : NK_ENOENT;
        if (!relay_answer(d->relay, t->route, slot, status == rcOk ? &out : NULL, status) || status != rcOk)
                close_made(t, made);
}

/* --- time --- */

/* After every call: of most nothing waits, and nothing did. */
static void set_timer(Desk *d, uint64_t at_ms) {
        struct itimerspec at = {.it_value = {.tv_sec = 0}};

        if (at_ms == d->timer_at)
                return;
        d->timer_at = at_ms;
        if (at_ms != NTC_NEVER)
                at.it_value = (struct timespec){
                        .tv_sec = (time_t)(at_ms / 1000), .tv_nsec = (long)(at_ms % 1000) * 1000000 + 1};
        (void)timerfd_settime(d->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

int desk_timer_fd(const Desk *d) {
        return d->timer_fd;
}

void desk_expire(Desk *d) {
        uint64_t times;

        if (read(d->timer_fd, &times, sizeof times) < 0 && errno != EAGAIN)
                return;
        d->timer_at = NTC_NEVER; /* it has run out */
        set_timer(d, core_expire(d->core, now_ms()));
}

/* --- requests --- */

static bool may_ask(DeskTask *t, const RelayMessage *m) {
        const ShapeMethod *method = judge_find_method(core_shape(), m->riid, m->mid);
        JudgeMessage message = {.riid = m->riid,
                .mid = m->mid,
                .message = m->message,
                .arena = m->arena,
                .message_size = m->message_size,
                .arena_size = m->arena_size,
                .malformed = m->malformed};
        Carry carry = CARRY_NULL;

        if (!m->malformed && core_is_unjudged(m->riid, m->mid))
                return true;
        if (!m->malformed && method) {
                carry_take(&carry, core_shape(), &method->req, m->message);
                carry_describe(&carry, core_space(t->core));
                message.sids = carry.sids;
        }
        return judge_request(t->desk->judge, t->index, JUDGE_KERNEL, &message) && !m->malformed;
}

static void serve(void *arg, RelayRoute *route, uint32_t slot, const RelayMessage *m) {
        DeskTask *t = arg;
        Desk *d = t->desk;
        uint64_t now = now_ms();

        if (!t->core || !may_ask(t, m)) {
                (void)relay_answer(d->relay, route, slot, NULL, rcSecurityDisallow);
                return;
        }
        core_call(t->core, ticket_of(t, slot), m->message, m->arena, m->arena_size, now);
        set_timer(d, core_expire(d->core, now));
}

void desk_seat(Desk *d, uint32_t task, const HeldTable *held) {
        htree_space_seat(core_space(d->tasks[task].core), task, held);
}

void desk_plan(Desk *d, uint32_t task, RelayPlan *plan) {
        static const RelayJudge left = {.withdrawn = answer_left};

        plan->shape = core_shape();
        plan->judge = &left;
        plan->serve = serve;
        plan->arg = d->tasks + task;
}

void desk_opened(Desk *d, uint32_t task, RelayRoute *route) {
        d->tasks[task].route = route;
}

/* --- handles of messages between tasks --- */

void desk_look(Desk *d, uint32_t from, uint32_t to, const ShapeTable *table, const ShapeMessage *shape,
        const struct nk_message *message, Carry *ret_carry, const char **ret_why) {
        CoreTask *sender = d->tasks[from].core;
        CoreTask *receiver = d->tasks[to].core;
        int r;

        *ret_carry = CARRY_NULL;
        *ret_why = NULL;
        if (shape->n_handles == 0)
                return;
        carry_take(ret_carry, table, shape, message);
        if (!sender || !receiver) {
                *ret_why = "a process of the message has died";
                return;
        }
        r = carry_check(ret_carry, core_space(sender), core_space(receiver));
        if (r)
                *ret_why = htree_error_text(r);
}

bool desk_move(Desk *d, uint32_t from, uint32_t to, Carry *carry, struct nk_message *message) {
        CoreTask *sender = d->tasks[from].core;
        CoreTask *receiver = d->tasks[to].core;

        if (carry->n == 0)
                return true;
        return sender && receiver &&
               carry_move(carry, core_space(sender), core_space(receiver), message) == 0;
}

void desk_take_back(Desk *d, uint32_t to, Carry *carry) {
        if (d->tasks[to].core)
                carry_take_back(carry, core_space(d->tasks[to].core));
        *carry = CARRY_NULL;
}

/* --- programs that processes start --- */

static bool is_meant(const char *said, const char *is) {
        return said[0] == '\0' || strcmp(said, is) == 0;
}

/* What init.yaml says about who starts what comes before the policy: it is asked about what may be at all. */
static Retcode create_program(void *arg, uint32_t starter, const CoreProgram *program, uint32_t *ret_place) {
        Desk *d = arg;
        const SolTask *task = solution_find(d->sol, program->name);
        uint32_t place;

        if (!task)
                return rcResourceNotFound;
        place = (uint32_t)(task - d->sol->tasks);
        if (solution_starts_first(task) || task->starter_task != starter)
                return rcSecurityDisallow;
        if (d->tasks[place].life != LIFE_NONE)
                return rcAlreadyExists;
        if (!is_meant(program->class_name, task->class_name.text) ||
                !is_meant(program->path, task->path.text))
                return rcInvalidArgument;
        if (desk_renew(d, place) < 0)
                return rcOutOfMemory;
        if (!judge_execute_by(d->judge, starter, place))
                return rcSecurityDisallow;
        d->tasks[place].life = LIFE_CREATED;
        *ret_place = place;
        return rcOk;
}

static void drop_program(void *arg, uint32_t place) {
        Desk *d = arg;

        d->tasks[place].life = LIFE_NONE;
        judge_task_died(d->judge, place);
}

static void start_program(void *arg, uint32_t place) {
        Desk *d = arg;

        d->tasks[place].life = LIFE_BEGUN;
        orders_put(&d->orders, place, ORDER_START);
}

static void end_program(void *arg, uint32_t place) {
        Desk *d = arg;

        orders_put(&d->orders, place, ORDER_END);
}

static CoreTask *task_at(void *arg, uint32_t place) {
        const Desk *d = arg;

        return d->tasks[place].core;
}

static const CoreTasks programs = {
        .create = create_program,
        .drop = drop_program,
        .start = start_program,
        .end = end_program,
        .at = task_at,
};

Orders *desk_orders(Desk *d) {
        return &d->orders;
}

void desk_started(Desk *d, uint32_t task, Retcode rc) {
        if (rc != rcOk) {
                d->tasks[task].life = LIFE_CREATED;
                core_task_disconnect(d->tasks[task].core);
        }
        core_child_started(d->core, task, rc);
}

void desk_ended(Desk *d, uint32_t task, int status) {
        bool was_killed = WIFSIGNALED(status);

        orders_forget(&d->orders, task);
        if (!solution_starts_first(&d->sol->tasks[task]))
                d->tasks[task].life = LIFE_NONE;
        core_child_ended(d->core, task, was_killed, was_killed ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* --- life --- */

static int sid_new(void *arg, uint32_t *ret_sid) {
        Desk *d = arg;

        return d->judge ? judge_resource_new(d->judge, ret_sid) : ksm_resource_new(d->sids, ret_sid);
}

static void sid_dies(void *arg, uint32_t sid) {
        Desk *d = arg;

        if (d->judge)
                judge_resource_dies(d->judge, sid);
        else
                ksm_sid_dies(d->sids, sid);
}

static size_t audit_next(void *arg, uint64_t *place, char *buf, uint64_t *ret_n_lost) {
        const Desk *d = arg;

        return audit_read(judge_get_audit(d->judge), place, buf, ret_n_lost);
}

static uint64_t mail_new(void *arg, uint32_t task) {
        Desk *d = arg;

        return mails_new_id(d->mails, task);
}

static uint64_t max_shared(const SolTask *task) {
        return task->limits.shared ? task->limits.shared : MDL_SHARED;
}

int desk_renew(Desk *d, uint32_t task) {
        DeskTask *t = d->tasks + task;
        int r;

        if (t->core)
                return 0;
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                t->made[i].n = 0;
        r = core_task_new(d->core, task, d->sol->tasks[task].name.text, &t->core);
        if (r == 0)
                core_task_set_memory(t->core, &t->memory);
        return r;
}

static int open_tasks(Desk *d, const Solution *sol) {
        uint32_t n = sol->n_tasks;
        int r = 0;

        d->tasks = calloc(n + 1u, sizeof *d->tasks);
        if (!d->tasks)
                return -ENOMEM;
        for (; d->n_tasks < n && r == 0; d->n_tasks++) {
                DeskTask *t = d->tasks + d->n_tasks;

                *t = (DeskTask){.desk = d,
                        .index = d->n_tasks,
                        .life = solution_starts_first(&sol->tasks[d->n_tasks]) ? LIFE_BEGUN : LIFE_NONE,
                        .memory.max_size = max_shared(&sol->tasks[d->n_tasks])};
                r = desk_renew(d, t->index);
        }
        return r;
}

/* Half of all SIDs is shared out, so nobody can take another's. The rest is for processes, and for objects
 * whose maker has ended while others still have them. */
static uint32_t share_of_sids(uint32_t n_tasks) {
        uint32_t share = KSM_SIDS_MAX / 2 / (n_tasks ? n_tasks : 1);

        return share < CORE_OBJECTS_MAX ? share : CORE_OBJECTS_MAX;
}

int desk_new(const DeskPlan *plan, Desk **ret_desk) {
        Desk *d = calloc(1, sizeof *d);
        CoreHost host = {.sid_new = sid_new,
                .sid_dies = sid_dies,
                .answer = answer,
                .audit_read = plan->judge ? audit_next : NULL,
                .mail_new = mail_new,
                .tasks = &programs,
                .memory = plan->sol->is_never_direct ? NULL : &memory_host,
                .objects_max = share_of_sids(plan->sol->n_tasks),
                .board = plan->sol->board.text ? plan->sol->board.text : SOLUTION_BOARD,
                .channels = plan->channels,
                .arg = d};
        int r;

        if (!d)
                return -ENOMEM;
        *d = (Desk){.sol = plan->sol,
                .orders = ORDERS_NULL,
                .mails = plan->mails,
                .judge = plan->judge,
                .relay = plan->relay,
                .timer_fd = -1,
                .timer_at = NTC_NEVER};
        r = orders_init(&d->orders, plan->sol->n_tasks);
        if (r == 0 && !plan->judge)
                r = ksm_new_without_policy(&d->sids);
        if (r == 0)
                r = core_new(&host, &d->core);
        if (r == 0)
                r = open_tasks(d, plan->sol);
        if (r == 0) {
                d->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
                r = d->timer_fd < 0 ? -errno : 0;
        }
        if (r < 0) {
                desk_free(d);
                return r;
        }
        *ret_desk = d;
        return 0;
}

Desk *desk_free(Desk *d) {
        if (!d)
                return NULL;
        for (uint32_t i = 0; i < d->n_tasks; i++)
                desk_task_died(d, i);
        for (uint32_t i = 0; i < d->n_tasks; i++)
                mdl_share_end(&d->tasks[i].memory);
        core_free(d->core);
        orders_deinit(&d->orders);
        ksm_free(d->sids);
        if (d->timer_fd >= 0)
                (void)close(d->timer_fd);
        free(d->tasks);
        free(d);
        return NULL;
}

void desk_task_died(Desk *d, uint32_t task) {
        d->tasks[task].route = NULL;
        mails_task_died(d->mails, task);
        d->tasks[task].core = core_task_free(d->tasks[task].core);
        for (uint32_t i = 0; i < d->n_tasks; i++)
                mdl_collect(&d->tasks[i].memory);
}

DeskHoldings desk_count_task(const Desk *d, uint32_t task) {
        CoreTask *core = d->tasks[task].core;

        if (!core)
                return (DeskHoldings){.n_handles = 0};
        return (DeskHoldings){
                .n_handles = htree_space_count(core_space(core)), .n_objects = core_count_objects(core)};
}

HtreeCounts desk_count(const Desk *d) {
        return core_count_handles(d->core);
}

uint32_t desk_count_waiting(const Desk *d) {
        return core_count_waiting(d->core);
}
