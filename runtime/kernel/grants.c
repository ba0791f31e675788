/* SPDX-License-Identifier: MIT */
/*
 * Grants: checking them all before anything starts, then opening those of one process after the other.
 */
#include "grants.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "chamber_seccomp.h"
#include "rundir.h"

typedef struct Check {
        Solution *sol;
        const SolPlaces *places;
        Problems *problems;
        Pool *pool;
} Check;

/* --- checking --- */

static bool is_disk(mode_t mode) {
        return S_ISREG(mode) || S_ISBLK(mode);
}

/* Which devices can be granted: by subsystem, with the system calls that they need. A device of any kind
 * would be a way out: a terminal, a disk, another process's memory. */
static const struct {
        const char *subsystem;
        uint32_t extras;
} devices[] = {
        {"gpio", SECCOMP_GPIO},
};

/* False: no such subsystem, or none that can be granted. */
static bool find_subsystem(const struct stat *st, uint32_t *ret_extras) {
        char path[64], link[PATH_MAX];
        const char *name;
        ssize_t n;

        (void)snprintf(
                path, sizeof path, "/sys/dev/char/%u:%u/subsystem", major(st->st_rdev), minor(st->st_rdev));
        n = readlink(path, link, sizeof link - 1);
        if (n <= 0)
                return false;
        link[n] = '\0';
        name = strrchr(link, '/') ? strrchr(link, '/') + 1 : link;
        for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
                if (strcmp(devices[i].subsystem, name) != 0)
                        continue;
                *ret_extras = devices[i].extras;
                return true;
        }
        return false;
}

static bool look_at_device(Check *c, SolGrant *grant, struct stat *st) {
        const char *why;

        grant->path = grant->file.text;
        if (stat(grant->path, st) < 0 ||
                (S_ISCHR(st->st_mode) && faccessat(AT_FDCWD, grant->path, R_OK | W_OK, AT_EACCESS) < 0))
                why = strerror(errno);
        else if (!S_ISCHR(st->st_mode))
                why = "it is no device";
        else if (!find_subsystem(st, &grant->extras))
                why = "only GPIO chips (/dev/gpiochip0 and so on) can be granted";
        else
                return true;
        problem_add(c->problems, PROBLEM_GRANT, grant->file.at, "device '%s' can't be granted: %s",
                grant->path, why);
        return false;
}

/* Its socket is made with the process. */
static void look_at_control(Check *c, SolGrant *grant) {
        grant->path = grant->file.text;
        grant->extras = SECCOMP_ACCEPT;
        if (!rundir_is_name(grant->path)) {
                problem_add(c->problems, PROBLEM_GRANT, grant->file.at,
                        "control '%s' can't be granted: its name may have letters, digits, '-' and '_'",
                        grant->path);
                return;
        }
        for (uint32_t i = 0; i < c->sol->n_tasks; i++) {
                const SolTask *task = &c->sol->tasks[i];

                for (uint32_t j = 0; j < task->n_grants; j++) {
                        const SolGrant *other = &task->grants[j];
                        Problem *problem;

                        if (other == grant)
                                return;
                        if (other->kind != GRANT_CONTROL || !other->path ||
                                strcmp(other->path, grant->path) != 0)
                                continue;
                        problem = problem_add(c->problems, PROBLEM_GRANT_SHARED, grant->file.at,
                                "there are two controls '%s'", grant->path);
                        problem_note_at(c->problems, problem, other->file.at, "first one here");
                        return;
                }
        }
}

static bool look_at(Check *c, SolGrant *grant, struct stat *st) {
        int may = grant->is_writable ? R_OK | W_OK : R_OK;
        Problem *problem;

        grant->path = grant->file.text[0] == '/' || strcmp(c->places->folder, ".") == 0
                              ? grant->file.text
                              : pool_printf(c->pool, "%s/%s", c->places->folder, grant->file.text);
        if (stat(grant->path, st) == 0 && is_disk(st->st_mode) &&
                faccessat(AT_FDCWD, grant->path, may, AT_EACCESS) == 0)
                return true;
        problem = problem_add(c->problems, PROBLEM_GRANT, grant->file.at, "file '%s' can't be granted: %s",
                grant->path,
                errno                  ? strerror(errno)
                : is_disk(st->st_mode) ? "no permission"
                                       : "it is neither a file nor a disk");
        if (errno == ENOENT && grant->file.text[0] != '/')
                problem_note(c->problems, problem, "named from the solution's folder, %s", c->places->folder);
        if (errno == EACCES || errno == EPERM || errno == EROFS)
                problem_help(c->problems, problem,
                        grant->is_writable ? "let yourself read and write it, or grant it with 'mode: ro'"
                                           : "let yourself read it");
        return false;
}

static void refuse_shared(Check *c, const SolGrant *grant, const SolGrant *other) {
        Problem *problem = problem_add(c->problems, PROBLEM_GRANT_SHARED, grant->file.at,
                "'%s' is granted twice, and one of both may write it", grant->path);

        problem_note_at(c->problems, problem, other->file.at, "first one here");
        problem_note(c->problems, problem, "what they write would pass between them unseen by the policy");
}

/* Against all grants before it, by what the file is, not by its name. */
static void check_shared(Check *c, const SolGrant *grant, const struct stat *st) {
        struct stat other_st;

        for (uint32_t i = 0; i < c->sol->n_tasks; i++) {
                const SolTask *task = &c->sol->tasks[i];

                for (uint32_t j = 0; j < task->n_grants; j++) {
                        const SolGrant *other = &task->grants[j];

                        if (other == grant)
                                return;
                        if (other->kind != GRANT_CONTROL && (grant->is_writable || other->is_writable) &&
                                other->path && stat(other->path, &other_st) == 0 &&
                                other_st.st_dev == st->st_dev && other_st.st_ino == st->st_ino) {
                                refuse_shared(c, grant, other);
                                return;
                        }
                }
        }
}

void grants_check(Solution *s, const SolPlaces *places, Problems *p, Pool *pool) {
        Check c = {.sol = s, .places = places, .problems = p, .pool = pool};
        struct stat st;

        for (uint32_t i = 0; i < s->n_tasks; i++) {
                for (uint32_t j = 0; j < s->tasks[i].n_grants; j++) {
                        SolGrant *grant = &s->tasks[i].grants[j];

                        errno = 0;
                        if (!grant->file.text)
                                continue;
                        if (grant->kind == GRANT_CONTROL)
                                look_at_control(&c, grant);
                        else if (grant->kind == GRANT_DEVICE ? look_at_device(&c, grant, &st)
                                                             : look_at(&c, grant, &st))
                                check_shared(&c, grant, &st);
                }
        }
}

/* --- opening --- */

/* The size is 0 for a disk: none of those grows. */
static int open_one(const SolGrant *grant, int *ret_fd, uint64_t *ret_size) {
        int mode = grant->is_writable ? O_RDWR : O_RDONLY, r = 0;
        struct stat st;
        int fd;

        *ret_size = 0;
        if (grant->kind == GRANT_CONTROL)
                return rundir_listen(grant->path, ret_fd);
        fd = open(grant->path, mode | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe must not stop us */
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                r = -errno;
        else if (grant->kind == GRANT_DEVICE ? !S_ISCHR(st.st_mode) : !is_disk(st.st_mode))
                r = -EINVAL;
        else if (flock(fd, (grant->is_writable ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0 && errno == EWOULDBLOCK)
                r = -EBUSY;
        if (r < 0) {
                (void)close(fd);
                return r;
        }
        *ret_fd = fd;
        *ret_size = grant->is_writable && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
        return 0;
}

int grants_open(const SolTask *task, int *ret_fds, uint64_t *ret_size, const char **ret_object) {
        uint64_t size = 0;
        int r = 0;

        *ret_size = 0;
        for (uint32_t i = 0; i < task->n_grants; i++)
                ret_fds[i] = -1;
        for (uint32_t i = 0; r == 0 && i < task->n_grants; i++) {
                *ret_object = task->grants[i].path;
                r = open_one(&task->grants[i], &ret_fds[i], &size);
                if (r == 0 && size > *ret_size)
                        *ret_size = size;
        }
        if (r < 0)
                grants_close(task, ret_fds);
        return r;
}

void grants_close(const SolTask *task, int *fds) {
        for (uint32_t i = 0; i < task->n_grants; i++) {
                if (fds[i] >= 0)
                        (void)close(fds[i]);
                fds[i] = -1;
        }
}
