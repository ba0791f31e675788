/* SPDX-License-Identifier: MIT */
/*
 * Paths of chips, for libgpiod.
 *
 * libgpiod opens a chip by its path, after it has asked sysfs whether the device is one. A driver in its
 * chamber has neither /dev nor /sys, only the descriptor that it was granted. These four functions, which
 * libgpiod calls in place of the C library's, know two paths of each granted device and answer out of that
 * descriptor; every other path goes to the kernel.
 */
#undef _FILE_OFFSET_BITS /* it would rename the functions that are defined here */
#include <caisson/grant.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEVICE_PREFIX "/dev/"
#define SYSFS_PREFIX  "/sys/bus/gpio/devices/"
#define SYSFS_FILE    "/dev"
#define NAME_MAX_HERE 64u

/* The granted descriptor of "/dev/NAME", or -1. */
static int find_device(const char *path) {
        if (strncmp(path, DEVICE_PREFIX, strlen(DEVICE_PREFIX)) != 0)
                return -1;
        return nkx_grant_fd(path + strlen(DEVICE_PREFIX));
}

/* The granted descriptor of "/sys/bus/gpio/devices/NAME/dev", or -1. */
static int find_sysfs(const char *path) {
        const char *name = path + strlen(SYSFS_PREFIX);
        char copy[NAME_MAX_HERE];
        size_t size;

        if (strncmp(path, SYSFS_PREFIX, strlen(SYSFS_PREFIX)) != 0)
                return -1;
        size = strcspn(name, "/");
        if (size >= sizeof copy || strcmp(name + size, SYSFS_FILE) != 0)
                return -1;
        (void)snprintf(copy, sizeof copy, "%.*s", (int)size, name);
        return nkx_grant_fd(copy);
}

/* What the sysfs file says, as a pipe that ends behind it. */
static int open_sysfs(int device) {
        char text[32];
        struct stat st;
        int ends[2], n;

        if (fstat(device, &st) < 0 || pipe2(ends, O_CLOEXEC) < 0)
                return -1;
        n = snprintf(text, sizeof text, "%u:%u\n", major(st.st_rdev), minor(st.st_rdev));
        n = write(ends[1], text, (size_t)n) == n ? 0 : -1;
        (void)close(ends[1]);
        if (n == 0)
                return ends[0];
        (void)close(ends[0]);
        return -1;
}

int open(const char *path, int flags, ...) {
        int device = find_device(path), sysfs = find_sysfs(path);
        unsigned mode = 0;
        va_list args;

        if (device >= 0)
                return fcntl(device, F_DUPFD_CLOEXEC, 0);
        if (sysfs >= 0)
                return open_sysfs(sysfs);
        va_start(args, flags);
        if (flags & (O_CREAT | __O_TMPFILE))
                mode = va_arg(args, unsigned);
        va_end(args);
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int access(const char *path, int mode) {
        return find_sysfs(path) >= 0 ? 0 : (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

int lstat(const char *path, struct stat *st) {
        int device = find_device(path);

        return device >= 0 ? fstat(device, st) : fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int stat(const char *path, struct stat *st) {
        int device = find_device(path);

        return device >= 0 ? fstat(device, st) : fstatat(AT_FDCWD, path, st, 0);
}
