/* SPDX-License-Identifier: MIT */
/*
 * Site: see site.h.
 */
#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/linux/clock.h"
#include "target.h"

#define PATIENCE_NS 60000000000ull /* a counter that stands still for so long has stopped */

/* --- boot blocks --- */

static uint32_t add_shape(BootBuilder *b, uint32_t *ret_size) {
        char table[8192];
        int fd = open(HOSTILE_SHAPE, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, table, sizeof table);

        assert_true(n > 0 && n < (ssize_t)sizeof table);
        (void)close(fd);
        *ret_size = (uint32_t)n;
        return t_boot_add(b, table, (uint32_t)n);
}

static void boot_server(Site *s) {
        BootBuilder b;
        uint32_t shape, size, name, peer;

        t_boot_begin(&b, "Server", "hostile.Target");
        shape = add_shape(&b, &size);
        name = t_boot_text(&b, TARGET_CHANNEL);
        peer = t_boot_text(&b, "Client");
        t_boot_block(&b)->status_fd = t_inherited(s->status);
        t_boot_listener(&b, TARGET_CHANNEL, 0, t_inherited(s->ear));
        for (unsigned i = 0; i < SITE_CLIENTS; i++)
                t_boot_channel(&b, &(BootChannel){.role = BOOT_SERVER,
                                           .name_off = name,
                                           .peer_off = peer,
                                           .mem_fd = t_inherited(s->server_fds[i].mem),
                                           .bell_fd = -1,
                                           .status_fd = -1,
                                           .shape_off = shape,
                                           .shape_size = size});
        t_boot_install(t_boot_end(&b));
}

void site_add_channel(BootBuilder *b, const char *name, const LinkFds *fds) {
        uint32_t shape, size;

        shape = add_shape(b, &size);
        t_boot_channel(b, &(BootChannel){.role = BOOT_CLIENT,
                                  .name_off = t_boot_text(b, name),
                                  .peer_off = t_boot_text(b, "Server"),
                                  .mem_fd = t_inherited(fds->mem),
                                  .bell_fd = t_inherited(fds->bell),
                                  .status_fd = t_inherited(fds->status_ro),
                                  .shape_off = shape,
                                  .shape_size = size});
}

static void boot_client(Site *s, unsigned i) {
        BootBuilder b;

        t_boot_begin(&b, "Client", "hostile.Client");
        site_add_channel(&b, TARGET_CHANNEL, &s->client_fds[i]);
        t_boot_install(t_boot_end(&b));
}

/* --- processes --- */

/* What belongs to others is closed, so that a process has what the kernel process would give it. */
static void keep_only(Site *s, unsigned client) {
        bool is_server = client == SITE_SERVER;

        for (unsigned i = 0; i < SITE_CLIENTS; i++) {
                chan_mem_unmap(s->mem[i]);
                if (is_server || i != client) {
                        (void)close(s->client_fds[i].mem);
                        (void)close(s->client_fds[i].bell);
                        (void)close(s->client_fds[i].status_ro);
                }
                if (!is_server)
                        (void)close(s->server_fds[i].mem);
        }
        (void)close(s->status_ro);
        (void)close(s->news);
        if (is_server)
                return;
        (void)close(s->status);
        (void)close(s->ear);
}

/* 0 in the child, which dies with the test. */
static pid_t start(void) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        return pid;
}

static void start_server(Site *s, unsigned n_threads) {
        s->server = start();
        if (s->server > 0)
                return;
        keep_only(s, SITE_SERVER);
        boot_server(s);
        _exit(target_serve(s->score, n_threads));
}

pid_t site_start_raw(Site *s, unsigned i, SiteProgram *program) {
        pid_t pid = start();

        if (pid > 0)
                return pid;
        keep_only(s, i);
        _exit(program(s, i));
}

pid_t site_start_client(Site *s, unsigned i, SiteProgram *program) {
        pid_t pid = start();

        if (pid > 0)
                return pid;
        keep_only(s, i);
        boot_client(s, i);
        _exit(program(s, i));
}

static int wait_for(pid_t pid) {
        int status = 0;

        while (waitpid(pid, &status, 0) < 0)
                assert_int_equal(errno, EINTR);
        return status;
}

int site_end_client(Site *s, unsigned i, pid_t pid) {
        int status;

        (void)kill(pid, SIGKILL);
        status = wait_for(pid);
        chan_mem_close(s->mem[i], CHAN_CLIENT_GONE, s->news);
        return status;
}

/* --- the whole --- */

static int visit(Site *s, unsigned i) {
        (void)i;
        return target_visit(s->score);
}

void site_open(Site *s, unsigned n_server_threads) {
        *s = (Site){.score = score_new()};
        t_boot_reserve();
        assert_int_equal(chan_status_create(&s->status, &s->status_ro), 0);
        assert_int_equal(chan_ear_create(&s->ear), 0);
        assert_int_equal(chan_bell_create(&s->news), 0);
        assert_int_equal(chan_ear_add(s->ear, s->news), 0);
        for (unsigned i = 0; i < SITE_CLIENTS; i++) {
                t_channel_make(s->status_ro, s->ear, &s->client_fds[i], &s->server_fds[i]);
                assert_int_equal(chan_mem_map(s->client_fds[i].mem, &s->mem[i]), 0);
        }
        start_server(s, n_server_threads);
        s->neighbour = site_start_client(s, 0, visit);
}

void site_close(Site *s) {
        int status;

        site_assert_well(s);
        s->score->stop = true;
        status = wait_for(s->neighbour);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(waitpid(s->server, &status, WNOHANG), 0);
        (void)kill(s->server, SIGKILL);
        status = wait_for(s->server);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        for (unsigned i = 0; i < SITE_CLIENTS; i++) {
                chan_mem_unmap(s->mem[i]);
                (void)close(s->client_fds[i].mem);
                (void)close(s->client_fds[i].bell);
                (void)close(s->client_fds[i].status_ro);
                (void)close(s->server_fds[i].mem);
        }
        (void)close(s->status);
        (void)close(s->status_ro);
        (void)close(s->ear);
        (void)close(s->news);
        score_free(s->score);
}

static bool is_alive(pid_t pid) {
        siginfo_t info = {.si_pid = 0};

        return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void site_assert_well(const Site *s) {
        if (s->score->has_complaint)
                fail_msg("%s", s->score->complaint);
        assert_true(is_alive(s->server));
        assert_true(is_alive(s->neighbour));
}

void site_await(const Site *s, const _Atomic uint64_t *counter, uint64_t n) {
        uint64_t start_value = *counter, last = start_value, since = plat_now_ns();

        while (*counter - start_value < n) {
                uint64_t now = plat_now_ns();

                site_assert_well(s);
                if (*counter != last) {
                        last = *counter;
                        since = now;
                }
                if (now - since > PATIENCE_NS)
                        fail_msg("nothing moves any more: %llu of %llu",
                                (unsigned long long)(last - start_value), (unsigned long long)n);
                (void)usleep(500);
        }
}
