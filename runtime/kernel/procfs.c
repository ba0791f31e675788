/* SPDX-License-Identifier: MIT */
/*
 * Procfs: a status file is short, so it is read whole and searched.
 */
#include "procfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_MAX 8192u /* bytes; the fields of use lie within, long lists of groups included */

/* Bytes read, 0 when there is nothing to read. The text gets a NUL. */
static size_t read_status(pid_t pid, uint32_t thread, char *text) {
        char path[64];
        ssize_t n, used = 0;
        int fd;

        if (thread)
                (void)snprintf(path, sizeof path, "/proc/%ld/task/%u/status", (long)pid, thread);
        else
                (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return 0;
        while ((n = read(fd, text + used, STATUS_MAX - (size_t)used)) > 0)
                used += n;
        (void)close(fd);
        text[used] = '\0';
        return (size_t)used;
}

uint64_t procfs_number(pid_t pid, uint32_t thread, const char *field) {
        char text[STATUS_MAX + 1];
        size_t size = strlen(field);
        const char *line = text;

        if (read_status(pid, thread, text) == 0)
                return 0;
        for (; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (strncmp(line, field, size) == 0)
                        return strtoull(line + size, NULL, 10);
        }
        return 0;
}
