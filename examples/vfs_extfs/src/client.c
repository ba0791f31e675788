/* SPDX-License-Identifier: MIT */
/*
 * Client: mounts three disks, and copies a file from one to the next.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
        const char *disk, *folder, *type;
} mounts[] = {
        {"ramdisk0,0", "/mnt0", "ext2"},
        {"ramdisk1,0", "/mnt1", "ext3"},
        {"ramdisk2,0", "/mnt2", "ext4"},
};

static int fail(const char *what) {
        fprintf(stderr, "%s: %s\n", what, strerror(errno));
        return EXIT_FAILURE;
}

/* A line more than the file that it is copied from. */
static int copy(const char *from, const char *to, const char *line) {
        char buffer[256];
        FILE *in = from ? fopen(from, "r") : NULL, *out = fopen(to, "w");

        if (out == NULL || (from != NULL && in == NULL))
                return -1;
        while (in != NULL && fgets(buffer, sizeof buffer, in) != NULL)
                fputs(buffer, out);
        fprintf(out, "written on %s\n", line);
        if (in != NULL)
                fclose(in);
        fflush(out);
        if (fsync(fileno(out)) != 0) /* now it is on the disk */
                return -1;
        return fclose(out);
}

int main(void) {
        char path[32], before[32], buffer[256];
        FILE *f;

        for (size_t i = 0; i < 3; i++) {
                if (mount(mounts[i].disk, mounts[i].folder, mounts[i].type, 0, "") != 0)
                        return fail(mounts[i].disk);
                snprintf(path, sizeof path, "%s/file", mounts[i].folder);
                if (copy(i > 0 ? before : NULL, path, mounts[i].type) != 0)
                        return fail(path);
                memcpy(before, path, sizeof path);
        }
        f = fopen(path, "r");
        while (f != NULL && fgets(buffer, sizeof buffer, f) != NULL)
                fputs(buffer, stderr);
        if (umount("/mnt2") != 0)
                fprintf(stderr, "a disk with open files: %s\n", strerror(errno));
        if (f == NULL || fclose(f) != 0 || umount("/mnt2") != 0)
                return fail("/mnt2");
        fprintf(stderr, "without: unmounted\n");
        if (mount("ramdisk2,0", "/mnt2", "ext4", MS_RDONLY, "") != 0)
                return fail("/mnt2");
        if (mkdir("/mnt2/folder", 0700) != 0)
                fprintf(stderr, "a disk that is only read: %s\n", strerror(errno));
        if (mount("ramdisk3,0", "/mnt2", "ext4", 0, "") != 0)
                fprintf(stderr, "a disk that is not there: %s\n", strerror(errno));
        return EXIT_SUCCESS;
}
