/* SPDX-License-Identifier: MIT */
/*
 * A process with file systems in it that is asked to end: it ends by the signal, whatever its other threads
 * do with signals meanwhile.
 */
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ending.h"
#include "writeback.h"

static Mounts mounts;
static sem_t nobody_listens;

static void await_silence(void) {
        while (sem_wait(&nobody_listens) < 0)
                continue;
}

static void block_all(void) {
        sigset_t all;

        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, NULL);
}

/* Its only other thread hears the request, and nothing after it. */
static _Noreturn void be_deaf_after_the_request(void) {
        if (mounts_init(&mounts) < 0)
                _exit(EXIT_FAILURE);
        ending_begin(&mounts);
        ending_before(await_silence);
        (void)raise(SIGTERM);
        block_all();
        (void)sem_post(&nobody_listens);
        for (;;)
                (void)pause();
}

static _Noreturn void listen_always(void) {
        if (mounts_init(&mounts) < 0)
                _exit(EXIT_FAILURE);
        ending_begin(&mounts);
        (void)raise(SIGTERM);
        for (;;)
                (void)pause();
}

/* --- a disk that hangs --- */

static sem_t is_hanging;

static int hang(Fs *fs) {
        (void)fs;
        (void)sem_post(&is_hanging);
        while (pause() < 0)
                continue;
        return 0;
}

static _Noreturn int end_well(Fs *fs) {
        (void)fs;
        _exit(EXIT_SUCCESS);
}

static void add_disk(Fs *fs, FsNode *root, const FsOps *ops, const Place *at) {
        MountPlan plan = {.fs = fs, .device = "disk", .path = "/"};

        fs_init(fs, ops);
        fs_node_init(root, fs, 1, S_IFDIR);
        fs->root = root;
        fs->is_on_device = true;
        if (mounts_add(&mounts, at, &plan) < 0)
                _exit(EXIT_FAILURE);
}

/* The first one hangs, when it is written back by time; what the other writes at the end is still written. */
static _Noreturn void end_with_two_disks(void) {
        static const FsOps hanging = {.sync = hang}, good = {.finish = end_well};
        static Fs first, second;
        static FsNode first_root, second_root;

        (void)sem_init(&is_hanging, 0, 0);
        if (mounts_init(&mounts) < 0)
                _exit(EXIT_FAILURE);
        writeback_begin(&mounts, 1);
        add_disk(&first, &first_root, &hanging, &PLACE_NULL);
        add_disk(&second, &second_root, &good, &(Place){.mount = mounts.first, .node = &first_root});
        ending_begin(&mounts);
        fs_note_change(&first);
        while (sem_wait(&is_hanging) < 0)
                continue;
        (void)raise(SIGTERM);
        for (;;)
                (void)pause();
}

static int status_of(void (*child)(void)) {
        pid_t pid = fork();
        int status = 0;

        if (pid == 0)
                child();
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

static void request_to_end_ends_by_its_signal(void **state) {
        int status = status_of(listen_always);

        (void)state;
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void request_to_end_ends_by_its_signal_where_nobody_takes_one(void **state) {
        int status = status_of(be_deaf_after_the_request);

        (void)state;
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void a_disk_that_hangs_keeps_no_other_from_its_end(void **state) {
        int status = status_of(end_with_two_disks);

        (void)state;
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), EXIT_SUCCESS);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(request_to_end_ends_by_its_signal),
                cmocka_unit_test(request_to_end_ends_by_its_signal_where_nobody_takes_one),
                cmocka_unit_test(a_disk_that_hangs_keeps_no_other_from_its_end),
        };

        (void)sem_init(&nobody_listens, 0, 0);
        return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
