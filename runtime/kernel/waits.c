/* SPDX-License-Identifier: MIT */
/*
 * Waits: sampling, the table, and the search for circles.
 */
#include "waits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procfs.h"

#define LINE_MAX_SIZE 1024u

int waits_init(Waits *w, const Channels *channels, const Procs *procs, WaitsAsk *ask, void *ask_arg) {
        *w = (Waits){.channels = channels, .procs = procs, .ask = ask, .ask_arg = ask_arg};
        w->tracks = calloc((size_t)channels->n_channels * CHAN_SLOTS + 1, sizeof *w->tracks);
        w->asked = calloc(WAITS_LATE_MAX, sizeof *w->asked);
        w->late = calloc(WAITS_LATE_MAX, sizeof *w->late);
        w->before = calloc(WAITS_LATE_MAX, sizeof *w->before);
        return w->tracks && w->asked && w->late && w->before ? 0 : -ENOMEM;
}

void waits_deinit(Waits *w) {
        free(w->tracks);
        free(w->asked);
        free(w->late);
        free(w->before);
        *w = WAITS_NULL;
}

static const SolTask *task_at(const Waits *w, uint32_t i) {
        return &w->channels->sol->tasks[i];
}

/* --- sampling --- */

/* How often a thread was put on a processor so far; 0 when it can't be told. */
static uint64_t count_switches(pid_t pid, uint32_t thread) {
        return procfs_number(pid, thread, "voluntary_ctxt_switches:") +
               procfs_number(pid, thread, "nonvoluntary_ctxt_switches:");
}

static bool is_call(ChanPhase phase) {
        return phase != CHAN_PHASE_NONE;
}

static void sample_slot(
        Waits *w, WaitTrack *track, uint32_t client, ChanPhase phase, uint32_t thread, uint64_t now_ms) {
        bool was_call = is_call(track->phase);
        uint64_t switches;

        track->phase = phase;
        if (!is_call(phase))
                return;
        w->n_calls++;
        /* The first look costs no more than the words: most calls are over before the second. */
        if (!was_call || track->thread != thread) {
                *track = (WaitTrack){.phase = phase, .thread = thread, .since_ms = now_ms};
                return;
        }
        switches = count_switches(w->procs->list[client].pid, thread);
        if (switches == track->switches && switches)
                return;
        track->switches = switches;
        track->since_ms = now_ms;
        track->is_reported = false;
}

static void sample_channels(Waits *w, uint64_t now_ms) {
        for (uint32_t i = 0; i < w->channels->n_channels; i++) {
                const Channel *channel = &w->channels->list[i];
                WaitTrack *tracks = &w->tracks[i * CHAN_SLOTS];

                for (uint32_t j = 0; j < CHAN_SLOTS; j++) {
                        uint32_t thread = 0;
                        ChanPhase phase = channels_peek(channel, j, &thread);

                        sample_slot(w, &tracks[j], channel->sol->client, phase, thread, now_ms);
                        /* A client takes the lowest free slot, so nobody has used the ones behind a
                         * fresh one, and looking at them would give each a page of memory. */
                        if (phase == CHAN_PHASE_NONE && thread == 0)
                                break;
                }
        }
}

/* What was seen of the call before. Both lists are in the order of the channels, which mostly stay. */
static WaitTrack track_before(const Waits *w, const LinkCall *call, uint32_t *at) {
        for (uint32_t i = 0; i < w->n_before; i++, ++*at) {
                const WaitLate *late = &w->before[*at % w->n_before];

                if (late->call.link == call->link && late->call.slot == call->slot)
                        return late->track;
        }
        return (WaitTrack){.phase = CHAN_PHASE_NONE};
}

static void sample_late(Waits *w, uint64_t now_ms) {
        WaitLate *before = w->late;
        uint32_t at = 0;

        w->late = w->before;
        w->before = before;
        w->n_before = w->n_late;
        w->n_late = w->ask ? w->ask(w->ask_arg, w->asked, WAITS_LATE_MAX) : 0;
        for (uint32_t i = 0; i < w->n_late; i++) {
                const LinkCall *call = &w->asked[i];

                w->late[i] = (WaitLate){.call = *call, .track = track_before(w, call, &at)};
                sample_slot(w, &w->late[i].track, call->client, call->phase, call->thread, now_ms);
        }
}

void waits_sample(Waits *w, uint64_t now_ms) {
        w->n_calls = 0;
        sample_channels(w, now_ms);
        sample_late(w, now_ms);
}

/* --- calls, whatever their channel --- */

typedef struct WaitEdge {
        WaitTrack *track;
        uint32_t client, server;
        const char *kind, *channel; /* two words for it */
} WaitEdge;

static uint32_t count_edges(const Waits *w) {
        return w->channels->n_channels * CHAN_SLOTS + w->n_late;
}

/* False: there is no call. */
static bool edge_at(const Waits *w, uint32_t i, WaitEdge *ret_edge) {
        uint32_t n_static = w->channels->n_channels * CHAN_SLOTS;

        if (i < n_static) {
                const SolChannel *sol = w->channels->list[i / CHAN_SLOTS].sol;

                *ret_edge = (WaitEdge){&w->tracks[i], sol->client, sol->server, "channel ", sol->id.text};
        } else {
                WaitLate *late = &w->late[i - n_static];

                *ret_edge = (WaitEdge){
                        &late->track, late->call.client, late->call.server, "a channel ", "made at run time"};
        }
        return is_call(ret_edge->track->phase);
}

/* --- the table --- */

void waits_print(const Waits *w, uint64_t now_ms, WaitsSay *say, void *userdata) {
        uint32_t n_rows = 0;
        char line[LINE_MAX_SIZE];

        say(userdata, w->n_calls ? "calls that wait for an answer:" : "no call waits for an answer");
        for (uint32_t i = 0; i < count_edges(w) && n_rows < WAITS_ROWS_MAX; i++) {
                WaitEdge edge;

                if (!edge_at(w, i, &edge))
                        continue;
                n_rows++;
                (void)snprintf(line, sizeof line, "  %s (thread %u) waits for %s on %s%s, %s %llu.%llu s, %s",
                        task_at(w, edge.client)->name.text, edge.track->thread,
                        task_at(w, edge.server)->name.text, edge.kind, edge.channel,
                        edge.track->switches ? "for" : "seen for",
                        (unsigned long long)(now_ms - edge.track->since_ms) / 1000,
                        (unsigned long long)(now_ms - edge.track->since_ms) % 1000 / 100,
                        edge.track->phase == CHAN_PHASE_SERVED ? "being served" : "not received yet");
                say(userdata, line);
        }
        if (w->n_calls > n_rows) {
                (void)snprintf(line, sizeof line, "  and %u more", w->n_calls - n_rows);
                say(userdata, line);
        }
}

/* --- circles --- */

/* The calls that have been held long enough, as edges between tasks. */
typedef struct Graph {
        const Waits *w;
        uint32_t n_tasks;
        uint32_t n_edges;
        WaitEdge *edges;
        uint32_t *via;    /* per task: the edge that a walk left it by */
        uint32_t *walked; /* per task: the last walk that came by */
        uint32_t *n_held; /* per task: its edges */
        bool *is_lost;    /* per task: no thread is left that anybody could answer */
} Graph;

static bool is_held(const WaitTrack *track, uint64_t now_ms) {
        return is_call(track->phase) && track->switches && now_ms - track->since_ms >= WAITS_DEADLOCK_MS;
}

static void graph_deinit(Graph *g) {
        free(g->edges);
        free(g->via);
        free(g->walked);
        free(g->n_held);
        free(g->is_lost);
}

static int graph_init(Graph *g, const Waits *w, uint64_t now_ms) {
        uint32_t n = w->channels->sol->n_tasks;

        *g = (Graph){.w = w, .n_tasks = n};
        g->edges = calloc(w->n_calls, sizeof *g->edges);
        g->via = calloc(n, sizeof *g->via);
        g->walked = calloc(n, sizeof *g->walked);
        g->n_held = calloc(n, sizeof *g->n_held);
        g->is_lost = calloc(n, sizeof *g->is_lost);
        if (!g->edges || !g->via || !g->walked || !g->n_held || !g->is_lost) {
                graph_deinit(g);
                return -ENOMEM;
        }
        for (uint32_t i = 0; i < count_edges(w) && g->n_edges < w->n_calls; i++) {
                WaitEdge edge;

                if (!edge_at(w, i, &edge) || !is_held(edge.track, now_ms))
                        continue;
                g->edges[g->n_edges++] = edge;
                g->n_held[edge.client]++;
        }
        return 0;
}

static bool are_all_held(const Graph *g, uint32_t task) {
        uint64_t n_threads;

        if (task_at(g->w, task)->may_fork)
                return false; /* nobody counts the threads of what it has forked */
        n_threads = procfs_number(g->w->procs->list[task].pid, 0, "Threads:");

        return n_threads && g->n_held[task] >= n_threads;
}

/* A task is lost when all its threads are held, and only by tasks that are lost themselves. */
static void find_lost(Graph *g) {
        bool has_changed = true;

        for (uint32_t i = 0; i < g->n_tasks; i++)
                g->is_lost[i] = are_all_held(g, i);
        while (has_changed) {
                has_changed = false;
                for (uint32_t i = 0; i < g->n_edges; i++) {
                        const WaitEdge *edge = &g->edges[i];

                        if (!g->is_lost[edge->client] || g->is_lost[edge->server])
                                continue;
                        g->is_lost[edge->client] = false;
                        has_changed = true;
                }
        }
}

/* Does a walk along the edges come from `task` to `goal`? Its path is left in `via`. At most one level
 * of recursion per task, because a walk enters each only once. */
static bool leads_to(Graph *g, uint32_t task, uint32_t goal, uint32_t walk) {
        g->walked[task] = walk;
        for (uint32_t i = 0; i < g->n_edges; i++) {
                uint32_t server = g->edges[i].server;

                if (g->edges[i].client != task)
                        continue;
                g->via[task] = i;
                if (server == goal)
                        return true;
                if (g->walked[server] != walk && leads_to(g, server, goal, walk))
                        return true;
        }
        return false;
}

/* True when one of the circle's calls was not reported before; now all are. */
static bool has_news(const Graph *g, uint32_t start) {
        uint32_t task = start;
        bool is_new = false;

        do {
                const WaitEdge *edge = &g->edges[g->via[task]];

                is_new |= !edge->track->is_reported;
                edge->track->is_reported = true;
                task = edge->server;
        } while (task != start);
        return is_new;
}

static void say_circle(const Graph *g, uint32_t start, WaitsSay *say, void *userdata) {
        char line[LINE_MAX_SIZE];
        size_t used = (size_t)snprintf(
                line, sizeof line, "%s", g->is_lost[start] ? "deadlock: " : "possible deadlock: ");
        const char *comma = "";
        uint32_t task = start;

        do {
                const WaitEdge *edge = &g->edges[g->via[task]];
                size_t left = sizeof line - used;
                int n = snprintf(line + used, left, "%s%s waits for %s (%s%s)", comma,
                        task_at(g->w, task)->name.text, task_at(g->w, edge->server)->name.text, edge->kind,
                        edge->channel);

                used += n < 0 || (size_t)n >= left ? left - 1 : (size_t)n;
                comma = ", ";
                task = edge->server;
        } while (task != start);
        say(userdata, line);
}

WaitsVerdict waits_find_deadlock(Waits *w, uint64_t now_ms, WaitsSay *say, void *userdata) {
        WaitsVerdict worst = WAITS_FINE;
        Graph g;

        if (w->n_calls < 2 || graph_init(&g, w, now_ms) < 0)
                return WAITS_FINE;
        if (g.n_edges >= 2)
                find_lost(&g);
        for (uint32_t task = 0; g.n_edges >= 2 && task < g.n_tasks; task++) {
                WaitsVerdict verdict = g.is_lost[task] ? WAITS_DEADLOCK : WAITS_POSSIBLE;

                if (g.n_held[task] == 0 || !leads_to(&g, task, task, task + 1) || !has_news(&g, task))
                        continue;
                say_circle(&g, task, say, userdata);
                worst = verdict > worst ? verdict : worst;
        }
        graph_deinit(&g);
        return worst;
}
