/* SPDX-License-Identifier: MIT */
/* Mounting, and a root of one's own, where a program may: as the client of a VFS. */
#include "suite.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool may_mount(void) {
        return mkdir("m", 0700) == 0 && mount("nodev", "m", "ramfs", 0, "") == 0 && umount("m") == 0;
}

static void a_file_system_is_mounted_and_unmounted(void) {
        struct stat out, in;

        CHECK(mkdir("m", 0700) == 0 && suite_file("m/covered", "") >= 0 && stat("m", &out) == 0);
        SUCCEEDS(mount("nodev", "m", "ramfs", 0, ""));
        CHECK(!suite_exists("m/covered") && stat("m", &in) == 0 && in.st_dev != out.st_dev);
        CHECK(close(suite_file("m/f", "in memory")) == 0 && suite_holds("m/f", "in memory"));
        FAILS(EXDEV, link("m/f", "f"));
        SUCCEEDS(umount("m"));
        CHECK(suite_exists("m/covered") && !suite_exists("m/f"));
        FAILS(EINVAL, umount("m"));
}

static void what_can_not_be_mounted_is_refused(void) {
        CHECK(mkdir("m", 0700) == 0 && suite_file("f", "") >= 0);
        FAILS(ENODEV, mount("nodev", "m", "there is none", 0, ""));
        FAILS(ENOENT, mount("nodev", "absent", "ramfs", 0, ""));
        FAILS(ENOTDIR, mount("nodev", "f", "ramfs", 0, ""));
        FAILS(EINVAL, umount("m"));
        FAILS(ENOENT, umount("absent"));
}

static void flags_of_a_mount_bind(void) {
        struct statvfs st;

        CHECK(mkdir("m", 0700) == 0 && mount("nodev", "m", "ramfs", MS_RDONLY, "") == 0);
        FAILS(EROFS, mkdir("m/d", 0700));
        CHECK(statvfs("m", &st) == 0 && (st.f_flag & ST_RDONLY) && umount("m") == 0);
        CHECK(mount("nodev", "m", "ramfs", MS_NOATIME, "") == 0);
        CHECK(statvfs("m", &st) == 0 && (st.f_flag & ST_NOATIME) && umount("m") == 0);
}

static void the_root_can_be_covered(void) {
        CHECK(mkdir("d", 0700) == 0 && mount("nodev", "/", "ramfs", 0, "") == 0);
        CHECK(mkdir("/only here", 0700) == 0 && suite_exists("d"));
        CHECK(umount("/") == 0 && !suite_exists("/only here"));
}

/* The way back is a directory that was opened before. */
static void a_root_of_one_s_own_is_all_there_is(void) {
        int before = open("/", O_RDONLY | O_DIRECTORY);
        char cwd[64];
        bool is_all;

        CHECK(before >= 0 && mkdir("d", 0700) == 0 && suite_file("d/f", "") >= 0 && chroot("d") == 0);
        is_all = chdir("/") == 0 && suite_exists("/f") && suite_exists("/../f") && !suite_exists("/d") &&
                 getcwd(cwd, sizeof(cwd)) != NULL && cwd[1] == '\0';
        CHECK(fchdir(before) == 0 && chroot(".") == 0);
        CHECK(is_all);
}

static const SuiteCase cases[] = {CASE(a_file_system_is_mounted_and_unmounted),
        CASE(what_can_not_be_mounted_is_refused), CASE(flags_of_a_mount_bind), CASE(the_root_can_be_covered),
        CASE(a_root_of_one_s_own_is_all_there_is)};
const SuiteGroup suite_mounts = GROUP("mounts", cases, may_mount);
