/* SPDX-License-Identifier: MIT */
/*
 * Waits: who waits for whom, and whether anybody can ever go on.
 *
 * Nothing tells the kernel process that a direct call begins, so it samples: every WAITS_IDLE_MS
 * (every WAITS_BUSY_MS while a call is under way) it reads one or two words a channel. That costs
 * microseconds in seconds, and nothing on the call path. What it reads was written by the
 * processes, so it is shown and compared, never relied upon.
 *
 * A call is *held* while its thread has not run since an earlier sample: the same call, not one
 * of many. Held calls that lead in a circle are a deadlock if each process of the circle has no
 * thread outside such calls; otherwise some thread might still answer, and it is called possible.
 */
#pragma once

#include "channels.h"
#include "links.h"
#include "procs.h"

#define WAITS_IDLE_MS     2000u
#define WAITS_BUSY_MS     500u
#define WAITS_DEADLOCK_MS 1000u /* calls held shorter are not worth a word */
#define WAITS_ROWS_MAX    100u  /* lines of the table */
#define WAITS_LATE_MAX    1024u /* calls that are followed over channels made at run time */

/* What one slot was seen doing. */
typedef struct WaitTrack {
        ChanPhase phase;
        uint32_t thread;   /* as the client says */
        uint64_t since_ms; /* first seen, in this call */
        uint64_t switches; /* how often the thread had run then */
        bool is_reported;
} WaitTrack;

/* Over a channel that was made at run time: there are as many as there are calls. */
typedef struct WaitLate {
        LinkCall call;
        WaitTrack track;
} WaitLate;

/* As links_calls. */
typedef uint32_t WaitsAsk(void *arg, LinkCall *ret_calls, uint32_t n_max);

typedef struct Waits {
        const Channels *channels;
        const Procs *procs;
        WaitTrack *tracks; /* CHAN_SLOTS per channel */
        WaitsAsk *ask;     /* NULL: nobody makes channels at run time */
        void *ask_arg;
        LinkCall *asked; /* room for the answer */
        WaitLate *late, *before;
        uint32_t n_late, n_before;
        uint32_t n_calls; /* in the last sample */
} Waits;

#define WAITS_NULL ((Waits){.tracks = NULL})

typedef enum WaitsVerdict { WAITS_FINE, WAITS_POSSIBLE, WAITS_DEADLOCK } WaitsVerdict;

/* Takes one line of text. */
typedef void WaitsSay(void *userdata, const char *line);

int waits_init(Waits *w, const Channels *channels, const Procs *procs, WaitsAsk *ask, void *ask_arg);
void waits_deinit(Waits *w);
/* Looks at all channels, also those made at run time. now_ms: any steady clock. */
void waits_sample(Waits *w, uint64_t now_ms);
/* Looks for a circle that was not reported before, among the calls of the last sample, and says it. */
WaitsVerdict waits_find_deadlock(Waits *w, uint64_t now_ms, WaitsSay *say, void *userdata);
/* Says the table of all calls of the last sample. */
void waits_print(const Waits *w, uint64_t now_ms, WaitsSay *say, void *userdata);
