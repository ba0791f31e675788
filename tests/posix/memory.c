/* SPDX-License-Identifier: MIT */
/* Calls with addresses that lead nowhere: any of them as system calls; by name, where the C library or one
 * before it may use them itself, NULL and what is near it. */
#include "suite.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096

static const char nowhere_text[] = "";

/* A page that nobody may touch, behind one that all may. */
static char *edge(void) {
        char *two = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        return two != MAP_FAILED && mprotect(two + PAGE, PAGE, PROT_NONE) == 0 ? two + PAGE : NULL;
}

static void a_path_that_is_nowhere_is_efault(void) {
        char *end = edge();
        struct stat st;

        CHECK(end != NULL);
        FAILS(EFAULT, syscall(SYS_open, 16L, O_RDONLY, 0));
        FAILS(EFAULT, syscall(SYS_openat, AT_FDCWD, end, O_RDONLY, 0));
        FAILS(EFAULT, syscall(SYS_stat, NULL, &st));
        FAILS(EFAULT, syscall(SYS_mkdir, end, 0700));
        FAILS(EFAULT, syscall(SYS_rename, "a", end));
        FAILS(EFAULT, syscall(SYS_symlink, end, "a"));
        FAILS(EFAULT, syscall(SYS_chdir, UINTPTR_MAX - 5));
        FAILS(EFAULT, syscall(SYS_fchmodat, AT_FDCWD, end, 0600));
        memset(end - 4, 'x', 4); /* goes on where nothing is */
        FAILS(EFAULT, syscall(SYS_unlink, end - 4));
        end[-1] = '\0';
        FAILS(ENOENT, syscall(SYS_unlink, end - 4));
}

static void a_buffer_that_is_nowhere_is_efault(void) {
        char *end = edge();
        int fd = suite_file("f", "text");

        CHECK(end != NULL && fd >= 0);
        FAILS(EFAULT, syscall(SYS_read, fd, end, 4));
        FAILS(EFAULT, syscall(SYS_pread64, fd, 8L, 4, 0));
        FAILS(EFAULT, syscall(SYS_write, fd, end, 4));
        FAILS(EFAULT, syscall(SYS_read, fd, nowhere_text, 1)); /* only for reading */
        FAILS(EFAULT, syscall(SYS_getcwd, end, PAGE));
        CHECK(syscall(SYS_read, fd, end - 4, 4) == 4 && memcmp(end - 4, "text", 4) == 0);
        CHECK(syscall(SYS_write, fd, end, 0) == 0);
        CHECK(suite_holds("f", "text"));
}

static void a_structure_that_is_nowhere_is_efault(void) {
        const struct iovec bad = {.iov_base = (void *)(uintptr_t)8, .iov_len = 4};
        int fd = suite_file("f", "text");
        char *end = edge();

        CHECK(end != NULL && fd >= 0);
        FAILS(EFAULT, syscall(SYS_stat, "f", end));
        FAILS(EFAULT, syscall(SYS_fstat, fd, 32L));
        FAILS(EFAULT, syscall(SYS_fstat, fd, end - 8)); /* its end is nowhere */
        FAILS(EFAULT, syscall(SYS_writev, fd, end, 1));
        FAILS(EFAULT, syscall(SYS_readv, fd, &bad, 1));
        FAILS(EFAULT, syscall(SYS_utimensat, AT_FDCWD, "f", end, 0));
        FAILS(EFAULT, syscall(SYS_fcntl, fd, F_SETLK, end));
        FAILS(EFAULT, syscall(SYS_ioctl, fd, FIONREAD, end));
        FAILS(EFAULT, syscall(SYS_ioctl, fd, FIONBIO, end));
        FAILS(EFAULT, syscall(SYS_ioctl, fd, FIONREAD, nowhere_text)); /* only for reading */
        CHECK(syscall(SYS_utimensat, AT_FDCWD, "f", NULL, 0) == 0);
}

/* What the compiler would warn of, and libraries say can't be. */
static void *volatile const nothing, *volatile const little = (void *)64;

static void null_by_name_is_efault(void) {
        int fd = suite_file("f", "text");
        struct stat st;

        CHECK(fd >= 0);
        FAILS(EFAULT, open(nothing, O_RDONLY));
        FAILS(EFAULT, stat(nothing, &st));
        FAILS(EFAULT, mkdir(little, 0700));
        FAILS(EFAULT, rename("f", nothing));
        FAILS(EFAULT, read(fd, nothing, 4));
        FAILS(EFAULT, read(fd, little, 4));
        FAILS(EFAULT, pwrite(fd, nothing, 4, 0));
        FAILS(EFAULT, readv(fd, nothing, 1));
        FAILS(EFAULT, stat("f", nothing));
        FAILS(EFAULT, fstat(fd, little));
        FAILS(EFAULT, fcntl(fd, F_SETLK, nothing));
        FAILS(EFAULT, ioctl(fd, FIONREAD, nothing));
        FAILS(EFAULT, mount("a", ".", "b", 0, little));
        CHECK(read(fd, nothing, 0) == 0 && write(fd, nothing, 0) == 0);
        FAILS(EBADF, read(-1, nothing, 4));
        FAILS(EBADF, fstat(-1, nothing));
        CHECK(suite_holds("f", "text"));
}

static const SuiteCase cases[] = {CASE(a_path_that_is_nowhere_is_efault),
        CASE(a_buffer_that_is_nowhere_is_efault), CASE(a_structure_that_is_nowhere_is_efault),
        CASE(null_by_name_is_efault)};
const SuiteGroup suite_memory = GROUP("memory", cases, NULL);
