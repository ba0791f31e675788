/* SPDX-License-Identifier: MIT */
/*
 * Loading a policy: the file, the module in it, the solution it was made for.
 */
#include "policy_load.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nkc.h>

#include "cmd.h"
#include "judge_message.h"
#include "spell.h"

/* --- the file --- */

static int check_file(int fd, off_t *ret_size) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return POLICY_E_FILE;
        if (st.st_uid != 0 && st.st_uid != geteuid())
                return POLICY_E_OWNER;
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return POLICY_E_OPEN;
        if (st.st_size > (off_t)POLICY_FILE_MAX)
                return POLICY_E_SIZE;
        *ret_size = st.st_size;
        return 0;
}

static int copy(int from, int to, off_t size) {
        while (size > 0) {
                char block[65536];
                size_t want = size < (off_t)sizeof block ? (size_t)size : sizeof block;
                ssize_t n = read(from, block, want);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return -EIO; /* shorter than it was */
                if (write(to, block, (size_t)n) != n)
                        return -errno;
                size -= n;
        }
        return 0;
}

/* A copy that nobody can change, not even who may write to the file. */
static int open_copy(int from, off_t size, int *ret_fd) {
        int fd = memfd_create("ksm.module", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        int r;

        if (fd < 0)
                return -errno;
        r = copy(from, fd, size);
        if (r == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
                r = -errno;
        if (r < 0)
                (void)close(fd);
        else
                *ret_fd = fd;
        return r;
}

/* A build that was interrupted leaves a file without its end, and the loader would run into that. */
static bool is_whole(int fd, uint64_t size) {
        Elf64_Ehdr header;
        Elf64_Phdr segment;

        if (pread(fd, &header, sizeof header, 0) != (ssize_t)sizeof header ||
                memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof segment)
                return false;
        for (unsigned i = 0; i < header.e_phnum; i++) {
                uint64_t at = header.e_phoff + i * sizeof segment;

                if (at > size || pread(fd, &segment, sizeof segment, (off_t)at) != (ssize_t)sizeof segment)
                        return false;
                if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
                        return false;
        }
        return true;
}

static int open_checked(const char *path, KsmProblem *problem, int *ret_fd) {
        int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        off_t size = 0;
        int r;

        if (fd < 0)
                return errno == ENOENT ? POLICY_E_MISSING : errno == ELOOP ? POLICY_E_LINK : -errno;
        r = check_file(fd, &size);
        if (r == 0)
                r = open_copy(fd, size, ret_fd);
        (void)close(fd);
        if (r == 0 && !is_whole(*ret_fd, (uint64_t)size)) {
                (void)close(*ret_fd);
                (void)snprintf(problem->text, sizeof problem->text, "it is no whole shared object");
                r = POLICY_E_MODULE;
        }
        return r;
}

int policy_open(const char *path, KsmProblem *problem, const KsmModule **ret_module) {
        char name[64];
        int fd = -1;
        int r = open_checked(path, problem, &fd);

        if (r != 0)
                return r;
        (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        r = ksm_module_load(name, problem, ret_module) == 0 ? 0 : POLICY_E_MODULE;
        if (r != 0)
                (void)close(fd); /* else it stays: the loader tells what it has loaded by this name */
        return r;
}

/* --- the solution --- */

static const char *rebuild = "build it anew from security.psl: make, or nk-psl-gen-c and the C compiler";

static void report_class(const KsmModule *module, const SolTask *task, Problems *p) {
        Spell spell = spell_start(task->class_name.text);
        Problem *problem = problem_add(p, PROBLEM_POLICY_CLASS, task->class_name.at,
                "the policy doesn't know class '%s'", task->class_name.text);

        for (uint32_t i = 0; i < module->n_classes; i++)
                spell_offer(&spell, module->classes[i].name);
        problem_note(p, problem, "policy: %s", module->name);
        problem_help(p, problem, "add `use EDL %s` to it, and what the class may do", task->class_name.text);
        if (spell.best)
                problem_note(p, problem, "it knows '%s'", spell.best);
}

/* Endpoints or security interfaces of a class, as the descriptions and as the policy know them. */
typedef struct Comparison {
        const NkcEndpoint *ours;
        size_t n_ours;
        const ShapeTable *shape;
        const KsmEndpoint *theirs;
        uint32_t n_theirs;
        const char *what;
        Pool *pool;
} Comparison;

/* What differs first, as a sentence for people; NULL: nothing. */
static const char *compare_methods(const Comparison *c, const NkcEndpoint *ours, const KsmEndpoint *theirs) {
        const char *iface = ours->interface_name;

        if (ours->n_methods != theirs->n_methods)
                return pool_printf(c->pool, "interface %s has %u methods, %u in the policy", iface,
                        ours->n_methods, theirs->n_methods);
        for (uint16_t mid = 0; mid < ours->n_methods; mid++) {
                const ShapeMethod *method = judge_find_method(c->shape, ours->riid, mid);
                const char *name = (const char *)c->shape + method->name_off;

                if (strcmp(name, theirs->methods[mid]) != 0)
                        return pool_printf(c->pool, "method %u of interface %s is %s, %s in the policy", mid,
                                iface, name, theirs->methods[mid]);
        }
        if (ours->fingerprint != theirs->fingerprint)
                return pool_printf(c->pool, "the messages of interface %s are others in the policy", iface);
        return NULL;
}

static const char *compare_endpoint(const Comparison *c, const NkcEndpoint *ours, const KsmEndpoint *theirs) {
        if (strcmp(ours->interface_name, theirs->iface) != 0)
                return pool_printf(c->pool, "%s %s has interface %s, %s in the policy", c->what,
                        ours->path_name, ours->interface_name, theirs->iface);
        return compare_methods(c, ours, theirs);
}

static const char *compare(const Comparison *c) {
        if (c->n_ours != c->n_theirs)
                return pool_printf(
                        c->pool, "it has %zu %ss, %u in the policy", c->n_ours, c->what, c->n_theirs);
        for (size_t i = 0; i < c->n_ours; i++) {
                const char *difference = compare_endpoint(c, &c->ours[i], &c->theirs[i]);

                if (difference)
                        return difference;
        }
        return NULL;
}

/* Security interfaces have no names of their own: their numbers and interfaces count. */
static const char *compare_names(const NkcClass *class, const KsmClass *theirs, Pool *pool) {
        for (size_t i = 0; i < class->n_endpoints; i++)
                if (strcmp(class->endpoints[i].path_name, theirs->endpoints[i].name) != 0)
                        return pool_printf(pool, "endpoint %zu is %s, %s in the policy", i,
                                class->endpoints[i].path_name, theirs->endpoints[i].name);
        return NULL;
}

static const char *compare_class(const NkcClass *class, const KsmClass *theirs, Pool *pool) {
        const Comparison endpoints = {class->endpoints, class->n_endpoints, class->shape, theirs->endpoints,
                theirs->n_endpoints, "endpoint", pool};
        const Comparison security = {class->security, class->n_security, class->security_shape,
                theirs->security, theirs->n_security, "security interface", pool};
        const char *difference = compare(&endpoints);

        if (!difference)
                difference = compare_names(class, theirs, pool);
        return difference ? difference : compare(&security);
}

static bool is_first_of_class(const Solution *sol, uint32_t task) {
        for (uint32_t i = 0; i < task; i++)
                if (sol->tasks[i].class == sol->tasks[task].class)
                        return false;
        return true;
}

static void check_class(const KsmModule *module, const SolTask *task, Problems *p) {
        uint32_t index = ksm_class_find(module, task->class_name.text);
        const char *difference;
        Problem *problem;

        if (index == KSM_NONE) {
                report_class(module, task, p);
                return;
        }
        difference = compare_class(task->class, &module->classes[index], p->pool);
        if (!difference)
                return;
        problem = problem_add(p, PROBLEM_POLICY_STALE, task->class_name.at,
                "the policy was built for another class '%s'", task->class_name.text);
        problem_note(p, problem, "%s", difference);
        problem_help(p, problem, "%s", rebuild);
}

void policy_check(const KsmModule *module, const Solution *sol, Problems *p) {
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                if (is_first_of_class(sol, i))
                        check_class(module, &sol->tasks[i], p);
}

/* --- all of it --- */

static void say_missing(const char *path, bool is_given, FILE *out) {
        (void)fprintf(out, "caisson: no policy: there is no %s\n", path);
        if (!is_given)
                (void)fprintf(out, "note: it is what becomes of security.psl; solution.mk builds it\n"
                                   "help: --policy FILE names another one, --policy=none runs without: then "
                                   "every call is granted\n");
}

static void say_fault(int r, const char *path, const KsmProblem *problem, FILE *out) {
        static const char *const texts[] = {
                [POLICY_E_LINK] = "it is a symbolic link\nhelp: name the file itself",
                [POLICY_E_FILE] = "it is no regular file",
                [POLICY_E_OWNER] =
                        "it belongs to somebody else, and it is code\nhelp: use one of your own, or of root",
                [POLICY_E_OPEN] = "others may write to it, and it is code\nhelp: chmod go-w",
                [POLICY_E_SIZE] = "it is too large",
        };

        if (r == POLICY_E_MODULE)
                (void)fprintf(out, "caisson: policy %s: %s\nhelp: %s\n", path, problem->text, rebuild);
        else
                (void)fprintf(out, "caisson: policy %s: %s\n", path, r < 0 ? strerror(-r) : texts[r]);
}

static const char *beside(Load *load, const char *file) {
        const char *slash = strrchr(file, '/');

        if (!slash)
                return POLICY_FILE_NAME;
        return pool_printf(&load->pool, "%.*s%s", (int)(slash + 1 - file), file, POLICY_FILE_NAME);
}

static int open_module(const char *path, bool is_given, FILE *out, const KsmModule **ret_module) {
        KsmProblem problem = {.text = ""};
        int r = policy_open(path, &problem, ret_module);

        if (r == 0)
                return CMD_EXIT_OK;
        if (r == POLICY_E_MISSING)
                say_missing(path, is_given, out);
        else
                say_fault(r, path, &problem, out);
        return r < 0 ? CMD_EXIT_SYSTEM : CMD_EXIT_PROBLEMS;
}

/* ksm_new() looks through all tables: nothing reads them before. */
static int use_module(Load *load, const char *path, const KsmModule *module, FILE *out, Ksm **ret_ksm) {
        KsmProblem problem = {.text = "not enough memory"};
        int r = ksm_new(module, &problem, ret_ksm);

        if (r != 0) {
                say_fault(POLICY_E_MODULE, path, &problem, out);
                return r < 0 ? CMD_EXIT_SYSTEM : CMD_EXIT_PROBLEMS;
        }
        policy_check(module, &load->solution, load->problems);
        if (load->problems->n_found == 0)
                return CMD_EXIT_OK;
        problems_print(load->problems, out);
        *ret_ksm = ksm_free(*ret_ksm);
        return CMD_EXIT_PROBLEMS;
}

int policy_load(Load *load, const char *given, FILE *out, Ksm **ret_ksm) {
        const char *path = given ? given : beside(load, load->file);
        const KsmModule *module;
        int status;

        *ret_ksm = NULL;
        if (given && strcmp(given, POLICY_NONE) == 0)
                return CMD_EXIT_OK;
        if (!given && load->unpacked && !load->is_image_ours) {
                (void)fprintf(out,
                        "caisson: the image holds a policy, which is code, and others may write to the "
                        "image, or it is somebody else's\nhelp: chmod go-w, or use one of your own\n");
                return CMD_EXIT_PROBLEMS;
        }
        status = open_module(path, given != NULL, out, &module);
        return status == CMD_EXIT_OK ? use_module(load, path, module, out, ret_ksm) : status;
}
