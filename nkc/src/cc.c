/* SPDX-License-Identifier: MIT */
/*
 * Temporary folder, command line, process.
 */
#include "cc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 256u /* of one command line */

/* The temporary folder --------------------------------------------------------------------------------- */

int scratch_open(Scratch *s, Arena *a) {
        const char *parent = getenv("TMPDIR");

        s->path = NULL;
        s->path = arena_printf(a, "%s/nkc-XXXXXX", parent && *parent ? parent : "/tmp");
        if (mkdtemp(s->path))
                return 0;
        s->path = NULL;
        return -errno;
}

void scratch_close(Scratch *s) {
        DIR *folder = s->path ? opendir(s->path) : NULL;
        const struct dirent *entry;

        while (folder && (entry = readdir(folder)))
                (void)unlinkat(dirfd(folder), entry->d_name, 0);
        if (folder)
                (void)closedir(folder);
        if (s->path)
                (void)rmdir(s->path);
        s->path = NULL;
}

/* The command line ------------------------------------------------------------------------------------- */

typedef struct Words {
        Arena *arena;
        const char *items[WORDS_MAX + 1];
        size_t n;
        bool is_full;
} Words;

static void add(Words *w, const char *word) {
        w->is_full |= w->n == WORDS_MAX;
        if (!w->is_full)
                w->items[w->n++] = word;
}

/* The words of a variable, split at blanks; `otherwise` when it is not set or has none. */
static void add_variable(Words *w, const char *name, const char *otherwise) {
        const char *text = getenv(name);

        if (!text || text[strspn(text, " \t\n")] == '\0')
                text = otherwise;
        for (text += strspn(text, " \t\n"); *text; text += strspn(text, " \t\n")) {
                size_t n = strcspn(text, " \t\n");

                add(w, arena_copy(w->arena, text, n));
                text += n;
        }
}

static void make_words(Words *w, const Sdk *sdk, CcKind kind, const char *source, const char *output) {
        add_variable(w, "CC", "cc");
        add(w, "-std=c11");
        add(w, "-O1"); /* the work is done in the library; a large policy compiles twice as fast as by -O2 */
        if (kind == CC_MODULE) {
                add(w, "-fPIC");
                add(w, "-shared");
        }
        add(w, "-I");
        add(w, sdk->include);
        add(w, "-I");
        add(w, sdk->ksm);
        add_variable(w, "CPPFLAGS", "");
        add_variable(w, "CFLAGS", "");
        add_variable(w, "LDFLAGS", "");
        add(w, source);
        if (kind == CC_PROGRAM) {
                add(w, sdk->library);
                add(w, "-pthread");
        }
        add(w, "-o");
        add(w, output);
}

bool cc_compile(
        const Scratch *s, Arena *a, const Sdk *sdk, CcKind kind, const char *source, const char *output) {
        Words words = {.arena = a};
        int status;

        make_words(&words, sdk, kind, source, output);
        if (words.is_full) {
                fprintf(stderr,
                        "nkc: error: more than %u words for the C compiler\nhelp: look at $CFLAGS and "
                        "its like\n",
                        WORDS_MAX);
                return false;
        }
        status = cc_run(words.items, s->path, NULL);
        if (status > 0)
                fprintf(stderr, "nkc: error: the C compiler '%s' failed: exit code %d\n", words.items[0],
                        status);
        if (status < 0)
                fprintf(stderr, "help: name a C compiler with CC=...\n");
        return status == 0;
}

/* Processes ---------------------------------------------------------------------------------------------- */

static int status_of(int status) {
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* While it runs, Ctrl-C is its business: we have a folder to remove. */
static void ignore_terminal(struct sigaction old[2]) {
        struct sigaction ignore = {.sa_handler = SIG_IGN};

        (void)sigaction(SIGINT, &ignore, &old[0]);
        (void)sigaction(SIGQUIT, &ignore, &old[1]);
}

static void restore_terminal(const struct sigaction old[2]) {
        (void)sigaction(SIGINT, &old[0], NULL);
        (void)sigaction(SIGQUIT, &old[1], NULL);
}

static int spawn(pid_t *pid, const char *const *argv, const char *folder, const char *out) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t defaults;
        int r = posix_spawn_file_actions_init(&actions);

        if (r != 0)
                return r;
        r = posix_spawnattr_init(&attributes);
        if (r == 0) {
                (void)sigemptyset(&defaults);
                (void)sigaddset(&defaults, SIGINT);
                (void)sigaddset(&defaults, SIGQUIT);
                (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
                r = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
                if (r == 0 && out)
                        r = posix_spawn_file_actions_addopen(
                                &actions, STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
                if (r == 0)
                        r = posix_spawn_file_actions_addchdir_np(&actions, folder);
                if (r == 0)
                        r = posix_spawnp(
                                pid, argv[0], &actions, &attributes, (char *const *)(uintptr_t)argv, environ);
                (void)posix_spawnattr_destroy(&attributes);
        }
        (void)posix_spawn_file_actions_destroy(&actions);
        return r;
}

int cc_run(const char *const *argv, const char *folder, const char *out) {
        struct sigaction old[2];
        int status = 0, r;
        pid_t pid;

        (void)fflush(stdout);
        (void)fflush(stderr);
        ignore_terminal(old);
        r = spawn(&pid, argv, folder, out);
        if (r == 0) {
                while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                        ;
        }
        restore_terminal(old);
        if (r == 0)
                return status_of(status);
        fprintf(stderr, "nkc: error: cannot run '%s': %s\n", argv[0], strerror(r));
        return -1;
}
