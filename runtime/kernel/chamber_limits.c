/* SPDX-License-Identifier: MIT */
/*
 * Limits: what is asked for must be there exactly; everything else is lowered as far as the host has
 * not done that itself.
 */
#include "chamber_limits.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/resource.h>

/* To `most`, or to what the host gives, which is less. */
static int lower(int resource, rlim_t most) {
        struct rlimit limit;

        if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
                return -1;
        if (limit.rlim_max > most)
                limit.rlim_max = most;
        if (limit.rlim_cur > limit.rlim_max)
                limit.rlim_cur = limit.rlim_max;
        return setrlimit((__rlimit_resource_t)resource, &limit);
}

/* To exactly what was asked for. */
static int set(int resource, rlim_t wanted) {
        struct rlimit limit;

        if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
                return -1;
        if (limit.rlim_max < wanted) {
                errno = EPERM;
                return -1;
        }
        limit = (struct rlimit){.rlim_cur = wanted, .rlim_max = wanted};
        return setrlimit((__rlimit_resource_t)resource, &limit);
}

int limits_set_files(const Limits *limits, size_t n_fds, int is_confined, const char **ret_object) {
        rlim_t want = (rlim_t)n_fds + LIMITS_FILES_ADD;
        struct rlimit limit;

        *ret_object = "files";
        if (limits->files)
                return set(RLIMIT_NOFILE, (rlim_t)n_fds + limits->files);
        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return -1;
        if (want < LIMITS_FILES)
                want = LIMITS_FILES;
        limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
        if (is_confined)
                limit.rlim_max = limit.rlim_cur;
        return setrlimit(RLIMIT_NOFILE, &limit);
}

/* Threads are counted per user namespace, so the limit is the process's own. */
static int set_threads(const Limits *limits, int n_others) {
        if (n_others < 0)
                return 0;
        if (limits->threads)
                return set(RLIMIT_NPROC, limits->threads + (rlim_t)n_others);
        return lower(RLIMIT_NPROC, LIMITS_THREADS + (rlim_t)n_others);
}

/* The kernel process lets it have more, up to `later`; it can't itself: the filter keeps it from setting
 * limits. */
static int set_addresses(rlim_t now, rlim_t later) {
        struct rlimit limit;

        if (lower(RLIMIT_AS, now + later) < 0 || getrlimit(RLIMIT_AS, &limit) < 0)
                return -1;
        if (limit.rlim_cur > now)
                limit.rlim_cur = now;
        return setrlimit(RLIMIT_AS, &limit);
}

static int set_memory(const Limits *limits) {
        rlim_t memory = limits->memory ? limits->memory : LIMITS_MEMORY;
        int r = limits->memory ? set(RLIMIT_DATA, memory) : lower(RLIMIT_DATA, memory);

        if (r == 0)
                r = lower(RLIMIT_STACK, memory < LIMITS_STACK ? memory : LIMITS_STACK);
        return r ? r : set_addresses(memory + limits->shared + LIMITS_ADDRESSES, limits->later);
}

int limits_set(const Limits *limits, int n_others, const char **ret_object) {
        static const struct {
                int resource;
                rlim_t most;
        } usual[] = {
                {RLIMIT_CORE, 0},
                {RLIMIT_MSGQUEUE, 0},
                {RLIMIT_MEMLOCK, 0},
                {RLIMIT_RTPRIO, 0},
                {RLIMIT_NICE, 0},
                {RLIMIT_SIGPENDING, LIMITS_SIGNALS},
        };

        *ret_object = "pids";
        if (set_threads(limits, n_others) < 0)
                return -1;
        *ret_object = "memory";
        if (set_memory(limits) < 0)
                return -1;
        *ret_object = "files";
        if (lower(RLIMIT_FSIZE, limits->file_size) < 0)
                return -1;
        *ret_object = "";
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
                if (lower(usual[i].resource, usual[i].most) < 0)
                        return -1;
        return 0;
}
