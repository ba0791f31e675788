/* SPDX-License-Identifier: MIT */
/* Mounting, and a root of one's own, where a program may: as the client of a VFS. */
#include "suite.h"

#include <fcntl.h>
#include <string.h>
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

/* --- the list of mounts --- */

/* getvfsstat(), which a host hasn't, nor its header. */
extern int list_mounts(struct statvfs *buf, size_t size, int flags) __asm__("getvfsstat")
        __attribute__((weak));
enum { WAIT = 1, NOWAIT = 2 }; /* ST_WAIT, ST_NOWAIT */

static bool has_list(void) {
        return list_mounts != NULL;
}

static void getvfsstat_counts_mounts(void) {
        int n = list_mounts(NULL, 0, NOWAIT);

        CHECK(n >= 1 && list_mounts(NULL, 12345, WAIT) == n);
        CHECK(mkdir("m", 0700) == 0 && mount("nodev", "m", "ramfs", 0, "") == 0);
        CHECK(list_mounts(NULL, 0, NOWAIT) == n + 1 && umount("m") == 0);
        CHECK(list_mounts(NULL, 0, NOWAIT) == n);
}

static void getvfsstat_says_of_each_mount_what_statvfs_says(void) {
        struct statvfs list[64], st;
        struct stat in;
        int n;

        CHECK(mkdir("m", 0700) == 0 && mount("nodev", "m", "ramfs", MS_RDONLY | MS_NOATIME, "size=1m") == 0);
        n = list_mounts(list, sizeof list, WAIT);
        CHECK(n >= 2 && n <= 64 && statvfs("m", &st) == 0 && stat("m", &in) == 0);
        CHECK(list[n - 1].f_fsid == in.st_dev && list[n - 1].f_fsid == st.f_fsid);
        CHECK(list[n - 1].f_blocks == st.f_blocks && list[n - 1].f_frsize == st.f_frsize);
        CHECK(list[n - 1].f_flag == st.f_flag && (st.f_flag & ST_RDONLY) && (st.f_flag & ST_NOATIME));
        CHECK(list[n - 1].f_namemax == 255 && umount("m") == 0);
        for (int i = 0; i + 1 < n; i++)
                CHECK(list[i].f_fsid != list[n - 1].f_fsid && list[i].f_namemax > 0);
}

/* Whole structures, and no byte behind them. */
static void getvfsstat_fills_in_as_many_as_fit(void) {
        struct statvfs list[3];
        unsigned char *behind = (unsigned char *)&list[1];

        CHECK(mkdir("m", 0700) == 0 && mount("nodev", "m", "ramfs", 0, "") == 0);
        memset(list, 0xa5, sizeof list);
        CHECK(list_mounts(list, 0, WAIT) == 0 && list_mounts(list, sizeof list[0] - 1, WAIT) == 0);
        CHECK(*(unsigned char *)list == 0xa5);
        CHECK(list_mounts(list, sizeof list[0], WAIT) == 1 &&
                list_mounts(list, 2 * sizeof list[0] - 1, NOWAIT) == 1);
        CHECK(list[0].f_namemax > 0);
        for (size_t i = 0; i < 2 * sizeof list[0]; i++)
                CHECK(behind[i] == 0xa5);
        CHECK(list_mounts(list, 2 * sizeof list[0], WAIT) == 2 && umount("m") == 0);
        FAILS(EINVAL, list_mounts(list, sizeof list, 0));
        FAILS(EINVAL, list_mounts(list, sizeof list, 3));
        FAILS(EINVAL, list_mounts(NULL, 0, 4));
}

static const SuiteCase list_cases[] = {CASE(getvfsstat_counts_mounts),
        CASE(getvfsstat_says_of_each_mount_what_statvfs_says), CASE(getvfsstat_fills_in_as_many_as_fit)};
const SuiteGroup suite_list = GROUP("list of mounts", list_cases, has_list);

static const SuiteCase cases[] = {CASE(a_file_system_is_mounted_and_unmounted),
        CASE(what_can_not_be_mounted_is_refused), CASE(flags_of_a_mount_bind), CASE(the_root_can_be_covered),
        CASE(a_root_of_one_s_own_is_all_there_is)};
const SuiteGroup suite_mounts = GROUP("mounts", cases, may_mount);
