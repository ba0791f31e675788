/* SPDX-License-Identifier: MIT */
/*
 * Loading: which file, which folders, then the reader and the checks.
 */
#include "load.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nkc.h>

#include "bounds.h"
#include "cmd.h"
#include "files.h"
#include "image.h"
#include "init_yaml.h"

#define BUILT_IN_MAX 3u /* folders that are added behind the given ones */

const char *load_add_folder(LoadFolders *folders, const char *folder) {
        if (folder[0] == '\0')
                return "the folder has no name";
        if (folders->n_given == LOAD_FOLDERS_MAX - BUILT_IN_MAX)
                return "too many folders";
        folders->list[folders->n_given++] = folder;
        folders->n_all = folders->n_given;
        return NULL;
}

static void add_built_in(LoadFolders *folders, const char *folder) {
        folders->list[folders->n_all++] = folder;
}

/* The installed interfaces. */
static const char *find_installed(Pool *pool) {
        const char *folder = files_own_folder(pool);

        return folder ? pool_printf(pool, "%s/%s", folder, CAISSON_IDL_FROM_BIN) : NULL;
}

static bool is_folder(const char *path) {
        struct stat st;

        return path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *folder_of(Pool *pool, const char *file) {
        const char *slash = strrchr(file, '/');

        if (!slash)
                return ".";
        return slash == file ? "/" : pool_copy(pool, file, (size_t)(slash - file));
}

static const char *without_slash(Pool *pool, const char *folder) {
        size_t size = strlen(folder);

        while (size > 1 && folder[size - 1] == '/')
                size--;
        return pool_copy(pool, folder, size);
}

static void complete_folders(Load *load, const char *file) {
        const char *folder = folder_of(&load->pool, file);
        const char *installed = find_installed(&load->pool);

        add_built_in(&load->includes, folder);
        if (is_folder(installed))
                add_built_in(&load->includes, installed);
        add_built_in(&load->bins, folder);
        add_built_in(
                &load->bins, strcmp(folder, ".") == 0 ? "bin" : pool_printf(&load->pool, "%s/bin", folder));
}

/* The compiler's own diagnostics come first, complete as they are. */
static void show(void *userdata, NkcSeverity severity, unsigned number, const char *text) {
        (void)severity;
        (void)number;
        fputs(text, userdata);
}

static int check(Load *load, Problems *problems, FILE *out) {
        SolPlaces places = {
                .includes = load->includes.list,
                .n_includes = load->includes.n_all,
                .bins = load->bins.list,
                .n_bins = load->ignores_programs ? 0 : load->bins.n_all,
                .folder = load->includes.list[load->includes.n_given],
        };

        load->session = nkc_session_new(show, out);
        if (!load->session) {
                (void)fprintf(out, "caisson: out of memory\n");
                return CMD_EXIT_SYSTEM;
        }
        for (size_t i = 0; i < places.n_includes; i++)
                nkc_session_add_include(load->session, places.includes[i]);
        init_read(&load->solution, problems, &load->pool);
        solution_check(&load->solution, &places, load->session, problems, &load->pool);
        problems_print(problems, out);
        return problems->n_found ? CMD_EXIT_PROBLEMS : CMD_EXIT_OK;
}

int load_solution(Load *load, const char *name, FILE *out) {
        Problems *problems = pool_alloc(&load->pool, 1, sizeof *problems);
        const char *given = name, *file;
        char *text;
        int r;

        if (image_is(name)) {
                if (image_unpack(&load->pool, name, out, &load->unpacked, &load->is_image_ours) < 0)
                        return CMD_EXIT_SYSTEM;
                name = load->unpacked;
        }
        file = name;
        if (is_folder(name))
                file = pool_printf(&load->pool, "%s/init.yaml", without_slash(&load->pool, name));
        if (strncmp(file, "./", 2) == 0)
                file += 2;
        load->file = file;
        load->problems = problems;
        /* The folder of an image is gone when the message is read. */
        problems_init(problems, &load->pool,
                load->unpacked ? pool_printf(&load->pool, "%s/init.yaml", given) : file);
        r = files_read(&load->pool, file, INIT_FILE_MAX + 1, &text, &problems->source_size);
        if (r < 0 && r != -EFBIG) {
                (void)fprintf(out, "caisson: can't read %s: %s\n", problems->path, strerror(-r));
                return CMD_EXIT_SYSTEM;
        }
        if (r == -EFBIG)
                problems->source_size = INIT_FILE_MAX + 1; /* the reader says so */
        else
                problems->source = text;
        complete_folders(load, file);
        return check(load, problems, out);
}

void load_deinit(Load *load) {
        load->session = nkc_session_free(load->session);
        image_remove(load->unpacked);
        pool_deinit(&load->pool);
}
