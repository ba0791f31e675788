/* SPDX-License-Identifier: MIT */
/*
 * Lines and their threads: see farewell.h.
 */
#include "farewell.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct Line {
        struct Line *next;
        const Fs *fs; /* only compared */
        Farewell *first, **last;
} Line;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all lines */
static Line *lines;

/* The next one; NULL: nobody is left, and the line is gone. */
static Farewell *take_first(Line *line) {
        Line **link = &lines;
        Farewell *f;

        (void)pthread_mutex_lock(&lock);
        f = line->first;
        if (f) {
                line->first = f->next;
                if (!line->first)
                        line->last = &line->first;
        } else {
                while (*link != line)
                        link = &(*link)->next;
                *link = line->next;
                free(line);
        }
        (void)pthread_mutex_unlock(&lock);
        return f;
}

static void *work_off(void *line) {
        Farewell *f;

        while ((f = take_first(line)) != NULL)
                f->say(f);
        return NULL;
}

/* With a thread, which waits for the lock if need be; NULL: no memory. */
static Line *add_line(const Fs *fs) {
        Line *line = calloc(1, sizeof *line);
        pthread_t thread;

        if (!line || pthread_create(&thread, NULL, work_off, line) != 0) {
                free(line);
                return NULL;
        }
        (void)pthread_detach(thread);
        line->fs = fs;
        line->last = &line->first;
        line->next = lines;
        lines = line;
        return line;
}

static bool stand_in_line(const Fs *fs, Farewell *f) {
        Line *line;

        (void)pthread_mutex_lock(&lock);
        line = lines;
        while (line && line->fs != fs)
                line = line->next;
        if (!line)
                line = add_line(fs);
        if (line) {
                f->next = NULL;
                *line->last = f;
                line->last = &f->next;
        }
        (void)pthread_mutex_unlock(&lock);
        return line != NULL;
}

void farewell_say(const Fs *fs, Farewell *f) {
        if (!fs->is_on_device || !stand_in_line(fs, f))
                f->say(f);
}
