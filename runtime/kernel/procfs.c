/* SPDX-License-Identifier: MIT */
/*
 * Procfs: a status file is short, so it is read whole and searched.
 */
#include "procfs.h"

#include <dirent.h>
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

static const char *find_field(const char *text, const char *field) {
        size_t size = strlen(field);
        const char *line = text;

        for (; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (strncmp(line, field, size) == 0)
                        return line + size;
        }
        return NULL;
}

/* The number that a thread has in its own namespace: the last one of the line. */
static uint32_t own_number(const char *text) {
        const char *at = find_field(text, "NSpid:");
        uint32_t number = 0;
        char *end;

        for (; at && *at != '\n'; at = end) {
                unsigned long next = strtoul(at, &end, 10);

                if (end == at)
                        break;
                number = (uint32_t)next;
        }
        return number;
}

/* Reads the status of the thread that calls itself `thread`. */
static size_t read_thread(pid_t pid, uint32_t thread, char *text) {
        const struct dirent *entry;
        size_t size = read_status(pid, thread, text);
        char path[64];
        DIR *dir;

        if (size && own_number(text) == thread)
                return size; /* no namespace of its own */
        size = 0;
        (void)snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
        dir = opendir(path);
        while (dir && !size && (entry = readdir(dir))) {
                uint32_t number = (uint32_t)strtoul(entry->d_name, NULL, 10);

                if (number && read_status(pid, number, text) && own_number(text) == thread)
                        size = strlen(text);
        }
        if (dir)
                (void)closedir(dir);
        return size;
}

uint64_t procfs_number(pid_t pid, uint32_t thread, const char *field) {
        char text[STATUS_MAX + 1];
        const char *at;

        if ((thread ? read_thread(pid, thread, text) : read_status(pid, 0, text)) == 0)
                return 0;
        at = find_field(text, field);
        return at ? strtoull(at, NULL, 10) : 0;
}
