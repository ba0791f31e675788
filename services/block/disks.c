/* SPDX-License-Identifier: MIT */
/*
 * Files as disks: see disks.h.
 */
#include "disks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <caisson/grant.h>

#define SUFFIX ".img"

/* --- adding --- */

static bool is_writable(int fd) {
        int flags = fcntl(fd, F_GETFL);

        return flags >= 0 && (flags & O_ACCMODE) == O_RDWR;
}

/* Private pages of a file: what nobody writes is not copied. */
static bool bring_in(Disk *disk) {
        void *at = mmap(NULL, disk->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, disk->fd, 0);

        if (at == MAP_FAILED)
                return false;
        disk->memory = at;
        disk->is_read_only = false;
        return true;
}

static bool has_disk(const Disks *d, const char *name) {
        for (uint32_t i = 0; i < d->n; i++)
                if (strcmp(d->disks[i].name, name) == 0)
                        return true;
        return false;
}

static const char *add(Disks *d, const char *name, size_t length, int fd) {
        Disk *disk = &d->disks[d->n];
        off_t size = lseek(fd, 0, SEEK_END); /* of a disk of the host too, which has no st_size */

        if (d->n == DISKS_MAX)
                return "the driver has as many disks as it may";
        if (length == 0 || length > DISKS_NAME_MAX)
                return "the name of a disk has 1 to 31 bytes";
        if (size <= 0)
                return "the file is empty";
        *disk = (Disk){.fd = fd, .size = (uint64_t)size, .is_read_only = !is_writable(fd)};
        memcpy(disk->name, name, length);
        if (has_disk(d, disk->name))
                return "there is a disk of that name already";
        if (d->are_in_memory && !bring_in(disk))
                return "no memory";
        d->n++;
        return NULL;
}

/* Length of "PREFIX<digits>", if that is all there is before the suffix; else 0. */
static size_t disk_name_length(const char *grant, const char *prefix) {
        size_t start = strlen(prefix), digits;

        if (strncmp(grant, prefix, start) != 0)
                return 0;
        digits = strspn(grant + start, "0123456789");
        return digits > 0 && strcmp(grant + start + digits, SUFFIX) == 0 ? start + digits : 0;
}

bool disks_add_granted(Disks *d, const char *prefix, const char **ret_name, const char **ret_fault) {
        const char *grant;

        *ret_fault = NULL;
        for (unsigned i = 0; !*ret_fault && (grant = nkx_grant_name(i)) != NULL; i++) {
                size_t length = disk_name_length(grant, prefix);

                *ret_name = grant;
                if (length > 0)
                        *ret_fault = add(d, grant, length, nkx_grant_fd(grant));
        }
        return !*ret_fault;
}

bool disks_add(Disks *d, const char *text, const char **ret_fault) {
        const char *equals = strchr(text, '=');
        int fd = equals ? nkx_grant_fd(equals + 1) : -1;

        if (!equals)
                *ret_fault = "an argument has the form DISK=GRANT, such as mmc0=card.img";
        else if (fd < 0)
                *ret_fault = "no file of that name is granted (`grants` in init.yaml)";
        else
                *ret_fault = add(d, text, (size_t)(equals - text), fd);
        return !*ret_fault;
}

/* --- transfers --- */

int disks_get(const Disks *d, uint32_t number, const Disk **ret) {
        if (number >= d->n)
                return -ENODEV;
        *ret = &d->disks[number];
        return 0;
}

static int get_range(const Disks *d, uint32_t number, uint64_t at, size_t size, const Disk **ret) {
        int r = disks_get(d, number, ret);

        if (r < 0)
                return r;
        return at > (*ret)->size || size > (*ret)->size - at ? -EINVAL : 0;
}

int disks_read(const Disks *d, uint32_t number, uint64_t at, void *buffer, size_t size) {
        const Disk *disk;
        int r = get_range(d, number, at, size, &disk);

        if (r == 0 && disk->memory) {
                memcpy(buffer, disk->memory + at, size);
                return 0;
        }
        for (size_t done = 0; r == 0 && done < size;) {
                ssize_t n = pread(disk->fd, (char *)buffer + done, size - done, (off_t)(at + done));

                if (n > 0)
                        done += (size_t)n;
                else if (n == 0 || errno != EINTR)
                        r = n == 0 ? -EIO : -errno;
        }
        return r;
}

int disks_write(const Disks *d, uint32_t number, uint64_t at, const void *data, size_t size) {
        const Disk *disk;
        int r = get_range(d, number, at, size, &disk);

        if (r == 0 && disk->is_read_only)
                r = -EROFS;
        if (r == 0 && disk->memory) {
                memcpy(disk->memory + at, data, size);
                return 0;
        }
        for (size_t done = 0; r == 0 && done < size;) {
                ssize_t n = pwrite(disk->fd, (const char *)data + done, size - done, (off_t)(at + done));

                if (n > 0)
                        done += (size_t)n;
                else if (n == 0 || errno != EINTR)
                        r = n == 0 ? -EIO : -errno;
        }
        return r;
}

int disks_flush(const Disks *d, uint32_t number) {
        const Disk *disk;
        int r = disks_get(d, number, &disk);

        if (r < 0 || disk->memory || disk->is_read_only)
                return r;
        return fdatasync(disk->fd) == 0 ? 0 : -errno;
}
