/* SPDX-License-Identifier: MIT */
/*
 * Options of a ramfs mount: how much its files may hold, and who may use its root.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "envnum.h"
#include "ramfs.h"

#define MODE_USUAL 0777u

typedef struct Options {
        uint64_t max;
        mode_t mode;
} Options;

static int parse_mode(const char *text, mode_t *ret) {
        char *end;
        unsigned long n = strtoul(text, &end, 8);

        if (end == text || *end != '\0' || n > 07777)
                return -EINVAL;
        *ret = (mode_t)n;
        return 0;
}

static int parse_word(char *word, Options *o) {
        if (strncmp(word, "size=", 5) == 0)
                return envnum_parse_size(word + 5, &o->max)
                               ? 0
                               : fs_refuse_value(word,
                                         "number of bytes above 0, with k, m or g behind it or without");
        if (strncmp(word, "mode=", 5) == 0)
                return parse_mode(word + 5, &o->mode) == 0 ? 0
                                                           : fs_refuse_value(word, "octal number up to 7777");
        return fs_refuse_option("ramfs", word, "size= and mode=");
}

int ramfs_mount(struct Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        Options o = {.mode = MODE_USUAL};
        char *copy = strdup(data), *rest;
        int r = copy ? 0 : -ENOMEM;

        (void)blk;
        (void)flags;
        for (char *word = copy ? strtok_r(copy, ",", &rest) : NULL; word && r == 0;
                word = strtok_r(NULL, ",", &rest))
                r = parse_word(word, &o);
        free(copy);
        return r < 0 ? r : ramfs_new(o.max, o.mode, ret_fs);
}
