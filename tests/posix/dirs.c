/* SPDX-License-Identifier: MIT */
/* Directories: making, removing, listing, being in one. */
#include "suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANY 1000

static void mkdir_makes_an_empty_directory_with_the_mode_less_the_umask(void) {
        struct stat st;

        umask(027);
        SUCCEEDS(mkdir("d", 0777));
        CHECK(stat("d", &st) == 0 && st.st_mode == (S_IFDIR | 0750));
        CHECK(suite_exists("d/.") && suite_exists("d/.."));
        CHECK(mkdir("e/", 0700) == 0 && suite_exists("e"));
}

static void mkdir_refuses_existing_names_and_bad_parents(void) {
        CHECK(suite_file("f", "") >= 0 && mkdir("d", 0700) == 0);
        FAILS(EEXIST, mkdir("f", 0700));
        FAILS(EEXIST, mkdir("d", 0700));
        FAILS(EEXIST, mkdir(".", 0700));
        FAILS(EEXIST, mkdir("/", 0700));
        FAILS(ENOENT, mkdir("absent/d", 0700));
        FAILS(ENOENT, mkdir("", 0700));
        FAILS(ENOTDIR, mkdir("f/d", 0700));
        FAILS(EBADF, mkdirat(63, "x", 0700));
}

static void links_of_a_directory_count_what_is_below(void) {
        struct stat st;

        CHECK(mkdir("d", 0700) == 0 && stat("d", &st) == 0 && st.st_nlink == 2);
        CHECK(mkdir("d/e", 0700) == 0 && stat("d", &st) == 0 && st.st_nlink == 3);
        CHECK(rmdir("d/e") == 0 && stat("d", &st) == 0 && st.st_nlink == 2);
}

static void rmdir_removes_empty_directories_only(void) {
        CHECK(mkdir("d", 0700) == 0 && suite_file("d/f", "") >= 0);
        FAILS(ENOTEMPTY, rmdir("d"));
        CHECK(unlink("d/f") == 0 && rmdir("d") == 0 && !suite_exists("d"));
        FAILS(ENOENT, rmdir("d"));
}

static void rmdir_refuses_files_and_dots(void) {
        CHECK(suite_file("f", "") >= 0 && mkdir("d", 0700) == 0 && mkdir("d/e", 0700) == 0);
        FAILS(ENOTDIR, rmdir("f"));
        FAILS(ENOTDIR, rmdir("f/x"));
        FAILS(EINVAL, rmdir("d/e/."));
        FAILS(ENOTEMPTY, rmdir("d/e/.."));
        CHECK(suite_exists("d/e"));
}

static void a_removed_directory_takes_nothing_in(void) {
        int dir;

        SUCCEEDS(mkdir("d", 0700));
        dir = open("d", O_RDONLY);
        SUCCEEDS(dir);
        SUCCEEDS(rmdir("d"));
        FAILS(ENOENT, openat(dir, "f", O_RDWR | O_CREAT, 0600));
        FAILS(ENOENT, mkdirat(dir, "e", 0700));
}

static void chdir_and_fchdir_change_what_relative_paths_mean(void) {
        char start[PATH_MAX], here[PATH_MAX];
        int dir;

        CHECK(mkdir("d", 0700) == 0 && suite_file("d/f", "text") >= 0 && getcwd(start, sizeof(start)));
        dir = open(".", O_RDONLY);
        SUCCEEDS(dir);
        CHECK(chdir("d") == 0 && suite_holds("f", "text"));
        CHECK(getcwd(here, sizeof(here)) && strcmp(here + strlen(start), "/d") == 0);
        CHECK(fchdir(dir) == 0 && suite_holds("d/f", "text") && getcwd(here, sizeof(here)));
        CHECK(strcmp(here, start) == 0);
}

static void chdir_refuses_what_is_no_directory(void) {
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        FAILS(ENOTDIR, chdir("f"));
        FAILS(ENOENT, chdir("absent"));
        FAILS(ENOENT, chdir(""));
        FAILS(ENOTDIR, fchdir(fd));
        FAILS(EBADF, fchdir(63));
}

static void getcwd_wants_room(void) {
        char small[2];

        CHECK(getcwd(small, sizeof(small)) == NULL && errno == ERANGE);
        CHECK(getcwd(small, 0) == NULL && errno == EINVAL);
}

static void a_removed_working_directory_has_no_name(void) {
        char here[PATH_MAX];

        CHECK(mkdir("d", 0700) == 0 && chdir("d") == 0 && rmdir("../d") == 0);
        CHECK(getcwd(here, sizeof(here)) == NULL && errno == ENOENT);
        FAILS(ENOENT, open("f", O_RDWR | O_CREAT, 0600));
}

/* How often `name` is listed; -1: the directory could not be read to its end. */
static int times_listed(const char *path, const char *name) {
        DIR *dir = opendir(path);
        int n = 0;

        if (!dir)
                return -1;
        errno = 0;
        for (struct dirent *e; (e = readdir(dir)) != NULL;)
                n += strcmp(e->d_name, name) == 0;
        if (errno != 0)
                n = -1;
        closedir(dir);
        return n;
}

static void readdir_lists_each_name_once_and_both_dots(void) {
        CHECK(suite_file("f", "") >= 0 && mkdir("d", 0700) == 0);
        CHECK(times_listed(".", "f") == 1 && times_listed(".", "d") == 1);
        CHECK(times_listed(".", ".") == 1 && times_listed(".", "..") == 1 && times_listed(".", "x") == 0);
        CHECK(times_listed("d", ".") == 1 && times_listed("absent", "x") == -1);
}

static void readdir_says_type_and_number(void) {
        struct stat st;
        DIR *dir;
        int n = 0;

        CHECK(suite_file("f", "") >= 0 && mkdir("d", 0700) == 0 && (dir = opendir(".")) != NULL);
        for (struct dirent *e; (e = readdir(dir)) != NULL;) {
                if (e->d_name[0] == '.')
                        continue;
                CHECK(stat(e->d_name, &st) == 0 && st.st_ino == e->d_ino);
                CHECK(e->d_type == DT_UNKNOWN || e->d_type == (S_ISDIR(st.st_mode) ? DT_DIR : DT_REG));
                n++;
        }
        CHECK(n == 2 && closedir(dir) == 0);
}

static void many(char *name, size_t size, int i) {
        snprintf(name, size, "entry-number-%04d", i);
}

/* Back from a name that many() made; -1: the dots. */
static long number_of(const char *name) {
        return name[0] == '.' ? -1 : strtol(name + 13, NULL, 10);
}

static void a_thousand_entries_are_listed_once_each(void) {
        static unsigned char seen[MANY];
        char name[32];
        DIR *dir;
        int fd, n = 0;

        memset(seen, 0, sizeof(seen));
        for (int i = 0; i < MANY; i++) {
                many(name, sizeof(name), i);
                fd = open(name, O_RDWR | O_CREAT, 0600);
                SUCCEEDS(fd);
                close(fd);
        }
        CHECK((dir = opendir(".")) != NULL);
        for (struct dirent *e; (e = readdir(dir)) != NULL;) {
                long i = number_of(e->d_name);

                CHECK(i < MANY && (i < 0 || seen[i]++ == 0));
                n += i >= 0;
        }
        CHECK(n == MANY && closedir(dir) == 0);
}

static void what_stays_is_listed_while_other_entries_are_removed(void) {
        char name[32];
        DIR *dir;
        int n_kept = 0;

        for (int i = 0; i < MANY; i++) {
                many(name, sizeof(name), i);
                close(open(name, O_RDWR | O_CREAT, 0600));
        }
        CHECK((dir = opendir(".")) != NULL);
        for (struct dirent *e; (e = readdir(dir)) != NULL;) {
                long i = number_of(e->d_name);

                if (i >= 0 && i % 2 == 0)
                        n_kept++;
                else if (i >= 0)
                        SUCCEEDS(unlink(e->d_name));
        }
        CHECK(n_kept == MANY / 2 && closedir(dir) == 0);
}

static void rewinddir_and_seekdir_go_back(void) {
        char first[NAME_MAX + 1], second[NAME_MAX + 1];
        struct dirent *e;
        DIR *dir;
        long at;

        for (int i = 0; i < 20; i++) {
                many(first, sizeof(first), i);
                SUCCEEDS(suite_file(first, ""));
        }
        CHECK((dir = opendir(".")) != NULL && (e = readdir(dir)) != NULL);
        snprintf(first, sizeof(first), "%s", e->d_name);
        at = telldir(dir);
        CHECK((e = readdir(dir)) != NULL);
        snprintf(second, sizeof(second), "%s", e->d_name);
        while (readdir(dir) != NULL)
                ;
        seekdir(dir, at);
        CHECK((e = readdir(dir)) != NULL && strcmp(e->d_name, second) == 0);
        rewinddir(dir);
        CHECK((e = readdir(dir)) != NULL && strcmp(e->d_name, first) == 0 && closedir(dir) == 0);
}

static void fdopendir_takes_a_descriptor_of_a_directory(void) {
        int fd = suite_file("f", ""), dir_fd = open(".", O_RDONLY);
        DIR *dir;

        CHECK(fd >= 0 && dir_fd >= 0);
        CHECK(fdopendir(fd) == NULL && errno == ENOTDIR);
        CHECK((dir = fdopendir(dir_fd)) != NULL && dirfd(dir) == dir_fd && readdir(dir) != NULL);
        CHECK(closedir(dir) == 0);
        FAILS(EBADF, close(dir_fd));
}

static void getdents_wants_a_directory_and_room_for_an_entry(void) {
        char entries[1024];
        int fd = suite_file("f", ""), dir = open(".", O_RDONLY);

        CHECK(fd >= 0 && dir >= 0);
        FAILS(ENOTDIR, getdents64(fd, entries, sizeof(entries)));
        FAILS(EBADF, getdents64(63, entries, sizeof(entries)));
        FAILS(EINVAL, getdents64(dir, entries, 8));
        CHECK(getdents64(dir, entries, sizeof(entries)) > 0 &&
                getdents64(dir, entries, sizeof(entries)) == 0);
}

static void scandir_glob_and_realpath_find_files(void) {
        struct dirent **list = NULL;
        char path[PATH_MAX];
        glob_t found = {.gl_pathc = 0};

        CHECK(suite_file("b.txt", "") >= 0 && suite_file("a.txt", "") >= 0 && mkdir("d", 0700) == 0);
        CHECK(scandir(".", &list, NULL, alphasort) == 5 && strcmp(list[2]->d_name, "a.txt") == 0);
        for (int i = 0; i < 5; i++)
                free(list[i]);
        free(list);
        CHECK(glob("*.txt", 0, NULL, &found) == 0 && found.gl_pathc == 2);
        CHECK(strcmp(found.gl_pathv[1], "b.txt") == 0);
        globfree(&found);
        CHECK(realpath("d/../a.txt", path) != NULL && strcmp(path + strlen(path) - 6, "/a.txt") == 0);
        CHECK(strstr(path, "..") == NULL && realpath("absent", path) == NULL && errno == ENOENT);
}

static int n_visited;

static int visit(const char *path, const struct stat *st, int type, struct FTW *where) {
        (void)path;
        (void)st;
        (void)where;
        n_visited += type == FTW_F || type == FTW_DP;
        return 0;
}

static void nftw_visits_a_tree(void) {
        CHECK(mkdir("d", 0700) == 0 && mkdir("d/e", 0700) == 0 && suite_file("d/e/f", "") >= 0);
        n_visited = 0;
        CHECK(nftw("d", visit, 8, FTW_DEPTH | FTW_PHYS) == 0 && n_visited == 3);
}

static void deep_trees_work(void) {
        for (int i = 0; i < 60; i++)
                CHECK(mkdir("deeper", 0700) == 0 && chdir("deeper") == 0);
        SUCCEEDS(suite_file("f", "text"));
        CHECK(suite_holds("f", "text"));
        for (int i = 0; i < 60; i++)
                SUCCEEDS(chdir(".."));
        CHECK(suite_exists("deeper/deeper/deeper"));
}

static const SuiteCase cases[] = {CASE(mkdir_makes_an_empty_directory_with_the_mode_less_the_umask),
        CASE(mkdir_refuses_existing_names_and_bad_parents), CASE(links_of_a_directory_count_what_is_below),
        CASE(rmdir_removes_empty_directories_only), CASE(rmdir_refuses_files_and_dots),
        CASE(a_removed_directory_takes_nothing_in), CASE(chdir_and_fchdir_change_what_relative_paths_mean),
        CASE(chdir_refuses_what_is_no_directory), CASE(getcwd_wants_room),
        CASE(a_removed_working_directory_has_no_name), CASE(readdir_lists_each_name_once_and_both_dots),
        CASE(readdir_says_type_and_number), CASE(a_thousand_entries_are_listed_once_each),
        CASE(what_stays_is_listed_while_other_entries_are_removed), CASE(rewinddir_and_seekdir_go_back),
        CASE(fdopendir_takes_a_descriptor_of_a_directory),
        CASE(getdents_wants_a_directory_and_room_for_an_entry), CASE(scandir_glob_and_realpath_find_files),
        CASE(nftw_visits_a_tree), CASE(deep_trees_work)};
const SuiteGroup suite_dirs = GROUP("dirs", cases, NULL);
