/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: unpacking an image. Whatever the bytes are, files and folders come to lie in the folder made
 * for them and nowhere else, with no more bytes than the image has; a refusal leaves nothing behind and is
 * one line that a terminal can show. Each input is tried twice: as it is, and with the checksums made
 * right, which no change of a byte would find by itself.
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
        BLOCK = 512,
        SIZE_AT = 124,
        SIZE_END = 136,
        SUM_AT = 148,
        SUM_END = 156,
        PLACE_SIZE = 64,
};

static char place[PLACE_SIZE]; /* TMPDIR: holds the unpacked folder, and nothing else */
static uint64_t n_bytes;       /* in the files found */

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void remove_place(void) {
        (void)rmdir(place);
}

static void make_place(void) {
        if (place[0])
                return;
        (void)snprintf(place, sizeof place, "/tmp/fuzz-image-XXXXXX");
        must(mkdtemp(place) != NULL && setenv("TMPDIR", place, 1) == 0 && atexit(remove_place) == 0);
}

static unsigned n_in_place(void) {
        DIR *folder = opendir(place);
        unsigned n = 0;

        must(folder != NULL);
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
                n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
        (void)closedir(folder);
        return n;
}

static int check_entry(const char *path, const struct stat *st, int type, struct FTW *walk) {
        (void)path;
        (void)walk;
        must(type == FTW_D || type == FTW_F);
        must(S_ISDIR(st->st_mode) || (S_ISREG(st->st_mode) && st->st_nlink == 1));
        must((st->st_mode & (S_ISUID | S_ISGID | S_ISVTX | S_IWGRP | S_IWOTH)) == 0);
        if (S_ISREG(st->st_mode))
                n_bytes += (uint64_t)st->st_size;
        return 0;
}

static void check_unpacked(const char *folder, size_t size) {
        n_bytes = 0;
        must(strncmp(folder, place, strlen(place)) == 0 && n_in_place() == 1);
        must(nftw(folder, check_entry, 16, FTW_PHYS) == 0);
        must(n_bytes <= size);
        image_remove(folder);
}

static void check_refusal(const char *text, size_t size) {
        must(size > 1 && text[size - 1] == '\n');
        for (size_t i = 0; i < size - 1; i++)
                must((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

static void unpack(const uint8_t *data, size_t size) {
        int fd = memfd_create("image", MFD_CLOEXEC);
        const char *folder = NULL;
        char path[PLACE_SIZE], *text = NULL;
        size_t text_size = 0;
        FILE *out = open_memstream(&text, &text_size);
        Pool pool = POOL_NULL;
        bool is_ours = false;
        int r;

        must(fd >= 0 && out != NULL && write(fd, data, size) == (ssize_t)size);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        (void)image_is(path);
        r = image_unpack(&pool, path, out, &folder, &is_ours);
        (void)fclose(out);
        if (r == 0)
                check_unpacked(folder, size);
        else
                check_refusal(text, text_size);
        must(n_in_place() == 0);
        free(text);
        pool_deinit(&pool);
        (void)close(fd);
}

static uint64_t size_of(const uint8_t *header) {
        uint64_t size = 0;

        for (int i = SIZE_AT; i < SIZE_END && header[i] >= '0' && header[i] <= '7'; i++)
                size = size * 8 + (uint64_t)(header[i] - '0');
        return size;
}

static void correct(uint8_t *header) {
        unsigned sum = 0;
        char digits[SUM_END - SUM_AT] = {0};

        memset(header + SUM_AT, ' ', SUM_END - SUM_AT);
        for (int i = 0; i < BLOCK; i++)
                sum += header[i];
        (void)snprintf(digits, sizeof digits, "%06o", sum);
        memcpy(header + SUM_AT, digits, sizeof digits);
}

static bool is_end(const uint8_t *header) {
        static const uint8_t end[BLOCK];

        return memcmp(header, end, BLOCK) == 0;
}

/* Gives each header its checksum, as far as headers follow each other. */
static void correct_all(uint8_t *data, size_t size) {
        size_t at = 0;

        while (size - at >= BLOCK && !is_end(data + at)) {
                uint64_t inside = size_of(data + at), left;

                correct(data + at);
                at += BLOCK;
                left = size - at;
                if (inside > left || (inside + BLOCK - 1) / BLOCK * BLOCK > left)
                        return;
                at += (size_t)((inside + BLOCK - 1) / BLOCK * BLOCK);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        uint8_t *copy = malloc(size ? size : 1);

        must(copy != NULL);
        make_place();
        unpack(data, size);
        if (size)
                memcpy(copy, data, size);
        correct_all(copy, size);
        unpack(copy, size);
        free(copy);
        return 0;
}
