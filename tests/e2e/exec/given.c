/* SPDX-License-Identifier: MIT */
/*
 * An ordinary program that is given a folder of libraries: loads them, and tries to get more out of that
 * than libraries. What it tries is a line, "ok WHAT" or "not ok WHAT".
 *
 *     given FOLDER OUTSIDE     FOLDER: has plugin.so, links and files that are none; OUTSIDE: a file beside
 * it
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPEN_MAX_GIVEN 64

static int n_failed;
static const char *folder;

static void say(bool is_so, const char *what) {
        printf("%s %s\n", is_so ? "ok" : "not ok", what);
        n_failed += !is_so;
}

static const char *in_folder(const char *name) {
        static char path[PATH_MAX];

        (void)snprintf(path, sizeof path, "%s/%s", folder, name);
        return path;
}

static bool is_missing(const char *path) {
        struct stat st;

        return open(path, O_RDONLY) < 0 && errno == ENOENT && syscall(SYS_open, path, O_RDONLY) < 0 &&
               errno == ENOENT && stat(path, &st) < 0 && errno == ENOENT;
}

/* --- what it is for --- */

static int call_plugin(const char *path) {
        void *library = dlopen(path, RTLD_NOW);
        void *symbol = library ? dlsym(library, "plugin_answer") : NULL;
        int (*answer)(void);
        int r;

        if (!symbol) {
                printf("# %s\n", dlerror());
                return -1;
        }
        memcpy(&answer, &symbol, sizeof answer);
        r = answer() + answer();
        return dlclose(library) == 0 ? r : -1;
}

static void loading(void) {
        say(call_plugin(in_folder("plugin.so")) == 81, "a library and the one it needs are loaded");
        say(call_plugin(in_folder("plugin.so")) == 81, "and again, with fresh data");
        say(call_plugin(in_folder("link.so")) == 81, "by a link inside of the folder too");
        say(call_plugin(in_folder("below/../below/./deep.so")) == 81, "and from a folder in the folder");
        say(call_plugin(in_folder("same/deep.so")) == 81, "whose other name is a link");
}

static void looking(void) {
        char begin[5] = "", path[PATH_MAX] = "";
        struct stat st = {.st_mode = 0}, in = {.st_mode = 0};
        int fd = open(in_folder("plugin.so"), O_RDONLY);

        say(fd >= 0 && fstat(fd, &st) == 0 && stat(in_folder("plugin.so"), &in) == 0 && S_ISREG(st.st_mode) &&
                        st.st_ino == in.st_ino && read(fd, begin, 4) == 4 &&
                        memcmp(begin, "\177ELF", 4) == 0 && lseek(fd, 0, SEEK_END) == st.st_size &&
                        read(fd, begin, 4) == 0 && lseek(fd, -1, SEEK_SET) < 0 && errno == EINVAL,
                "it can be read");
        (void)close(fd);
        say(stat(folder, &st) == 0 && S_ISDIR(st.st_mode) && access(folder, R_OK | X_OK) == 0,
                "the folders above it are there");
        say(realpath(in_folder("plugin.so"), path) && strcmp(path, in_folder("plugin.so")) == 0,
                "it has one path");
        say(!getenv("CAISSON_GIVEN"), "nothing of it is in the environment");
}

static void openings(void) {
        int fds[OPEN_MAX_GIVEN + 1], n = 0;

        while (n <= OPEN_MAX_GIVEN && (fds[n] = open(in_folder("plugin.so"), O_RDONLY)) >= 0)
                n++;
        say(n == OPEN_MAX_GIVEN && errno == ENFILE, "it is open as often as may be, and no more");
        while (n > 0)
                (void)close(fds[--n]);
}

static void copies(void) {
        int fd = open(in_folder("plugin.so"), O_RDONLY), status = -1;
        char begin[5] = "";
        pid_t child = fork();

        if (child == 0)
                _exit(read(fd, begin, 4) == 4 && memcmp(begin, "\177ELF", 4) == 0 &&
                                        call_plugin(in_folder("plugin.so")) == 81
                                ? 0
                                : 1);
        say(waitpid(child, &status, 0) == child && status == 0, "a forked process has it too");
        (void)close(fd);
}

/* --- what it is not for --- */

static void other_files(const char *outside) {
        char path[PATH_MAX];

        say(is_missing(outside), "a file beside the folder is not there");
        (void)snprintf(path, sizeof path, "%s/../%s", folder, strrchr(outside, '/') + 1);
        say(is_missing(path), "nor by the folder's way up");
        say(is_missing(in_folder("secret")), "what is no library is not there");
        say(is_missing(in_folder("hard")), "nor by a hard link");
        say(is_missing(in_folder("out.so")), "a link out of the folder leads nowhere");
        say(is_missing(in_folder("passwd.so")), "nor to a file that is no library");
        say(is_missing(in_folder("away/plugin.so")) && is_missing(in_folder("below/up/plugin.so")),
                "nor does a link to a folder, or up");
        say(is_missing("/lib/given/0") && is_missing("/proc/self/exe") && is_missing("/etc/passwd"),
                "where it lies is not there, nor anything else of the host");
        say(open(folder, O_RDONLY | O_DIRECTORY) < 0, "the folder can't be listed");
}

static void writing(void) {
        int fd = open(in_folder("plugin.so"), O_RDONLY);

        say(open(in_folder("plugin.so"), O_RDWR) < 0 && errno == EROFS, "it can't be opened for writing");
        say(open(in_folder("plugin.so"), O_RDONLY | O_TRUNC) < 0 && errno == EROFS, "nor emptied");
        say(access(in_folder("plugin.so"), W_OK) < 0 && errno == EROFS, "and says so");
        say(write(fd, "x", 1) < 0 && ftruncate(fd, 0) < 0 && fchmod(fd, 0777) < 0,
                "nor changed when it is open");
        say(unlink(in_folder("plugin.so")) < 0 && rename(in_folder("plugin.so"), "/x") < 0, "nor removed");
        (void)close(fd);
}

/* Data must not become code, nor code be written. */
static void code(void) {
        int fd = open(in_folder("plugin.so"), O_RDONLY), own = open("/own", O_CREAT | O_RDWR, 0700);
        char *data = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
        char *copy = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

        say(data != MAP_FAILED && copy != MAP_FAILED && memcmp(data, copy, 4096) == 0 &&
                        memset(copy, 'x', 4096) && data[0] == '\177',
                "it is mapped, to be written as a copy");
        say(mprotect(copy, 4096, PROT_READ | PROT_EXEC) < 0 &&
                        mprotect(data, 4096, PROT_READ | PROT_EXEC) < 0,
                "neither becomes code");
        say(mprotect(data, 4096, PROT_READ | PROT_WRITE) < 0, "the file's own pages can't be written");
        say(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EPERM,
                "its headers can't be executed");
        say(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, fd, 4096) == MAP_FAILED,
                "its code can't be written");
        say(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 1l << 40) == MAP_FAILED,
                "there is nothing behind its end");
        say(write(own, "\303", 1) == 1 &&
                        mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, own, 0) == MAP_FAILED,
                "a file of the VFS does not become code");
        (void)close(fd);
        (void)close(own);
}

int main(int n_words, char **words) {
        if (n_words != 3)
                return 2;
        folder = words[1];
        loading();
        looking();
        openings();
        copies();
        other_files(words[2]);
        writing();
        code();
        return n_failed ? 1 : 0;
}
