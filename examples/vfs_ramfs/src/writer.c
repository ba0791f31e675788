/* SPDX-License-Identifier: MIT */
/*
 * Writer: leaves a poem on the shelf. Nothing in it knows about Caisson: its files are a VFS's because it is
 * linked with vfs_remote.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what) {
        perror(what);
        return EXIT_FAILURE;
}

int main(void) {
        FILE *draft;

        if (mkdir("/shelf", 0755) != 0 || mkdir("/scratch/drafts", 0700) != 0)
                return fail("mkdir");
        draft = fopen("/scratch/drafts/poem", "w");
        if (draft == NULL ||
                fputs("Closed is what is closed for all,\nopen is what one may open.\n", draft) < 0 ||
                fclose(draft) != 0)
                return fail("the draft");
        fprintf(stderr, "the draft is written\n");

        /* From one file system to another nothing is renamed. */
        if (rename("/scratch/drafts/poem", "/shelf/poem") == 0)
                return EXIT_FAILURE;
        perror("renaming it");
        if (link("/scratch/drafts/poem", "/scratch/poem") != 0 || unlink("/scratch/drafts/poem") != 0 ||
                rmdir("/scratch/drafts") != 0)
                return fail("tidying up");

        draft = fopen("/shelf/.poem", "w");
        if (draft == NULL ||
                fputs("Closed is what is closed for all,\nopen is what one may open.\n", draft) < 0 ||
                fclose(draft) != 0 || rename("/shelf/.poem", "/shelf/poem") != 0)
                return fail("the poem");
        fprintf(stderr, "the poem is on the shelf\n");
        return EXIT_SUCCESS;
}
