/* SPDX-License-Identifier: MIT */
/*
 * Loud: prints in many ways. The last line is in a buffer when the program ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES 3000

/* What the policy's judge would have to see is a write of the VFS. */
static void leave_and_return(void) {
        int saved = dup(STDOUT_FILENO);
        char line[16] = "";
        FILE *f;

        if (saved < 0 || !freopen("/kept", "w", stdout) || puts("in a file") < 0 || fflush(stdout) != 0)
                exit(EXIT_FAILURE);
        if (dup2(saved, STDOUT_FILENO) < 0 || !(f = fopen("/kept", "r")) || !fgets(line, sizeof line, f))
                exit(EXIT_FAILURE);
        (void)fclose(f);
        (void)printf("led away: %s", line);
        (void)fflush(stdout);
}

static void print_much(void) {
        for (int i = 0; i < LINES; i++)
                (void)printf("line %d of many\n", i);
        (void)fflush(stdout);
}

static void say_goodbye(void) {
        (void)fputs("goodbye\n", stderr);
}

int main(void) {
        (void)atexit(say_goodbye);
        (void)fputs("to standard error\n", stderr);
        (void)printf("input: %d\n", getchar());
        leave_and_return();
        print_much();
        (void)printf("%s", "without an end");
        return EXIT_SUCCESS;
}
