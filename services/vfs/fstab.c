/* SPDX-License-Identifier: MIT */
/*
 * Reading entries, and doing what they say: see fstab.h.
 */
#include "fstab.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#define BLANKS         " \t\r\n"
#define N_FIELDS       4u
#define N_FIELDS_MAX   6u /* with the data and what a classic fstab has: dump, pass */
#define MOUNT_DIR_MODE 0777u

/* --- parsing --- */

static bool is_number(const char *text) {
        return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static unsigned long flag_of(const char *word, bool *ret_known) {
        static const struct {
                const char *word;
                unsigned long flag;
        } words[] = {
                {"defaults", 0},
                {"rw", 0},
                {"ro", MS_RDONLY},
                {"noexec", MS_NOEXEC},
                {"nosuid", MS_NOSUID},
                {"nodev", MS_NODEV},
                {"sync", MS_SYNCHRONOUS},
                {"noatime", MS_NOATIME},
                {"relatime", MS_RELATIME},
        };

        *ret_known = true;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                if (strcmp(word, words[i].word) == 0)
                        return words[i].flag;
        *ret_known = false;
        return 0;
}

/* There is room: the entry itself fits into as much. */
static void add_data(FstabEntry *e, const char *word) {
        size_t used = strlen(e->data);

        (void)snprintf(e->data + used, sizeof e->data - used, "%s%s", used > 0 ? "," : "", word);
}

static void parse_options(FstabEntry *e, char *options) {
        char *rest;

        for (char *word = strtok_r(options, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
                bool is_known;

                e->mount.flags |= flag_of(word, &is_known);
                if (!is_known)
                        add_data(e, word);
        }
}

static uint32_t split(char *text, char *fields[N_FIELDS_MAX]) {
        char *rest;
        uint32_t n = 0;

        for (char *field = strtok_r(text, BLANKS, &rest); field; field = strtok_r(NULL, BLANKS, &rest))
                if (n++ < N_FIELDS_MAX)
                        fields[n - 1] = field;
        return n;
}

bool fstab_parse(const char *line, FstabEntry *ret, const char **ret_fault) {
        char *fields[N_FIELDS_MAX] = {NULL};
        uint32_t n;

        *ret_fault = "the entry is too long";
        if (strlen(line) >= FSTAB_ENTRY_MAX)
                return false;
        memcpy(ret->text, line, strlen(line) + 1);
        ret->data[0] = '\0';
        n = split(ret->text, fields);
        *ret_fault = n < N_FIELDS ? "a field is missing; there are four: device, mount point, type, options"
                                  : "there are too many fields";
        if (n < N_FIELDS || n > N_FIELDS_MAX)
                return false;
        *ret_fault = "the mount point must begin with '/'";
        if (fields[1][0] != '/')
                return false;
        ret->mount =
                (WorldMount){.source = fields[0], .target = fields[1], .type = fields[2], .data = ret->data};
        if (is_number(fields[3]))
                ret->mount.flags = strtoul(fields[3], NULL, 10);
        else
                parse_options(ret, fields[3]);
        if (n > N_FIELDS && !is_number(fields[4]))
                add_data(ret, fields[4]);
        return true;
}

/* --- mounting --- */

static bool complain(const char *line, const char *why) {
        (void)fprintf(stderr, "vfs: '%s' is not mounted: %s\n", line, why);
        return false;
}

bool fstab_mount(VfsClient *c, const char *line) {
        FstabEntry *e = malloc(sizeof *e);
        const char *fault = "no memory";
        bool is_good = e && fstab_parse(line, e, &fault);
        int r = 0;

        fs_explain("%s", "");
        if (is_good) {
                r = vfs_mkdir(c, NULL, e->mount.target, MOUNT_DIR_MODE);
                if (r == -ENOENT)
                        fs_explain("the folder that %s would be in is not there", e->mount.target);
                if (r == 0 || r == -EEXIST)
                        r = world_mount(c, &e->mount);
                if (r < 0)
                        fault = fs_reason(r);
        }
        free(e);
        return is_good && r == 0 ? true : complain(line, fault);
}

static bool mount_line(VfsClient *c, const char *line, size_t size) {
        char copy[FSTAB_ENTRY_MAX];

        if (size == 0 || *line == '#')
                return true;
        if (size >= sizeof copy)
                return complain("an entry", "it is too long");
        memcpy(copy, line, size);
        copy[size] = '\0';
        return fstab_mount(c, copy);
}

bool fstab_mount_all(VfsClient *c, const char *text, size_t size) {
        bool is_whole = true;

        while (size > 0) {
                size_t blanks = 0, length;

                while (blanks < size && strchr(BLANKS, text[blanks]))
                        blanks++;
                text += blanks;
                size -= blanks;
                for (length = 0; length < size && text[length] != '\n';)
                        length++;
                is_whole = mount_line(c, text, length) && is_whole;
                text += length;
                size -= length;
        }
        return is_whole;
}
