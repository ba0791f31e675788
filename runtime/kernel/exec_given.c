/* SPDX-License-Identifier: MIT */
/*
 * Files for a program: see exec_given.h.
 */
#include "exec_given.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_needs.h"

#define ENV_PROGRAM "env"
#define BLANKS      " \t"

_Static_assert(ROOT_GIVEN_MAX == 384 && EXEC_GIVEN_DEPTH_MAX == 16 && EXEC_GIVEN_DIRS_MAX == 1024,
        "messages say so");

/* --- paths --- */

static bool has_control(const char *path) {
        for (const unsigned char *at = (const unsigned char *)path; *at; at++)
                if (*at < ' ' || *at == 0x7f)
                        return true;
        return false;
}

/* From / on, without empty parts and "."; with a ".." its meaning is the file system's. NULL: errno. */
static char *make_absolute(Pool *pool, const char *path) {
        char here[PATH_MAX] = "";
        char *whole, *to;

        if (strstr(path, "..")) {
                if (!realpath(path, here))
                        return NULL;
                return pool_copy(pool, here, strlen(here));
        }
        if (path[0] != '/' && !getcwd(here, sizeof here))
                return NULL;
        whole = to = pool_printf(pool, "%s/%s", here, path);
        for (const char *at = whole; *at;) {
                size_t size = strcspn(at + 1, "/");

                if (size > 0 && !(size == 1 && at[1] == '.')) {
                        memmove(to, at, size + 1);
                        to += size + 1;
                }
                at += size + 1;
        }
        *to = '\0';
        return whole;
}

static const char *give(Pool *pool, ExecPlan *plan, const RootGiven *given) {
        if (strlen(given->path) >= EXEC_GIVEN_PATH_MAX)
                return pool_printf(pool, "%.64s…: its path is too long", given->path);
        if (has_control(given->path) || has_control(given->source))
                return "a path has a control character";
        if (plan->n_given == ROOT_GIVEN_MAX)
                return pool_printf(pool, "%s: there are more than 384 libraries", given->path);
        plan->given[plan->n_given++] = *given;
        return NULL;
}

/* --- libraries --- */

static int look_into(const char *path) {
        static ElfNeeds needs; /* large */

        return elf_needs(path, &needs);
}

/* Of root's processes the user is nobody. */
static bool is_readable_inside(const char *path) {
        struct stat st;

        return geteuid() != 0 || (stat(path, &st) == 0 && (st.st_mode & S_IROTH));
}

static const char *refuse_closed(Pool *pool, const char *path) {
        return pool_printf(pool,
                "%s: others must be allowed to read it (chmod o+r): root's programs are nobody's here", path);
}

static const char *give_file(Pool *pool, ExecPlan *plan, const char *path, const char *source) {
        int r = look_into(source);

        if (r == -ENOEXEC)
                return pool_printf(pool, "%s: it is no library for this machine", path);
        if (r == -EBADMSG)
                return pool_printf(pool, "%s: its ELF headers are damaged", path);
        if (r < 0)
                return pool_printf(pool, "%s: %s", path, strerror(-r));
        if (!is_readable_inside(source))
                return refuse_closed(pool, path);
        return give(
                pool, plan, &(RootGiven){.path = path, .source = source, .is_code = true, .is_named = true});
}

typedef struct Walk {
        Pool *pool;
        ExecPlan *plan;
        const char *top; /* resolved */
        size_t n_folders;
} Walk;

static bool is_in(const char *path, const char *folder) {
        size_t size = strlen(folder);

        return strncmp(path, folder, size) == 0 && path[size] == '/';
}

/* What is no library, can't be read, or lies outside is left out. */
static const char *give_entry(Walk *walk, const char *path) {
        char real[PATH_MAX];

        if (!realpath(path, real) || !is_in(real, walk->top) || !is_readable_inside(real) ||
                look_into(real) < 0)
                return NULL;
        return give(walk->pool, walk->plan,
                &(RootGiven){
                        .path = path, .source = pool_copy(walk->pool, real, strlen(real)), .is_code = true});
}

/* Is the folder in the other one, or that one? */
static bool leads_up(const char *folder, const char *other) {
        char real[PATH_MAX];

        return !realpath(folder, real) || strcmp(real, other) == 0 || is_in(real, other);
}

/* What a name in a folder is: S_IFREG, S_IFDIR, or 0: nothing to be looked into. A link to a folder counts if
 * that lies inside, and is not one that the link itself is in. */
static mode_t find_kind(const Walk *walk, const char *path) {
        char real[PATH_MAX];
        struct stat st;

        if (lstat(path, &st) < 0)
                return 0;
        if (!S_ISLNK(st.st_mode))
                return S_ISDIR(st.st_mode) || S_ISREG(st.st_mode) ? st.st_mode & S_IFMT : 0;
        if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
                return S_IFREG; /* where it leads is looked at there */
        if (!S_ISDIR(st.st_mode) || !realpath(path, real) || !is_in(real, walk->top))
                return 0;
        return leads_up(pool_copy(walk->pool, path, (size_t)(strrchr(path, '/') - path)), real) ? 0 : S_IFDIR;
}

static const char *give_folder(Walk *walk, const char *path, unsigned depth) {
        DIR *dir = opendir(path);
        const char *wrong = NULL;
        struct dirent *entry;

        if (!dir)
                return depth ? NULL : pool_printf(walk->pool, "%s: %s", path, strerror(errno));
        if (depth == EXEC_GIVEN_DEPTH_MAX)
                wrong = pool_printf(walk->pool, "%s: its folder has more than 16 levels", path);
        else if (walk->n_folders++ == EXEC_GIVEN_DIRS_MAX)
                wrong = pool_printf(walk->pool, "%s: there are more than 1,024 folders", path);
        while (!wrong && (entry = readdir(dir))) {
                const char *name = entry->d_name, *file = pool_printf(walk->pool, "%s/%s", path, name);
                mode_t kind;

                if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                        continue;
                kind = find_kind(walk, file);
                if (kind == S_IFDIR)
                        wrong = give_folder(walk, file, depth + 1);
                else if (kind == S_IFREG)
                        wrong = give_entry(walk, file);
        }
        (void)closedir(dir);
        return wrong;
}

const char *exec_give_library(Pool *pool, ExecPlan *plan, const char *value) {
        const char *path = make_absolute(pool, value);
        size_t n_before = plan->n_given;
        const char *wrong;
        char real[PATH_MAX];
        struct stat st;

        if (!path || !realpath(path, real) || stat(real, &st) < 0)
                return pool_printf(pool, "%s: %s", value, strerror(errno));
        if (S_ISREG(st.st_mode))
                return give_file(pool, plan, path, pool_copy(pool, real, strlen(real)));
        if (!S_ISDIR(st.st_mode))
                return pool_printf(pool, "%s: it is neither a file nor a folder", value);
        wrong = give_folder(&(Walk){.pool = pool, .plan = plan, .top = real}, path, 0);
        if (!wrong && plan->n_given == n_before)
                wrong = pool_printf(pool, "%s: there is no library for this machine in it", value);
        return wrong;
}

/* --- scripts --- */

/* The file's begin, up to the first line's end. Negative errno, or how many bytes. */
static ssize_t read_line(const char *path, char line[EXEC_SCRIPT_LINE_MAX]) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        ssize_t n = fd < 0 ? -errno : pread(fd, line, EXEC_SCRIPT_LINE_MAX - 1, 0);

        if (fd >= 0)
                (void)close(fd);
        if (n >= 0)
                line[n] = '\0';
        return n;
}

bool exec_is_script(const char *path) {
        char line[EXEC_SCRIPT_LINE_MAX];
        struct stat st;

        return stat(path, &st) == 0 && S_ISREG(st.st_mode) && read_line(path, line) >= 2 &&
               memcmp(line, "#!", 2) == 0;
}

/* The interpreter and the one argument that the line may have, NULL: none. NULL, or what is wrong. */
static const char *read_interpreter(
        Pool *pool, const char *path, const char **ret_interpreter, const char **ret_argument) {
        char line[EXEC_SCRIPT_LINE_MAX] = "";
        size_t size;
        char *at;

        if (read_line(path, line) < 0)
                return strerror(errno);
        size = strcspn(line, "\n");
        if (size == sizeof line - 1)
                return "its first line is too long";
        line[size] = '\0';
        while (size > 2 && strchr(BLANKS, line[size - 1]))
                line[--size] = '\0';
        at = line + 2 + strspn(line + 2, BLANKS);
        if (*at != '/' || has_control(at))
                return "its first line names no interpreter by a path from / on";
        size = strcspn(at, BLANKS);
        *ret_interpreter = pool_copy(pool, at, size);
        at += size;
        at += strspn(at, BLANKS);
        *ret_argument = *at ? pool_copy(pool, at, strlen(at)) : NULL;
        return NULL;
}

/* "#!/usr/bin/env NAME": env would become another program, which no chamber allows; what it would look for is
 * found here. */
static const char *find_for_env(Pool *pool, const char **interpreter, const char **argument,
        const char *(*find)(Pool *pool, const char *name)) {
        const char *slash = strrchr(*interpreter, '/'), *name = *argument;

        if (strcmp(slash + 1, ENV_PROGRAM) != 0)
                return NULL;
        if (!name || *name == '-' || strpbrk(name, BLANKS "=/"))
                return "its first line has env do more than look for a program; name the script's "
                       "interpreter "
                       "yourself: caisson exec … -- INTERPRETER SCRIPT";
        *interpreter = find(pool, name);
        *argument = NULL;
        return *interpreter ? NULL : pool_printf(pool, "its interpreter %s is not in PATH", name);
}

static void put_before(Pool *pool, ExecPlan *plan, const char *argument, const char *path) {
        char **args = pool_alloc(pool, plan->n_args + 2, sizeof *args);
        size_t n = 0;

        if (argument)
                args[n++] = pool_copy(pool, argument, strlen(argument));
        args[n++] = pool_copy(pool, path, strlen(path));
        for (size_t i = 0; i < plan->n_args; i++)
                args[n++] = plan->args[i];
        plan->args = args;
        plan->n_args = n;
}

const char *exec_take_script(
        Pool *pool, ExecPlan *plan, const char *path, const char *(*find)(Pool *pool, const char *name)) {
        const char *interpreter = NULL, *argument = NULL;
        const char *wrong = read_interpreter(pool, path, &interpreter, &argument);
        const char *seen = make_absolute(pool, path);
        char real[PATH_MAX];

        if (!wrong)
                wrong = find_for_env(pool, &interpreter, &argument, find);
        if (!wrong && (!seen || !realpath(seen, real)))
                wrong = strerror(errno);
        if (!wrong && !realpath(interpreter, (char[PATH_MAX]){0}))
                wrong = pool_printf(pool, "its interpreter %s: %s", interpreter, strerror(errno));
        if (!wrong && exec_is_script(interpreter))
                wrong = pool_printf(pool, "its interpreter %s is a script itself", interpreter);
        if (!wrong && !is_readable_inside(real))
                wrong = refuse_closed(pool, path);
        if (!wrong)
                wrong = give(pool, plan,
                        &(RootGiven){.path = seen, .source = pool_copy(pool, real, strlen(real))});
        if (wrong)
                return wrong;
        put_before(pool, plan, argument, seen);
        plan->program = interpreter;
        return NULL;
}
