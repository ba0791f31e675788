/* SPDX-License-Identifier: MIT */
/*
 * Silent: has a standard output of the VFS and may not write there; its standard error is its own.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
        ssize_t n = write(STDOUT_FILENO, "never seen\n", 11);
        int error = errno;

        (void)fprintf(stderr, "writing: %s\n", n < 0 ? strerror(error) : "done");
        return 0;
}
