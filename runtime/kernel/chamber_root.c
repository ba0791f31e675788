/* SPDX-License-Identifier: MIT */
/*
 * Root: plan and making.
 *
 * All libraries go into the loader's own folder, wherever they come from: it is one that every
 * loader searches by default, so neither its cache nor $ORIGIN, which needs /proc, has to work.
 */
#include "chamber_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "elf_needs.h"

#define ROOT_AT      "/proc" /* covered by the new root until that takes its place */
#define ROOT_OPTIONS "mode=0755,size=64k,nr_inodes=1024" /* folders and mount points, no contents */

#define NAME_REST_MAX 8u /* bytes of a line beside the path: kind, number, tab, end */

/* libc loads it when a thread is cancelled or ends itself, and aborts where it can't. */
#define UNWINDER "libgcc_s.so.1"

static const char *const usual_folders[] = {
        "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib64", "/usr/local/lib"};

/* --- planning --- */

static int fail_at(RootPlan *plan, const char *object, int r) {
        (void)snprintf(plan->object, sizeof plan->object, "%.255s", object);
        return r;
}

static int add_file(RootPlan *plan, const char *source, const char *folder, const char *name) {
        RootFile *file = &plan->list[plan->n_files];
        size_t max = plan->n_own ? plan->n_own + ROOT_GIVEN_MAX : ROOT_FILES_MAX;
        struct stat st;

        if (plan->n_files == max)
                return fail_at(plan, source, -E2BIG);
        file->source = realpath(source, NULL);
        if (!file->source)
                return fail_at(plan, source, -errno);
        plan->n_files++;
        if (stat(file->source, &st) < 0)
                return fail_at(plan, source, -errno);
        file->device = st.st_dev;
        file->inode = st.st_ino;
        return asprintf(&file->target, "%s/%s", folder, name) < 0 ? -ENOMEM : 0;
}

/* Into its headers. What is looked into is what will be taken. */
static int look_into(RootFile *file, ElfNeeds *needs) {
        int r = elf_needs(file->source, needs);

        if (r == 0) {
                file->device = needs->st.st_dev;
                file->inode = needs->st.st_ino;
        }
        return r;
}

static const char *last_part(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* The folder of a path, in place. */
static char *cut_last_part(char *path) {
        char *slash = strrchr(path, '/');

        if (slash)
                *slash = '\0';
        return path;
}

/* Among its own. */
static bool has_target(const RootPlan *plan, const char *name) {
        for (size_t i = 1; i < (plan->n_own ? plan->n_own : plan->n_files); i++)
                if (strcmp(last_part(plan->list[i].target), name) == 0)
                        return true;
        return false;
}

static bool is_file(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* One folder of a search path; "$ORIGIN" at its begin is the folder of the file that has the path. */
static bool look_in(const char *folder, size_t size, const char *origin, const char *name, char *ret_path) {
        static const char *const words[] = {"$ORIGIN", "${ORIGIN}"};
        int n;

        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                size_t skip = strlen(words[i]);

                if (size < skip || strncmp(folder, words[i], skip) != 0)
                        continue;
                n = snprintf(
                        ret_path, PATH_MAX, "%s%.*s/%s", origin, (int)(size - skip), folder + skip, name);
                return n < PATH_MAX && is_file(ret_path);
        }
        n = snprintf(ret_path, PATH_MAX, "%.*s/%s", (int)size, folder, name);
        return size > 0 && n < PATH_MAX && is_file(ret_path);
}

static bool find_library(const ElfNeeds *needs, const char *user, const char *loader_folder, const char *name,
        char *ret_path) {
        char origin[PATH_MAX];

        (void)snprintf(origin, sizeof origin, "%s", user);
        (void)cut_last_part(origin);
        for (const char *at = needs->folders; *at;) {
                size_t size = strcspn(at, ":");

                if (look_in(at, size, origin, name, ret_path))
                        return true;
                at += size + (at[size] == ':');
        }
        if (look_in(loader_folder, strlen(loader_folder), "", name, ret_path))
                return true;
        for (size_t i = 0; i < sizeof usual_folders / sizeof *usual_folders; i++)
                if (look_in(usual_folders[i], strlen(usual_folders[i]), "", name, ret_path))
                        return true;
        return false;
}

static int add_library(
        RootPlan *plan, const ElfNeeds *needs, const char *user, const char *folder, const char *name) {
        char path[PATH_MAX];

        if (strchr(name, '/') || name[0] == '\0')
                return fail_at(plan, name, -EBADMSG);
        if (has_target(plan, name))
                return 0;
        if (!find_library(needs, user, folder, name, path))
                return fail_at(plan, name, -ENOENT);
        return add_file(plan, path, folder, name);
}

/* Of the files from `from` on. Breadth first: the list is also the queue of what has not been looked into. */
static int add_libraries_of(RootPlan *plan, ElfNeeds *needs, const char *folder, size_t from) {
        int r = 0;

        for (size_t i = from; r == 0 && i < plan->n_files; i++) {
                const char *user = plan->list[i].source;

                /* A program may be anything, exec says so. What it names must be code: its chamber gets
                 * that, and no other file that the caller happens to be able to read. */
                r = look_into(&plan->list[i], needs);
                if (r < 0)
                        return fail_at(plan, user, r == -ENOEXEC && i > 0 ? -ELIBBAD : r);
                for (size_t j = 0; r == 0 && j < needs->n_needed; j++)
                        r = add_library(plan, needs, user, folder, needs->needed[j]);
        }
        return r;
}

/* Nobody names it, so it is not looked for where somebody wants his libraries. */
static int add_unwinder(RootPlan *plan, ElfNeeds *needs, const char *folder) {
        char path[PATH_MAX];

        needs->folders[0] = '\0';
        if (has_target(plan, UNWINDER) || !find_library(needs, "", folder, UNWINDER, path))
                return 0;
        return add_file(plan, path, folder, UNWINDER);
}

static int add_libraries(RootPlan *plan, ElfNeeds *needs, const char *folder) {
        int r = add_libraries_of(plan, needs, folder, 0);
        size_t n = plan->n_files;

        if (r == 0)
                r = add_unwinder(plan, needs, folder);
        return r ? r : add_libraries_of(plan, needs, folder, n);
}

/* Comes before the libraries: it needs some itself. */
static int add_preload(RootPlan *plan, const char *preload) {
        char folder[] = ROOT_PRELOADED;

        return preload ? add_file(plan, preload, cut_last_part(folder), last_part(ROOT_PRELOADED)) : 0;
}

static int add_loader(RootPlan *plan, ElfNeeds *needs, const char *preload) {
        char *real = realpath(needs->loader, NULL), *name;
        char loader[ELF_NAME_MAX];
        int r;

        if (!real)
                return fail_at(plan, needs->loader, -ENOENT);
        (void)snprintf(loader, sizeof loader, "%s", needs->loader);
        name = strrchr(loader, '/');
        *name++ = '\0';
        r = add_file(plan, real, loader, name);
        if (r == 0)
                r = add_preload(plan, preload);
        plan->libraries = cut_last_part(real);
        return r ? r : add_libraries(plan, needs, plan->libraries);
}

int root_plan_init(RootPlan *plan, const char *executable, const char *preload) {
        static ElfNeeds needs; /* large; starts happen one after the other */
        int r;

        plan->n_files = plan->n_own = plan->n_names = 0;
        plan->libraries = NULL;
        plan->object[0] = '\0';
        r = add_file(plan, executable, "/bin", last_part(executable));
        if (r == 0)
                r = elf_needs(executable, &needs);
        if (r == 0 && needs.loader[0])
                r = add_loader(plan, &needs, preload);
        /* The program itself, or its loader, which is not there: exec says it better. */
        if (plan->n_files == 1 && (r == -ENOEXEC || r == -EACCES || (r == -ENOENT && needs.loader[0])))
                r = 0;
        else if (r < 0 && plan->object[0] == '\0')
                r = fail_at(plan, executable, r);
        plan->n_own = plan->n_files;
        if (r < 0)
                root_plan_deinit(plan);
        return r;
}

void root_plan_deinit(RootPlan *plan) {
        for (size_t i = 0; i < plan->n_files; i++) {
                free(plan->list[i].source);
                free(plan->list[i].target);
                plan->list[i] = (RootFile){.source = NULL};
        }
        for (size_t i = 0; i < plan->n_names; i++)
                free(plan->names[i].path);
        free(plan->libraries);
        plan->libraries = NULL;
        plan->n_files = plan->n_own = plan->n_names = 0;
}

/* --- what it is given --- */

static bool has_name(const RootPlan *plan, const char *path) {
        for (size_t i = 0; i < plan->n_names; i++)
                if (strcmp(plan->names[i].path, path) == 0)
                        return true;
        return false;
}

static int add_name(RootPlan *plan, const char *path, size_t file) {
        RootName *name = &plan->names[plan->n_names];

        if (has_name(plan, path))
                return 0;
        if (plan->n_names == ROOT_NAMES_MAX)
                return fail_at(plan, path, -E2BIG);
        *name = (RootName){.path = strdup(path), .file = file};
        plan->n_names += name->path != NULL;
        return name->path ? 0 : -ENOMEM;
}

/* Where /lib is /usr/lib, loaders look into both. */
static int add_twin(RootPlan *plan, const char *path, size_t file) {
        char twin[PATH_MAX], real[PATH_MAX];
        bool is_long = strncmp(path, "/usr/lib", strlen("/usr/lib")) == 0;

        if (!is_long && strncmp(path, "/lib", strlen("/lib")) != 0)
                return 0;
        (void)snprintf(
                twin, sizeof twin, "%s%s", is_long ? "" : "/usr", is_long ? path + strlen("/usr") : path);
        if (!realpath(twin, real) || strcmp(real, plan->list[file].source) != 0)
                return 0;
        return add_name(plan, twin, file);
}

static int add_names(RootPlan *plan, const char *path, size_t file) {
        int r = add_name(plan, path, file);

        return r ? r : add_twin(plan, path, file);
}

/* A file has one mount, whatever it is called. */
static int add_given(RootPlan *plan, const RootGiven *given) {
        size_t i = plan->n_own;
        char number[24];
        int r = 0;

        while (i < plan->n_files && strcmp(plan->list[i].source, given->source) != 0)
                i++;
        if (i == plan->n_files) {
                (void)snprintf(number, sizeof number, "%zu", i - plan->n_own);
                r = add_file(plan, given->source, ROOT_GIVEN, number);
        }
        if (r < 0)
                return r;
        plan->list[i].is_code |= given->is_code;
        plan->list[i].is_named |= given->is_named;
        r = add_names(plan, given->path, i);
        return r ? r : add_names(plan, given->source, i);
}

/* A library that another one needs: also where loaders look first. */
static int add_needed(RootPlan *plan, const ElfNeeds *needs, const RootFile *user, const char *name) {
        char found[PATH_MAX], real[PATH_MAX], place[PATH_MAX];

        (void)snprintf(place, sizeof place, "%s/%s", plan->libraries, name);
        if (strchr(name, '/') || name[0] == '\0')
                return user->is_named ? fail_at(plan, name, -EBADMSG) : 0;
        if (has_target(plan, name) || has_name(plan, place))
                return 0;
        if (!find_library(needs, user->source, plan->libraries, name, found) || !realpath(found, real))
                return user->is_named ? fail_at(plan, name, -ENOENT) : 0;
        if (add_given(plan,
                    &(RootGiven){
                            .path = found, .source = real, .is_code = true, .is_named = user->is_named}) < 0)
                return -E2BIG;
        for (size_t i = plan->n_own; i < plan->n_files; i++)
                if (strcmp(plan->list[i].source, real) == 0)
                        return add_names(plan, place, i);
        return 0;
}

static int add_all_needed(RootPlan *plan, ElfNeeds *needs) {
        int r = 0;

        for (size_t i = plan->n_own; r == 0 && i < plan->n_files; i++) {
                RootFile *file = &plan->list[i];

                if (!file->is_code)
                        continue;
                r = look_into(file, needs);
                if (r < 0)
                        return fail_at(plan, file->source, r == -ENOEXEC ? -ELIBBAD : r);
                for (size_t j = 0; r == 0 && plan->libraries && j < needs->n_needed; j++)
                        r = add_needed(plan, needs, file, needs->needed[j]);
        }
        return r;
}

static int compare_names(const void *a, const void *b) {
        return strcmp(((const RootName *)a)->path, ((const RootName *)b)->path);
}

int root_plan_give(RootPlan *plan, const RootGiven *list, size_t n) {
        static ElfNeeds needs; /* large; starts happen one after the other */
        size_t size = 0;
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = add_given(plan, &list[i]);
        if (r == 0)
                r = add_all_needed(plan, &needs);
        for (size_t i = 0; i < plan->n_names; i++)
                size += strlen(plan->names[i].path) + NAME_REST_MAX;
        if (r == 0 && size > ROOT_NAMES_SIZE_MAX)
                r = fail_at(plan, "names of libraries", -E2BIG);
        qsort(plan->names, plan->n_names, sizeof *plan->names, compare_names);
        if (r < 0)
                root_plan_deinit(plan);
        return r;
}

char *root_plan_names(const RootPlan *plan) {
        char *text = calloc(1, ROOT_NAMES_SIZE_MAX + 1);
        size_t at = 0;

        for (size_t i = 0; text && i < plan->n_names; i++) {
                const RootName *name = &plan->names[i];

                at += (size_t)snprintf(text + at, ROOT_NAMES_SIZE_MAX + 1 - at, "%c%zu\t%s\n",
                        plan->list[name->file].is_code ? 'x' : 'r', name->file - plan->n_own, name->path);
        }
        return text;
}

/* --- making --- */

static int step_failed(RootPlan *plan, const char *object) {
        int error = errno;

        (void)snprintf(plan->object, sizeof plan->object, "%.255s", object);
        errno = error;
        return -1;
}

static int make_read_only(int fd) {
        struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};

        return (int)syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof attr);
}

static bool is_planned(const RootFile *file, int fd) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return false;
        errno = ESTALE;
        return st.st_dev == file->device && st.st_ino == file->inode;
}

int root_take_files(RootPlan *plan, int *fds) {
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return step_failed(plan, "/");
        for (size_t i = 0; i < plan->n_files; i++) {
                fds[i] = (int)syscall(
                        SYS_open_tree, AT_FDCWD, plan->list[i].source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
                if (fds[i] < 0 || !is_planned(&plan->list[i], fds[i]) || make_read_only(fds[i]) < 0)
                        return step_failed(plan, plan->list[i].source);
        }
        return 0;
}

/* The folders above a path relative to the working folder. */
static int make_folders(const char *path) {
        char part[PATH_MAX];

        for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
                (void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
                if (mkdir(part, 0755) < 0 && errno != EEXIST)
                        return -1;
        }
        return 0;
}

static int place_file(const char *target, int tree) {
        const char *path = target + strspn(target, "/");
        int fd;

        if (make_folders(path) < 0)
                return -1;
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
        if (fd < 0)
                return -1;
        (void)close(fd);
        return (int)syscall(SYS_move_mount, tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
}

/* The old root is left behind under the new one for a moment, then let go as a whole. */
static int take_place(void) {
        int fd;

        if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
                return -1;
        fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLOEXEC);
        if (fd < 0 || make_read_only(fd) < 0)
                return -1;
        return close(fd);
}

int root_build(RootPlan *plan, const int *fds) {
        if (mount("caisson", ROOT_AT, "tmpfs", MS_NOSUID | MS_NODEV, ROOT_OPTIONS) < 0 || chdir(ROOT_AT) < 0)
                return step_failed(plan, ROOT_AT);
        for (size_t i = 0; i < plan->n_files; i++) {
                if (place_file(plan->list[i].target, fds[i]) < 0)
                        return step_failed(plan, plan->list[i].target);
                (void)close(fds[i]);
        }
        return take_place() < 0 ? step_failed(plan, "/") : 0;
}
