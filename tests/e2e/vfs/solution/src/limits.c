/* SPDX-License-Identifier: MIT */
/*
 * Limits of one process: at them, one below, one above, and back.
 */
#include "cases.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/thread/thread_api.h>

#include <errno.h>
#include <stdlib.h>

#define FILES_MAX    1024u /* of one process */
#define SESSIONS_MAX 64u   /* of one process */
#define TRIES        2000u /* of 5 ms: the VFS hears of what is closed a moment later */

static Handle all[FILES_MAX + kl_VfsSession_NewFilesMax];
static uint32_t n_all;

/* As many as come; the error of the call that brings none. */
static int take_all(Raw *raw) {
        Handle files[kl_VfsSession_NewFilesMax];
        int error;

        do {
                error = raw_new_files(raw, kl_VfsSession_NewFilesMax, files);
                for (uint32_t i = 0; error == 0 && i < kl_VfsSession_NewFilesMax; i++)
                        if (files[i] != INVALID_HANDLE && n_all < FILES_MAX)
                                all[n_all++] = files[i];
        } while (error == 0);
        return error;
}

static int is_given_back(Raw *raw) {
        Handle files[kl_VfsSession_NewFilesMax];

        for (uint32_t i = 0; i < TRIES; i++) {
                if (raw_new_files(raw, 1, files) == 0) {
                        (void)KnHandleClose(files[0]);
                        return 1;
                }
                (void)KnSleep(5);
        }
        return 0;
}

static void files_of_a_process_are_limited(Raw *raw) {
        struct kl_VfsTypes_Stat st;
        Handle other;

        check(take_all(raw) == EMFILE, "beyond its limit a process gets no files");
        check(raw_stat(raw, "/", &st) == 0, "all else goes on");
        check(raw_connect(raw, &other) == 0 && KnHandleClose(other) == rcOk,
                "another session is no way around it");
        while (n_all > 0)
                (void)KnHandleClose(all[--n_all]);
        check(is_given_back(raw), "closed handles count no more");
}

static void sessions_of_a_process_are_limited(Raw *raw) {
        Handle sessions[SESSIONS_MAX];
        uint32_t n = 0;
        int error = 0;

        while (n < SESSIONS_MAX && (error = raw_connect(raw, &sessions[n])) == 0)
                n++;
        check(n == SESSIONS_MAX - 1 && error == EMFILE, "beyond its limit a process gets no sessions");
        for (uint32_t i = 0; i < n; i++)
                (void)KnHandleClose(sessions[i]);
        for (uint32_t i = 0; i < TRIES && error != 0; i++) {
                (void)KnSleep(5);
                error = raw_connect(raw, &sessions[0]);
        }
        check(error == 0, "closed sessions count no more");
}

void limits_cases(Raw *raw) {
        files_of_a_process_are_limited(raw);
        sessions_of_a_process_are_limited(raw);
}
