/* SPDX-License-Identifier: MIT */
/*
 * The ustar form: a header of 512 bytes before each file, whose data follows in blocks of 512; a header
 * of zeros ends the archive. Numbers are octal digits.
 */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512u

typedef struct Header {
        char name[100];
        char mode[8], uid[8], gid[8];
        char size[12], mtime[12];
        char checksum[8];
        char type;
        char link[100];
        char magic[6], version[2]; /* "ustar\0" "00" */
        char user[32], group[32], major[8], minor[8];
        char prefix[155]; /* goes before the name, with a slash */
        char padding[12];
} Header;

_Static_assert(sizeof(Header) == BLOCK, "a header is one block");

typedef struct Unpacking {
        int image, folder;
        char name[IMAGE_NAME_MAX + 2];
        const char *problem; /* what is wrong with this entry */
        int error;           /* or the errno of what could not be done */
} Unpacking;

bool image_is(const char *path) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        struct stat st;
        Header header;
        bool is_image;

        if (fd < 0)
                return false;
        is_image = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
                   pread(fd, &header, sizeof header, 0) == (ssize_t)sizeof header &&
                   memcmp(header.magic, "ustar", 5) == 0;
        close(fd);
        return is_image;
}

static bool fail(Unpacking *u, const char *problem) {
        u->problem = problem;
        return false;
}

static bool fail_errno(Unpacking *u, const char *problem) {
        u->error = errno;
        return fail(u, problem);
}

/* One block; false at the end of the file, and when it can't be read. */
static bool read_block(Unpacking *u, void *block) {
        size_t size = 0;

        while (size < BLOCK) {
                ssize_t n = read(u->image, (char *)block + size, BLOCK - size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(u, "can't be read");
                if (n == 0)
                        return fail(u, "the archive ends before its end mark");
                size += (size_t)n;
        }
        return true;
}

/* Octal digits up to a space or NUL. */
static bool read_number(const char *field, size_t size, uint64_t *ret) {
        uint64_t value = 0;
        size_t i = 0;

        for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
                value = value * 8 + (uint64_t)(field[i] - '0');
        *ret = value;
        return i > 0 && (i == size || field[i] == ' ' || field[i] == '\0');
}

static bool checksum_fits(const Header *header) {
        const unsigned char *bytes = (const unsigned char *)header;
        uint64_t given, sum = 0;

        if (!read_number(header->checksum, sizeof header->checksum, &given))
                return false;
        for (size_t i = 0; i < BLOCK; i++) {
                bool is_sum = i >= offsetof(Header, checksum) && i < offsetof(Header, type);

                sum += is_sum ? ' ' : bytes[i];
        }
        return sum == given;
}

/* Puts the whole name together, without "./" before it. */
static void read_name(Unpacking *u, const Header *header) {
        size_t prefix = strnlen(header->prefix, sizeof header->prefix);
        size_t name = strnlen(header->name, sizeof header->name);
        char *end = u->name;

        if (prefix) {
                end = mempcpy(end, header->prefix, prefix);
                *end++ = '/';
        }
        end = mempcpy(end, header->name, name);
        while (end > u->name && end[-1] == '/')
                end--;
        *end = '\0';
        if (strncmp(u->name, "./", 2) == 0)
                memmove(u->name, u->name + 2, strlen(u->name + 2) + 1);
}

/* Does the name stay below the folder? */
static bool is_inside(const char *name) {
        while (*name) {
                size_t size = strcspn(name, "/");

                if (size == 0 || (size == 1 && name[0] == '.') || (size == 2 && memcmp(name, "..", 2) == 0))
                        return false;
                name += size;
                if (*name == '/' && *++name == '\0')
                        return false;
        }
        return true;
}

/* The folders on the way to the entry. */
static bool make_parents(Unpacking *u) {
        for (char *slash = strchr(u->name, '/'); slash; slash = strchr(slash + 1, '/')) {
                int r;

                *slash = '\0';
                r = mkdirat(u->folder, u->name, 0700);
                *slash = '/';
                if (r < 0 && errno != EEXIST)
                        return fail_errno(u, "its folder can't be made");
        }
        return true;
}

static bool write_all(Unpacking *u, int fd, const char *data, size_t size) {
        while (size) {
                ssize_t n = write(fd, data, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(u, "can't be written");
                data += n;
                size -= (size_t)n;
        }
        return true;
}

static bool copy_data(Unpacking *u, int fd, uint64_t size) {
        char block[BLOCK];

        while (size) {
                size_t used = size < BLOCK ? (size_t)size : BLOCK;

                if (!read_block(u, block) || !write_all(u, fd, block, used))
                        return false;
                size -= used;
        }
        return true;
}

static bool unpack_file(Unpacking *u, const Header *header) {
        uint64_t size, mode;
        bool ok;
        int fd;

        if (!read_number(header->size, sizeof header->size, &size) ||
                !read_number(header->mode, sizeof header->mode, &mode))
                return fail(u, "its size or mode is no octal number");
        fd = openat(u->folder, u->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                mode & 0100 ? 0755 : 0644);
        if (fd < 0)
                return errno == EEXIST ? fail(u, "it is there twice") : fail_errno(u, "can't be written");
        ok = copy_data(u, fd, size);
        if (close(fd) < 0 && ok)
                return fail_errno(u, "can't be written");
        return ok;
}

static bool unpack_entry(Unpacking *u, const Header *header) {
        if (memcmp(header->magic, "ustar", 5) != 0 || !checksum_fits(header))
                return fail(u, "its header is damaged");
        read_name(u, header);
        if (header->type == '5' && (u->name[0] == '\0' || strcmp(u->name, ".") == 0))
                return true;
        if (header->type != '0' && header->type != '\0' && header->type != '5')
                return fail(u, "it is neither a file nor a folder; write images with makeimg, or tar "
                               "--format=ustar");
        if (u->name[0] == '\0' || !is_inside(u->name))
                return fail(u, "its name leads out of the image");
        if (!make_parents(u))
                return false;
        if (header->type != '5')
                return unpack_file(u, header);
        if (mkdirat(u->folder, u->name, 0700) < 0 && errno != EEXIST)
                return fail_errno(u, "the folder can't be made");
        return true;
}

static bool unpack_entries(Unpacking *u) {
        static const Header end;
        Header header;

        for (unsigned n = 0; n <= IMAGE_ENTRIES_MAX; n++) {
                if (!read_block(u, &header))
                        return false;
                if (memcmp(&header, &end, sizeof end) == 0)
                        return true;
                if (n < IMAGE_ENTRIES_MAX && !unpack_entry(u, &header))
                        return false;
        }
        u->name[0] = '\0';
        return fail(u, "it has too many entries");
}

/* The name comes from the archive: no control character reaches the terminal. */
static void print_name(const char *name, FILE *out) {
        for (; *name; name++) {
                unsigned char c = (unsigned char)*name;

                (void)fputc(c < 0x20 || c == 0x7f ? '?' : c, out);
        }
}

static void say(const Unpacking *u, const char *path, FILE *out) {
        (void)fprintf(out, "caisson: image %s", path);
        if (u->name[0]) {
                (void)fputs(", entry '", out);
                print_name(u->name, out);
                (void)fputc('\'', out);
        }
        (void)fprintf(
                out, ": %s%s%s\n", u->problem, u->error ? ": " : "", u->error ? strerror(u->error) : "");
}

static bool is_ours(int fd) {
        struct stat st;

        return fstat(fd, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) &&
               !(st.st_mode & (S_IWGRP | S_IWOTH));
}

int image_unpack(Pool *pool, const char *path, FILE *out, const char **ret_folder, bool *ret_is_ours) {
        const char *place = getenv("TMPDIR");
        Unpacking u = {.image = -1, .folder = -1};
        char *folder = pool_printf(pool, "%s/caisson-image-XXXXXX", place && place[0] ? place : "/tmp");
        bool ok = false;

        u.image = open(path, O_RDONLY | O_CLOEXEC);
        if (u.image < 0)
                (void)fail_errno(&u, "can't be read");
        else if (!mkdtemp(folder))
                (void)fail_errno(&u, "no folder to unpack it into (TMPDIR says where)");
        else {
                u.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                ok = u.folder < 0 ? fail_errno(&u, "its folder can't be read") : unpack_entries(&u);
                if (!ok)
                        image_remove(folder);
        }
        *ret_is_ours = u.image >= 0 && is_ours(u.image);
        if (u.folder >= 0)
                close(u.folder);
        if (u.image >= 0)
                close(u.image);
        if (!ok) {
                say(&u, path, out);
                return -1;
        }
        *ret_folder = folder;
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk) {
        (void)st;
        (void)type;
        (void)walk;
        (void)remove(path);
        return 0;
}

void image_remove(const char *folder) {
        if (folder)
                (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
