/* SPDX-License-Identifier: MIT */
/*
 * Cases of the POSIX suite: one program that runs on the host's file system, where it shows that the suite
 * is right, and unchanged as a client of a VFS, where it shows that the VFS is.
 *
 * A case is a function whose name is a true statement. It runs in an empty directory of its own, which is
 * its working directory, and may leave there what it likes: files, open descriptors, a changed umask. It
 * ends at its first failed check.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct SuiteCase {
        const char *name;
        void (*run)(void);
} SuiteCase;

typedef struct SuiteGroup {
        const char *name; /* one word, to run or leave out */
        const SuiteCase *cases;
        size_t n_cases;
        bool (*is_possible)(void); /* NULL: always; else asked in an empty directory */
} SuiteGroup;

#define CASE(function)                                                                                       \
        { .name = #function, .run = function }
#define GROUP(word, array, possible)                                                                         \
        {                                                                                                    \
                .name = word, .cases = array, .n_cases = sizeof(array) / sizeof((array)[0]),                 \
                .is_possible = possible                                                                      \
        }

/* The rest of the case is left out when a check fails. */
#define CHECK(condition)                                                                                     \
        do {                                                                                                 \
                errno = 0;                                                                                   \
                if (!(condition)) {                                                                          \
                        suite_failed(__FILE__, __LINE__, #condition);                                        \
                        return;                                                                              \
                }                                                                                            \
        } while (0)
/* The call gives -1 and that errno. */
#define FAILS(error, call)                                                                                   \
        do {                                                                                                 \
                errno = 0;                                                                                   \
                long long result_ = (long long)(call);                                                       \
                if (result_ != -1 || errno != (error)) {                                                     \
                        suite_unexpected(__FILE__, __LINE__, #call, #error, result_);                        \
                        return;                                                                              \
                }                                                                                            \
        } while (0)
#define SUCCEEDS(call) CHECK((call) != -1)

void suite_failed(const char *file, int line, const char *condition);
void suite_unexpected(const char *file, int line, const char *call, const char *error, long long result);
/* The case in progress has failed. For cases with loops or functions of their own. */
bool suite_has_failed(void);

/* A file with that text, made anew; a new descriptor of it, open for reading and writing. -1: failed. */
int suite_file(const char *path, const char *text);
/* The file's whole content is that text. */
bool suite_holds(const char *path, const char *text);
bool suite_exists(const char *path);
long long suite_size(const char *path);

extern const SuiteGroup suite_open, suite_io, suite_meta, suite_access, suite_memory, suite_mounts,
        suite_list, suite_modes, suite_names, suite_links, suite_dirs, suite_control, suite_pipes,
        suite_xattr, suite_acl, suite_stdio, suite_streams, suite_threads, suite_edges, suite_link_edges,
        suite_closing, suite_mount_closing;
