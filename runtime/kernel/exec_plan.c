/* SPDX-License-Identifier: MIT */
/*
 * The solution of `caisson exec`: see exec_plan.h.
 */
#include "exec_plan.h"

#include <string.h>

#define BLANKS " \t"

/* The field of an entry, counted from 0; its length, 0: there is none. */
static size_t find_field(const char *entry, unsigned index, const char **ret) {
        const char *at = entry + strspn(entry, BLANKS);

        while (index-- > 0) {
                at += strcspn(at, BLANKS);
                at += strspn(at, BLANKS);
        }
        *ret = at;
        return strcspn(at, BLANKS);
}

const char *exec_refuse_mount(const char *entry) {
        const char *field;

        if (strpbrk(entry, "\r\n"))
                return "one entry, without a line's end";
        if (find_field(entry, 3, &field) == 0)
                return "four words: DEVICE FOLDER TYPE OPTIONS, such as \"nodev / ramfs 0\"";
        find_field(entry, 1, &field);
        return *field == '/' ? NULL : "the second word is the folder, from / on";
}

bool exec_is_root(const char *entry) {
        const char *field;

        return find_field(entry, 1, &field) == 1 && *field == '/';
}

bool exec_has_root(const ExecPlan *plan) {
        for (size_t i = 0; i < plan->n_mounts; i++)
                if (exec_is_root(plan->mounts[i]))
                        return true;
        return false;
}

/* A text of YAML, whatever is in it. */
static void write_text(FILE *out, const char *text) {
        (void)fputc('"', out);
        for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
                if (*at == '"' || *at == '\\')
                        (void)fprintf(out, "\\%c", *at);
                else if (*at < ' ' || *at == 0x7f)
                        (void)fprintf(out, "\\x%02x", *at);
                else
                        (void)fputc(*at, out);
        }
        (void)fputc('"', out);
}

static void write_pair(FILE *out, const char *name, size_t length, const char *value) {
        (void)fprintf(out, "    %.*s: ", (int)length, name);
        write_text(out, value);
        (void)fputc('\n', out);
}

static void write_connection(FILE *out, const char *target) {
        (void)fprintf(out, "  connections:\n  - target: %s\n    id: %s\n", target, target);
}

static void write_program(const ExecPlan *plan, FILE *out) {
        (void)fprintf(out, "- name: %s\n  path: ", EXEC_PROGRAM);
        write_text(out, plan->program);
        (void)fprintf(out, "\n  args:%s\n", plan->n_args ? "" : " []");
        for (size_t i = 0; i < plan->n_args; i++) {
                (void)fputs("  - ", out);
                write_text(out, plan->args[i]);
                (void)fputc('\n', out);
        }
        (void)fprintf(out, "  env:\n    %s: client:%s\n", EXEC_BACKEND, EXEC_VFS);
        for (size_t i = 0; i < plan->n_env; i++) {
                size_t length = strcspn(plan->env[i], "=");

                write_pair(out, plan->env[i], length, plan->env[i] + length + 1);
        }
        write_connection(out, EXEC_VFS);
}

static void write_vfs(const ExecPlan *plan, FILE *out) {
        const char *root = EXEC_ROOT;
        bool has_args =
                !exec_has_root(plan); /* somebody's own file system gets no folder that he didn't ask for */

        (void)fprintf(out, "- name: %s\n  path: VfsRamFs\n", EXEC_VFS);
        if (has_args)
                (void)fprintf(out, "  args:\n  - \"-l\"\n  - %s\n", EXEC_DEVICES);
        for (size_t i = 0; i < plan->n_mounts; i++) {
                if (exec_is_root(plan->mounts[i])) {
                        root = plan->mounts[i];
                        continue;
                }
                (void)fprintf(out, "%s  - \"-l\"\n  - ", has_args ? "" : "  args:\n");
                write_text(out, plan->mounts[i]);
                (void)fputc('\n', out);
                has_args = true;
        }
        (void)fprintf(out, "  env:\n    %s: server:%s\n", EXEC_BACKEND, EXEC_VFS);
        write_pair(out, "ROOTFS", strlen("ROOTFS"), root);
        write_pair(out, "MOUNT_ALL", strlen("MOUNT_ALL"), "1");
        if (plan->n_disks)
                write_connection(out, EXEC_DRIVER);
}

static void write_driver(const ExecPlan *plan, FILE *out) {
        (void)fprintf(out, "- name: %s\n  path: sdcard\n  grants:\n", EXEC_DRIVER);
        for (size_t i = 0; i < plan->n_disks; i++) {
                (void)fputs("  - file: ", out);
                write_text(out, plan->disks[i]);
                (void)fprintf(out, "\n    mode: %s\n    name: mmc%zu.img\n",
                        plan->is_read_only[i] ? "ro" : "rw", i);
        }
}

bool exec_write(const ExecPlan *plan, FILE *out) {
        (void)fputs("entities:\n", out);
        write_program(plan, out);
        write_vfs(plan, out);
        if (plan->n_disks)
                write_driver(plan, out);
        return fflush(out) == 0 && !ferror(out);
}
