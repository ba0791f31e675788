/* SPDX-License-Identifier: MIT */
/*
 * Clients that are gone, and a disk that hangs when what they had there is freed: nobody waits for it but who
 * has to.
 */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../support/no_kernel.h"
#include "client_place.h"
#include "ramfs.h"
#include "session.h"
#include "vobj.h"

#define LONG_MS 60000u

static Mounts mounts;
static Mount *disk;
static FsOps disk_ops;
static const FsOps *usual_ops;
static sem_t is_asked, may_answer; /* the disk; it is asked once for each node that goes */

static void ask_disk(FsNode *node) {
        (void)sem_post(&is_asked);
        while (sem_wait(&may_answer) < 0)
                continue;
        usual_ops->release(node);
}

static void mount_at(const char *path, bool is_on_device) {
        MountPlan plan = {.device = "x", .path = path};
        VfsClient c;

        assert_int_equal(ramfs_new(0, 0777, &plan.fs), 0);
        if (!is_on_device) {
                assert_int_equal(mounts_add(&mounts, &PLACE_NULL, &plan), 0);
                return;
        }
        usual_ops = plan.fs->ops;
        disk_ops = *usual_ops;
        disk_ops.release = ask_disk;
        plan.fs->ops = &disk_ops;
        plan.fs->is_on_device = true;
        assert_int_equal(vfs_client_init(&c, &mounts, 0, 0), 0);
        assert_int_equal(vfs_mkdir(&c, NULL, path, 0777), 0);
        assert_int_equal(vfs_mount(&c, path, plan.fs, plan.device, 0), 0);
        disk = mounts.first->next;
        vfs_client_deinit(&c);
}

static int set_up(void **state) {
        (void)state;
        (void)sem_init(&is_asked, 0, 0);
        (void)sem_init(&may_answer, 0, 0);
        assert_int_equal(mounts_init(&mounts), 0);
        mount_at("/", false);
        mount_at("/disk", true);
        return sessions_begin(&mounts, 2);
}

static int tear_down(void **state) {
        (void)state;
        sessions_await_end(LONG_MS);
        assert_int_equal(atomic_load(&disk->n_places), 0);
        disk->fs->ops = usual_ops;
        mounts_deinit(&mounts);
        return 0;
}

/* --- clients --- */

static Session *begin_session(const char *process) {
        nk_handle_desc_t handle;
        uint64_t number;

        assert_int_equal(session_new(process, &number, &handle), 0);
        return vobj_get(number, VOBJ_SESSION);
}

/* The reference too. */
static void end_session(Session *s) {
        uint64_t number = s->number;

        session_put(s);
        session_forget(number);
}

static FileSlot *open_file(Session *s, const char *path) {
        nk_handle_desc_t handle;
        FileSlot *slot;
        uint64_t number;
        VfsFile *f;
        uint32_t n;

        assert_int_equal(session_new_files(s, 1, &number, &handle, &n), 0);
        assert_int_equal(vfs_open(&s->client, NULL, path, O_RDWR | O_CREAT, 0600, &f), 0);
        slot = vobj_get(number, VOBJ_FILE);
        assert_int_equal(slot_reserve(slot), 0);
        slot_fill(slot, f, NULL);
        slot_put(slot);
        return slot;
}

/* With a file whose last name is gone already: its contents go with the client. */
static Session *begin_nameless(const char *process, const char *path) {
        Session *s = begin_session(process);

        (void)open_file(s, path);
        assert_int_equal(vfs_unlink(&s->client, NULL, path), 0);
        return s;
}

static LockRange held_on(Session *s, const FileSlot *slot) {
        LockCall call = {.session = s, .file = slot->file, .range = {.last = 9, .type = F_WRLCK}};
        LockRange held;

        locks_test(&call, &held);
        return held;
}

static void lock(Session *s, FileSlot *slot) {
        LockCall call = {.session = s, .file = slot->file, .range = {.last = 9, .type = F_WRLCK, .pid = 7}};

        assert_int_equal(slot_lock(slot, &call), 0);
}

/* --- cases --- */

static void who_is_not_on_the_disk_is_freed(void **state) {
        Session *dead = begin_nameless("dead", "/disk/f"), *neighbour = begin_session("neighbour");
        Session *waiting = begin_session("waiting");
        FileSlot *waited_for = open_file(waiting, "/g");

        (void)state;
        lock(neighbour, open_file(neighbour, "/g"));
        assert_int_equal(held_on(waiting, waited_for).type, F_WRLCK);
        end_session(dead); /* comes back though the disk does not answer */
        assert_int_equal(sem_wait(&is_asked), 0);
        end_session(neighbour);
        assert_int_equal(held_on(waiting, waited_for).type, F_UNLCK);
        assert_int_equal(atomic_load(&disk->n_places), 1);
        end_session(waiting);
        (void)sem_post(&may_answer);
}

static void locks_on_the_disk_go_at_once(void **state) {
        Session *dead = begin_nameless("dead", "/disk/f"), *other = begin_session("other");
        Session *waiting = begin_session("waiting");
        FileSlot *waited_for = open_file(waiting, "/disk/g");

        (void)state;
        lock(other, open_file(other, "/disk/g"));
        end_session(dead);
        assert_int_equal(sem_wait(&is_asked), 0);
        end_session(other); /* stands in line behind it */
        assert_int_equal(held_on(waiting, waited_for).type, F_UNLCK);
        end_session(waiting);
        assert_int_equal(atomic_load(&disk->n_places), 3);
        (void)sem_post(&may_answer);
}

static void a_directory_that_was_removed_is_left_in_line(void **state) {
        Session *dead = begin_session("dead"), *other = begin_session("other");

        (void)state;
        assert_int_equal(vfs_mkdir(&dead->client, NULL, "/disk/d", 0777), 0);
        assert_int_equal(vfs_chdir(&dead->client, "/disk/d"), 0);
        assert_int_equal(vfs_chroot(&other->client, "/disk/d"), 0);
        assert_int_equal(vfs_rmdir(&dead->client, NULL, "/disk/d"), 0);
        end_session(other);
        end_session(dead);
        assert_int_equal(sem_wait(&is_asked), 0); /* by the last who was there */
        (void)sem_post(&may_answer);
}

static uint32_t take_all_files(Session *s) {
        nk_handle_desc_t handle;
        uint64_t number;
        uint32_t n_all = 0, n;

        while (session_new_files(s, 1, &number, &handle, &n) == 0)
                n_all += n;
        return n_all;
}

/* So no line is longer than what its clients may have. */
static void who_stands_in_line_is_still_counted(void **state) {
        Session *dead = begin_nameless("dead", "/disk/f"), *again = begin_session("dead");

        (void)state;
        end_session(dead);
        assert_int_equal(sem_wait(&is_asked), 0);
        assert_int_equal(take_all_files(again), PEER_FILES_MAX - 1);
        end_session(again);
        (void)sem_post(&may_answer);
        sessions_await_end(LONG_MS);
        again = begin_session("dead");
        assert_int_equal(take_all_files(again), PEER_FILES_MAX);
        end_session(again);
}

/* --- an end that comes in between --- */

static uint64_t ending; /* a session */

static void end_it(void) {
        no_kernel_on_badge = NULL;
        session_forget(ending);
}

static void a_file_that_is_made_while_its_session_ends_goes_with_it(void **state) {
        Session *s = begin_session("dead"), *child;
        nk_handle_desc_t handle;
        uint64_t number;
        FileSlot *from;
        uint32_t n;

        (void)state;
        assert_int_equal(session_fork(s, &number, &handle), 0);
        child = vobj_get(number, VOBJ_SESSION);
        from = open_file(s, "/f");
        ending = child->number;
        no_kernel_on_badge = end_it;
        assert_int_equal(session_copy_file(child, from, &number, &handle), 0);
        assert_null(vobj_get(number, VOBJ_FILE));
        session_put(child);
        ending = s->number;
        no_kernel_on_badge = end_it;
        assert_int_equal(session_new_files(s, 1, &number, &handle, &n), 0);
        assert_null(vobj_get(number, VOBJ_FILE));
        session_put(s);
        sessions_await_end(LONG_MS);
        assert_int_equal(atomic_load(&no_kernel_n_badges), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(who_is_not_on_the_disk_is_freed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(locks_on_the_disk_go_at_once, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_directory_that_was_removed_is_left_in_line, set_up, tear_down),
                cmocka_unit_test_setup_teardown(who_stands_in_line_is_still_counted, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_file_that_is_made_while_its_session_ends_goes_with_it, set_up, tear_down),
        };

        return cmocka_run_group_tests_name("vfs_server farewell", tests, NULL, NULL);
}
