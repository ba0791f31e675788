/* SPDX-License-Identifier: MIT */
/*
 * Sessions that are copied, and files that two sessions have: one position, one set of locks, one end.
 */
#include "cases.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/thread/thread_api.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#define MANY  200u  /* forks: more than there may be sessions at a time */
#define TRIES 2000u /* of 5 ms: the VFS hears of what is closed a moment later */

/* The client as its copy sees it. */
static Raw as_child(const Raw *raw, Handle child) {
        Raw copy = *raw;

        copy.client = child;
        return copy;
}

static int chdir_to(Raw *raw, const char *path) {
        kl_VfsSession_ChDir_req req = {.client = nk_handle_desc(raw->client)};
        kl_VfsSession_ChDir_res res;

        raw_reset(raw);
        req.path = raw_text(raw, path);
        return kl_VfsSession_ChDir(&raw->session.base, &req, &raw->req, &res, NULL) == NK_EOK ? res.error
                                                                                              : RAW_FAILED;
}

static int flock_it(Raw *raw, Handle file, uint32_t operation) {
        kl_VfsFile_FLock_req req = {.file = nk_handle_desc(file), .operation = operation};
        kl_VfsFile_FLock_res res;

        return kl_VfsFile_FLock(&raw->file.base, &req, NULL, &res, NULL) == NK_EOK ? res.error : RAW_FAILED;
}

static void a_copy_is_where_its_client_was(Raw *raw) {
        struct kl_VfsTypes_Stat root, here;
        Handle child = INVALID_HANDLE;
        Raw other;

        (void)raw_mkdir(raw, "/forked");
        check(chdir_to(raw, "/forked") == 0 && raw_fork(raw, &child) == 0 && child != INVALID_HANDLE,
                "a session is copied");
        other = as_child(raw, child);
        check(raw_mkdir(&other, "inside") == 0 && raw_stat(raw, "/forked/inside", &here) == 0,
                "its copy begins where it was");
        check(chdir_to(&other, "/") == 0 && raw_stat(raw, ".", &here) == 0 &&
                        raw_stat(&other, ".", &root) == 0 && here.ino != root.ino,
                "and goes its own way");
        (void)KnHandleClose(child);
        check(raw_stat(&other, "/", &root) == RAW_FAILED && raw_stat(raw, ".", &here) == 0, "and ends alone");
        (void)chdir_to(raw, "/");
}

/* A spare file, one of a copy, and one twice are among them. */
static void copies_are_the_same_open_file(Raw *raw, Handle child, Handle file, Handle *ret_copy) {
        Handle spare = raw_new_file(raw), files[4] = {file, spare, INVALID_HANDLE, file}, copies[4], again[1];
        Raw other = as_child(raw, child);
        uint32_t n = 0, nodata = 0;
        char buffer[8] = "";

        check(raw_copy_files(raw, child, files, 4, copies) == 0 && copies[0] != INVALID_HANDLE &&
                        copies[1] == INVALID_HANDLE && copies[2] == INVALID_HANDLE &&
                        copies[3] != INVALID_HANDLE && copies[3] != copies[0],
                "files are copied that are open");
        (void)raw_write(raw, file, "ab", 2, &n);
        (void)raw_write(&other, copies[0], "cd", 2, &n);
        check(raw_pread(raw, file, 0, buffer, 8, &n) == 0 && n == 4 && memcmp(buffer, "abcd", 4) == 0,
                "they have one position");
        check(raw_close(raw, file) == 0 && raw_close(raw, copies[3]) == 0 &&
                        raw_write(raw, copies[0], "e", 1, &n) == 0 && raw_close(raw, copies[0]) == 0 &&
                        raw_read(raw, copies[0], buffer, 1, &n, &nodata) == EBADF,
                "and each its own end");
        check(raw_open(&other, copies[0], "/forked/file", O_RDWR, 0) == 0,
                "a copy that is closed is a spare file of its session");
        check(raw_open(raw, copies[3], "/", O_RDONLY, 0) == EBADF, "and of no other");
        check(raw_copy_files(raw, raw->client, copies, 1, again) == 0 &&
                        raw_pread(raw, again[0], 0, buffer, 8, &n) == 0 && n == 5,
                "the way back is open too");
        (void)KnHandleClose(again[0]);
        (void)KnHandleClose(copies[3]);
        (void)KnHandleClose(spare);
        *ret_copy = copies[0];
}

static void locks_belong_to_whom_they_should(Raw *raw, Handle child, Handle file, Handle copy) {
        uint32_t held = 0;

        check(raw_lock(raw, copy, F_SETLK, F_WRLCK, 0, 10, &held) == 0 &&
                        raw_lock(raw, file, F_SETLK, F_WRLCK, 5, 1, &held) == EAGAIN,
                "records of one session are another's no more than anybody's");
        check(raw_lock(raw, copy, F_OFD_SETLK, F_WRLCK, 20, 1, &held) == 0 &&
                        raw_lock(raw, file, F_OFD_SETLK, F_RDLCK, 20, 1, &held) == 0 &&
                        flock_it(raw, copy, 2) == 0 && flock_it(raw, file, 1 | 4) == 0 &&
                        flock_it(raw, copy, 2) == 0,
                "an open file's locks belong to all who have it");
        (void)KnHandleClose(child);
        for (uint32_t i = 0; i < TRIES && raw_lock(raw, file, F_SETLK, F_WRLCK, 5, 1, &held) != 0; i++)
                (void)KnSleep(5);
        check(raw_lock(raw, file, F_SETLK, F_WRLCK, 5, 1, &held) == 0, "those of a session end with it");
}

/* What is left when the child's session has ended, which had it last but one. */
static void locks_of_an_open_file_stay(Raw *raw, Handle file) {
        Handle other = raw_new_file(raw);

        check(raw_open(raw, other, "/forked/file", O_RDWR, 0) == 0 && flock_it(raw, other, 2 | 4) == EAGAIN,
                "those of an open file stay");
        check(raw_close(raw, file) == 0, "the last one closes it");
        for (uint32_t i = 0; i < TRIES && flock_it(raw, other, 2 | 4) != 0; i++)
                (void)KnSleep(5);
        check(flock_it(raw, other, 2 | 4) == 0, "until nobody has it");
        (void)KnHandleClose(other);
}

static void a_file_outlives_the_session_that_opened_it(Raw *raw) {
        Handle child, grandchild, file, copy, last;
        uint32_t n = 0;
        char buffer[4];
        Raw other;

        check(raw_fork(raw, &child) == 0, "a session is copied again");
        other = as_child(raw, child);
        file = raw_new_file(&other);
        check(raw_open(&other, file, "/forked/file", O_RDWR, 0) == 0 && raw_fork(&other, &grandchild) == 0 &&
                        raw_copy_files(&other, grandchild, &file, 1, &copy) == 0 &&
                        raw_copy_files(&other, raw->client, &copy, 1, &last) == 0,
                "and its copy");
        (void)KnHandleClose(child);
        (void)KnHandleClose(grandchild);
        (void)KnHandleClose(copy);
        check(raw_pread(raw, last, 0, buffer, 2, &n) == 0 && n == 2 && memcmp(buffer, "ab", 2) == 0,
                "a file outlives the session that opened it");
        (void)KnHandleClose(last);
}

static void ends_of_a_pipe_are_copied(Raw *raw) {
        Handle child = INVALID_HANDLE, ends[2] = {raw_new_file(raw), raw_new_file(raw)}, copies[2];
        kl_VfsFile_Pipe_req req = {.client = nk_handle_desc(raw->client),
                .reader = nk_handle_desc(ends[0]),
                .writer = nk_handle_desc(ends[1])};
        kl_VfsFile_Pipe_res res;
        uint32_t n = 0, nodata = 0, ready = 0;
        char buffer[4] = "";

        check(raw_fork(raw, &child) == 0 &&
                        kl_VfsFile_Pipe(&raw->file.base, &req, NULL, &res, NULL) == NK_EOK &&
                        res.error == 0 && raw_copy_files(raw, child, ends, 2, copies) == 0,
                "a pipe goes to two sessions");
        (void)raw_close(raw, ends[1]);
        (void)KnHandleClose(copies[0]);
        check(raw_write(raw, copies[1], "x", 1, &n) == 0 &&
                        raw_poll(raw, ends[0], POLLIN, 60000, &ready) == 0 && ready == POLLIN &&
                        raw_read(raw, ends[0], buffer, 4, &n, &nodata) == 0 && n == 1,
                "what one writes the other reads");
        (void)KnHandleClose(child);
        check(raw_poll(raw, ends[0], POLLIN, 60000, &ready) == 0 && (ready & POLLHUP),
                "and hears that it has ended");
        (void)KnHandleClose(ends[0]);
        (void)KnHandleClose(ends[1]);
}

static void numbers_are_checked(Raw *raw, Handle child) {
        Handle files[kl_VfsSession_CopyFilesMax], copies[kl_VfsSession_CopyFilesMax],
                file = raw_new_file(raw);
        Raw nobody = as_child(raw, file);
        uint32_t n = 0;

        (void)raw_open(raw, file, "/forked/file", O_RDONLY, 0);
        for (uint32_t i = 0; i < kl_VfsSession_CopyFilesMax; i++)
                files[i] = file;
        check(raw_copy_files(raw, child, files, kl_VfsSession_CopyFilesMax, copies) == 0,
                "as many files as may be are copied at once");
        for (uint32_t i = 0; i < kl_VfsSession_CopyFilesMax; i++)
                n += copies[i] != INVALID_HANDLE && raw_close(raw, copies[i]) == 0 &&
                     KnHandleClose(copies[i]) == rcOk; /* which is heard later, and would end locks then */
        check(n == kl_VfsSession_CopyFilesMax, "and each is one");
        check(raw_copy_files(raw, child, files, 0, copies) == EINVAL &&
                        raw_copy_files(raw, child, files, kl_VfsSession_CopyFilesMax + 1, copies) == EINVAL,
                "no files are no count, nor too many");
        check(raw_fork(&nobody, &copies[0]) == EBADF && raw_copy_files(raw, file, files, 1, copies) == EBADF,
                "a file is no session to copy, nor for copies");
        (void)KnHandleClose(file);
}

static void an_end_is_heard_of_at_once(Raw *raw) {
        Handle child = INVALID_HANDLE, file = raw_new_file(raw), copy = INVALID_HANDLE;
        kl_VfsSession_End_req req = {.client = nk_handle_desc(file)};
        kl_VfsSession_End_res res;
        uint32_t held = 0, n = 0;

        check(kl_VfsSession_End(&raw->session.base, &req, NULL, &res, NULL) == NK_EOK && res.error == EBADF,
                "a file is no session to end");
        (void)raw_open(raw, file, "/forked/file", O_RDWR, 0);
        (void)raw_fork(raw, &child);
        (void)raw_copy_files(raw, child, &file, 1, &copy);
        (void)raw_lock(raw, copy, F_SETLK, F_WRLCK, 0, 1, &held);
        req.client = nk_handle_desc(child);
        check(raw_lock(raw, file, F_SETLK, F_WRLCK, 0, 1, &held) == EAGAIN &&
                        kl_VfsSession_End(&raw->session.base, &req, NULL, &res, NULL) == NK_EOK &&
                        res.error == 0 && raw_lock(raw, file, F_SETLK, F_WRLCK, 0, 1, &held) == 0,
                "a session that is ended has no locks any more");
        check(raw_write(raw, copy, "x", 1, &n) == EBADF &&
                        kl_VfsSession_End(&raw->session.base, &req, NULL, &res, NULL) == NK_EOK &&
                        res.error == EBADF,
                "and no files, and is none");
        (void)KnHandleClose(child);
        (void)KnHandleClose(copy);
        (void)KnHandleClose(file);
}

/* Nothing of those that have ended counts any more; what is closed is heard of a moment later. */
static void many_forks_leave_nothing(Raw *raw) {
        Handle file = raw_new_file(raw), child, copy;
        uint32_t n = 0, n_tries = 0;

        (void)raw_open(raw, file, "/forked/file", O_RDWR, 0);
        while (n < MANY && n_tries < TRIES) {
                int error = raw_fork(raw, &child);

                if (error == EMFILE && ++n_tries)
                        (void)KnSleep(5);
                if (error != 0)
                        continue;
                n += raw_copy_files(raw, child, &file, 1, &copy) == 0;
                (void)KnHandleClose(child);
        }
        check(n == MANY, "sessions that have ended count no more");
        (void)KnHandleClose(file);
}

void forks_cases(Raw *raw) {
        Handle child = INVALID_HANDLE, file = raw_new_file(raw), copy = INVALID_HANDLE, files[1];

        a_copy_is_where_its_client_was(raw);
        (void)raw_fork(raw, &child);
        (void)raw_open(raw, file, "/forked/file", O_RDWR | O_CREAT, 0600);
        copies_are_the_same_open_file(raw, child, file, &copy);
        check(raw_copy_files(raw, raw->client, &copy, 1, files) == 0, "the parent has it again");
        numbers_are_checked(raw, child);
        locks_belong_to_whom_they_should(raw, child, files[0], copy);
        locks_of_an_open_file_stay(raw, files[0]);
        a_file_outlives_the_session_that_opened_it(raw);
        ends_of_a_pipe_are_copied(raw);
        an_end_is_heard_of_at_once(raw);
        many_forks_leave_nothing(raw);
        (void)KnHandleClose(files[0]);
        (void)KnHandleClose(file);
}
