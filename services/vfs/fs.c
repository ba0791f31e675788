/* SPDX-License-Identifier: MIT */
/*
 * What every file system begins with.
 */
#include "fs.h"

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
