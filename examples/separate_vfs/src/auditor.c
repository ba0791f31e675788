/* SPDX-License-Identifier: MIT */
/*
 * Auditor: looks at the network's configuration. Its files are those of the network's VFS, and it has no way
 * to the other one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vfs/vfs.h>

static int show(const char *path) {
        char line[80];
        FILE *file = fopen(path, "r");

        if (file == NULL)
                return -1;
        while (fgets(line, sizeof line, file) != NULL)
                printf("%s: %s", path, line);
        return fclose(file);
}

static void try_to(const char *what, int is_done) {
        printf("%s: %s\n", what, is_done ? "done" : strerror(errno));
}

int main(void) {
        char noise[16];
        int random;

        if (show("/etc/hosts") != 0 || show("/etc/resolv.conf") != 0) {
                perror("/etc");
                return EXIT_FAILURE;
        }
        random = open("/dev/urandom", O_RDONLY);
        try_to("random numbers", random >= 0 && read(random, noise, sizeof noise) == sizeof noise);
        try_to("changing a name", open("/etc/hosts", O_WRONLY) >= 0);
        try_to("a socket", socket(AF_INET, SOCK_STREAM, 0) >= 0);
        try_to("the card's files", _vfs_init("client", INVALID_HANDLE, "kl.VfsSdCardFs", &errno) != NULL);
        return EXIT_SUCCESS;
}
