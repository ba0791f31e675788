/* SPDX-License-Identifier: MIT */
/*
 * What every file system begins with.
 */
#include "fs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define EXPLANATION_SIZE 200

static _Thread_local char explanation[EXPLANATION_SIZE];

void fs_explain(const char *format, ...) {
        va_list args;

        va_start(args, format);
        (void)vsnprintf(explanation, sizeof explanation, format, args);
        va_end(args);
}

const char *fs_explanation(void) {
        return explanation;
}

/* A way too long to be read is cut. */
static int length_of(const char *option) {
        size_t n = strcspn(option, ",");

        return n < EXPLANATION_SIZE / 4 ? (int)n : EXPLANATION_SIZE / 4;
}

int fs_refuse_option(const char *type, const char *option, const char *known) {
        if (known)
                fs_explain(
                        "%s doesn't know the option '%.*s', only %s", type, length_of(option), option, known);
        else
                fs_explain("%s doesn't know the option '%.*s', and has none of its own", type,
                        length_of(option), option);
        return -EINVAL;
}

int fs_refuse_value(const char *option, const char *wanted) {
        fs_explain("the value of '%.*s' is no %s", length_of(option), option, wanted);
        return -EINVAL;
}

const char *fs_reason(int error) {
        return *explanation ? explanation : strerror(-error);
}

static void (*_Atomic watcher)(void);

void fs_watch_changes(void (*changed)(void)) {
        atomic_store(&watcher, changed);
}

void fs_first_change(Fs *fs) {
        void (*changed)(void) = atomic_load(&watcher);

        if (!atomic_exchange(&fs->is_changed, true) && changed)
                changed();
}

void fs_init(Fs *fs, const FsOps *ops) {
        *fs = (Fs){.ops = ops};
        fslock_init(&fs->lock);
}

void fs_deinit(Fs *fs) {
        fslock_deinit(&fs->lock);
}
