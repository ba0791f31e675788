/* SPDX-License-Identifier: MIT */
/*
 * Client: keeps on the card what it finds in the network's configuration. Its own file calls go to the card's
 * VFS; to the other one it talks through a back end of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vfs/vfs.h>

#define REPORT "/Names of hosts.txt"

static int fail(const char *what) {
        perror(what);
        return EXIT_FAILURE;
}

/* A file of another VFS. Members of a back end store what is wrong; here that is errno, as everywhere. */
static Handle open_there(struct vfs *vfs, const char *path, int flags) {
        int error = 0;
        Handle file = vfs->open(vfs, path, flags, 0, &error);

        errno = error;
        return file;
}

/* What it holds; its bytes, or -1. */
static ssize_t fetch(struct vfs *vfs, const char *path, char *text, size_t size) {
        Handle file = open_there(vfs, path, O_RDONLY);
        bool nodata = false;
        int error = 0;
        ssize_t n;

        if (file == INVALID_HANDLE)
                return -1;
        n = vfs->read(vfs, file, text, size, &nodata, &error);
        vfs->close(vfs, file, &error);
        errno = error;
        return n;
}

static int keep(const char *text, size_t size) {
        FILE *file = fopen(REPORT, "w");
        int is_written;

        if (file == NULL)
                return -1;
        is_written = fwrite(text, 1, size, file) == size && fflush(file) == 0 && fsync(fileno(file)) == 0;
        return fclose(file) == 0 && is_written ? 0 : -1;
}

static int show(const char *path) {
        char line[80];
        FILE *file = fopen(path, "r");

        if (file == NULL)
                return -1;
        while (fgets(line, sizeof line, file) != NULL)
                printf("from the card: %s", line);
        return fclose(file);
}

static void try_to(const char *what, int is_done) {
        printf("%s: %s\n", what, is_done ? "done" : strerror(errno));
}

int main(void) {
        struct vfs *network = _vfs_init("client", INVALID_HANDLE, "kl.VfsNet", &errno);
        char text[256];
        ssize_t n;

        if (network == NULL)
                return fail("kl.VfsNet");
        n = fetch(network, "/etc/hosts", text, sizeof text);
        if (n < 0 || keep(text, (size_t)n) != 0 || show(REPORT) != 0)
                return fail(REPORT);
        try_to("the network's names among the own files", access("/etc/hosts", F_OK) == 0);
        try_to("the own file among the network's", open_there(network, REPORT, O_RDONLY) != INVALID_HANDLE);
        try_to("changing the network's names", open_there(network, "/etc/hosts", O_RDWR) != INVALID_HANDLE);
        network->dtor(network);
        try_to("a socket", socket(AF_INET, SOCK_STREAM, 0) >= 0);
        return EXIT_SUCCESS;
}
