/* SPDX-License-Identifier: MIT */
/*
 * Solution: what the entries of an init file mean to each other.
 *
 * Each check looks at what the earlier ones left whole and stays silent about the rest, so one
 * mistake gives one message.
 */
#include "solution.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nkc.h>

#include "bounds.h"
#include "files.h"
#include "grants.h"
#include "macro.h"
#include "order.h"
#include "spell.h"
#include "transport/chan_layout.h"

typedef struct Check {
        Solution *sol;
        const SolPlaces *places;
        NkcSession *session;
        Problems *problems;
        Pool *pool;
} Check;

const SolTask *solution_find(const Solution *s, const char *task) {
        for (uint32_t i = 0; task && i < s->n_tasks; i++)
                if (s->tasks[i].name.text && strcmp(s->tasks[i].name.text, task) == 0)
                        return &s->tasks[i];
        return NULL;
}

bool solution_is_client(const SolTask *task) {
        return task->class->n_endpoints == 0;
}

/* --- tasks --- */

static void check_duplicate(Check *c, const SolTask *task) {
        const SolTask *first = solution_find(c->sol, task->name.text);
        Problem *problem;

        if (!first || first == task)
                return;
        problem = problem_add(c->problems, PROBLEM_DUPLICATE_TASK, task->name.at,
                "there is already a process called '%s'", task->name.text);
        problem_note_at(c->problems, problem, first->name.at, "first one here");
        problem_help(c->problems, problem, "give each process a 'task' name of its own");
}

static void offer_tasks(const Check *c, Spell *spell) {
        for (uint32_t i = 0; i < c->sol->n_tasks; i++)
                if (c->sol->tasks[i].name.text)
                        spell_offer(spell, c->sol->tasks[i].name.text);
}

/* The task that has `name` as its class: what people write by mistake. */
static const SolTask *find_by_class(const Check *c, const char *name) {
        for (uint32_t i = 0; i < c->sol->n_tasks; i++) {
                const SolTask *task = &c->sol->tasks[i];

                if (task->class_name.text && task->name.text && strcmp(task->class_name.text, name) == 0)
                        return task;
        }
        return NULL;
}

static void report_unknown(Check *c, unsigned number, const Text *name) {
        Spell spell = spell_start(name->text);
        const SolTask *by_class = find_by_class(c, name->text);
        Problem *problem =
                problem_add(c->problems, number, name->at, "no process is called '%s'", name->text);

        offer_tasks(c, &spell);
        if (by_class)
                problem_help(c->problems, problem, "'%s' is a class; its process is called '%s'", name->text,
                        by_class->name.text);
        else if (spell.best)
                problem_help(c->problems, problem, "did you mean '%s'?", spell.best);
}

static void check_names(Check *c, TextList *list) {
        for (uint32_t i = 0; i < list->n_items; i++)
                if (list->items[i].text && !solution_find(c->sol, list->items[i].text))
                        report_unknown(c, PROBLEM_UNKNOWN_TASK, &list->items[i]);
}

/* --- who starts whom --- */

static void find_starter(Check *c, SolTask *task) {
        const SolTask *starter = task->starter.text ? solution_find(c->sol, task->starter.text) : NULL;

        task->starter_task = starter ? (uint32_t)(starter - c->sol->tasks) : SOL_NOBODY;
        if (task->starter.text && !starter)
                report_unknown(c, PROBLEM_UNKNOWN_TASK, &task->starter);
}

/* From starter to starter one comes to a process that starts with the rest. */
static void check_starter(Check *c, const SolTask *task) {
        const SolTask *at = task;

        for (uint32_t n = 0; n <= c->sol->n_tasks; n++) {
                if (at->starter_task == SOL_NOBODY)
                        return;
                at = &c->sol->tasks[at->starter_task];
        }
        problem_add(c->problems, PROBLEM_ORDER_CYCLE, task->starter.at,
                "'%s' is never started: who starts it waits for it", task->name.text ? task->name.text : "");
}

/* Who starts it when he wants does so a second time too. */
static void check_restart(Check *c, const SolTask *task) {
        if (task->restart_at.line && task->starter.text)
                problem_add(c->problems, PROBLEM_BAD_WORD, task->restart_at,
                        "'%s' is started by '%s', who can start it again: "
                        "'restart' is for processes that start with the solution",
                        task->name.text, task->starter.text);
        else if (task->restart_pace_at.line && !task->says_restart)
                problem_add(c->problems, PROBLEM_MISSING_KEY, task->restart_pace_at,
                        "'restart_limit' and 'restart_delay' ask for nothing without 'restart': "
                        "'on-failure' or 'always' start '%s' again",
                        task->name.text ? task->name.text : "the process");
}

/* --- classes --- */

static bool is_dotted_name(const char *name) {
        bool at_start = true;

        for (; *name; name++) {
                if (*name == '.') {
                        if (at_start)
                                return false;
                        at_start = true;
                        continue;
                }
                if (!(isalpha((unsigned char)*name) || *name == '_' ||
                            (!at_start && isdigit((unsigned char)*name))))
                        return false;
                at_start = false;
        }
        return !at_start;
}

static const char *edl_name(Check *c, const char *class_name) {
        char *name = pool_printf(c->pool, "%s.edl", class_name);

        for (char *at = name; at < name + strlen(class_name); at++)
                if (*at == '.')
                        *at = '/';
        return name;
}

static void report_unknown_class(Check *c, const SolTask *task, const char *edl) {
        const char *dot = strrchr(task->class_name.text, '.');
        Spell spell = spell_start(dot ? dot + 1 : task->class_name.text);
        Problem *problem = problem_add(c->problems, PROBLEM_UNKNOWN_CLASS, task->class_name.at,
                "unknown class '%s': there is no %s", task->class_name.text, edl);

        files_offer_similar(c->pool, c->places->includes, c->places->n_includes, edl, ".edl", &spell);
        problem_note(c->problems, problem, "searched in %s",
                files_list(c->pool, c->places->includes, c->places->n_includes));
        if (spell.best)
                problem_help(c->problems, problem, "did you mean '%.*s%s'?",
                        dot ? (int)(dot + 1 - task->class_name.text) : 0, task->class_name.text, spell.best);
}

/* The class of an earlier task with the same class name: reported once, loaded once. */
static const SolTask *same_class_before(const Check *c, const SolTask *task) {
        for (const SolTask *other = c->sol->tasks; other < task; other++)
                if (other->class_name.text && strcmp(other->class_name.text, task->class_name.text) == 0)
                        return other;
        return NULL;
}

static void load_class(Check *c, SolTask *task) {
        const SolTask *other = same_class_before(c, task);
        const char *edl;

        if (other) {
                task->class = other->class;
                return;
        }
        if (!is_dotted_name(task->class_name.text)) {
                problem_add(c->problems, PROBLEM_BAD_TEXT, task->class_name.at,
                        "'%s' is no class name: letters, digits and '_', parts joined by dots",
                        task->class_name.text);
                return;
        }
        edl = edl_name(c, task->class_name.text);
        if (!files_find(c->pool, c->places->includes, c->places->n_includes, edl)) {
                report_unknown_class(c, task, edl);
                return;
        }
        task->class = nkc_class_load(c->session, task->class_name.text);
        if (!task->class)
                problem_add(c->problems, PROBLEM_BAD_CLASS, task->class_name.at,
                        "the description of class '%s' has errors, see above", task->class_name.text);
}

/* --- executables --- */

static void report_no_executable(Check *c, const SolTask *task) {
        const char *slash = strrchr(task->path.text, '/');
        Spell spell = spell_start(slash ? slash + 1 : task->path.text);
        Problem *problem = problem_add(c->problems, PROBLEM_NO_EXECUTABLE, task->path.at,
                "no executable '%s' for process '%s'", task->path.text, task->name.text);

        if (task->path.text[0] == '/')
                return;
        files_offer_similar(c->pool, c->places->bins, c->places->n_bins, task->path.text, "", &spell);
        problem_note(c->problems, problem, "searched in %s",
                files_list(c->pool, c->places->bins, c->places->n_bins));
        if (spell.best)
                problem_help(c->problems, problem, "did you mean '%s'?", spell.best);
        else
                problem_help(c->problems, problem, "build it, or name its folder with --bin");
}

static void find_executable(Check *c, SolTask *task) {
        struct stat st;
        Problem *problem;

        if (!task->class && task->path.at.line == task->class_name.at.line &&
                task->path.at.column == task->class_name.at.column)
                return; /* the path follows from a name that is wrong */
        task->executable = files_find(c->pool, c->places->bins, c->places->n_bins, task->path.text);
        if (!task->executable) {
                report_no_executable(c, task);
                return;
        }
        /* Root may "execute" anything by access(); exec itself wants one of the bits. */
        if (stat(task->executable, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) &&
                access(task->executable, X_OK) == 0)
                return;
        problem = problem_add(c->problems, PROBLEM_NOT_EXECUTABLE, task->path.at, "'%s' can't be executed",
                task->executable);
        if (S_ISREG(st.st_mode))
                problem_help(c->problems, problem, "chmod +x %s", task->executable);
        else
                problem_note(c->problems, problem, "it is no regular file");
}

/* --- channels --- */

static void resolve_id(Check *c, SolChannel *channel) {
        Problem *problem;
        Macro macro;
        int r;

        if (channel->id.text || !channel->var.text || !channel->include.text)
                return;
        r = macro_resolve(c->pool, c->places->includes, c->places->n_includes, channel->include.text,
                channel->var.text, &macro);
        if (r == 0 && macro.value[0] && strlen(macro.value) <= INIT_NAME_MAX) {
                channel->id = (Text){macro.value, channel->var.at};
        } else if (r == 0) {
                problem = problem_add(c->problems, PROBLEM_TOO_LONG, channel->var.at,
                        "the channel name of '%s' has %zu bytes, 1 to %u are allowed", channel->var.text,
                        strlen(macro.value), INIT_NAME_MAX);
                problem_note(c->problems, problem, "defined at %s:%u", macro.header, macro.line);
        } else if (r == MACRO_E_UNKNOWN) {
                problem = problem_add(c->problems, PROBLEM_MACRO, channel->var.at,
                        "'%s' is not defined in %s", channel->var.text, macro.header);
                if (macro.nearest)
                        problem_help(c->problems, problem, "did you mean '%s'?", macro.nearest);
        } else if (r == MACRO_E_NOT_TEXT) {
                problem = problem_add(c->problems, PROBLEM_MACRO, channel->var.at,
                        "'%s' is not a text constant", channel->var.text);
                problem_note(c->problems, problem, "defined at %s:%u", macro.header, macro.line);
        } else {
                problem = problem_add(c->problems, PROBLEM_HEADER, channel->include.at,
                        "header '%s' can't be read: %s", channel->include.text,
                        r < 0 ? strerror(-r) : "not found, or too large");
                problem_note(c->problems, problem, "searched in %s",
                        files_list(c->pool, c->places->includes, c->places->n_includes));
        }
}

static void check_target(Check *c, const SolTask *client, SolChannel *channel) {
        const SolTask *server;

        if (!channel->target.text)
                return;
        server = solution_find(c->sol, channel->target.text);
        if (!server) {
                report_unknown(c, PROBLEM_UNKNOWN_TARGET, &channel->target);
                return;
        }
        if (server == client) {
                problem_add(c->problems, PROBLEM_TARGET_SELF, channel->target.at,
                        "process '%s' can't have a channel to itself", client->name.text);
                return;
        }
        if (server->class && server->class->n_endpoints == 0) {
                Problem *problem = problem_add(c->problems, PROBLEM_NO_ENDPOINTS, channel->target.at,
                        "nobody can serve this channel: class '%s' has no endpoints",
                        server->class_name.text);

                problem_note_at(c->problems, problem, server->class_name.at, "the target is this process");
                return;
        }
        channel->server = (uint32_t)(server - c->sol->tasks);
}

/* A client finds a channel by its name alone, so it can't have two with one name. */
static void check_same_id(Check *c, const SolTask *client, const SolChannel *channel) {
        for (const SolChannel *other = client->channels; other < channel; other++) {
                bool is_same_target;
                Problem *problem;

                if (!other->id.text || !channel->id.text || strcmp(other->id.text, channel->id.text) != 0)
                        continue;
                is_same_target = other->target.text && channel->target.text &&
                                 strcmp(other->target.text, channel->target.text) == 0;
                if (is_same_target)
                        problem = problem_add(c->problems, PROBLEM_DUPLICATE_CHANNEL, channel->id.at,
                                "channel '%s' to '%s' is given twice", channel->id.text,
                                channel->target.text);
                else
                        problem = problem_add(c->problems, PROBLEM_DUPLICATE_ID, channel->id.at,
                                "channel name '%s' already leads to another target", channel->id.text);
                problem_note_at(c->problems, problem, other->id.at, "first one here");
                return;
        }
}

static const SolChannel *same_listener(const Solution *s, const SolChannel *channel) {
        for (uint32_t i = 0; i <= channel->client; i++) {
                for (uint32_t j = 0; j < s->tasks[i].n_channels; j++) {
                        const SolChannel *other = &s->tasks[i].channels[j];

                        if (other == channel)
                                return NULL;
                        if (other->server == channel->server && other->id.text &&
                                strcmp(other->id.text, channel->id.text) == 0)
                                return other;
                }
        }
        return NULL;
}

/* All channels with one name that end at one server are served by one listener. */
static void join_listener(Check *c, SolChannel *channel) {
        const SolChannel *other;
        SolTask *server;

        if (channel->server == SOL_NOBODY || !channel->id.text)
                return;
        server = &c->sol->tasks[channel->server];
        other = same_listener(c->sol, channel);
        if (other) {
                channel->listener = other->listener;
                return;
        }
        if (server->n_listeners == CHAN_LISTENERS_MAX)
                problem_add(c->problems, PROBLEM_TOO_MANY, channel->id.at,
                        "process '%s' would have to serve more than %u channel names", server->name.text,
                        CHAN_LISTENERS_MAX);
        else
                channel->listener = server->n_listeners++;
}

/* --- the whole --- */

static void check_task(Check *c, SolTask *task) {
        if (!task->name.text || !task->class_name.text)
                return;
        check_duplicate(c, task);
        check_names(c, &task->before);
        check_names(c, &task->after);
        check_restart(c, task);
        load_class(c, task);
        if (c->places->n_bins > 0)
                find_executable(c, task);
}

static void check_channels(Check *c, SolTask *task) {
        for (uint32_t i = 0; i < task->n_channels; i++) {
                resolve_id(c, &task->channels[i]);
                check_target(c, task, &task->channels[i]);
                check_same_id(c, task, &task->channels[i]);
                join_listener(c, &task->channels[i]);
        }
}

void solution_check(Solution *s, const SolPlaces *places, NkcSession *session, Problems *p, Pool *pool) {
        Check c = {.sol = s, .places = places, .session = session, .problems = p, .pool = pool};

        for (uint32_t i = 0; i < s->n_tasks; i++)
                check_task(&c, &s->tasks[i]);
        for (uint32_t i = 0; i < s->n_tasks; i++)
                find_starter(&c, &s->tasks[i]);
        for (uint32_t i = 0; i < s->n_tasks; i++)
                check_starter(&c, &s->tasks[i]);
        for (uint32_t i = 0; i < s->n_tasks; i++)
                check_channels(&c, &s->tasks[i]);
        if (places->n_bins > 0)
                grants_check(s, places, p, pool);
        order_tasks(s, p, pool);
}
