/* SPDX-License-Identifier: MIT */
/*
 * Control groups: finding the own one, making others, writing their files.
 */
#include "groups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE     4096
#define CPU_PERIOD_US 100000u
#define MOUNT_ROOT    3u /* words of a line of /proc/self/mountinfo */
#define MOUNT_FOLDER  4u
#define OTHERS        2u /* in a group beside the process's threads: its init, and for a moment what started it */

static const struct {
        uint32_t bit;
        const char *name;
} controllers[] = {{GROUP_MEMORY, "memory"}, {GROUP_PIDS, "pids"}, {GROUP_CPU, "cpu"}};

#define N_CONTROLLERS (sizeof controllers / sizeof *controllers)

/* --- files of a group --- */

static void path_of(const Groups *g, const char *name, char ret_path[static PATH_MAX]) {
        (void)snprintf(ret_path, PATH_MAX, "%s/%s", g->base, name);
}

static int put(const Groups *g, const char *name, const char *text) {
        char path[PATH_MAX];
        int fd, r = 0;

        path_of(g, name, path);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
                r = -errno;
        (void)close(fd);
        return r;
}

static bool get_line(const char *path, char line[static LINE_SIZE]) {
        FILE *file = fopen(path, "re");
        bool is_there = file && fgets(line, LINE_SIZE, file);

        if (file)
                (void)fclose(file);
        return is_there;
}

static int make(const Groups *g, const char *name) {
        char path[PATH_MAX];

        path_of(g, name, path);
        return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static void unmake(const Groups *g, const char *name) {
        char path[PATH_MAX];

        path_of(g, name, path);
        (void)rmdir(path);
}

/* --- finding the own one --- */

/* Word n of a line, ended with a NUL in place; what follows stays as it is. */
static char *cut_word(char *line, unsigned n) {
        size_t size;

        for (; n > 0; n--) {
                line += strcspn(line, " ");
                line += strspn(line, " ");
        }
        size = strcspn(line, " ");
        line[size] = '\0';
        return line;
}

/* The mount of version 2 whose root is the hierarchy's. */
static bool find_mount(char ret_folder[static LINE_SIZE]) {
        FILE *mounts = fopen("/proc/self/mountinfo", "re");
        char line[LINE_SIZE];
        bool is_found = false;

        while (mounts && !is_found && fgets(line, sizeof line, mounts)) {
                if (!strstr(line, " - cgroup2 "))
                        continue;
                (void)snprintf(ret_folder, LINE_SIZE, "%s", cut_word(line, MOUNT_FOLDER));
                is_found = strcmp(cut_word(line, MOUNT_ROOT), "/") == 0;
        }
        if (mounts)
                (void)fclose(mounts);
        return is_found;
}

static int find_own(char **ret_folder) {
        char folder[LINE_SIZE], line[LINE_SIZE];
        FILE *own = fopen("/proc/self/cgroup", "re");
        int r = -ENOENT;

        while (own && r < 0 && fgets(line, sizeof line, own)) {
                if (strncmp(line, "0::/", 4) != 0 || !find_mount(folder))
                        continue;
                line[strcspn(line, "\n")] = '\0';
                r = asprintf(ret_folder, "%s%s", folder, strcmp(line + 3, "/") == 0 ? "" : line + 3) < 0
                            ? -ENOMEM
                            : 0;
        }
        if (own)
                (void)fclose(own);
        return r;
}

/* --- the run's group --- */

static void name_run(char ret_name[static NAME_MAX], const char *tail) {
        (void)snprintf(ret_name, NAME_MAX, "caisson-%ld%s", (long)getpid(), tail);
}

static bool has_word(const char *line, const char *word) {
        size_t size = strlen(word);

        for (const char *at = line; (at = strstr(at, word)); at += size)
                if ((at == line || at[-1] == ' ') &&
                        (at[size] == ' ' || at[size] == '\n' || at[size] == '\0'))
                        return true;
        return false;
}

static uint32_t find_controllers(const Groups *g) {
        char path[PATH_MAX], line[LINE_SIZE];
        uint32_t found = 0;

        path_of(g, "cgroup.controllers", path);
        if (!get_line(path, line))
                return 0;
        for (size_t i = 0; i < N_CONTROLLERS; i++)
                if (has_word(line, controllers[i].name))
                        found |= controllers[i].bit;
        return found;
}

/* Hands controllers on to the groups inside of `name`, or takes them back. */
static int hand_on(const Groups *g, const char *name, char sign, uint32_t which) {
        char text[64] = "";
        size_t n = 0;

        for (size_t i = 0; i < N_CONTROLLERS; i++)
                if (which & controllers[i].bit)
                        n += (size_t)snprintf(
                                text + n, sizeof text - n, "%s%c%s", n ? " " : "", sign, controllers[i].name);
        return put(g, name, text);
}

/* Those that nobody has handed on yet. */
static uint32_t find_missing(const Groups *g) {
        char path[PATH_MAX], line[LINE_SIZE] = "";
        uint32_t missing = 0;

        path_of(g, "cgroup.subtree_control", path);
        (void)get_line(path, line);
        for (size_t i = 0; i < N_CONTROLLERS; i++)
                if ((g->controllers & controllers[i].bit) && !has_word(line, controllers[i].name))
                        missing |= controllers[i].bit;
        return missing;
}

static int move_aside(Groups *g) {
        char name[NAME_MAX], procs[NAME_MAX + 16];
        int r;

        name_run(name, ".own");
        (void)snprintf(procs, sizeof procs, "%s/cgroup.procs", name);
        r = make(g, name);
        if (r == 0)
                r = put(g, procs, "0");
        g->has_moved = r == 0;
        return r;
}

static int enable(Groups *g) {
        uint32_t missing = find_missing(g);
        int r;

        if (!missing)
                return 0;
        r = hand_on(g, "cgroup.subtree_control", '+', missing);
        if (r == -EBUSY) {
                r = move_aside(g);
                if (r == 0)
                        r = hand_on(g, "cgroup.subtree_control", '+', missing);
        }
        if (r == 0)
                g->enabled = missing;
        return r;
}

static int make_run(Groups *g) {
        char name[NAME_MAX], control[NAME_MAX + 32];
        int r;

        g->controllers = find_controllers(g);
        if (!g->controllers)
                return -EOPNOTSUPP;
        name_run(name, "");
        (void)snprintf(control, sizeof control, "%s/cgroup.subtree_control", name);
        r = make(g, name);
        if (r == 0)
                r = enable(g);
        return r ? r : hand_on(g, control, '+', g->controllers);
}

bool groups_init(Groups *g, const char *folder) {
        int r;

        *g = GROUPS_NULL;
        if (folder)
                r = (g->base = strdup(folder)) ? 0 : -ENOMEM;
        else
                r = find_own(&g->base);
        if (r == 0)
                r = make_run(g);
        if (r < 0)
                groups_deinit(g);
        g->error = -r;
        return r == 0;
}

void groups_deinit(Groups *g) {
        char name[NAME_MAX];

        if (g->base) {
                name_run(name, "");
                unmake(g, name);
                if (g->enabled)
                        (void)hand_on(g, "cgroup.subtree_control", '-', g->enabled);
                if (g->has_moved) {
                        (void)put(g, "cgroup.procs", "0");
                        name_run(name, ".own");
                        unmake(g, name);
                }
        }
        free(g->base);
        *g = GROUPS_NULL;
}

/* --- a task's group --- */

typedef struct Setting {
        uint32_t controller; /* that must be there */
        const char *limit;   /* as the init file calls it */
        const char *file;
        char text[64]; /* "": not asked for */
} Setting;

static void name_task(uint32_t task, const char *file, char ret_name[static NAME_MAX]) {
        char run[NAME_MAX];

        name_run(run, "");
        (void)snprintf(ret_name, NAME_MAX, "%.64s/%u%s%s", run, task, *file ? "/" : "", file);
}

/* Out of its memory a group ends as a whole. */
static int write_settings(const Groups *g, uint32_t task, const SolLimits *limits, const char **ret_object) {
        Setting list[] = {
                {GROUP_MEMORY, "memory", "memory.max", ""},
                {GROUP_PIDS, "pids", "pids.max", ""},
                {GROUP_CPU, "cpu", "cpu.max", ""},
        };
        char name[NAME_MAX];
        int r = 0;

        if (limits->memory)
                (void)snprintf(list[0].text, sizeof list[0].text, "%llu", (unsigned long long)limits->memory);
        if (limits->pids)
                (void)snprintf(
                        list[1].text, sizeof list[1].text, "%llu", (unsigned long long)limits->pids + OTHERS);
        if (limits->cpu)
                (void)snprintf(list[2].text, sizeof list[2].text, "%llu %u",
                        (unsigned long long)limits->cpu * (CPU_PERIOD_US / 1000), CPU_PERIOD_US);
        for (size_t i = 0; r == 0 && i < sizeof list / sizeof *list; i++) {
                if (!(g->controllers & list[i].controller) || !list[i].text[0])
                        continue;
                *ret_object = list[i].limit;
                name_task(task, list[i].file, name);
                r = put(g, name, list[i].text);
        }
        if (r == 0 && limits->memory && (g->controllers & GROUP_MEMORY)) {
                name_task(task, "memory.swap.max", name);
                (void)put(g, name, "0"); /* not there without swap */
                name_task(task, "memory.oom.group", name);
                (void)put(g, name, "1"); /* older kernels: the process alone, which is the same */
        }
        return r;
}

static int add(
        const Groups *g, uint32_t task, const SolLimits *limits, int *ret_fd, const char **ret_object) {
        char name[NAME_MAX], path[PATH_MAX];
        int r;

        *ret_object = "limits";
        name_task(task, "", name);
        r = make(g, name);
        if (r == 0)
                r = write_settings(g, task, limits, ret_object);
        if (r < 0)
                return r;
        name_task(task, "cgroup.procs", name);
        path_of(g, name, path);
        *ret_fd = open(path, O_WRONLY | O_CLOEXEC);
        return *ret_fd < 0 ? -errno : 0;
}

int groups_add(Groups *g, uint32_t task, const SolLimits *limits, int *ret_fd, const char **ret_object) {
        int r;

        *ret_fd = -1;
        *ret_object = "cpu";
        if (limits->cpu && !(g->controllers & GROUP_CPU))
                r = g->error ? -g->error : -EOPNOTSUPP;
        else if (!g->base || !(limits->memory || limits->pids || limits->cpu))
                return 0;
        else
                r = add(g, task, limits, ret_fd, ret_object);
        return g->is_optional ? 0 : r;
}

void groups_remove(const Groups *g, uint32_t task) {
        char name[NAME_MAX];

        if (!g->base)
                return;
        name_task(task, "", name);
        unmake(g, name);
}

const char *groups_explain(int error) {
        switch (error) {
        case ENOENT:
                return "there are no control groups of version 2 here (mount -t cgroup2, or boot with "
                       "systemd.unified_cgroup_hierarchy=1)";
        case EOPNOTSUPP:
                return "none of the controllers memory, pids and cpu is delegated to the group of `caisson`, "
                       "or version 1 of control groups has them: systemd-run --user --scope "
                       "-p Delegate=yes caisson run ...";
        case EACCES:
        case EPERM:
        case EROFS:
                return "the group of `caisson` is not delegated to you: systemd-run --user --scope "
                       "-p Delegate=yes caisson run ...";
        case EBUSY:
                return "other processes live in the group of `caisson`: systemd-run --user --scope "
                       "-p Delegate=yes caisson run ...";
        default:
                return strerror(error);
        }
}
