/* SPDX-License-Identifier: MIT */
/*
 * A question for each disk, with who waits for its answer: see presence.h.
 */
#include "presence.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "devices.h"

typedef struct Question {
        char disk[DEVICES_NAME_MAX]; /* "": nobody has asked yet */
        bool (*ask)(const char *disk);
        bool is_open;          /* there is no answer yet */
        bool is_there;         /* the last answer */
        struct timespec until; /* so long is waited for an answer */
} Question;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static pthread_cond_t answered;
static Question questions[PRESENCE_MAX];

static void begin(void) {
        pthread_condattr_t attr;

        (void)pthread_condattr_init(&attr);
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void)pthread_cond_init(&answered, &attr);
        (void)pthread_condattr_destroy(&attr);
}

/* The disk's, or one that nobody has asked yet; NULL: there are no more. */
static Question *question_of(const char *disk) {
        for (uint32_t i = 0; i < PRESENCE_MAX; i++)
                if (questions[i].disk[0] == '\0' || strcmp(questions[i].disk, disk) == 0)
                        return &questions[i];
        return NULL;
}

static void *put(void *question) {
        Question *q = question;
        bool is_there = q->ask(q->disk); /* which nobody changes while it is open */

        (void)pthread_mutex_lock(&lock);
        q->is_there = is_there;
        q->is_open = false;
        (void)pthread_cond_broadcast(&answered);
        (void)pthread_mutex_unlock(&lock);
        return NULL;
}

static void open_question(Question *q, const char *disk, bool (*ask)(const char *disk)) {
        pthread_t thread;

        (void)strncpy(q->disk, disk, sizeof q->disk - 1);
        q->ask = ask;
        (void)clock_gettime(CLOCK_MONOTONIC, &q->until);
        q->until.tv_nsec += PRESENCE_WAIT_MS * 1000000L;
        q->until.tv_sec += q->until.tv_nsec / 1000000000L;
        q->until.tv_nsec %= 1000000000L;
        q->is_open = pthread_create(&thread, NULL, put, q) == 0;
        if (q->is_open)
                (void)pthread_detach(thread);
}

bool presence_of(const char *disk, bool (*ask)(const char *disk)) {
        bool is_there = false;
        Question *q;
        int r = 0;

        (void)pthread_once(&once, begin);
        (void)pthread_mutex_lock(&lock);
        q = strlen(disk) < DEVICES_NAME_MAX ? question_of(disk) : NULL;
        if (q) {
                if (!q->is_open)
                        open_question(q, disk, ask);
                while (q->is_open && r == 0)
                        r = pthread_cond_timedwait(&answered, &lock, &q->until);
                is_there = q->is_there;
        }
        (void)pthread_mutex_unlock(&lock);
        return is_there;
}
