/* SPDX-License-Identifier: MIT */
/*
 * Solution: the processes and channels that an init file describes, checked.
 *
 * init_yaml.c fills in what the file says; solution_check() adds what follows from it: the
 * class behind each name, the executable, who ends where. After a check without problems every
 * reference is resolved and every text is within the limits, so that nothing that starts
 * processes has to look again. All memory belongs to the pool.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"
#include "problems.h"

struct NkcClass;
struct NkcSession;

/* A text of the file with its place. text == NULL: not given, or given wrongly (and reported). */
typedef struct Text {
        const char *text;
        Pos at;
} Text;

typedef struct TextList {
        Text *items;
        uint32_t n_items;
} TextList;

#define SOL_NOBODY UINT32_MAX

#define SOLUTION_BOARD "caisson" /* name of the board where the file says none */

typedef struct SolChannel {
        Pos at;
        Text target;
        Text id;  /* literal, or what the macro stands for */
        Text var; /* `id: {var: …, include: …}` */
        Text include;
        uint32_t deadline_ms; /* 0: none */
        uint32_t client;      /* index of the task that calls */
        uint32_t server;      /* index of the target, or SOL_NOBODY */
        uint32_t listener;    /* index among the server's channel names, in the order of the file */
} SolChannel;

/* What a process may use at most. 0: what every process may. */
typedef struct SolLimits {
        Pos at;          /* the first key that was given */
        uint64_t memory; /* bytes of private memory */
        uint64_t shared; /* bytes of the memory objects that it makes */
        uint64_t pids;   /* threads */
        uint64_t files;  /* descriptors beyond those it is born with */
        uint64_t cpu;    /* thousandths of a processor */
} SolLimits;

/* Whether a process that has ended is started again: `restart`. */
typedef enum SolRestart { RESTART_NO, RESTART_ON_FAILURE, RESTART_ALWAYS } SolRestart;

typedef enum GrantKind { GRANT_FILE, GRANT_DEVICE, GRANT_CONTROL } GrantKind;

/* Something of the host that a process gets, opened: a file, a device, or a socket through which whoever runs
 * the solution talks to it. */
typedef struct SolGrant {
        Pos at;
        GrantKind kind;
        Text file; /* of the device; the control's name */
        Text name; /* what the program asks for; the last part of `file` when left out */
        bool is_writable;
        uint32_t extras;  /* system calls that it needs: SECCOMP_* */
        const char *path; /* resolved; of a control its name */
} SolGrant;

typedef struct SolTask {
        Pos at;
        Text class_name; /* `name` */
        Text name;       /* `task`, or the class name */
        Text path;       /* `path`, or the last part of the class name; at == class name's then */
        TextList args;   /* without argv[0] */
        TextList env;    /* "NAME=value" */
        TextList before, after;
        Text starter; /* the task that starts this one when it wants; text NULL: it starts with the rest */
        uint32_t starter_task; /* its index, or SOL_NOBODY */
        SolChannel *channels;  /* in which it is the client */
        uint32_t n_channels;
        SolRestart restart;
        Pos restart_at;            /* of the first of its three keys that was given; line 0: none */
        Pos restart_pace_at;       /* of the first of the two below that was given; line 0: none */
        bool says_restart;         /* `restart` was given */
        uint32_t restart_limit;    /* starts in a row, none of which lasted (lives.h) */
        uint32_t restart_delay_ms; /* before the first of them */
        SolLimits limits;
        SolGrant *grants;
        uint32_t n_grants;
        bool may_fork;                 /* where the chamber bounds what it forks */
        bool has_network;              /* the host's */
        bool has_input;                /* its standard input is this process's own */
        const char *preload;           /* library that its loader loads before all others; NULL: none */
        const struct RootGiven *given; /* files that it sees beside those (chamber_root.h) */
        size_t n_given;
        const struct NkcClass *class; /* belongs to the session; NULL after a problem */
        const char *executable;       /* resolved path */
        uint32_t n_listeners;         /* different channel names at which it is the target */
} SolTask;

typedef struct Solution {
        SolTask *tasks;
        uint32_t n_tasks;
        uint32_t n_channels;
        Text board;           /* its name; text NULL: SOLUTION_BOARD */
        bool is_never_direct; /* `mediation: always`: every message passes the kernel process */
        uint32_t *order;      /* task indices as they are started: servers before their clients */
} Solution;

/* Where things are looked for; all folders are borrowed. */
typedef struct SolPlaces {
        const char *const *includes; /* -I, then the solution's folder, then the installed interfaces */
        size_t n_includes;
        const char *const *bins; /* --bin, then the solution's folder and its bin/ */
        size_t n_bins;           /* 0: neither executables nor granted files are looked for */
        const char *folder;      /* the solution's: granted files are named from there */
} SolPlaces;

/* Checks what init_read() left in `s` against the classes and files, and completes it.
 * session: loads the classes; its include folders must be places->includes. Every problem goes
 * to `p`; `s` may be used only when there is none. */
void solution_check(
        Solution *s, const SolPlaces *places, struct NkcSession *session, Problems *p, Pool *pool);

const SolTask *solution_find(const Solution *s, const char *task); /* NULL: no such task */
/* Does it start with the rest, and not when another one wants? */
static inline bool solution_starts_first(const SolTask *task) {
        return !task->starter.text;
}
/* May a process of it run after another one has ended? */
static inline bool solution_may_return(const SolTask *task) {
        return task->restart != RESTART_NO || task->starter.text;
}
bool solution_is_client(const SolTask *task); /* its class has no endpoints: nobody can call it */
