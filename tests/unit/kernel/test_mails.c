/* SPDX-License-Identifier: MIT */
/*
 * Letters with descriptors, from the kernel process's side (kernel/mails.h) to the runtime's (kos/mailbox.h).
 * This process plays both, with a boot block of its own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot/boot.h"
#include "kernel/mails.h"
#include "kos/mailbox.h"
#include "support/boot_builder.h"

#define ME      0u
#define N_TASKS 2u

static Mails mails;

static size_t count_fds(void) {
        DIR *dir = opendir("/proc/self/fd");
        size_t n = 0;

        assert_non_null(dir);
        while (readdir(dir))
                n++;
        (void)closedir(dir);
        return n;
}

static bool is_same_file(int a, int b) {
        struct stat one, other;

        assert_int_equal(fstat(a, &one), 0);
        assert_int_equal(fstat(b, &other), 0);
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static uint64_t send_one(int fd) {
        uint64_t id = mails_new_id(&mails, ME);

        assert_int_equal(mails_send(&mails, ME, id, &fd, 1), 0);
        return id;
}

static void a_letter_arrives_with_its_descriptors_in_their_order(void **state) {
        int sent[2], got[2];
        size_t n_before;
        uint64_t id = 0;

        (void)state;
        assert_int_equal(pipe(sent), 0);
        n_before = count_fds();
        id = mails_new_id(&mails, ME);
        assert_int_equal(mails_send(&mails, ME, id, sent, 2), 0);
        assert_int_equal(mails_count(&mails, ME), 1);
        assert_int_equal(mail_take(id, got, 2), 0);
        assert_int_equal(mails_count(&mails, ME), 0);
        assert_int_equal(write(got[1], "x", 1), 1);
        for (int i = 0; i < 2; i++) {
                assert_true(is_same_file(got[i], sent[i]));
                assert_int_equal(fcntl(got[i], F_GETFD), FD_CLOEXEC);
                (void)close(got[i]);
        }
        assert_int_equal(count_fds(), n_before);
        (void)close(sent[0]);
        (void)close(sent[1]);
}

static void letters_are_taken_in_any_order_and_once(void **state) {
        int fd = open("/dev/null", O_RDONLY), got[1];
        uint64_t ids[3];

        (void)state;
        for (int i = 0; i < 3; i++)
                ids[i] = send_one(fd);
        for (int i = 2; i >= 0; i--) {
                assert_int_equal(mail_take(ids[i], got, 1), 0);
                (void)close(got[0]);
        }
        for (int i = 0; i < 3; i++)
                assert_int_equal(mail_take(ids[i], got, 1), -ENOENT);
        (void)close(fd);
}

static void who_promises_another_number_loses_the_letter(void **state) {
        int fd = open("/dev/null", O_RDONLY), got[2];
        size_t n_before = count_fds();
        uint64_t id = send_one(fd);

        (void)state;
        assert_int_equal(mail_take(id, got, 2), -EBADMSG);
        assert_int_equal(mail_take(id, got, 1), -ENOENT);
        assert_int_equal(count_fds(), n_before);
        (void)close(fd);
}

static void what_was_never_sent_is_not_there(void **state) {
        int got[1];

        (void)state;
        assert_int_equal(mail_take(0, got, 1), -ENOENT);
        assert_int_equal(mail_take(1234567, got, 1), -ENOENT);
        assert_int_equal(mail_take(MAIL_UNASKED | 1, got, 1), -ENOENT);
}

static void a_letter_holds_one_to_eight_descriptors(void **state) {
        int fd = open("/dev/null", O_RDONLY), many[MAIL_FDS_MAX + 1], got[MAIL_FDS_MAX];
        uint64_t id = mails_new_id(&mails, ME);

        (void)state;
        for (uint32_t i = 0; i <= MAIL_FDS_MAX; i++)
                many[i] = fd;
        assert_int_equal(mails_send(&mails, ME, id, many, 0), -EINVAL);
        assert_int_equal(mails_send(&mails, ME, id, many, MAIL_FDS_MAX + 1), -EINVAL);
        assert_int_equal(mails_send(&mails, ME, id, many, MAIL_FDS_MAX), 0);
        assert_int_equal(mail_take(id, got, MAIL_FDS_MAX), 0);
        for (uint32_t i = 0; i < MAIL_FDS_MAX; i++)
                (void)close(got[i]);
        (void)close(fd);
}

/* A process that never takes anything: at the limit its own letters fail, nothing else. */
static void who_takes_nothing_gets_no_more_than_the_queue_holds(void **state) {
        int fd = open("/dev/null", O_RDONLY), got[1];
        size_t n_before = count_fds();
        uint64_t last = 0;

        (void)state;
        for (uint32_t i = 0; i < MAIL_QUEUE_MAX; i++)
                last = send_one(fd);
        assert_int_equal(mails_count(&mails, ME), MAIL_QUEUE_MAX);
        assert_int_equal(mails_send(&mails, ME, mails_new_id(&mails, ME), &fd, 1), -ENOBUFS);
        assert_int_equal(mails_send(&mails, ME + 1, mails_new_id(&mails, ME + 1), &fd, 1), -ENOTCONN);
        assert_int_equal(mail_take(last, got, 1), 0);
        (void)close(got[0]);
        assert_int_equal(count_fds(), n_before + MAIL_QUEUE_MAX - 1);
        /* What nobody asked for is pushed out by what comes after it. */
        for (uint32_t i = 0; i <= MAIL_QUEUE_MAX; i++) {
                assert_int_equal(mail_take(send_one(fd), got, 1), 0);
                (void)close(got[0]);
        }
        assert_int_equal(count_fds(), n_before);
        (void)close(fd);
}

static void without_room_for_descriptors_a_letter_is_lost_whole(void **state) {
        struct rlimit usual, tight;
        int fd = open("/dev/null", O_RDONLY), sent[3] = {fd, fd, fd}, got[3];
        uint64_t id = mails_new_id(&mails, ME);
        size_t n_before = count_fds();

        (void)state;
        assert_int_equal(mails_send(&mails, ME, id, sent, 3), 0);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
        tight = (struct rlimit){.rlim_cur = (rlim_t)fd + 3, .rlim_max = usual.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
        assert_int_equal(mail_take(id, got, 3), -EMFILE);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
        assert_int_equal(mail_take(id, got, 3), -ENOENT);
        assert_int_equal(count_fds(), n_before);
        (void)close(fd);
}

static uint64_t unasked_id;
static uint32_t n_unasked;

static void note_unasked(const MailLetter *letter, const MailFds *fds) {
        assert_string_equal(letter->peer, "Somebody");
        assert_int_equal(letter->seat, 3);
        unasked_id = letter->id;
        n_unasked += fds->n;
        for (uint32_t i = 0; i < fds->n; i++)
                (void)close(fds->list[i]);
}

static void what_nobody_asked_for_goes_to_who_is_there_for_it(void **state) {
        int fd = open("/dev/null", O_RDONLY);
        size_t n_before = count_fds();

        (void)state;
        assert_int_equal(mails_send(&mails, ME, MAIL_UNASKED | 7, &fd, 1), 0);
        mail_look(); /* nobody is: it is closed */
        assert_int_equal(n_unasked, 0);
        mail_on_unasked(note_unasked);
        assert_int_equal(
                mails_send_end(&mails, ME, 1, MAIL_UNASKED | 8, 3, &(MailFds){{fd}, 1}, "Somebody"), 0);
        mail_look();
        assert_int_equal(n_unasked, 1);
        assert_true(unasked_id == (MAIL_UNASKED | 8));
        mail_on_unasked(NULL);
        assert_int_equal(count_fds(), n_before);
        (void)close(fd);
}

static int send_end(uint32_t from, int fd) {
        return mails_send_end(&mails, ME, from, MAIL_UNASKED | 9, 0, &(MailFds){{fd}, 1}, "Somebody");
}

/* A client fills the box of a server that does not look. */
static void clients_leave_room_for_each_other_and_for_the_process(void **state) {
        int fd = open("/dev/null", O_RDONLY), got[1];
        size_t n_before = count_fds();
        uint64_t id = 0;

        (void)state;
        for (uint32_t i = 0; i < MAIL_PEER_MAX; i++)
                assert_int_equal(send_end(1, fd), 0);
        assert_int_equal(send_end(1, fd), -ENOBUFS);
        for (uint32_t i = MAIL_PEER_MAX; i < MAIL_UNASKED_MAX; i++)
                assert_int_equal(send_end(2, fd), 0);
        assert_int_equal(send_end(2, fd), -ENOBUFS);
        assert_int_equal(send_end(3, fd), -ENOBUFS);
        for (uint32_t i = MAIL_UNASKED_MAX; i < MAIL_QUEUE_MAX; i++)
                id = send_one(fd);
        assert_int_equal(mails_count(&mails, ME), MAIL_QUEUE_MAX);
        assert_int_equal(mail_take(id, got, 1), 0);
        (void)close(got[0]);
        /* What was taken counts no more. */
        assert_int_equal(send_end(1, fd), 0);
        for (uint32_t i = 0; i < MAIL_QUEUE_MAX; i++) {
                assert_int_equal(mail_take(send_one(fd), got, 1), 0);
                (void)close(got[0]);
        }
        assert_int_equal(count_fds(), n_before);
        (void)close(fd);
}

/* Two that may not talk must not count each other's letters. */
static void numbers_say_nothing_of_other_processes(void **state) {
        uint64_t id = mails_new_id(&mails, ME), other = mails_new_id(&mails, ME + 1);

        (void)state;
        assert_true(mails_new_id(&mails, ME + 1) == other + 1);
        assert_true(mails_new_id(&mails, ME) == id + 1);
}

static void the_process_can_send_nothing(void **state) {
        int fd = boot_get()->block->mail_fd;

        (void)state;
        (void)signal(SIGPIPE, SIG_IGN);
        assert_int_equal(send(fd, "x", 1, MSG_DONTWAIT), -1);
        assert_int_equal(errno, EPIPE);
        assert_int_equal(write(fd, "x", 1), -1);
        assert_int_equal(errno, EPIPE);
}

#define ROUNDS 500

typedef struct Taker {
        uint64_t ids[ROUNDS];
        _Atomic uint32_t n_sent, n_taken;
} Taker;

static void *take_all(void *arg) {
        Taker *t = arg;
        int got[1];

        for (uint32_t i = 0; i < ROUNDS; i++) {
                while (t->n_sent <= i)
                        (void)sched_yield();
                if (mail_take(t->ids[i], got, 1) != 0)
                        return NULL; /* the test waits for ever then */
                (void)close(got[0]);
                t->n_taken++;
        }
        return NULL;
}

/* Each gets its own, whoever empties the socket. */
static void several_threads_take_at_once(void **state) {
        static Taker takers[4];
        pthread_t threads[4];
        int fd = open("/dev/null", O_RDONLY);

        (void)state;
        for (int i = 0; i < 4; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, take_all, &takers[i]), 0);
        for (uint32_t i = 0; i < ROUNDS * 4; i++) {
                uint64_t id = mails_new_id(&mails, ME);
                Taker *t = &takers[i % 4];

                /* No more under way than a process has calls to the kernel at a time. */
                while (t->n_sent - t->n_taken >= 4)
                        (void)sched_yield();
                t->ids[i / 4] = id;
                assert_int_equal(mails_send(&mails, ME, id, &fd, 1), 0);
                t->n_sent++;
        }
        for (int i = 0; i < 4; i++) {
                assert_int_equal(pthread_join(threads[i], NULL), 0);
                assert_int_equal(takers[i].n_taken, ROUNDS);
        }
        (void)close(fd);
}

/* Last: the process is gone after it. */
static void after_its_death_nothing_is_sent_and_nothing_stays(void **state) {
        int fd = open("/dev/null", O_RDONLY);

        (void)state;
        (void)send_one(fd);
        mails_task_died(&mails, ME);
        assert_int_equal(mails_send(&mails, ME, 1, &fd, 1), -ENOTCONN);
        assert_int_equal(mails_count(&mails, ME), 0);
        (void)close(fd);
}

static int open_box(void **state) {
        BootBuilder b;

        (void)state;
        t_boot_reserve();
        if (mails_init(&mails, N_TASKS) != 0 || mails_open(&mails, ME) != 0)
                return -1;
        t_boot_begin(&b, "Me", "demo.Me");
        t_boot_block(&b)->kernel_fd = t_inherited(open("/dev/null", O_RDONLY));
        t_boot_block(&b)->kernel_bell_fd = t_inherited(open("/dev/null", O_RDONLY));
        t_boot_block(&b)->kernel_status_fd = t_inherited(open("/dev/null", O_RDONLY));
        t_boot_block(&b)->mail_fd = t_inherited(dup(mails.boxes[ME].recv_fd));
        t_boot_install(t_boot_end(&b));
        return boot_get() ? 0 : -1;
}

static int close_box(void **state) {
        (void)state;
        mails_deinit(&mails);
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_letter_arrives_with_its_descriptors_in_their_order),
                cmocka_unit_test(letters_are_taken_in_any_order_and_once),
                cmocka_unit_test(who_promises_another_number_loses_the_letter),
                cmocka_unit_test(what_was_never_sent_is_not_there),
                cmocka_unit_test(a_letter_holds_one_to_eight_descriptors),
                cmocka_unit_test(who_takes_nothing_gets_no_more_than_the_queue_holds),
                cmocka_unit_test(without_room_for_descriptors_a_letter_is_lost_whole),
                cmocka_unit_test(what_nobody_asked_for_goes_to_who_is_there_for_it),
                cmocka_unit_test(clients_leave_room_for_each_other_and_for_the_process),
                cmocka_unit_test(numbers_say_nothing_of_other_processes),
                cmocka_unit_test(the_process_can_send_nothing),
                cmocka_unit_test(several_threads_take_at_once),
                cmocka_unit_test(after_its_death_nothing_is_sent_and_nothing_stays),
        };

        return cmocka_run_group_tests(tests, open_box, close_box);
}
