/* SPDX-License-Identifier: MIT */
/*
 * Attempts at files: opening, making, linking, mounting, executing.
 */
#include "attempts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_passwd(void) {
        return open("/etc/passwd", O_RDONLY);
}

static int open_up(void) {
        return openat(AT_FDCWD, "../../../../etc/passwd", O_RDONLY);
}

static int open_own_program(void) {
        return open("/bin/Hostile", O_RDONLY);
}

static int open_by_new_call(void) {
        uint64_t how[3] = {O_RDONLY};

        return (int)syscall(SYS_openat2, AT_FDCWD, "/", how, sizeof how);
}

static int list_descriptors(void) {
        return open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
}

static int create_file(void) {
        return open("/left", O_WRONLY | O_CREAT, 0600);
}

static int make_folder(void) {
        return mkdir("/left", 0700);
}

static int make_device(void) {
        return mknod("/disk", S_IFBLK | 0600, (dev_t)0x800);
}

static int make_link(void) {
        return symlink("/proc", "/link");
}

static int link_descriptor(void) {
        return linkat(STDOUT_FILENO, "", AT_FDCWD, "/left", AT_EMPTY_PATH);
}

static int change_root(void) {
        return chroot("/");
}

static int watch_files(void) {
        return (int)syscall(SYS_inotify_init1, 0);
}

static int name_handle(void) {
        return (int)syscall(SYS_name_to_handle_at, AT_FDCWD, "/", NULL, NULL, 0);
}

static int open_by_handle(void) {
        return (int)syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, O_RDONLY);
}

static int mount_proc(void) {
        return mount("proc", "/", "proc", 0, NULL);
}

static int mount_new_way(void) {
        return (int)syscall(SYS_fsopen, "proc", 0);
}

static int clone_mounts(void) {
        return (int)syscall(SYS_open_tree, AT_FDCWD, "/", 1);
}

static int move_root(void) {
        return (int)syscall(SYS_pivot_root, "/", "/");
}

static int execute(void) {
        char *argv[] = {(char[]){"x"}, NULL};

        return execve("/bin/Hostile", argv, NULL);
}

static int execute_memory(void) {
        int fd = (int)syscall(SYS_memfd_create, "x", 0);
        char *argv[] = {(char[]){"x"}, NULL};

        return fd < 0 ? -1 : fexecve(fd, argv, NULL);
}

static int execute_descriptor(void) {
        return (int)syscall(SYS_execveat, STDIN_FILENO, "", NULL, NULL, AT_EMPTY_PATH);
}

static const Attempt list[] = {
        {"open /etc/passwd", open_passwd},
        {"open /etc/passwd from above", open_up},
        {"open its own program", open_own_program},
        {"open by openat2", open_by_new_call},
        {"open /proc/self/fd", list_descriptors},
        {"create a file", create_file},
        {"make a folder", make_folder},
        {"make a device", make_device},
        {"make a link", make_link},
        {"link a descriptor", link_descriptor},
        {"change its root", change_root},
        {"watch files", watch_files},
        {"make a file handle", name_handle},
        {"open by handle", open_by_handle},
        {"mount", mount_proc},
        {"mount by fsopen", mount_new_way},
        {"clone mounts", clone_mounts},
        {"move the root", move_root},
        {"execute a program", execute},
        {"execute memory", execute_memory},
        {"execute a descriptor", execute_descriptor},
};
const Attempts attempts_files = {list, sizeof list / sizeof *list};
