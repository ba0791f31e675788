/* SPDX-License-Identifier: MIT */
/*
 * A program with its file systems inside: it mounts a card, makes a folder and a file there, reads it and
 * takes it away. No call of these leaves the process; blocks do, to the driver of the card.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/card/A folder with a long name"
#define NOTE   FOLDER "/note.txt"

static void say(const char *what, int result) {
        fprintf(stderr, "%s: %s\n", what, result == 0 ? "done" : strerror(errno));
}

static int write_note(void) {
        FILE *note = fopen(NOTE, "w");

        return note && fputs("kept on the card", note) >= 0 && fclose(note) == 0 ? 0 : -1;
}

static int read_note(void) {
        char text[64] = "";
        FILE *note = fopen(NOTE, "r");
        int result = note && fgets(text, sizeof text, note) ? 0 : -1;

        if (note)
                fclose(note);
        fprintf(stderr, "the note says: %s\n", text);
        return result;
}

/* A driver may still be starting. */
static int mount_card(void) {
        int tries = 0;

        while (mount("mmc0", "/card", "fat32", 0, "") != 0)
                if (errno != ENODEV || ++tries == 100 || usleep(10000) != 0)
                        return -1;
        return 0;
}

int main(void) {
        if (mkdir("/card", 0755) != 0)
                return EXIT_FAILURE;
        say("mounting the card", mount_card());
        say("making a folder", mkdir(FOLDER, 0755));
        say("writing a note", write_note());
        say("reading it", read_note());
        say("taking the folder away while the note is in it", rmdir(FOLDER));
        say("taking the note away", unlink(NOTE));
        say("taking the folder away", rmdir(FOLDER));
        say("unmounting the card", umount("/card"));
        return EXIT_SUCCESS;
}
