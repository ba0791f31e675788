/* SPDX-License-Identifier: MIT */
/*
 * `caisson exec`: runs a program of the host, as it is, in a chamber whose files are those of a VFS.
 *
 * The solution is written into a file in memory. The program gets one library loaded before its own, which
 * turns its file calls into requests; it and the libraries it names are the only files of the host in its
 * chamber, read-only, and only its loader sees them.
 */
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "amount.h"
#include "bounds.h"
#include "chamber_limits.h"
#include "chamber_root.h"
#include "elf_needs.h"
#include "exec_given.h"
#include "exec_plan.h"
#include "files.h"
#include "load.h"
#include "loop.h"
#include "options.h"

#define LIBRARY "libcaisson_exec.so"

typedef struct Exec {
        Load load;
        LoopOptions loop;
        ExecPlan plan;
        bool wants_help;
} Exec;

/* --- options --- */

static const char *add_to(const char **list, size_t *n, size_t max, const char *value) {
        if (*n == max)
                return "too many of them";
        list[(*n)++] = value;
        return NULL;
}

static const char *set_vfs(void *command, const char *value) {
        ExecPlan *plan = &((Exec *)command)->plan;
        const char *wrong = exec_refuse_mount(value);

        if (!wrong && exec_is_root(value) && exec_has_root(plan))
                wrong = "there is one for / already";
        return wrong ? wrong : add_to(plan->mounts, &plan->n_mounts, EXEC_MOUNTS_MAX, value);
}

static bool has_disk(const ExecPlan *plan, const char *real) {
        for (size_t i = 0; i < plan->n_disks; i++)
                if (strcmp(plan->disks[i], real) == 0)
                        return true;
        return false;
}

/* What the caller may only read is a disk that can only be read. */
static const char *set_disk(void *command, const char *value) {
        Exec *exec = command;
        ExecPlan *plan = &exec->plan;
        char real[PATH_MAX];
        struct stat st;

        if (!realpath(value, real) || stat(real, &st) < 0 || access(real, R_OK) < 0)
                return pool_printf(&exec->load.pool, "%s: %s", value, strerror(errno));
        if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
                return pool_printf(&exec->load.pool, "%s: it is neither a file nor a disk", value);
        if (has_disk(plan, real))
                return pool_printf(&exec->load.pool, "%s: it is a disk already", value);
        if (plan->n_disks < EXEC_DISKS_MAX)
                plan->is_read_only[plan->n_disks] = access(real, W_OK) < 0;
        return add_to(
                plan->disks, &plan->n_disks, EXEC_DISKS_MAX, pool_copy(&exec->load.pool, real, strlen(real)));
}

static const char *set_library(void *command, const char *value) {
        Exec *exec = command;

        return exec_give_library(&exec->load.pool, &exec->plan, value);
}

/* Variables by which the program becomes a client of the VFS, and learns of libraries. */
static const char *const own_env[] = {EXEC_BACKEND, "LD_PRELOAD", ROOT_VARIABLE};

static bool is_own(const char *value, size_t length) {
        for (size_t i = 0; i < sizeof own_env / sizeof *own_env; i++)
                if (strlen(own_env[i]) == length && strncmp(own_env[i], value, length) == 0)
                        return true;
        return false;
}

static bool has_variable(const ExecPlan *plan, const char *value, size_t length) {
        for (size_t i = 0; i < plan->n_env; i++)
                if (strncmp(plan->env[i], value, length + 1) == 0)
                        return true;
        return false;
}

static const char *set_env(void *command, const char *value) {
        Exec *exec = command;
        ExecPlan *plan = &exec->plan;
        size_t length = strcspn(value, "=");

        if (length == 0 || !value[length])
                return "the form is NAME=value";
        if (is_own(value, length))
                return pool_printf(&exec->load.pool, "%.*s: caisson sets it itself", (int)length, value);
        if (has_variable(plan, value, length))
                return pool_printf(&exec->load.pool, "%.*s: it is set already", (int)length, value);
        return add_to(plan->env, &plan->n_env, EXEC_ENV_MAX, value);
}

_Static_assert(INIT_PIDS_MAX == 32768 && LIMITS_THREADS == 1024, "messages say so");

static const char *set_processes(void *command, const char *value) {
        ExecPlan *plan = &((Exec *)command)->plan;

        if (!amount_count(value, &plan->processes) || plan->processes > INIT_PIDS_MAX)
                return "a number from 0 to 32768";
        plan->may_not_fork = plan->processes == 0;
        return NULL;
}

static const char *set_include(void *command, const char *value) {
        return load_add_folder(&((Exec *)command)->load.includes, value);
}

static const char *set_bin(void *command, const char *value) {
        return load_add_folder(&((Exec *)command)->load.bins, value);
}

static const char *set_verbose(void *command, const char *value) {
        (void)value;
        ((Exec *)command)->loop.is_verbose = true;
        return NULL;
}

static const char *set_help(void *command, const char *value) {
        (void)value;
        ((Exec *)command)->wants_help = true;
        return NULL;
}

static const Option list[] = {
        {0, "vfs", "ENTRY",
                "mount this: \"DEVICE FOLDER TYPE OPTIONS\"; repeatable (default: ramfs on /, devfs on /dev)",
                set_vfs},
        {0, "disk", "FILE", "image of a disk: the devices mmc0, mmc1 …; repeatable", set_disk},
        {0, "library", "FILE|DIR",
                "library that the program may load while it runs, or all in a folder; repeatable",
                set_library},
        {0, "env", "NAME=VALUE", "variable of the program's environment; repeatable", set_env},
        {0, "processes", "N",
                "processes and threads that it may have at a time (default 1024); 0: it can't make processes",
                set_processes},
        {'I', "include", "DIR", "folder of descriptions; repeatable", set_include},
        {0, "bin", "DIR", "folder of VfsRamFs and " LIBRARY "; repeatable", set_bin},
        {'v', "verbose", NULL, "say also what goes well", set_verbose},
        {'h', "help", NULL, "show this help", set_help},
};
static const Options options = {"exec", list, sizeof list / sizeof *list};

static void print_help(void) {
        (void)printf(
                "Usage: caisson exec [OPTIONS] [--] PROGRAM [ARGUMENT…]\n"
                "Runs a program of this machine in a chamber whose files are those of a VFS. It may have "
                "threads,\nand fork. Of this machine's files it gets itself and its "
                "libraries.\n\n");
        options_print(&options, stdout);
        (void)printf("\nExit status: the program's (128 + n for signal n); 1 it can't be run, 2 wrong usage, "
                     "3 system failure.\n");
}

/* --- the program --- */

static bool is_program(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* As the shell finds it. NULL: nowhere, and errno says why if it is a path. */
static const char *find_program(Pool *pool, const char *name) {
        const char *folders = getenv("PATH");
        char real[PATH_MAX];

        if (strchr(name, '/'))
                return realpath(name, real) ? pool_copy(pool, real, strlen(real)) : NULL;
        while (folders && *folders) {
                size_t size = strcspn(folders, ":");
                const char *file = pool_printf(pool, "%.*s/%s", (int)size, folders, name);

                if (size > 0 && is_program(file) && realpath(file, real))
                        return file[0] == '/' ? file : pool_copy(pool, real, strlen(real));
                folders += size + (folders[size] == ':');
        }
        return NULL;
}

/* NULL, or why our library can't be loaded into it. */
static const char *refuse_program(const char *program) {
        static ElfNeeds needs; /* large */
        int r = elf_needs(program, &needs);

        if (r == -ENOEXEC)
                return "it is no program for this machine";
        if (r == -EBADMSG)
                return "its ELF headers are damaged";
        if (r < 0)
                return strerror(-r);
        if (!needs.loader[0])
                return "it is linked statically; its file calls could not be answered";
        return NULL;
}

/* NULL, or why it, or a library that it is given, would not find its libraries. */
static const char *refuse_libraries(Pool *pool, const ExecPlan *plan) {
        static RootPlan root; /* large */
        const char *whose = "its library", *wrong = NULL;
        int r = root_plan_init(&root, plan->program, NULL);

        if (r == 0) {
                whose = "for --library,";
                r = root_plan_give(&root, plan->given, plan->n_given);
        }
        if (r == -ENOENT)
                wrong = pool_printf(pool, "%s %s is in none of the folders where libraries are looked for",
                        whose, root.object);
        else if (r < 0)
                wrong = pool_printf(pool, "%s %s: %s", whose, root.object, strerror(-r));
        root_plan_deinit(&root);
        return wrong;
}

_Static_assert(INIT_LIST_MAX == 256, "a message says so");

static const char *refuse_words(const ExecPlan *plan) {
        if (plan->n_args > INIT_LIST_MAX)
                return "there are more than 256 arguments";
        for (size_t i = 0; i < plan->n_args; i++)
                if (strlen(plan->args[i]) >= INIT_ELEMENT_MAX)
                        return "an argument is too long";
        for (size_t i = 0; i < plan->n_env; i++)
                if (strlen(plan->env[i]) >= INIT_ELEMENT_MAX)
                        return "a variable is too long";
        return strlen(plan->program) >= INIT_PATH_MAX ? "its path is too long" : NULL;
}

/* Who names a file of the VFS means a script: programs are this machine's. */
static const char *refuse_path(Pool *pool, const char *path) {
        if (errno != ENOENT)
                return strerror(errno);
        return pool_printf(pool,
                "%s; a script that is a file of the VFS is run by: caisson exec … -- INTERPRETER %s",
                strerror(ENOENT), path);
}

/* 0, or -1 after saying why not. */
static int plan_program(Exec *exec, size_t n_words, char **words) {
        ExecPlan *plan = &exec->plan;
        const char *wrong = NULL;

        plan->program = find_program(&exec->load.pool, words[0]);
        plan->args = words + 1;
        plan->n_args = n_words - 1;
        if (!plan->program)
                wrong = strchr(words[0], '/') ? refuse_path(&exec->load.pool, words[0])
                                              : "there is no such program in PATH";
        if (!wrong && access(plan->program, X_OK) < 0)
                wrong = "it may not be executed (chmod +x)";
        if (!wrong && exec_is_script(plan->program))
                wrong = exec_take_script(&exec->load.pool, plan, plan->program, find_program);
        if (!wrong)
                wrong = refuse_program(plan->program);
        if (!wrong)
                wrong = refuse_libraries(&exec->load.pool, plan);
        if (!wrong)
                wrong = refuse_words(plan);
        if (wrong)
                (void)fprintf(stderr, "caisson exec: %s: %s\n", words[0], wrong);
        return wrong ? -1 : 0;
}

/* --- the run --- */

/* The program gets the caller's input, and the library before its own. False: the library is nowhere. */
static bool complete(Exec *exec) {
        Solution *sol = &exec->load.solution;
        LoadFolders *bins = &exec->load.bins;
        const char *library = files_find(&exec->load.pool, bins->list, bins->n_all, LIBRARY);

        for (uint32_t i = 0; i < sol->n_tasks; i++)
                if (strcmp(sol->tasks[i].class_name.text, EXEC_PROGRAM) == 0) {
                        sol->tasks[i].has_input = true;
                        sol->tasks[i].may_fork = !exec->plan.may_not_fork;
                        sol->tasks[i].limits.pids = exec->plan.processes;
                        sol->tasks[i].preload = library;
                        sol->tasks[i].given = exec->plan.given;
                        sol->tasks[i].n_given = exec->plan.n_given;
                }
        if (!library)
                (void)fprintf(
                        stderr, "caisson exec: %s is in none of the folders\nhelp: --bin DIR\n", LIBRARY);
        return library != NULL;
}

/* Into a file without a name, of which nothing is left however the run ends. NULL after saying why not. */
static FILE *write_solution(const ExecPlan *plan) {
        int fd = memfd_create("init.yaml", MFD_CLOEXEC);
        FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

        if (file && exec_write(plan, file))
                return file;
        (void)fprintf(stderr, "caisson exec: can't write its init.yaml: %s\n", strerror(errno));
        if (file)
                (void)fclose(file);
        else if (fd >= 0)
                (void)close(fd);
        return NULL;
}

static int run(Exec *exec) {
        FILE *file = write_solution(&exec->plan);
        int status;

        if (!file)
                return CMD_EXIT_SYSTEM;
        status = load_solution(
                &exec->load, pool_printf(&exec->load.pool, "/proc/self/fd/%d", fileno(file)), stderr);
        (void)fclose(file);
        if (status != CMD_EXIT_OK)
                return status;
        return complete(exec) ? loop_run(&exec->load.solution, &exec->loop) : CMD_EXIT_PROBLEMS;
}

/* Where the SDK has programs of solutions. */
static void add_installed(Exec *exec) {
        const char *own = files_own_folder(&exec->load.pool);

        if (own)
                (void)load_add_folder(&exec->load.bins,
                        pool_printf(&exec->load.pool, "%s/%s", own, CAISSON_PROGRAMS_FROM_BIN));
}

int cmd_exec(int argc, char **argv) {
        Exec exec = {.load = LOAD_NULL,
                .loop = {.isolation = ISOLATION_STRICT,
                        .needs_no_policy = true,
                        .output = {.no_prefix = true, .is_raw = true}}};
        int status = CMD_EXIT_USAGE;
        size_t n_words;

        if (options_read(&options, argc, argv, &exec, &n_words) == 0) {
                if (exec.wants_help) {
                        print_help();
                        status = CMD_EXIT_OK;
                } else if (n_words == 0) {
                        (void)fprintf(stderr, "caisson exec: name a program\nhelp: caisson exec --help\n");
                } else {
                        add_installed(&exec);
                        status = plan_program(&exec, n_words, argv + 1) < 0 ? CMD_EXIT_PROBLEMS : run(&exec);
                }
        }
        load_deinit(&exec.load);
        return status;
}
