/* SPDX-License-Identifier: MIT */
/* System calls with addresses that lead nowhere. By name the C library or a library before it may use them
 * itself. */
#include "suite.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
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
        CHECK(syscall(SYS_utimensat, AT_FDCWD, "f", NULL, 0) == 0);
}

static const SuiteCase cases[] = {CASE(a_path_that_is_nowhere_is_efault),
        CASE(a_buffer_that_is_nowhere_is_efault), CASE(a_structure_that_is_nowhere_is_efault)};
const SuiteGroup suite_memory = GROUP("memory", cases, NULL);
