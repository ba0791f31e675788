/* SPDX-License-Identifier: MIT */
/*
 * kl.core.Core: the kernel as a server, with the endpoints that processes call.
 *
 * Handles stand in a handletree, notifications on a board (notice.h); what answers the calls are the
 * dispatchers that nkc makes of idl/kl/core. A request is a message whose structure has been verified
 * and which the policy has let pass. Each call ends once, by the host's function, at once or later.
 * The handles in a request are those of the caller; those in an answer have been entered there already.
 *
 * Threads and clock: none of its own. The host serialises the calls and says what time it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rtl/retcode.h>

#include "boot/mail.h"
#include "handletree/htree.h"
#include "mdl.h"
#include "nk/shape.h"
#include "notice.h"

#define CORE_RECORD_SIZE 8192u  /* bytes of one record of the audit */
#define CORE_OBJECTS_MAX 10000u /* of one process: what it made, and anybody still has */

struct nk_message;

typedef struct Core Core;
typedef struct CoreTask CoreTask; /* a process, as a client of the kernel */
typedef uint64_t CoreTicket;      /* an open call, as the host numbers it */

/* Descriptors that go with an answer, as letter `id` (boot/mail.h): to be sent before it, once it was
 * granted. */
typedef struct CoreMail {
        uint64_t id;
        const int *fds; /* valid during the host's function, which does not keep them */
        uint32_t n_fds; /* 0: there is no letter */
} CoreMail;

/* How a call ends. */
typedef struct CoreAnswer {
        CoreTicket ticket;
        const struct nk_message
                *message; /* NULL: there is no such method; valid during the host's function */
        uint32_t message_size;
        const void *arena;
        uint32_t arena_size;
        uint32_t had; /* a handle in it that the caller had before; 0: all were made for this answer */
        CoreMail mail;
} CoreAnswer;

/* A channel that is to be made now. */
typedef struct CoreChannelPlan {
        uint32_t client; /* task */
        void *listener;  /* the host's */
        uint32_t tag;    /* how the server knows that listener */
        bool has_riid;   /* one endpoint alone can be called: riid */
        uint16_t riid;
} CoreChannelPlan;

/* How the host makes channels while processes run. Descriptors that a function returns are the core's to
 * close. */
typedef struct CoreChannels {
        /* For a process that serves. 0; -EDQUOT: above its share of the host's descriptors; or another
         * negative errno. */
        int (*listener_open)(void *arg, uint32_t task, MailFds *ret_fds, void **ret_listener);
        /* One that the process was born with. NULL: there is none with that number, or no memory. */
        void *(*listener_find)(void *arg, uint32_t task, uint32_t index);
        /* Of both sorts. No channel is left. */
        void (*listener_close)(void *arg, void *listener);
        /* The client's end; the server's goes out by itself. 0; -EINVAL: the server's class has no such
         * endpoint; -EDQUOT: as listener_open, of the client; or another negative errno. */
        int (*channel_open)(void *arg, const CoreChannelPlan *plan, MailFds *ret_fds, void **ret_channel);
        /* Where a channel of the init file leads, by its number among those of the client. 0; -EINVAL: there
         * is no such channel; -ENOTCONN: both ends are in their first life, and it is what it was. NULL:
         * there are none. */
        int (*channel_find)(
                void *arg, uint32_t client, uint32_t number, uint32_t *ret_server, uint32_t *ret_index);
        /* Both ends learn of it. */
        void (*channel_close)(void *arg, void *channel);
        void *arg;
} CoreChannels;

/* A program of the solution, as a process names it that wants to start it. Class and path may be "". */
typedef struct CoreProgram {
        const char *name, *class_name, *path;
} CoreProgram;

/* What the host does with programs. Each has a place: the number of the task that it becomes. */
typedef struct CoreTasks {
        /* May this process start it? Then its place is taken. rcOk; rcResourceNotFound: there is no such
         * program; rcSecurityDisallow: not for this process; rcAlreadyExists: it has been started, or is
         * going to be; rcInvalidArgument: another class or path; rcOutOfMemory. */
        Retcode (*create)(void *arg, uint32_t starter, const CoreProgram *program, uint32_t *ret_place);
        void (*drop)(void *arg, uint32_t place);  /* it will not be started: its place is free */
        void (*start)(void *arg, uint32_t place); /* core_child_started says what came of it */
        void (*end)(void *arg, uint32_t place);   /* kill it */
        CoreTask *(*at)(void *arg, uint32_t place);
} CoreTasks;

/* What the host does for it. None of these may call a function below. */
typedef struct CoreHost {
        /* 0, or why there are no more SIDs. NULL: handles have none (0). */
        int (*sid_new)(void *arg, uint32_t *ret_sid);
        uint32_t objects_max; /* of one process; 0: CORE_OBJECTS_MAX */
        void (*sid_dies)(void *arg, uint32_t sid);
        void (*answer)(void *arg, const CoreAnswer *answer);
        /* A number for a letter to that process, which it never had before. NULL: nothing can be sent. */
        uint64_t (*mail_new)(void *arg, uint32_t task);
        /* Memory that processes share. NULL: they share none. */
        const MdlHost *memory;
        const CoreTasks *tasks; /* NULL: nobody starts anything */
        /* The next record of the audit behind *place, which begins at 0 and moves on. buf: CORE_RECORD_SIZE
         * bytes. Returns its length, 0: none now. *ret_n_lost: so many before it are lost. NULL: no audit. */
        size_t (*audit_read)(void *arg, uint64_t *place, char *buf, uint64_t *ret_n_lost);
        const char *board;     /* its name; NULL: none */
        CoreChannels channels; /* functions NULL: there are none */
        void *arg;
} CoreHost;

/* What requests and answers of kl.core.Core must look like. */
const ShapeTable *core_shape(void);

/* What policies are not asked about: a channel for a handle that the process has, or again for one of the
 * init file. Calls over it are judged. */
bool core_is_unjudged(uint16_t riid, uint16_t mid);

/* 0, -ENOMEM. No task may be left when it is freed. */
int core_new(const CoreHost *host, Core **ret_core);
Core *core_free(Core *core);

/* number: the host's, no two processes have the same at a time; name: borrowed, no two processes have the
 * same at a time. 0, -ENOMEM.
 */
int core_task_new(Core *core, uint32_t number, const char *name, CoreTask **ret_task);
/* The process died: its handles are closed. Calls of it that wait are answered, to nobody. Takes NULL. */
CoreTask *core_task_free(CoreTask *task);

/* A process that was to run does not: nobody has a channel to it any more. */
void core_task_disconnect(CoreTask *task);

/* What the memory objects that it makes are counted in; without it makes none. The share outlives all of
 * them. */
void core_task_set_memory(CoreTask *task, MdlShare *share);

/* A child runs (rcOk) or could not be started; it has ended. */
void core_child_started(Core *core, uint32_t place, Retcode rc);
void core_child_ended(Core *core, uint32_t place, bool was_killed, int32_t status);

/* For messages between processes, which carry handles from one to the other. */
HtreeSpace *core_space(CoreTask *task);

/* A request to one of the endpoints. arena may be NULL when arena_size is 0. */
void core_call(CoreTask *caller, CoreTicket ticket, const struct nk_message *request, const void *arena,
        uint32_t arena_size, uint64_t now_ms);

/* Ends what has waited long enough. Returns when to come again, or NTC_NEVER. */
uint64_t core_expire(Core *core, uint64_t now_ms);

/* What there is; all zero when nobody holds anything. */
HtreeCounts core_count_handles(const Core *core);
uint32_t core_count_waiting(const Core *core);     /* subscriptions, children, and waiting calls */
uint32_t core_count_objects(const CoreTask *task); /* that it made, and anybody still has */
