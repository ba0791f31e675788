/* SPDX-License-Identifier: MIT */
/*
 * Copying a template, folder by folder.
 */
#include "template.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"

#define MARK      "@NAME@"
#define MARK_SIZE (sizeof MARK - 1)

typedef struct Copying {
        Pool *pool;
        const char *name;
        FILE *out;
} Copying;

const char *template_refuse(const char *name) {
        if (!islower((unsigned char)name[0]))
                return "it must begin with a lower-case letter";
        for (const char *c = name; *c; c++)
                if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_')
                        return "it must consist of lower-case letters, digits and '_'";
        return strlen(name) > TEMPLATE_NAME_MAX ? "it has more than 32 bytes" : NULL;
}

static int fail(const Copying *c, const char *what, const char *path, int error) {
        (void)fprintf(c->out, "caisson: can't %s %s: %s\n", what, path, strerror(error));
        return -1;
}

static int write_filled(const Copying *c, FILE *f, const char *text) {
        const char *mark;

        while ((mark = strstr(text, MARK))) {
                if (fwrite(text, 1, (size_t)(mark - text), f) != (size_t)(mark - text) ||
                        fputs(c->name, f) < 0)
                        return -1;
                text = mark + MARK_SIZE;
        }
        return fputs(text, f) < 0 ? -1 : 0;
}

static int copy_file(const Copying *c, const char *from, const char *to) {
        size_t size;
        char *text;
        FILE *f;
        int r = files_read(c->pool, from, TEMPLATE_FILE_MAX, &text, &size);

        if (r < 0)
                return fail(c, "read", from, -r);
        f = fopen(to, "wxe");
        if (!f)
                return fail(c, "write", to, errno);
        r = write_filled(c, f, text);
        if (fclose(f) != 0 || r < 0)
                return fail(c, "write", to, errno);
        return 0;
}

static const char *target_name(const Copying *c, const char *name) {
        size_t size = strlen(name);

        if (strcmp(name, "NAME") == 0)
                return c->name;
        if (strcmp(name, "gitignore") == 0)
                return ".gitignore";
        return size > 3 && strcmp(name + size - 3, ".in") == 0 ? pool_copy(c->pool, name, size - 3) : name;
}

static int copy_folder(const Copying *c, const char *from, const char *to);

static int copy_entry(const Copying *c, const char *from, const char *to, const char *entry) {
        const char *source = pool_printf(c->pool, "%s/%s", from, entry);
        const char *target = pool_printf(c->pool, "%s/%s", to, target_name(c, entry));
        struct stat st;

        if (stat(source, &st) < 0)
                return fail(c, "read", source, errno);
        return S_ISDIR(st.st_mode) ? copy_folder(c, source, target) : copy_file(c, source, target);
}

static int copy_folder(const Copying *c, const char *from, const char *to) {
        DIR *dir = opendir(from);
        const struct dirent *entry;
        int r = 0;

        if (!dir)
                return fail(c, "read", from, errno);
        if (mkdir(to, 0777) < 0)
                r = fail(c, "make", to, errno);
        while (r == 0 && (entry = readdir(dir)))
                if (entry->d_name[0] != '.')
                        r = copy_entry(c, from, to, entry->d_name);
        closedir(dir);
        return r;
}

int template_copy(Pool *pool, const char *from, const char *folder, const char *name, FILE *out) {
        const Copying c = {.pool = pool, .name = name, .out = out};

        return copy_folder(&c, from, folder);
}
